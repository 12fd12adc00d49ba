#include "datasets/compare.h"

#include "absl/strings/str_cat.h"
#include "datasets/snapshot_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;

// A readable form for comparison.
std::string Written(const RowDifference& rows) {
  return absl::StrCat(rows.config, " ", rows.both, " ", rows.only_left, " ",
                      rows.only_right, rows.same_order ? "" : " reordered");
}

std::vector<std::string> RowsOf(const std::vector<TestConfig>& left,
                                const std::vector<TestConfig>& right) {
  const auto difference = CompareSnapshots(WriteTestSnapshot("left", left),
                                           WriteTestSnapshot("right", right));
  EXPECT_TRUE(difference.ok()) << difference.status();
  std::vector<std::string> rows;
  for (const RowDifference& config : difference->rows) {
    rows.push_back(Written(config));
  }
  return rows;
}

TEST(CompareSnapshots, RowsAreCountedByContent) {
  const std::vector<Sample> rows = TextSamples({"a", "b", "c", "d"});
  EXPECT_THAT(RowsOf({{"same", rows}}, {{"same", rows}}),
              ElementsAre("same 4 0 0"));
  EXPECT_THAT(RowsOf({{"text", rows}},
                     {{"text", TextSamples({"x", "a", "c", "d", "y"})}}),
              ElementsAre("text 3 1 2"));
  EXPECT_THAT(
      RowsOf({{"text", rows}}, {{"text", TextSamples({"b", "a", "c", "d"})}}),
      ElementsAre("text 4 0 0 reordered"));
  EXPECT_THAT(RowsOf({{"old", rows}, {"kept", rows}},
                     {{"kept", rows}, {"new", TextSamples({"z"})}}),
              ElementsAre("kept 4 0 0", "new 0 0 1", "old 0 4 0"));
}

TEST(CompareSnapshots, ManifestsAreComparedValueByValue) {
  const std::vector<TestConfig> configs = {
      {"text", TextSamples({"a"})}, {"kind", {TestSample(Sample::kReference)}}};
  std::vector<TestConfig> others = {{"kind", {TestSample(Sample::kRanking)}},
                                    {"text", TextSamples({"a"})}};
  const auto difference = CompareSnapshots(WriteTestSnapshot("left", configs),
                                           WriteTestSnapshot("right", others));
  ASSERT_TRUE(difference.ok()) << difference.status();
  std::vector<std::string> written;
  for (const ManifestDifference& value : difference->manifest) {
    written.push_back(absl::StrCat(value.path, " ", value.left.dump(), " ",
                                   value.right.dump()));
  }
  EXPECT_THAT(written,
              ElementsAre("/configs/kind/kind \"reference\" \"ranking\"",
                          "/name \"left\" \"right\""));
}

}  // namespace
}  // namespace sn37::datasets
