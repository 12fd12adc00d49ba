#include "datasets/summary.h"

#include "datasets/snapshot_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ByteSize, HasTwoOrThreeDigits) {
  const std::pair<int64_t, absl::string_view> kCases[] = {
      {0, "0 B"},         {999, "999 B"},      {1000, "1.0 kB"},
      {9949, "9.9 kB"},   {9951, "10 kB"},     {999499, "999 kB"},
      {999500, "1.0 MB"}, {1234567, "1.2 MB"}, {5000000000, "5.0 GB"}};
  for (const auto& [bytes, text] : kCases) EXPECT_EQ(ByteSize(bytes), text);
}

Snapshot Texts() {
  std::vector<Sample> samples;
  for (size_t length : {1, 2, 3, 4, 7, 8, 1000}) {
    samples.emplace_back().mutable_text()->set_text(std::string(length, 'x'));
  }
  return WriteTestSnapshot("tiny", {{"text", samples}});
}

TEST(MeasureLengths, CountsRowsByPowersOfTwo) {
  uint64_t progress = 0;
  const auto lengths =
      MeasureLengths(Texts(), [&](uint64_t rows) { progress += rows; });
  ASSERT_TRUE(lengths.ok()) << lengths.status();
  ASSERT_EQ(lengths->size(), 1);
  const Lengths& text = lengths->front();
  EXPECT_EQ(text.rows, 7);
  EXPECT_EQ(progress, 7);
  EXPECT_EQ(text.bytes, 1025);
  EXPECT_EQ(text.shortest, 1);
  EXPECT_EQ(text.longest, 1000);
  EXPECT_THAT(text.histogram, ElementsAre(1, 2, 2, 1, 0, 0, 0, 0, 0, 1));
  EXPECT_EQ(HistogramText(text),
            "text: 7 rows of 1 to 1000 bytes, 146 on average\n"
            "         1 to        1          1  ####################\n"
            "         2 to        3          2  "
            "########################################\n"
            "         4 to        7          2  "
            "########################################\n"
            "         8 to       15          1  ####################\n"
            "       512 to     1023          1  ####################\n");
  EXPECT_EQ(LengthsToJson(text)["histogram"][9], 1);
}

TEST(ConfigTable, HasEveryConfigAndTheTotal) {
  const std::string table = ConfigTable(Texts().manifest());
  EXPECT_THAT(table, HasSubstr("text    text  test       7       1"));
  EXPECT_THAT(table, HasSubstr("total"));
}

TEST(SampleText, IsHarmlessAndCut) {
  Sample sample = TestSample(Sample::kMultipleChoice, "\x1b[31mred");
  sample.set_id("some/3");
  EXPECT_EQ(SampleText(sample, 30),
            "some/3\n"
            "  prompts    Is it \\x1b[31mre…\n"
            "  choices    A\n"
            "  choices    B\n"
            "  answer     B\n");
}

TEST(SampleJson, IsTheMessageInJson) {
  Sample sample = TestSample(Sample::kFinalAnswer);
  sample.set_id("some/3");
  const auto line = SampleJson(sample);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line,
            R"({"id":"some/3","final_answer":{"system":"Be brief.",)"
            R"("prompt":"Half of one?","answer":"1/2","form":"NUMBER"}})");
}

}  // namespace
}  // namespace sn37::datasets
