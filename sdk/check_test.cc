#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/sn37.h"
#include "sn37/base/file.h"

namespace sn37::sdk {
namespace {

using testing::HasSubstr;

constexpr char kSmollm2[] = "eval/weights/smollm2";
constexpr char kDemoSchedule[] = "sn37/competition/demo.textproto";

TEST(CheckTest, AModelForTheDemoPassesItsFirstCompetition) {
  CheckOptions options;
  options.schedule = *ReadFile(kDemoSchedule, 1 << 20);
  const auto report = Check(kSmollm2, 1, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->passed);
  EXPECT_EQ(report->constraints.size(), 9);
  for (const Constraint& constraint : report->constraints) {
    EXPECT_TRUE(constraint.passed)
        << constraint.name << ": " << constraint.measured << ", allowed "
        << constraint.limit;
  }
}

// 135 million parameters where the subnet asks for 3.2 to 3.4 billion.
TEST(CheckTest, WithoutAScheduleTheSubnetsOwnCounts) {
  const auto report = Check(kSmollm2, 4);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->passed);
  for (const Constraint& constraint : report->constraints) {
    if (constraint.name != "parameters") continue;
    EXPECT_FALSE(constraint.passed);
    EXPECT_EQ(constraint.measured, "134515008");
    EXPECT_THAT(constraint.limit, HasSubstr("3200000000"));
  }
}

TEST(CheckTest, TheBlockChoosesTheCompetitions) {
  CheckOptions early;
  early.block = 0;
  EXPECT_TRUE(Check(kSmollm2, 2, early).ok());
  EXPECT_TRUE(absl::IsNotFound(Check(kSmollm2, 2).status()));
  EXPECT_TRUE(absl::IsNotFound(Check(kSmollm2, 4, early).status()));
}

TEST(CheckTest, ErrorsNameWhatIsWrong) {
  EXPECT_THAT(std::string(Check("nowhere", 4).status().message()),
              HasSubstr("nowhere"));
  EXPECT_THAT(
      std::string(Check("eval/models/testdata/llama_bin_refused", 4)
                      .status()
                      .message()),
      testing::AllOf(HasSubstr("pytorch_model.bin"), HasSubstr("pickle")));
  CheckOptions bad;
  bad.schedule = "entries { competitions { idd: 1 } }";
  EXPECT_TRUE(absl::IsInvalidArgument(Check(kSmollm2, 1, bad).status()));
}

}  // namespace
}  // namespace sn37::sdk
