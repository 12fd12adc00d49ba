#include "sn37/store/local_store.h"

#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/store/digest.h"
#include "sn37/store/fault_text.h"

namespace sn37 {
namespace {

// Of a store; more than anyone has.
constexpr size_t kMaxNamespaces = 1 << 20;

absl::Status CheckRoot(const std::string& root) {
  const auto names = ListFolder(root, kMaxNamespaces);
  if (names.ok() && !names->empty()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(names.ok() ? absl::StrCat(Printable(root), " is empty")
                              : std::string(names.status().message()),
                   "; models are expected there: is its disk mounted?"));
}

}  // namespace

absl::StatusOr<std::string> CommitFolder(const std::string& root,
                                         const ModelId& id) {
  const std::string repository = Printable(RepoName(id));
  if (!id.commit.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(repository, ": the commitment names no commit"));
  }
  std::string folder = root;
  for (const std::string& part : {id.repo_namespace, id.name, *id.commit}) {
    if (!IsPlainName(part)) {
      return absl::InvalidArgumentError(absl::StrCat(
          repository, ": '", Printable(part), "' is no name of a folder"));
    }
    folder = JoinPath(folder, part);
  }
  return folder;
}

absl::StatusOr<std::string> LocalStore::Fetch(const ModelId& id,
                                              uint64_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(const std::string folder, CommitFolder(root_, id));
  SN37_RETURN_IF_ERROR(CheckRoot(root_));
  const std::string repository = Printable(RepoName(id));
  struct stat info;
  if (stat(folder.c_str(), &info) != 0) {
    if (errno != ENOENT) return ErrnoStatus(errno, "look at", folder);
    return absl::NotFoundError(absl::StrCat(
        repository, ": the store has no commit ", Printable(*id.commit)));
  }
  absl::StatusOr<std::vector<ModelFile>> files = ModelFiles(folder);
  if (!files.ok()) {
    return absl::Status(
        files.status().code(),
        absl::StrCat(repository, ": ", FaultText(files.status(), folder)));
  }
  uint64_t bytes = 0;
  for (const ModelFile& file : *files) bytes += file.bytes;
  if (bytes > max_bytes) {
    return absl::OutOfRangeError(absl::StrCat(
        repository, ": ", bytes, " bytes, allowed are ", max_bytes));
  }
  return folder;
}

}  // namespace sn37
