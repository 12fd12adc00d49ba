#include "datasets/sampling.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "datasets/snapshot_writer.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> Drawn(int64_t rows, absl::string_view seed,
                           absl::string_view task, int64_t first,
                           int64_t count) {
  const auto drawn = DrawRows(rows, Sha256(seed), task, first, count);
  EXPECT_TRUE(drawn.ok()) << drawn.status();
  return *drawn;
}

TEST(DrawRows, EveryRowComesOnce) {
  for (int64_t rows : {1, 2, 100, 4097}) {
    const std::vector<int64_t> drawn = Drawn(rows, "seed", "task", 0, rows);
    const std::set<int64_t> different(drawn.begin(), drawn.end());
    EXPECT_EQ(different.size(), rows);
    EXPECT_EQ(*different.begin(), 0);
    EXPECT_EQ(*different.rbegin(), rows - 1);
  }
}

TEST(DrawRows, AnyPartIsThatPartOfTheWhole) {
  const std::vector<int64_t> whole = Drawn(1000, "seed", "task", 0, 200);
  EXPECT_EQ(Drawn(1000, "seed", "task", 100, 100),
            std::vector<int64_t>(whole.begin() + 100, whole.end()));
  for (int64_t i : {0, 7, 199}) {
    EXPECT_THAT(Drawn(1000, "seed", "task", i, 1), ElementsAre(whole[i]));
  }
}

TEST(DrawRows, SeedAndTaskMatter) {
  const std::vector<int64_t> drawn = Drawn(1000, "seed", "task", 0, 20);
  EXPECT_NE(Drawn(1000, "seed2", "task", 0, 20), drawn);
  EXPECT_NE(Drawn(1000, "seed", "task2", 0, 20), drawn);
}

// From an implementation in Python of what sn37/base/random.h and sampling.h
// say (testdata/draw.py).
TEST(DrawRows, AnswersAsWrittenDown) {
  EXPECT_THAT(Drawn(1000, "seed", "word_sorting", 0, 6),
              ElementsAre(847, 519, 47, 59, 954, 253));
  EXPECT_THAT(Drawn(1000000, "0xabc", "text", 5, 4),
              ElementsAre(915594, 494253, 912357, 576702));
}

TEST(DrawRows, MoreThanThereIsIsAnError) {
  for (const auto& [first, count] : {std::pair<int64_t, int64_t>{0, 101},
                                     {100, 1},
                                     {50, 51},
                                     {1, INT64_MAX}}) {
    EXPECT_EQ(DrawRows(100, Digest(), "task", first, count).status().code(),
              absl::StatusCode::kOutOfRange);
  }
  EXPECT_TRUE(Drawn(100, "seed", "task", 100, 0).empty());
  EXPECT_EQ(DrawRows(100, Digest(), "task", -1, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DrawRows(100, Digest(), "task", 0, -1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(DrawSamples, AreTheDrawnRows) {
  Manifest head;
  head.name = "tiny";
  head.license = "MIT";
  head.configs.resize(1);
  head.configs[0].name = "some";
  head.configs[0].kind = Sample::kText;
  head.configs[0].source = "test";
  const std::string folder = FreshPath("snapshot");
  auto writer = SnapshotWriter::Create(folder, head, "key");
  ASSERT_TRUE(writer.ok()) << writer.status();
  ConfigWriter config = writer->Config(0);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(config.Add(TestSample(Sample::kText, absl::StrCat(i))).ok());
  }
  ASSERT_TRUE(writer->Finish({*config.Finish()}).ok());
  const auto snapshot = Snapshot::Open(folder);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const auto samples =
      DrawSamples(*snapshot, "some", Sha256("seed"), "task", 10, 5);
  ASSERT_TRUE(samples.ok()) << samples.status();
  const std::vector<int64_t> rows = Drawn(50, "seed", "task", 10, 5);
  ASSERT_EQ(samples->size(), 5);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*samples)[i].id(), absl::StrCat("some/", rows[i]));
    EXPECT_THAT((*samples)[i].text().text(), HasSubstr(absl::StrCat(rows[i])));
  }
  EXPECT_EQ(DrawSamples(*snapshot, "some", Sha256("seed"), "task", 0, 51)
                .status()
                .code(),
            absl::StatusCode::kOutOfRange);
}

std::vector<Sample> SomeSamples() {
  std::vector<Sample> samples;
  for (Sample::BodyCase kind : AllKinds()) {
    samples.push_back(TestSample(kind));
    samples.back().set_id(absl::StrCat("some/", samples.size()));
  }
  return samples;
}

// From testdata/draw.py as well.
TEST(SampleSetDigest, IsAsWrittenDown) {
  EXPECT_EQ(SampleSetDigest(SomeSamples()).hex(),
            "1221993ba84ab5cc6540298f24dad5e846a1f16d581775501888da9d1a3cba4c");
  EXPECT_EQ(SampleSetDigest({}), Sha256("sn37 samples 1\n"));
}

TEST(SampleSetDigest, DependsOnContentOrderAndIds) {
  const std::vector<Sample> samples = SomeSamples();
  std::set<std::string> digests = {SampleSetDigest(samples).hex()};
  std::vector<Sample> other = samples;
  std::swap(other[0], other[1]);
  EXPECT_TRUE(digests.insert(SampleSetDigest(other).hex()).second);
  other = samples;
  other[2].set_id("some/99");
  EXPECT_TRUE(digests.insert(SampleSetDigest(other).hex()).second);
  other = samples;
  other[1].mutable_reference()->clear_system();
  EXPECT_TRUE(digests.insert(SampleSetDigest(other).hex()).second);
  other = samples;
  other[3].mutable_instruction_following()->mutable_rules(0)->set_count(31);
  EXPECT_TRUE(digests.insert(SampleSetDigest(other).hex()).second);
  other = samples;
  other.pop_back();
  EXPECT_TRUE(digests.insert(SampleSetDigest(other).hex()).second);
}

}  // namespace
}  // namespace sn37::datasets
