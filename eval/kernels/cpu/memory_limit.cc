#include "eval/kernels/cpu/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

// A file of the kernel's is short.
constexpr uint64_t kMaxFileBytes = 1 << 16;

// The least of `limit` and what the files `name` say in the group `path` of the
// hierarchy at `mount`, and in those above it.
int64_t LeastInGroups(const std::string& mount, std::string path,
                      absl::string_view name, int64_t limit) {
  while (true) {
    const auto text =
        ReadFile(absl::StrCat(mount, path, "/", name), kMaxFileBytes);
    int64_t bytes = 0;  // "max" is no number
    if (text.ok() && absl::SimpleAtoi(*text, &bytes)) {
      limit = std::min(limit, bytes);
    }
    if (path.empty()) return limit;
    path.resize(path.rfind('/'));
  }
}

}  // namespace

int64_t MemoryLimit(const std::string& root) {
  int64_t limit = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const auto groups =
      ReadFile(absl::StrCat(root, "/proc/self/cgroup"), kMaxFileBytes);
  if (!groups.ok()) return limit;
  const std::string mounts = absl::StrCat(root, "/sys/fs/cgroup");
  for (absl::string_view line : absl::StrSplit(*groups, '\n')) {
    // "0::/path" of version 2, "4:memory:/path" of version 1.
    const std::vector<std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() < 3 || !absl::StartsWith(parts[2], "/")) continue;
    const std::string path = parts[2] == "/" ? "" : parts[2];
    if (parts[0] == "0") {
      limit = LeastInGroups(mounts, path, "memory.max", limit);
    } else if (parts[1] == "memory") {
      limit = LeastInGroups(mounts + "/memory", path, "memory.limit_in_bytes",
                            limit);
    }
  }
  return limit;
}

}  // namespace sn37::eval
