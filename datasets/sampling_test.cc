#include "datasets/sampling.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "datasets/snapshot_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<DrawnRow> DrawnFrom(const std::vector<Stratum>& strata,
                                absl::string_view seed, absl::string_view task,
                                int64_t first, int64_t count) {
  const auto drawn = DrawRows(strata, Sha256(seed), task, first, count);
  EXPECT_TRUE(drawn.ok()) << drawn.status();
  return *drawn;
}

// From a single config.
std::vector<int64_t> Drawn(int64_t rows, absl::string_view seed,
                           absl::string_view task, int64_t first,
                           int64_t count) {
  std::vector<int64_t> drawn;
  for (const DrawnRow& row :
       DrawnFrom({{"some", rows}}, seed, task, first, count)) {
    EXPECT_EQ(row.stratum, 0);
    drawn.push_back(row.row);
  }
  return drawn;
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
  const std::vector<DrawnRow> kMixed = {
      {1, 4}, {2, 2}, {1, 9}, {0, 0}, {1, 0}, {2, 1}, {1, 5}, {1, 1}, {0, 1},
      {2, 0}, {1, 8}, {1, 2}, {2, 3}, {1, 3}, {0, 2}, {1, 6}, {2, 4}, {1, 7}};
  EXPECT_EQ(DrawnFrom({{"few", 3}, {"many", 10}, {"some", 5}}, "seed", "mixed",
                      0, 18),
            kMixed);
}

TEST(DrawRows, SeveralConfigsAreDrawnFromInProportionToTheirRows) {
  const std::vector<Stratum> strata = {
      {"a", 700}, {"b", 200}, {"c", 99}, {"d", 1}, {"e", 200}};
  const std::vector<DrawnRow> whole =
      DrawnFrom(strata, "seed", "task", 0, 1200);
  std::vector<std::set<int64_t>> rows(strata.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(rows[whole[i].stratum].insert(whole[i].row).second);
    for (size_t c = 0; c < strata.size(); ++c) {
      EXPECT_NEAR(rows[c].size(), (i + 1) * strata[c].rows / 1200.0, 1.5)
          << "config " << strata[c].config << " after sample " << i;
    }
  }
  for (size_t c = 0; c < strata.size(); ++c) {
    EXPECT_EQ(rows[c].size(), strata[c].rows);
    EXPECT_EQ(*rows[c].rbegin(), strata[c].rows - 1);
  }
  for (int64_t first : {0, 1, 100, 599, 1199, 1200}) {
    EXPECT_EQ(DrawnFrom(strata, "seed", "task", first, 1200 - first),
              std::vector<DrawnRow>(whole.begin() + first, whole.end()));
  }
  // Configs of the same size are not drawn from in the same order.
  const auto of = [&whole](size_t c) {
    std::vector<int64_t> order;
    for (const DrawnRow& row : whole) {
      if (row.stratum == c) order.push_back(row.row);
    }
    return order;
  };
  EXPECT_NE(of(1), of(4));
}

TEST(DrawRows, ManyRowsAreSkippedAtOnce) {
  const int64_t rows = int64_t{1} << 40;
  const std::vector<Stratum> strata = {{"a", rows}, {"b", rows - 1}, {"c", 7}};
  const int64_t all = 2 * rows + 6;
  EXPECT_EQ(DrawnFrom(strata, "seed", "task", all - 100, 100).size(), 100);
  const auto half = DrawnFrom(strata, "seed", "task", all / 2 - 1, 200);
  EXPECT_EQ(DrawnFrom(strata, "seed", "task", all / 2 + 99, 100),
            std::vector<DrawnRow>(half.begin() + 100, half.end()));
}

TEST(DrawRows, MoreThanThereIsIsAnError) {
  const std::vector<Stratum> strata = {{"a", 60}, {"b", 40}};
  for (const auto& [first, count] : {std::pair<int64_t, int64_t>{0, 101},
                                     {100, 1},
                                     {50, 51},
                                     {1, INT64_MAX}}) {
    EXPECT_EQ(DrawRows(strata, Digest(), "task", first, count).status().code(),
              absl::StatusCode::kOutOfRange);
  }
  EXPECT_TRUE(Drawn(100, "seed", "task", 100, 0).empty());
  EXPECT_EQ(DrawRows(strata, Digest(), "task", -1, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DrawRows(strata, Digest(), "task", 0, -1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Two configs, "short" with 50 rows and "long" with 30, whose texts grow with
// the row.
class DrawSamplesTest : public testing::Test {
 protected:
  static std::vector<Sample> Growing(size_t count, size_t shortest) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) texts.emplace_back(shortest + i, 'x');
    return TextSamples(texts);
  }

  std::vector<std::string> Ids(const Draw& draw) {
    const auto samples = DrawSamples(snapshot_, draw);
    EXPECT_TRUE(samples.ok()) << samples.status();
    std::vector<std::string> ids;
    for (const Sample& sample : *samples) ids.push_back(sample.id());
    return ids;
  }

  absl::Status Error(const Draw& draw) {
    return DrawSamples(snapshot_, draw).status();
  }

  Draw Both(int64_t first, int64_t count) {
    return {.configs = {"short", "long"},
            .seed = Sha256("seed"),
            .task = "task",
            .first = first,
            .count = count};
  }

  const Snapshot snapshot_ = WriteTestSnapshot(
      "tiny", {{"short", Growing(50, 1)}, {"long", Growing(30, 101)}});
};

TEST_F(DrawSamplesTest, AreTheDrawnRows) {
  Draw draw = Both(10, 5);
  draw.configs = {"short"};
  const std::vector<int64_t> rows = Drawn(50, "seed", "task", 10, 5);
  const auto samples = DrawSamples(snapshot_, draw);
  ASSERT_TRUE(samples.ok()) << samples.status();
  ASSERT_EQ(samples->size(), 5);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*samples)[i].id(), absl::StrCat("short/", rows[i]));
    EXPECT_EQ((*samples)[i].text().text().size(), rows[i] + 1);
  }
}

TEST_F(DrawSamplesTest, SeveralConfigsAreMixed) {
  const std::vector<std::string> whole = Ids(Both(0, 80));
  EXPECT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), 80);
  const auto from_short = std::count_if(
      whole.begin(), whole.begin() + 16,
      [](const std::string& id) { return absl::StartsWith(id, "short/"); });
  EXPECT_EQ(from_short, 10);
  EXPECT_EQ(Ids(Both(40, 40)),
            std::vector<std::string>(whole.begin() + 40, whole.end()));
}

TEST_F(DrawSamplesTest, LongRowsAreLeftOutInPlace) {
  Draw draw = Both(0, 80);
  std::vector<std::string> expected;
  const auto all = DrawSamples(snapshot_, draw);
  ASSERT_TRUE(all.ok());
  for (const Sample& sample : *all) {
    if (sample.text().text().size() <= 20) expected.push_back(sample.id());
  }
  ASSERT_EQ(expected.size(), 20);
  draw.limit = {.max = 20};
  draw.count = 20;
  EXPECT_EQ(Ids(draw), expected);
  draw.first = draw.count = 10;
  EXPECT_EQ(Ids(draw),
            std::vector<std::string>(expected.begin() + 10, expected.end()));
  draw.count = 11;
  EXPECT_EQ(Error(draw).code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(Error(draw).message(),
              HasSubstr("20 rows have a length of at most 20"));
}

TEST_F(DrawSamplesTest, TheMeasureIsTheCallers) {
  Draw draw = Both(0, 40);
  draw.limit = {.max = 10, .measure = [](absl::string_view text) {
                  return static_cast<int64_t>(text.size() / 4);
                }};
  for (const std::string& id : Ids(draw)) EXPECT_EQ(id.substr(0, 6), "short/");
  draw.limit->measure = [](absl::string_view) -> absl::StatusOr<int64_t> {
    return absl::InternalError("no tokenizer");
  };
  EXPECT_THAT(Error(draw).message(), HasSubstr("no tokenizer"));
}

TEST_F(DrawSamplesTest, SenselessDrawsAreErrors) {
  EXPECT_EQ(Error(Both(0, 81)).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Error(Both(-1, 1)).code(), absl::StatusCode::kInvalidArgument);
  Draw draw = Both(0, 1);
  draw.configs = {"short", "short"};
  EXPECT_EQ(Error(draw).code(), absl::StatusCode::kInvalidArgument);
  draw.configs = {};
  EXPECT_EQ(Error(draw).code(), absl::StatusCode::kInvalidArgument);
  draw.configs = {"poems"};
  EXPECT_EQ(Error(draw).code(), absl::StatusCode::kNotFound);
}

TEST(SampleLength, IsThatOfAllTextsButTheRules) {
  for (const auto& [kind, length] :
       {std::pair<Sample::BodyCase, size_t>{Sample::kMultipleChoice,
                                            23 + 1 + 1 + 1},
        {Sample::kReference, 9 + 8 + 3},
        {Sample::kText, 13},
        {Sample::kInstructionFollowing, 13 + 13}}) {
    EXPECT_EQ(*SampleLength(TestSample(kind), CountBytes), length)
        << KindName(kind);
  }
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
            "0e0d773669f17516a5700ba1e7c994a99f9289e0bc70608dadd5b9b30a897301");
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
