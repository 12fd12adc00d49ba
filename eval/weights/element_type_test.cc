#include "eval/weights/element_type.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

TEST(ElementTypeTest, NamesAndSizesAgreeWithTheFormat) {
  struct Case {
    const char* name;
    ElementType type;
    size_t size;
    bool floating;
  };
  for (const Case& c : {Case{"F64", ElementType::kF64, 8, true},
                        Case{"F32", ElementType::kF32, 4, true},
                        Case{"F16", ElementType::kF16, 2, true},
                        Case{"BF16", ElementType::kBF16, 2, true},
                        Case{"I64", ElementType::kI64, 8, false},
                        Case{"I32", ElementType::kI32, 4, false},
                        Case{"I16", ElementType::kI16, 2, false},
                        Case{"I8", ElementType::kI8, 1, false},
                        Case{"U8", ElementType::kU8, 1, false},
                        Case{"BOOL", ElementType::kBool, 1, false}}) {
    EXPECT_EQ(ParseElementType(c.name), c.type) << c.name;
    EXPECT_EQ(ElementName(c.type), c.name);
    EXPECT_EQ(ElementSize(c.type), c.size) << c.name;
    EXPECT_EQ(IsFloating(c.type), c.floating) << c.name;
  }
  EXPECT_EQ(ParseElementType("F8_E4M3"), std::nullopt);
  EXPECT_EQ(ParseElementType("f32"), std::nullopt);
  EXPECT_EQ(ParseElementType(""), std::nullopt);
}

TEST(ElementTypeTest, Bf16RoundsToNearestTiesToEven) {
  struct Case {
    float value;
    uint16_t bits;
  };
  for (const Case& c : {Case{1.0f, 0x3f80}, Case{-2.0f, 0xc000},
                        Case{0x1.01p0f, 0x3f80},        // tie, even below
                        Case{0x1.03p0f, 0x3f82},        // tie, even above
                        Case{0x1.010002p0f, 0x3f81},    // just above the tie
                        Case{0x1.00fffep0f, 0x3f80},    // just below the tie
                        Case{0x1.fffffep127f, 0x7f80},  // rounds to infinity
                        Case{-0.0f, 0x8000}, Case{0x1p-149f, 0x0000}}) {
    EXPECT_EQ(Bf16FromFloat(c.value), c.bits) << c.value;
  }
  EXPECT_TRUE(std::isnan(
      FloatFromBf16(Bf16FromFloat(std::numeric_limits<float>::quiet_NaN()))));
  // A signalling NaN with only low bits set must not become an infinity.
  EXPECT_TRUE(std::isnan(
      FloatFromBf16(Bf16FromFloat(std::bit_cast<float>(0x7f800001u)))));
}

TEST(ElementTypeTest, EveryBf16RoundTrips) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = FloatFromBf16(static_cast<uint16_t>(bits));
    if (std::isnan(value)) continue;
    ASSERT_EQ(Bf16FromFloat(value), bits);
  }
}

TEST(ElementTypeTest, EveryHalfIsSignTimesMantissaTimesPowerOfTwo) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = FloatFromF16(static_cast<uint16_t>(bits));
    const int exponent = (bits >> 10) & 0x1f;
    const int mantissa = bits & 0x3ff;
    ASSERT_EQ(std::signbit(value), (bits & 0x8000) != 0) << bits;
    if (exponent == 31) {
      ASSERT_EQ(std::isinf(value), mantissa == 0) << bits;
      ASSERT_EQ(std::isnan(value), mantissa != 0) << bits;
      continue;
    }
    const double expected = exponent == 0
                                ? std::ldexp(mantissa, -24)
                                : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(std::fabs(value), expected) << bits;
  }
}

}  // namespace
}  // namespace sn37::eval
