#include "eval/weights/gguf_types.h"

#include <cstring>
#include <vector>

#include "eval/weights/gguf.h"
#include "eval/weights/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using testing::ElementsAre;

// Dequantises one block of the type with this id.
std::vector<float> Block(uint32_t id, const std::vector<uint8_t>& bytes) {
  const GgufType* type = FindGgufType(id);
  std::vector<float> out(type->block_elements);
  EXPECT_EQ(bytes.size(), type->block_bytes) << type->name;
  Dequantise(*type, bytes, out);
  return out;
}

std::vector<uint8_t> Join(std::vector<std::vector<uint8_t>> parts) {
  std::vector<uint8_t> bytes;
  for (const auto& part : parts) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

// Half-precision constants, little-endian.
const std::vector<uint8_t> kHalf = {0x00, 0x38};      // 0.5
const std::vector<uint8_t> kTwo = {0x00, 0x40};       // 2
const std::vector<uint8_t> kMinusOne = {0x00, 0xbc};  // -1

std::vector<uint8_t> Fill(size_t count, uint8_t byte) {
  return std::vector<uint8_t>(count, byte);
}

TEST(GgufTypesTest, Q40CentresNibblesAroundEight) {
  const auto out = Block(2, Join({kHalf, Fill(16, 0xf1)}));
  EXPECT_EQ(out[0], (1 - 8) * 0.5f);    // low nibbles first
  EXPECT_EQ(out[16], (15 - 8) * 0.5f);  // then the high ones
}

TEST(GgufTypesTest, Q41AddsTheMinimum) {
  const auto out = Block(3, Join({kHalf, kMinusOne, Fill(16, 0xf1)}));
  EXPECT_EQ(out[15], 1 * 0.5f - 1);
  EXPECT_EQ(out[31], 15 * 0.5f - 1);
}

TEST(GgufTypesTest, Q50TakesItsFifthBitByElement) {
  const auto out = Block(6, Join({kTwo, {0x02, 0, 0, 0x80}, Fill(16, 0x31)}));
  EXPECT_EQ(out[0], (1 - 16) * 2.0f);
  EXPECT_EQ(out[1], (17 - 16) * 2.0f);  // bit 1
  EXPECT_EQ(out[30], (3 - 16) * 2.0f);
  EXPECT_EQ(out[31], (19 - 16) * 2.0f);  // bit 31
}

TEST(GgufTypesTest, Q51IsTheSameWithAMinimum) {
  const auto out =
      Block(7, Join({kTwo, kMinusOne, {0x02, 0, 0, 0x80}, Fill(16, 0x31)}));
  EXPECT_EQ(out[0], 1 * 2.0f - 1);
  EXPECT_EQ(out[1], 17 * 2.0f - 1);
  EXPECT_EQ(out[31], 19 * 2.0f - 1);
}

TEST(GgufTypesTest, Q80HoldsSignedBytes) {
  const auto out = Block(8, Join({kHalf, Fill(31, 0x80), {0x7f}}));
  EXPECT_EQ(out[0], -64.0f);
  EXPECT_EQ(out[31], 63.5f);
}

TEST(GgufTypesTest, Q4KPacksSixBitScalesOfEightGroups) {
  // Group 0: scale 1, minimum 0. Group 4: scale 0x2f = low nibble 15 with the
  // upper bits 2 of byte 0, minimum 0x13 = high nibble 3 with the upper bits 1
  // of byte 4.
  const std::vector<uint8_t> scales = {0x81, 0, 0,    0, 0x40, 0,
                                       0,    0, 0x3f, 0, 0,    0};
  const auto out = Block(12, Join({kTwo, kHalf, scales, Fill(128, 0x53)}));
  EXPECT_EQ(out[0], 2.0f * 1 * 3 - 0.5f * 0);
  EXPECT_EQ(out[32], 0.0f);  // group 1 has scale 0
  EXPECT_EQ(out[128], 2.0f * 0x2f * 3 - 0.5f * 0x13);
  EXPECT_EQ(out[255], 0.0f);
}

TEST(GgufTypesTest, Q5KTakesItsFifthBitByGroup) {
  const std::vector<uint8_t> scales = {1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1};
  const auto out =
      Block(13, Join({kTwo, kHalf, scales, Fill(32, 0x81), Fill(128, 0x53)}));
  EXPECT_EQ(out[0], 2.0f * (3 + 16));    // bit 0: group 0
  EXPECT_EQ(out[32], 2.0f * 5);          // group 1, high nibble
  EXPECT_EQ(out[255], 2.0f * (5 + 16));  // bit 7: group 7
}

TEST(GgufTypesTest, Q6KCentresSixBitsAroundThirtyTwo) {
  std::vector<uint8_t> scales = Fill(16, 1);
  scales[15] = 0xfe;  // -2
  const auto out =
      Block(14, Join({Fill(128, 0x21), Fill(64, 0xc2), scales, kHalf}));
  EXPECT_EQ(out[0], 0.5f * ((1 | 2 << 4) - 32));
  EXPECT_EQ(out[32], 0.5f * (1 - 32));
  EXPECT_EQ(out[64], 0.5f * (2 - 32));
  EXPECT_EQ(out[96], 0.5f * ((2 | 3 << 4) - 32));
  EXPECT_EQ(out[255], 0.5f * -2 * ((2 | 3 << 4) - 32));
}

TEST(GgufTypesTest, PlainTypesAreConvertedExactly) {
  EXPECT_THAT(Block(0, {0, 0, 0x80, 0x3f}), ElementsAre(1.0f));
  EXPECT_THAT(Block(1, kHalf), ElementsAre(0.5f));
  EXPECT_THAT(Block(30, {0x80, 0xbf}), ElementsAre(-1.0f));
}

TEST(GgufTypesTest, TypesThatAreNotReadAreNotFound) {
  for (const uint32_t id : {4u, 5u, 9u, 10u, 24u, 29u, 31u, ~0u}) {
    EXPECT_EQ(FindGgufType(id), nullptr) << id;
  }
}

// tiny.safetensors has the values that gguf-py computes (generate.py).
TEST(GgufTypesTest, RandomBlocksOfEveryTypeHaveTheBitsOfAnotherReader) {
  const std::string folder = "eval/weights/testdata/";
  const auto gguf = Gguf::Open(folder + "tiny.gguf");
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  const auto expected = SafeTensors::OpenFile(folder + "tiny.safetensors");
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_EQ(expected->tensors().size(), GgufTypes().size());
  for (const GgufType& type : GgufTypes()) {
    const std::string name(type.name);
    const auto values = gguf->Values(name);
    ASSERT_TRUE(values.ok()) << values.status();
    EXPECT_EQ((*gguf->Tensor(name))->type, &type);
    const TensorView view = *expected->Get(name);
    ASSERT_EQ(view.data.size(), values->size() * sizeof(float)) << name;
    EXPECT_EQ(std::memcmp(view.data.data(), values->data(), view.data.size()),
              0)
        << name;
  }
}

}  // namespace
}  // namespace sn37::eval
