#include "eval/kernels/cpu/memory_limit.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

int64_t LimitWith(const std::string& groups, const Files& files) {
  const std::string root = testing::TempDir() + "/root";
  EXPECT_TRUE(RemoveTree(root).ok());
  const auto write = [&](const std::string& path, const std::string& text) {
    const std::string file = root + path;
    EXPECT_TRUE(MakeFolder(file.substr(0, file.rfind('/'))).ok());
    EXPECT_TRUE(WriteFileWhole(file, text).ok());
  };
  write("/proc/self/cgroup", groups);
  for (const auto& [path, text] : files) write("/sys/fs/cgroup" + path, text);
  return MemoryLimit(root);
}

TEST(MemoryLimitTest, IsTheLeastOfTheMachinesAndOfTheGroupsAbove) {
  const int64_t machine =
      int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const struct {
    const char* what;
    const char* groups;
    Files files;
    int64_t limit;
  } cases[] = {
      {"no groups", "", {}, machine},
      {"no files", "0::/job\n", {}, machine},
      {"its own", "0::/job/step\n", {{"/job/step/memory.max", "4096\n"}}, 4096},
      {"one above",
       "0::/job/step\n",
       {{"/job/memory.max", "8192\n"}, {"/job/step/memory.max", "max\n"}},
       8192},
      {"a container's", "0::/\n", {{"/memory.max", "4096\n"}}, 4096},
      {"more than there is",
       "0::/job\n",
       {{"/job/memory.max", "9000000000000000000\n"}},
       machine},
      {"version 1",
       "5:cpu:/job\n4:memory:/job\n0::/\n",
       {{"/memory/job/memory.limit_in_bytes", "4096\n"},
        {"/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
       4096},
      {"version 1 in a container",
       "4:memory:/docker/name\n",
       {{"/memory/memory.limit_in_bytes", "8192\n"}},
       8192},
      {"nonsense",
       "x\n0::\n0::job\n0::/job\n",
       {{"/job/memory.max", ""}},
       machine},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(LimitWith(c.groups, c.files), c.limit) << c.what;
  }
}

TEST(MemoryLimitTest, ThisProcessHasOne) {
  EXPECT_GT(MemoryLimit(), 0);
  EXPECT_EQ(MemoryLimit(testing::TempDir() + "/nothing_here"),
            int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE));
}

}  // namespace
}  // namespace sn37::eval
