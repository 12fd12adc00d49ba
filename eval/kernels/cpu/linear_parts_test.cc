#include "eval/kernels/cpu/linear_parts.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

TEST(LinearPartsTest, EveryRowMeetsEveryPanelOnce) {
  for (size_t rows : {0, 1, 23, 24, 25, 48, 49, 64, 191, 192, 193, 500}) {
    for (size_t panels : {1, 2, 3, 9, 15, 24}) {
      for (size_t threads : {1, 2, 3, 7, 16, 64}) {
        const LinearParts parts(rows, panels, threads);
        std::vector<int> met(rows * panels);
        for (size_t i = 0; i < parts.count(); ++i) {
          const auto [panel, first, count] = parts.At(i);
          ASSERT_LT(panel, panels);
          ASSERT_LE(count, kMaxTaskRows);
          ASSERT_LE(first + count, rows);
          for (size_t r = first; r < first + count; ++r) {
            ++met[r * panels + panel];
          }
        }
        EXPECT_EQ(std::count(met.begin(), met.end(), 1), std::ssize(met))
            << rows << " rows, " << panels << " panels, " << threads
            << " threads";
      }
    }
  }
}

TEST(LinearPartsTest, WhatIsLeftOverIsCutInPieces) {
  // Four panels of nine for each of two threads, and the halves of the last.
  const LinearParts parts(64, 9, 2);
  ASSERT_EQ(parts.count(), 10u);
  EXPECT_EQ(parts.At(7).rows, 64u);
  EXPECT_EQ(parts.At(8).panel, 8u);
  EXPECT_EQ(parts.At(8).rows, 32u);
  EXPECT_EQ(parts.At(9).first_row, 32u);
}

}  // namespace
}  // namespace sn37::eval
