#include "sn37/store/unchanged.h"

#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/store/digest.h"

namespace sn37 {

absl::StatusOr<UnchangedFiles> UnchangedFiles::Of(const std::string& folder) {
  UnchangedFiles files;
  SN37_ASSIGN_OR_RETURN(files.stamps_[folder], StampOf(folder));
  SN37_ASSIGN_OR_RETURN(const std::vector<ModelFile> names, ModelFiles(folder));
  for (const ModelFile& file : names) {
    const std::string path = JoinPath(folder, file.name);
    SN37_ASSIGN_OR_RETURN(files.stamps_[path], StampOf(path));
  }
  return files;
}

absl::Status UnchangedFiles::Check() const {
  for (const auto& [path, stamp] : stamps_) {
    const absl::StatusOr<Stamp> now = StampOf(path);
    if (now.ok() && *now == stamp) continue;
    return absl::UnavailableError(
        absl::StrCat(Printable(path), ": changed while it was read; do not ",
                     "write to a model's folder while it is in use"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UnchangedFiles::Stamp> UnchangedFiles::StampOf(
    const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "stat", path);
  return Stamp{
      info.st_dev, info.st_ino, info.st_size,
      int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

}  // namespace sn37
