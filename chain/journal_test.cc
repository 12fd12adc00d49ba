#include "chain/journal.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::string pattern = testing::TempDir() + "journal_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/writes.log";
  }
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  Journal Open() {
    absl::StatusOr<Journal> journal = Journal::Open(path_);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }

  std::string folder_, path_;
};

const Write kFirst = {"0x01", "5A", "SubtensorModule.set_weights", 7, 100, 163};
const Write kSecond = {"0x02", "5B", "Commitments.set_commitment", 0, 101, 164};

TEST_F(JournalTest, WhatIsNotCrossedOutIsThereAfterReopening) {
  {
    Journal journal = Open();
    EXPECT_THAT(journal.open(), IsEmpty());
    ASSERT_TRUE(journal.Record(kFirst).ok());
    ASSERT_TRUE(journal.Record(kSecond).ok());
    EXPECT_THAT(journal.open(), ElementsAre(kFirst, kSecond));
  }
  {
    Journal journal = Open();
    EXPECT_THAT(journal.open(), ElementsAre(kFirst, kSecond));
    ASSERT_TRUE(journal.CrossOut("0x01").ok());
    ASSERT_TRUE(journal.CrossOut("0x01").ok());
    ASSERT_TRUE(journal.CrossOut("0x77").ok());
  }
  EXPECT_THAT(Open().open(), ElementsAre(kSecond));
}

TEST_F(JournalTest, ATornRecordWasNotSent) {
  ASSERT_TRUE(Open().Record(kFirst).ok());
  const auto whole = std::filesystem::file_size(path_);
  ASSERT_TRUE(Open().Record(kSecond).ok());
  for (auto size = std::filesystem::file_size(path_) - 1; size > whole;
       size -= 40) {
    std::filesystem::resize_file(path_, size);
    EXPECT_THAT(Open().open(), ElementsAre(kFirst)) << size;
    if (size < whole + 40) break;
  }
}

TEST_F(JournalTest, OnlyOneProcessWritesIt) {
  const Journal journal = Open();
  EXPECT_EQ(Journal::Open(path_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(JournalTest, AFileThatIsNoJournalIsRefused) {
  std::ofstream(path_) << "something else";
  EXPECT_EQ(Journal::Open(path_).status().code(),
            absl::StatusCode::kInvalidArgument);
  std::filesystem::remove(path_);
  {
    auto log = AppendLog::Open(path_, 1000);
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE(log->Append("{\"extrinsic\": 1}").ok());
  }
  const absl::Status status = Journal::Open(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              testing::ContainsRegex("record 0: .*extrinsic"));
}

}  // namespace
}  // namespace sn37::chain
