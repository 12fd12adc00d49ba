#include "jobs/home.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::jobs {
namespace {

std::string SubnetPath(const std::string& home) {
  return JoinPath(home, "subnet");
}

}  // namespace

absl::StatusOr<FileDescriptor> LockHome(const std::string& home) {
  const std::string path = JoinPath(home, "lock");
  FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) return ErrnoStatus(errno, "open", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "lock", path);
  return absl::FailedPreconditionError(
      absl::StrCat("another epoch is running in ", home,
                   "; wait for it, or choose another folder with --home"));
}

absl::Status ClaimHome(const std::string& home, absl::string_view genesis_hash,
                       uint16_t netuid) {
  constexpr uint64_t kMaxBytes = 1 << 10;
  const std::string subnet = absl::StrCat(genesis_hash, " ", netuid);
  if (HomeIsClaimed(home)) {
    SN37_ASSIGN_OR_RETURN(const std::string claimed,
                          ReadFile(SubnetPath(home), kMaxBytes));
    if (claimed == absl::StrCat(subnet, "\n")) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        home, " is about the chain and subnet ",
        Printable(absl::StripSuffix(claimed, "\n")), ", this one is ", subnet,
        "; choose another folder with --home"));
  }
  if (FileExists(StatePath(home))) {
    return absl::FailedPreconditionError(
        absl::StrCat(home, " has the state of the demo; choose another folder ",
                     "with --home"));
  }
  return WriteFileWhole(SubnetPath(home), absl::StrCat(subnet, "\n"));
}

bool HomeIsClaimed(const std::string& home) {
  return FileExists(SubnetPath(home));
}

std::string ModelsFolder(const std::string& home) {
  return JoinPath(home, "models");
}

std::string TokenizersFolder(const std::string& home) {
  return JoinPath(home, "tokenizers");
}

std::string StatePath(const std::string& home) {
  return JoinPath(home, "state.db");
}

}  // namespace sn37::jobs
