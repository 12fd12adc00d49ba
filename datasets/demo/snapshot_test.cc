// Pins the demo's snapshot: who changes a generator, a text or a setting of the
// writer learns here that every validator's samples change.
#include "datasets/snapshot.h"

#include "datasets/sampling.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kFolder = "datasets/demo/snapshot";
// sn37/competition/demo.textproto names the same.
constexpr absl::string_view kId =
    "bef4b6128892dc85d332bc1a8026997c996464f9ae4865b6a5f2950732b9bd9f";

Snapshot OpenDemo() {
  absl::StatusOr<Snapshot> snapshot = Snapshot::Open(std::string(kFolder));
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return *std::move(snapshot);
}

TEST(DemoSnapshot, HasThePinnedId) { EXPECT_EQ(OpenDemo().id().hex(), kId); }

TEST(DemoSnapshot, HasEnoughRowsForEveryTask) {
  const Snapshot snapshot = OpenDemo();
  const std::pair<absl::string_view, int64_t> kRows[] = {
      {"word_sorting", 4000},
      {"multiple_choice", 4000},
      {"if_eval_v1", 1000},
      {"if_eval_v2", 1000},
      {"dyck", 1000},
      {"arithmetic", 1000},
      {"text", 89}};
  EXPECT_EQ(snapshot.manifest().configs.size(), std::size(kRows));
  for (const auto& [config, rows] : kRows) {
    const auto info = snapshot.FindConfig(config);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ((*info)->rows(), rows) << config;
  }
}

TEST(DemoSnapshot, EveryRowIsAValidSample) {
  const Snapshot snapshot = OpenDemo();
  int64_t rows = 0;
  for (const ConfigInfo& config : snapshot.manifest().configs) {
    const absl::Status status =
        snapshot.VisitRows(config.name, [&](const Sample&) {
          ++rows;
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(rows, 12089);
}

TEST(DemoSnapshot, TheFirstSamplesAreAlwaysTheSame) {
  const Snapshot snapshot = OpenDemo();
  const Digest seed = Sha256("0x01");
  const auto sorting = DrawSamples(snapshot, {.configs = {"word_sorting"},
                                              .seed = seed,
                                              .task = "word_sorting",
                                              .count = 1});
  ASSERT_TRUE(sorting.ok()) << sorting.status();
  EXPECT_EQ(sorting->front().id(), "word_sorting/501");
  EXPECT_EQ(sorting->front().reference().reference(),
            "bodies devotes equipment solved");
  std::vector<Sample> set;
  for (const ConfigInfo& config : snapshot.manifest().configs) {
    const auto samples = DrawSamples(snapshot, {.configs = {config.name},
                                                .seed = seed,
                                                .task = config.name,
                                                .count = 20});
    ASSERT_TRUE(samples.ok()) << samples.status();
    set.insert(set.end(), samples->begin(), samples->end());
  }
  EXPECT_EQ(SampleSetDigest(set).hex(),
            "da2eaf22e49fdc4f46849f2dd92dbfd5a6d7d00b99a1219f142750ac18ee4968");
}

}  // namespace
}  // namespace sn37::datasets
