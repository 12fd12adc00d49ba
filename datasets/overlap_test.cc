#include "datasets/overlap.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "datasets/snapshot_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Words that no other `name` has.
std::string Words(absl::string_view name, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, name, i, " ");
  return text;
}

// Rows of 52 words, so 40 13-grams; those of row 2 are one part of ten from
// the training text.
Snapshot Rows() {
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) {
    texts.push_back(Words(absl::StrCat("row", i, "w"), 52));
  }
  texts[2] = Words("row2w", 26) + Words("train", 26);
  texts[7] = "Too short to tell.";
  return WriteTestSnapshot("rows", {{"text", TextSamples(texts)},
                                    {"more", TextSamples({"Short as well."})}});
}

// "config/row overlap" of each row in the report, in hundredths.
std::vector<std::string> Found(const std::vector<std::string>& texts,
                               double max_overlap) {
  const auto report = FindOverlaps(Rows(), texts, max_overlap);
  EXPECT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->looked_at, 51);
  EXPECT_EQ(report->too_short, 2);
  std::vector<std::string> found;
  for (const RowOverlap& row : report->rows) {
    found.push_back(absl::StrCat(row.config, "/", row.row, " ",
                                 static_cast<int>(100 * row.overlap)));
  }
  return found;
}

TEST(FindOverlaps, ACopiedRowIsFoundInAnyLayout) {
  const std::string copy = WriteTestFile(
      "train.txt", absl::StrCat("Before it\n\n", Words("ROW5W", 52), "after"));
  EXPECT_THAT(Found({copy}, 0.5), ElementsAre("text/5 100"));
  const std::string json = WriteTestFile(
      "train.jsonl", absl::StrCat("{\"id\":1,\"messages\":[{\"content\":\"a ",
                                  Words("row9w", 52), "\\n\"}]}\n\n{}\n"));
  EXPECT_THAT(Found({copy, json}, 0.5),
              ElementsAre("text/5 100", "text/9 100"));
}

TEST(FindOverlaps, ThePartThatIsCopiedIsMeasured) {
  // 14 of the 40 13-grams of row 2.
  const std::string part = WriteTestFile("train.txt", Words("train", 26));
  EXPECT_THAT(Found({part}, 0.3), ElementsAre("text/2 35"));
  EXPECT_THAT(Found({part}, 0.35), IsEmpty());
}

TEST(FindOverlaps, TwelveWordsInCommonAreNoOverlap) {
  const std::string part = WriteTestFile("train.txt", Words("row5w", 12));
  EXPECT_THAT(Found({part}, 0.0), IsEmpty());
}

// Each row is longer than the sketch and has only a little more in common with
// the texts than the threshold.
TEST(FindOverlaps, ALittleInCommonIsFoundWhereTheThresholdIsLow) {
  constexpr int kRows = 100;
  constexpr int kNgrams = 400;
  const struct {
    double max_overlap;
    int common;  // 13-grams
  } kCases[] = {{0.3, 121}, {0.1, 41}, {0.02, 9}, {0, 1}};
  for (const auto& test : kCases) {
    std::vector<std::string> rows;
    std::string train;
    for (int i = 0; i < kRows; ++i) {
      const std::string common =
          Words(absl::StrCat("common", i, "w"), test.common + 12);
      const std::string own =
          Words(absl::StrCat("row", i, "w"), kNgrams - test.common);
      rows.push_back(common + own);
      absl::StrAppend(&train, common, "between ");
    }
    const auto report =
        FindOverlaps(WriteTestSnapshot("low", {{"text", TextSamples(rows)}}),
                     {WriteTestFile("train.txt", train)}, test.max_overlap);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->rows.size(), kRows) << test.max_overlap;
  }
}

TEST(SketchNgrams, FewRowsAboveTheThresholdAreMissed) {
  EXPECT_EQ(SketchNgrams(1), 1);
  EXPECT_EQ(SketchNgrams(0.5), 16);
  EXPECT_EQ(SketchNgrams(0.1), 106);
  EXPECT_EQ(SketchNgrams(0.01), 1104);
  EXPECT_GE(SketchNgrams(0), kMaxSampleBytes);
}

TEST(FindOverlaps, ATextThatChangesMeanwhileIsNoticed) {
  const std::string text = WriteTestFile("train.txt", Words("row5w", 52));
  const absl::Status status =
      FindOverlaps(Rows(), {text}, 0.5, [&](uint64_t) {
        EXPECT_TRUE(WriteFileWhole(text, "shorter").ok());
      }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status.message(), HasSubstr("train.txt: was changed while"));
}

TEST(FindOverlaps, AnEarlierSnapshotIsAText) {
  const Snapshot earlier = WriteTestSnapshot(
      "earlier", {{"old", TextSamples({Words("row3w", 52), "unlike"})}});
  EXPECT_THAT(Found({earlier.folder()}, 0.5), ElementsAre("text/3 100"));
}

TEST(FindOverlaps, TheThresholdIsAShare) {
  for (double bad : {-0.1, 1.1, std::nan("")}) {
    EXPECT_EQ(FindOverlaps(Rows(), {}, bad).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(FindOverlaps, UnreadableTextsAreNamed) {
  const Snapshot rows = Rows();
  EXPECT_THAT(FindOverlaps(rows, {FreshPath("gone")}, 0.5).status().message(),
              HasSubstr("gone"));
  const std::string bad = WriteTestFile("bad.jsonl", "{}\n{\n{}\n");
  EXPECT_THAT(FindOverlaps(rows, {bad}, 0.5).status().message(),
              HasSubstr("bad.jsonl, line 2: "));
}

TEST(DropRows, TheOthersStayAndTheManifestSaysSo) {
  const Snapshot rows = Rows();
  const std::string copy = WriteTestFile("train.txt", Words("row5w", 52));
  const auto report = FindOverlaps(rows, {copy}, 0.5);
  ASSERT_TRUE(report.ok()) << report.status();
  const std::string folder = FreshPath("dropped");
  const auto id = DropRows(rows, *report, folder);
  ASSERT_TRUE(id.ok()) << id.status();
  const auto dropped = Snapshot::Open(folder, *id);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  const Manifest& manifest = dropped->manifest();
  EXPECT_EQ(manifest.configs[0].rows(), 49);
  EXPECT_EQ(manifest.configs[0].parameters["max_overlap"], 0.5);
  EXPECT_EQ(manifest.inputs.back().name, "against");
  EXPECT_EQ(manifest.inputs.back().files[0].name, "train.txt");
  EXPECT_EQ(manifest.inputs.back().files[0].sha256,
            Sha256(*ReadFile(copy, 1 << 20)));
  const auto texts = dropped->Read("text", {4, 5});
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_THAT((*texts)[0].text().text(), HasSubstr("row4w"));
  EXPECT_THAT((*texts)[1].text().text(), HasSubstr("row6w"));
  EXPECT_EQ(*DropRows(rows, *report, FreshPath("again")), *id);
}

// What an interrupted call left of another snapshot, which differs in its rows
// alone, is of no use.
TEST(DropRows, ShardsOfAnotherSnapshotAreNotTaken) {
  const std::string copy = WriteTestFile("train.txt", Words("row5w", 52));
  const auto snapshot_of = [](absl::string_view row) {
    return WriteTestSnapshot("rows", {{"text", TextSamples({std::string(row)})},
                                      {"more", TextSamples({"Something."})}});
  };
  const std::string folder = FreshPath("dropped");
  {
    const Snapshot old = snapshot_of("old");
    const auto report = FindOverlaps(old, {copy}, 0.5);
    ASSERT_TRUE(report.ok()) << report.status();
    ASSERT_TRUE(RemoveTree(old.folder() + "/more-00000.parquet").ok());
    EXPECT_FALSE(DropRows(old, *report, folder).ok());
    EXPECT_TRUE(FileExists(folder + ".partial/text-00000.parquet"));
  }
  const Snapshot fresh = snapshot_of("new");
  const auto report = FindOverlaps(fresh, {copy}, 0.5);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(DropRows(fresh, *report, folder).ok());
  EXPECT_EQ(Snapshot::Open(folder)->Read("text", {0})->front().text().text(),
            "new");
}

TEST(DropRows, AConfigMustNotBecomeEmpty) {
  const Snapshot rows =
      WriteTestSnapshot("one", {{"text", TextSamples({Words("all", 20)})}});
  const std::string copy = WriteTestFile("train.txt", Words("all", 20));
  const auto report = FindOverlaps(rows, {copy}, 0.5);
  ASSERT_TRUE(report.ok()) << report.status();
  const std::string folder = FreshPath("dropped");
  EXPECT_THAT(DropRows(rows, *report, folder).status().message(),
              HasSubstr("config text has no rows"));
  EXPECT_FALSE(FileExists(folder));
  EXPECT_FALSE(FileExists(folder + ".partial"));
}

}  // namespace
}  // namespace sn37::datasets
