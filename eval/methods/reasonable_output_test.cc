#include "eval/methods/reasonable_output.h"

#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

TEST(ReasonableOutputTest, EqualToTheReferenceOnItsVectors) {
  const nlohmann::json vectors =
      ReadVectors("eval/methods/testdata/reasonable_output.json");
  EXPECT_EQ(vectors["cases"].size(), 48u);
  for (const auto& c : vectors["cases"]) {
    EXPECT_EQ(IsReasonableOutput(c["gen1"].get<std::vector<int32_t>>(),
                                 c["gen2"].get<std::vector<int32_t>>()),
              c["ok"].get<bool>())
        << c;
  }
}

// 20 different tokens from `first` on.
std::vector<int32_t> Count(int32_t first) {
  std::vector<int32_t> tokens(20);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

TEST(ReasonableOutputTest, NineEqualPlacesAreFineTenAreNot) {
  std::vector<int32_t> other = Count(100);
  const std::vector<int32_t> counted = Count(0);
  std::copy(counted.begin(), counted.begin() + 9, other.begin());
  EXPECT_TRUE(IsReasonableOutput(counted, other));
  other[9] = counted[9];
  EXPECT_FALSE(IsReasonableOutput(counted, other));
}

TEST(ReasonableOutputTest, ElevenRepetitionsInBothAreNot) {
  std::vector<int32_t> a = Count(0);
  std::vector<int32_t> b = Count(100);
  std::fill(a.begin(), a.begin() + 11, 7);
  std::fill(b.begin(), b.begin() + 10, 107);
  EXPECT_TRUE(IsReasonableOutput(a, b));
  std::fill(b.begin(), b.begin() + 12, 107);
  EXPECT_FALSE(IsReasonableOutput(a, b));
}

TEST(ReasonableOutputTest, AnotherLengthIsNot) {
  std::vector<int32_t> shorter = Count(100);
  shorter.pop_back();
  EXPECT_FALSE(IsReasonableOutput(Count(0), shorter));
  EXPECT_FALSE(IsReasonableOutput({}, Count(0)));
}

}  // namespace
}  // namespace sn37::eval
