#include "datasets/snapshot.h"

#include <filesystem>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "datasets/shard.h"
#include "datasets/snapshot_writer.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kRows = 2 * kGroupRows + 10;

std::string Word(int64_t row) { return absl::StrCat("row", row); }

// A snapshot with one config of each kind, named like the kind.
std::string WriteSnapshot() {
  Manifest head;
  head.name = "tiny";
  head.license = "MIT";
  for (Sample::BodyCase kind : AllKinds()) {
    ConfigInfo config;
    config.name = std::string(KindName(kind));
    config.kind = kind;
    config.source = "test";
    head.configs.push_back(config);
  }
  const std::string folder = FreshPath("snapshot");
  auto writer = SnapshotWriter::Create(folder, head, "key");
  EXPECT_TRUE(writer.ok()) << writer.status();
  std::vector<ConfigInfo> configs;
  for (size_t c = 0; c < head.configs.size(); ++c) {
    ConfigWriter config = writer->Config(c);
    for (int64_t row = 0; row < kRows; ++row) {
      EXPECT_TRUE(config.Add(TestSample(head.configs[c].kind, Word(row))).ok());
    }
    configs.push_back(*config.Finish());
  }
  EXPECT_TRUE(writer->Finish(configs).ok());
  return folder;
}

// Replaces the bytes of a file and, so that only what follows can notice, its
// size and digest in the manifest.
void ReplaceShard(const std::string& folder, const std::string& file,
                  const std::string& bytes) {
  const std::string path = JoinPath(folder, "manifest.json");
  Manifest manifest = *ManifestFromJson(*ReadFile(path, kMaxManifestBytes));
  for (ConfigInfo& config : manifest.configs) {
    for (ShardInfo& shard : config.shards) {
      if (shard.file != file) continue;
      shard.bytes = bytes.size();
      shard.sha256 = Sha256(bytes);
    }
  }
  ASSERT_TRUE(WriteFileWhole(JoinPath(folder, file), bytes).ok());
  ASSERT_TRUE(WriteFileWhole(path, ManifestToJson(manifest)).ok());
}

TEST(Snapshot, ReadsRowsInTheOrderAskedWithTheirIds) {
  const auto snapshot = Snapshot::Open(WriteSnapshot());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  for (Sample::BodyCase kind : AllKinds()) {
    const std::string config(KindName(kind));
    const std::vector<int64_t> rows = {kRows - 1, 0, kGroupRows, 0};
    const auto samples = snapshot->Read(config, rows);
    ASSERT_TRUE(samples.ok()) << samples.status();
    ASSERT_EQ(samples->size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      Sample expected = TestSample(kind, Word(rows[i]));
      expected.set_id(absl::StrCat(config, "/", rows[i]));
      EXPECT_EQ((*samples)[i].SerializeAsString(),
                expected.SerializeAsString());
    }
  }
}

TEST(Snapshot, VisitsEveryRowOfAConfigInOrder) {
  const auto snapshot = Snapshot::Open(WriteSnapshot());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  for (Sample::BodyCase kind : AllKinds()) {
    int64_t rows = 0;
    const absl::Status status =
        snapshot->VisitRows(KindName(kind), [&](const Sample& sample) {
          EXPECT_EQ(sample.id(), absl::StrCat(KindName(kind), "/", rows++));
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(rows, kRows);
  }
}

TEST(Snapshot, RowsAndConfigsThatDoNotExistAreErrors) {
  const auto snapshot = Snapshot::Open(WriteSnapshot());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  for (int64_t row : {int64_t{-1}, kRows}) {
    EXPECT_EQ(snapshot->Read("text", {row}).status().code(),
              absl::StatusCode::kOutOfRange);
  }
  const absl::Status status = snapshot->Read("poems", {0}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("it has multiple_choice, reference"));
}

TEST(Snapshot, MayBeReadFromSeveralThreads) {
  const auto snapshot = Snapshot::Open(WriteSnapshot());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int64_t row = 0; row < 20; ++row) {
        const auto samples = snapshot->Read("text", {row * 100});
        if (samples.ok()) found[t] += samples->front().text().text();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, testing::Each(found[0]));
  EXPECT_THAT(found[0], HasSubstr(Word(1900)));
}

TEST(Snapshot, AnotherSnapshotThanThePinnedOneIsRefused) {
  const std::string folder = WriteSnapshot();
  const Digest id = Snapshot::Open(folder)->id();
  EXPECT_EQ(id, Sha256(*ReadFile(JoinPath(folder, "manifest.json"), 1 << 20)));
  EXPECT_TRUE(Snapshot::Open(folder, id).ok());
  const absl::Status status = Snapshot::Open(folder, Sha256("x")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("manifest.json"));
  EXPECT_THAT(status.message(), HasSubstr(id.hex()));
}

TEST(Snapshot, DamagedFoldersAreRefusedWithTheFilesName) {
  const struct {
    std::function<void(const std::string& folder)> spoil;
    absl::StatusCode code;
    absl::string_view message;
  } kCases[] = {
      {[](const std::string& folder) { std::filesystem::remove_all(folder); },
       absl::StatusCode::kNotFound, "manifest.json"},
      {[](const std::string& folder) {
         std::filesystem::remove(JoinPath(folder, "text-00000.parquet"));
       },
       absl::StatusCode::kNotFound, "text-00000.parquet"},
      {[](const std::string& folder) {
         const std::string path = JoinPath(folder, "text-00000.parquet");
         std::filesystem::resize_file(path,
                                      std::filesystem::file_size(path) - 1);
       },
       absl::StatusCode::kDataLoss, "text-00000.parquet: has "},
      {[](const std::string& folder) {
         const std::string path = JoinPath(folder, "text-00000.parquet");
         std::string bytes = *ReadFile(path, 1 << 30);
         bytes[bytes.size() / 2] ^= 1;
         ASSERT_TRUE(WriteFileWhole(path, bytes).ok());
       },
       absl::StatusCode::kDataLoss, "text-00000.parquet: its SHA-256 is "},
      {[](const std::string& folder) {
         ASSERT_TRUE(
             WriteFileWhole(JoinPath(folder, "manifest.json"), "{}").ok());
       },
       absl::StatusCode::kInvalidArgument, "manifest.json: "},
      {[](const std::string& folder) {
         ReplaceShard(folder, "text-00000.parquet", "PAR1 of sorts PAR1");
       },
       absl::StatusCode::kInvalidArgument, "text-00000.parquet"},
      {[](const std::string& folder) {
         ShardEncoder encoder;
         encoder.Add(ToRow(TestSample(Sample::kText), "text"));
         ReplaceShard(folder, "text-00000.parquet", *encoder.Finish());
       },
       absl::StatusCode::kInvalidArgument,
       "text-00000.parquet: has 1 rows, the manifest says 2058"},
  };
  for (const auto& test : kCases) {
    const std::string folder = WriteSnapshot();
    test.spoil(folder);
    const absl::Status status = Snapshot::Open(folder).status();
    EXPECT_EQ(status.code(), test.code) << status;
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

// Shards that are whole and whose digests agree, with one row that no builder
// would write.
TEST(Snapshot, ABadRowIsNamedWithItsFile) {
  Row bad_text = ToRow(TestSample(Sample::kText), "text");
  bad_text.text = "a\xff";
  Row other_config = ToRow(TestSample(Sample::kText), "poems");
  Row no_text = ToRow(TestSample(Sample::kText), "text");
  no_text.text.reset();
  const std::pair<Row, absl::string_view> kCases[] = {
      {bad_text, "not valid UTF-8"},
      {other_config, "is of config \"poems\", not text"},
      {no_text, "column \"text\" is null"},
  };
  for (const auto& [bad, message] : kCases) {
    const std::string folder = WriteSnapshot();
    ShardEncoder encoder;
    for (int64_t i = 0; i < kRows; ++i) {
      const Row good = ToRow(TestSample(Sample::kText, Word(i)), "text");
      encoder.Add(i == 1500 ? bad : good);
    }
    ReplaceShard(folder, "text-00000.parquet", *encoder.Finish());
    const auto snapshot = Snapshot::Open(folder);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_TRUE(snapshot->Read("text", {1499, 1501}).ok());
    const absl::Status status = snapshot->Read("text", {1500}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("text-00000.parquet, row 1500: "));
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace sn37::datasets
