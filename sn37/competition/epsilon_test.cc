#include "sn37/competition/epsilon.h"

#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

Epsilon Decay(double start, double end, int64_t blocks) {
  Epsilon epsilon;
  epsilon.mutable_linear_decay()->set_start(start);
  epsilon.mutable_linear_decay()->set_end(end);
  epsilon.mutable_linear_decay()->set_blocks(blocks);
  return epsilon;
}

Epsilon Fixed(double value) {
  Epsilon epsilon;
  epsilon.set_fixed(value);
  return epsilon;
}

TEST(EpsilonTest, VectorsBitForBit) {
  for (const auto& c : ReadCases("epsilon.json")) {
    const Epsilon epsilon =
        c["type"] == "FixedEpsilon"
            ? Fixed(c["epsilon_param"])
            : Decay(c["start"], c["end"], c["decay_blocks"]);
    EXPECT_EQ(EpsilonAt(epsilon, ToBlock(c["current_block"]),
                        ToBlock(c["model_block"])),
              c["epsilon"].get<double>())
        << c;
  }
}

// conformance.md B6
TEST(EpsilonTest, DecaysFromStartToEndAndStaysThere) {
  const Epsilon decay = Decay(0.005, 0.001, 50400);
  const struct {
    int64_t current, model;
    double expected;
  } kCases[] = {
      {0, 100, 0.005},   {100, 100, 0.005},    {25200, 0, 0.003},
      {50400, 0, 0.001}, {50400000, 0, 0.001}, {5, INT64_MAX, 0.005},
  };
  for (const auto& c : kCases) {
    EXPECT_DOUBLE_EQ(EpsilonAt(decay, c.current, c.model), c.expected);
    EXPECT_EQ(EpsilonAt(Fixed(0.005), c.current, c.model), 0.005);
  }
}

}  // namespace
}  // namespace sn37
