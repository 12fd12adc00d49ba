#include "sn37/base/heap_meter.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(HeapMeterTest, WhatIsHeldAndItsPeakAreSeen) {
  constexpr size_t kBytes = 1 << 20;
  const size_t before = HeapBytes();
  ResetHeapPeak();
  {
    const std::vector<char> block(kBytes);
    EXPECT_GE(HeapBytes(), before + kBytes);
    EXPECT_EQ(block.size(), kBytes);
  }
  EXPECT_LT(HeapBytes(), before + kBytes);
  EXPECT_GE(HeapPeakBytes(), before + kBytes);
  EXPECT_LT(HeapPeakBytes(), before + 2 * kBytes);
  ResetHeapPeak();
  EXPECT_LT(HeapPeakBytes(), before + kBytes);
}

TEST(HeapMeterTest, AlignedBlocksAreSeenToo) {
  struct alignas(4096) Page {
    char bytes[8192];
  };
  const size_t before = HeapBytes();
  auto page = std::make_unique<Page>();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(page.get()) % 4096, 0u);
  EXPECT_GE(HeapBytes(), before + sizeof(Page));
  page.reset();
  EXPECT_LT(HeapBytes(), before + sizeof(Page));
}

}  // namespace
}  // namespace sn37
