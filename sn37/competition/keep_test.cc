#include "sn37/competition/keep.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

using ::testing::ElementsAreArray;

TEST(KeepSetTest, AveragesGoBeforeWinRatesAndTheFirstBeforeItsEquals) {
  const struct {
    std::vector<KeepCandidate> field;  // average, win rate
    size_t keep;
    std::vector<size_t> expected;
  } kCases[] = {
      {{}, 3, {}},
      {{{0, 0}, {0, 0}}, 3, {0, 1}},
      {{{0, .1}, {0, .9}, {0, .5}, {0, .7}}, 3, {1, 2, 3}},
      {{{0, 1}, {.001, 0}, {.5, 0}}, 2, {1, 2}},
      {{{.0009, .2}, {0, .3}}, 1, {1}},
      {{{0, .5}, {0, .5}, {0, .5}}, 2, {0, 1}},
      {{{.2, 0}, {.3, 0}, {.1, 1}}, 1, {1}},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(KeepSet(c.field, c.keep), ElementsAreArray(c.expected));
  }
}

}  // namespace
}  // namespace sn37
