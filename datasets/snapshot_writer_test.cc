#include "datasets/snapshot_writer.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "datasets/snapshot.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two shards: the first one full.
constexpr int64_t kRows = kShardRows + 3;

Manifest TextHead() {
  Manifest head;
  head.name = "tiny";
  head.license = "MIT";
  head.configs.resize(1);
  head.configs[0].name = "text";
  head.configs[0].kind = Sample::kText;
  head.configs[0].source = "test";
  return head;
}

Sample TextSample(int64_t row) {
  return TestSample(Sample::kText, absl::StrCat("row", row));
}

// Builds rows 0 … rows-1; without Finish where it is to look interrupted.
absl::StatusOr<Digest> Build(const std::string& folder, int64_t rows,
                             absl::string_view key, bool finish = true) {
  auto writer = SnapshotWriter::Create(folder, TextHead(), key);
  if (!writer.ok()) return writer.status();
  ConfigWriter config = writer->Config(0);
  for (int64_t row = 0; row < rows; ++row) {
    const absl::StatusOr<bool> added = config.Add(TextSample(row));
    if (!added.ok()) return added.status();
    EXPECT_TRUE(*added);
  }
  if (!finish) return absl::AbortedError("interrupted");
  absl::StatusOr<ConfigInfo> info = config.Finish();
  if (!info.ok()) return info.status();
  return writer->Finish({*std::move(info)});
}

std::filesystem::file_time_type WriteTime(const std::string& path) {
  return std::filesystem::last_write_time(path);
}

TEST(SnapshotWriter, LeavesOnlyTheSnapshot) {
  const std::string folder = FreshPath("out");
  const absl::StatusOr<Digest> id = Build(folder, kRows, "key");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_THAT(
      *ListFolder(folder, 100),
      ElementsAre("manifest.json", "text-00000.parquet", "text-00001.parquet"));
  EXPECT_FALSE(FileExists(folder + ".partial"));
  const auto snapshot = Snapshot::Open(folder, *id);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->manifest().configs[0].rows(), kRows);
  // Rows on both sides of the shards' border.
  const auto samples =
      snapshot->Read("text", {kShardRows, kShardRows - 1, kRows - 1});
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ((*samples)[0].text().text(), TextSample(kShardRows).text().text());
  EXPECT_EQ((*samples)[1].text().text(),
            TextSample(kShardRows - 1).text().text());
  EXPECT_EQ((*samples)[2].id(), absl::StrCat("text/", kRows - 1));
}

TEST(SnapshotWriter, AnInterruptedBuildGoesOnAndEndsInTheSameSnapshot) {
  const absl::StatusOr<Digest> whole = Build(FreshPath("whole"), kRows, "key");
  ASSERT_TRUE(whole.ok()) << whole.status();
  const std::string folder = FreshPath("out");
  EXPECT_FALSE(Build(folder, kRows, "key", /*finish=*/false).ok());
  EXPECT_FALSE(FileExists(folder));
  const std::string shard = folder + ".partial/text-00000.parquet";
  const auto written = WriteTime(shard);
  const absl::StatusOr<Digest> resumed = Build(folder, kRows, "key");
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(*resumed, *whole);
  EXPECT_EQ(WriteTime(JoinPath(folder, "text-00000.parquet")), written);
}

TEST(SnapshotWriter, AnotherBuildKeyBeginsAnew) {
  const std::string folder = FreshPath("out");
  EXPECT_FALSE(Build(folder, kRows, "other", /*finish=*/false).ok());
  EXPECT_TRUE(FileExists(folder + ".partial/text-00000.parquet"));
  const absl::StatusOr<Digest> id = Build(folder, 2, "key");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(Snapshot::Open(folder)->manifest().configs[0].rows(), 2);
}

TEST(SnapshotWriter, ASourceThatEndsBeforeAFinishedShardIsNoticed) {
  const std::string folder = FreshPath("out");
  EXPECT_FALSE(Build(folder, kRows, "key", /*finish=*/false).ok());
  const absl::Status status = Build(folder, 2, "key").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("text-00000.parquet"));
}

TEST(SnapshotWriter, AnExistingFolderIsNotTouched) {
  const std::string folder = FreshPath("out");
  ASSERT_TRUE(MakeFolder(folder).ok());
  EXPECT_EQ(Build(folder, 2, "key").status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(SnapshotWriter, OneBuildAtATime) {
  const std::string folder = FreshPath("out");
  const auto first = SnapshotWriter::Create(folder, TextHead(), "key");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(SnapshotWriter::Create(folder, TextHead(), "key").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ConfigWriter, LeavesRepeatedSamplesOut) {
  const auto writer =
      SnapshotWriter::Create(FreshPath("out"), TextHead(), "key");
  ASSERT_TRUE(writer.ok()) << writer.status();
  ConfigWriter config = writer->Config(0);
  EXPECT_EQ(*config.Add(TextSample(1)), true);
  EXPECT_EQ(*config.Add(TextSample(2)), true);
  EXPECT_EQ(*config.Add(TextSample(1)), false);
  EXPECT_EQ(config.rows(), 2);
}

TEST(ConfigWriter, RefusesOtherKindsBadSamplesAndEmptyConfigs) {
  const auto writer =
      SnapshotWriter::Create(FreshPath("out"), TextHead(), "key");
  ASSERT_TRUE(writer.ok()) << writer.status();
  ConfigWriter config = writer->Config(0);
  EXPECT_THAT(config.Add(TestSample(Sample::kReference)).status().message(),
              HasSubstr("kind \"reference\" in a config of kind \"text\""));
  Sample empty;
  empty.mutable_text();
  EXPECT_THAT(config.Add(empty).status().message(), HasSubstr("text is empty"));
  EXPECT_THAT(config.Finish().status().message(),
              HasSubstr("config text has no rows"));
}

}  // namespace
}  // namespace sn37::datasets
