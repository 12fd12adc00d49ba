#include "sn37/base/append_log.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

constexpr uint64_t kMax = 1 << 20;

class AppendLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = ::testing::TempDir() + "append_log_" + info->name() + "_" +
            std::to_string(getpid());
    unlink(path_.c_str());
  }

  void Write(const std::vector<std::string>& records) {
    auto log = AppendLog::Open(path_, kMax);
    ASSERT_TRUE(log.ok()) << log.status();
    for (const auto& record : records) ASSERT_TRUE(log->Append(record).ok());
    ASSERT_TRUE(log->Sync().ok());
  }

  std::string path_;
};

TEST_F(AppendLogTest, RecordsAreReadBackInOrderAndAppendedTo) {
  const std::string binary("\0\xff\n", 3);
  Write({"one", "", binary});
  EXPECT_THAT(ReadLog(path_, kMax)->records, ElementsAre("one", "", binary));
  Write({"four"});
  const auto contents = ReadLog(path_, kMax);
  EXPECT_THAT(contents->records, ElementsAre("one", "", binary, "four"));
  EXPECT_EQ(contents->dropped_bytes, 0u);
  EXPECT_EQ(contents->valid_bytes, ReadFile(path_, kMax)->size());
}

TEST_F(AppendLogTest, CutAtAnyByteKeepsTheWholeRecordsBefore) {
  Write({"first", "second record"});
  const std::string whole = *ReadFile(path_, kMax);
  const size_t end_of_first = 8 + 12 + 5;
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    ASSERT_TRUE(WriteFileWhole(path_, whole.substr(0, cut)).ok());
    std::vector<std::string> expected;
    if (cut >= end_of_first) expected.push_back("first");
    LogContents recovered;
    {
      auto log = AppendLog::Open(path_, kMax, &recovered);
      ASSERT_TRUE(log.ok()) << log.status();
      EXPECT_THAT(recovered.records, ElementsAreArray(expected)) << cut;
      EXPECT_EQ(recovered.valid_bytes + recovered.dropped_bytes, cut);
      ASSERT_TRUE(log->Append("after").ok());
    }
    expected.push_back("after");
    EXPECT_THAT(ReadLog(path_, kMax)->records, ElementsAreArray(expected));
  }
}

TEST_F(AppendLogTest, AnyFlippedByteIsNoticed) {
  Write({"first", "second"});
  const std::string whole = *ReadFile(path_, kMax);
  for (size_t i = 8; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] ^= 0x40;
    ASSERT_TRUE(WriteFileWhole(path_, bad).ok());
    const auto contents = ReadLog(path_, kMax);
    EXPECT_LT(contents->records.size(), 2u) << i;
    EXPECT_GT(contents->dropped_bytes, 0u) << i;
  }
}

TEST_F(AppendLogTest, ForeignFileIsRefusedAndKept) {
  ASSERT_TRUE(WriteFileWhole(path_, "something else").ok());
  EXPECT_THAT(std::string(AppendLog::Open(path_, kMax).status().message()),
              HasSubstr("is not a log"));
  EXPECT_EQ(*ReadFile(path_, kMax), "something else");
}

TEST_F(AppendLogTest, SecondWriterIsRefused) {
  auto log = AppendLog::Open(path_, kMax);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ(AppendLog::Open(path_, kMax).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(AppendLogTest, FullDiskLeavesTheRecordsBefore) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  auto log = AppendLog::Open(path_, kMax);
  ASSERT_TRUE(log->Append("kept").ok());
  rlimit limit = old_limit;
  limit.rlim_cur = 100;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const absl::Status status = log->Append(std::string(200, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(ReadLog(path_, kMax)->records, ElementsAre("kept"));
  EXPECT_EQ(ReadLog(path_, kMax)->dropped_bytes, 0u);
  ASSERT_TRUE(log->Append("later").ok());
  EXPECT_THAT(ReadLog(path_, kMax)->records, ElementsAre("kept", "later"));
}

}  // namespace
}  // namespace sn37
