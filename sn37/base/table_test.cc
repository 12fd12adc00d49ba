#include "sn37/base/table.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({{"uid", Align::kRight}, {"model"}, {"w", Align::kRight}});
  table.AddRow({"7", "demo/best", "0.5"});
  table.AddRow({"12345", "x", ""});
  EXPECT_EQ(table.ToString(),
            "  uid  model        w\n"
            "    7  demo/best  0.5\n"
            "12345  x\n");
}

TEST(TableTest, WidthCountsColumnsNotBytes) {
  Table table({{"a"}, {"b"}});
  table.AddRow({"é", "1"});
  table.AddRow({"xy", "2"});
  EXPECT_EQ(table.ToString(), "a   b\né   1\nxy  2\n");
}

TEST(TableTest, EscapesFromOutsideDoNotReachTheTerminal) {
  Table table({{"model"}, {"w"}});
  table.AddRow({"evil\x1b[2J\nname", "1"});
  std::string text = table.ToString();
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace sn37
