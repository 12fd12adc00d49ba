#include "sn37/base/check.h"

#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(CheckTest, TrueConditionEvaluatesNoMessage) {
  int evaluated = 0;
  SN37_CHECK(1 + 1 == 2) << ++evaluated;
  EXPECT_EQ(evaluated, 0);
}

TEST(CheckDeathTest, FalseConditionNamesPlaceConditionAndMessage) {
  EXPECT_DEATH(SN37_CHECK(1 == 2) << "index " << 7,
               "check_test.cc:[0-9]+: check failed: 1 == 2 index 7");
}

TEST(CheckTest, IsOneStatementInAnIf) {
  if (true)
    SN37_CHECK(true);
  else
    FAIL();
}

}  // namespace
}  // namespace sn37
