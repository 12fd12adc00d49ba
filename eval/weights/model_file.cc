#include "eval/weights/model_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

absl::StatusOr<std::string> RealPath(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return ErrnoStatus(errno, "resolve", path);
  std::string result = real;
  std::free(real);
  return result;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string NameOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

absl::StatusOr<std::string> ResolveModelFile(const std::string& path) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "open", path);
  if (!S_ISLNK(info.st_mode)) return path;
  SN37_ASSIGN_OR_RETURN(const std::string target, RealPath(path));
  if (NameOf(target) == NameOf(path)) return target;
  const absl::StatusOr<std::string> blobs =
      RealPath(JoinPath(FolderOf(path), "../../blobs"));
  if (blobs.ok() && FolderOf(target) == *blobs) return target;
  return absl::InvalidArgumentError(absl::StrCat(
      Printable(path), ": is a symbolic link to ", Printable(target),
      "; copy the model's folder with its links followed (cp -rL) if that is "
      "meant"));
}

}  // namespace sn37::eval
