#include "sn37/base/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder of its own for each test.
class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = ::testing::TempDir() + "file_test_" + info->name() + "_" +
              std::to_string(getpid());
    ASSERT_TRUE(MakeFolder(folder_).ok());
  }
  std::string Path(const std::string& name) { return JoinPath(folder_, name); }

  std::string folder_;
};

TEST_F(FileTest, WholeFileIsReadBackAndReplaced) {
  ASSERT_TRUE(WriteFileWhole(Path("a"), "first").ok());
  EXPECT_EQ(*ReadFile(Path("a"), 5), "first");
  ASSERT_TRUE(WriteFileWhole(Path("a"), std::string("\0two", 4)).ok());
  EXPECT_EQ(*ReadFile(Path("a"), 100), std::string("\0two", 4));
  ASSERT_TRUE(WriteFileWhole(Path("empty"), "").ok());
  EXPECT_EQ(*ReadFile(Path("empty"), 0), "");
  EXPECT_THAT(*ListFolder(folder_, 10), ElementsAre("a", "empty"));
}

TEST_F(FileTest, ErrorsNameTheFileAndTheReason) {
  const auto missing = ReadFile(Path("no\x1bne"), 10);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("no\\x1bne: No such file"));
  ASSERT_TRUE(WriteFileWhole(Path("long"), "123456").ok());
  EXPECT_THAT(std::string(ReadFile(Path("long"), 5).status().message()),
              HasSubstr("longer than its limit of 5 bytes"));
  EXPECT_EQ(ReadFile(folder_, 5).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FileTest, PipeIsRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(std::string(ReadFile(Path("pipe"), 5).status().message()),
              HasSubstr("not a regular file"));
}

TEST_F(FileTest, FullDiskKeepsTheOldFileAndLeavesNoTemporary) {
  ASSERT_TRUE(WriteFileWhole(Path("a"), "old").ok());
  signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 1000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const absl::Status status = WriteFileWhole(Path("a"), std::string(2000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("file-size limit"));
  EXPECT_EQ(*ReadFile(Path("a"), 100), "old");
  EXPECT_THAT(*ListFolder(folder_, 10), ElementsAre("a"));
}

TEST_F(FileTest, ListFolderIsSortedAndBounded) {
  for (const char* name : {"b", "a", "C"}) {
    ASSERT_TRUE(WriteFileWhole(Path(name), "").ok());
  }
  EXPECT_THAT(*ListFolder(folder_, 3), ElementsAre("C", "a", "b"));
  EXPECT_FALSE(ListFolder(folder_, 2).ok());
  EXPECT_EQ(ListFolder(Path("none"), 2).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(FileTest, MakeFolderCreatesParentsAndRefusesAFile) {
  ASSERT_TRUE(MakeFolder(Path("x/y/z")).ok());
  ASSERT_TRUE(MakeFolder(Path("x/y/z/")).ok());
  EXPECT_TRUE(FileExists(Path("x/y/z")));
  EXPECT_FALSE(FileExists(Path("x/y/w")));
  ASSERT_TRUE(WriteFileWhole(Path("file"), "").ok());
  EXPECT_FALSE(MakeFolder(Path("file")).ok());
  EXPECT_FALSE(MakeFolder(Path("file/below")).ok());
}

TEST_F(FileTest, RemoveTreeRemovesAllButWhatLinksPointAt) {
  ASSERT_TRUE(MakeFolder(Path("tree/deep")).ok());
  ASSERT_TRUE(WriteFileWhole(Path("kept"), "").ok());
  ASSERT_EQ(symlink(Path("kept").c_str(), Path("tree/deep/link").c_str()), 0);
  EXPECT_TRUE(RemoveTree(Path("tree")).ok());
  EXPECT_FALSE(FileExists(Path("tree")));
  EXPECT_TRUE(FileExists(Path("kept")));
  EXPECT_TRUE(RemoveTree(Path("tree")).ok());
}

TEST(PathTest, PlainNamesStayInTheirFolder) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_TRUE(IsPlainName("model-00001-of-00002.safetensors"));
  EXPECT_TRUE(IsPlainName("..."));
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"),
        std::string("/etc"), std::string("a\0b", 3), std::string(256, 'x')}) {
    EXPECT_FALSE(IsPlainName(name)) << name;
  }
}

}  // namespace
}  // namespace sn37
