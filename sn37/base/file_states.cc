#include "sn37/base/file_states.h"

#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

absl::StatusOr<std::string> StateOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "open", path);
  return absl::StrCat(info.st_ino, " ", info.st_size, " ", info.st_mtim.tv_sec,
                      " ", info.st_mtim.tv_nsec);
}

}  // namespace

absl::StatusOr<FileStates> FileStates::Of(std::vector<std::string> paths) {
  std::vector<std::string> states;
  for (const std::string& path : paths) {
    SN37_ASSIGN_OR_RETURN(states.emplace_back(), StateOf(path));
  }
  return FileStates(std::move(paths), std::move(states));
}

absl::Status FileStates::CheckUnchanged() const {
  for (size_t i = 0; i < paths_.size(); ++i) {
    const absl::StatusOr<std::string> state = StateOf(paths_[i]);
    if (state.ok() && *state == states_[i]) continue;
    return absl::AbortedError(
        absl::StrCat(Printable(paths_[i]),
                     ": was changed while it was read; run again when nothing "
                     "writes to it"));
  }
  return absl::OkStatus();
}

std::string FileStates::ToString() const {
  return absl::StrJoin(states_, "\n");
}

}  // namespace sn37
