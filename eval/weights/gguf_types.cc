#include "eval/weights/gguf_types.h"

#include <cstring>

#include "eval/weights/element_type.h"

namespace sn37::eval {
namespace {

// Blocks have no alignment: every wider read goes through memcpy. The format
// is little-endian, as every machine this builds for.
template <typename T>
T Read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

float ReadF16(const uint8_t* at) { return FloatFromF16(Read<uint16_t>(at)); }

void BlockF32(const uint8_t* block, float* out) { *out = Read<float>(block); }

void BlockF16(const uint8_t* block, float* out) { *out = ReadF16(block); }

void BlockBf16(const uint8_t* block, float* out) {
  *out = FloatFromBf16(Read<uint16_t>(block));
}

// The 32-element types: `quants` holds two 4-bit values a byte, the low ones
// are elements 0–15 and the high ones 16–31; `high_bits` adds a fifth bit.
int Nibble(const uint8_t* quants, int i) {
  return i < 16 ? quants[i] & 15 : quants[i - 16] >> 4;
}

int FiveBits(const uint8_t* quants, uint32_t high_bits, int i) {
  return Nibble(quants, i) | static_cast<int>((high_bits >> i) & 1u) << 4;
}

// {scale, 16 bytes}
void BlockQ4_0(const uint8_t* block, float* out) {
  const float scale = ReadF16(block);
  for (int i = 0; i < 32; ++i) {
    out[i] = scale * static_cast<float>(Nibble(block + 2, i) - 8);
  }
}

// {scale, minimum, 16 bytes}
void BlockQ4_1(const uint8_t* block, float* out) {
  const float scale = ReadF16(block);
  const float minimum = ReadF16(block + 2);
  for (int i = 0; i < 32; ++i) {
    out[i] = scale * static_cast<float>(Nibble(block + 4, i)) + minimum;
  }
}

// {scale, 4 bytes of fifth bits, 16 bytes}
void BlockQ5_0(const uint8_t* block, float* out) {
  const float scale = ReadF16(block);
  const uint32_t high_bits = Read<uint32_t>(block + 2);
  for (int i = 0; i < 32; ++i) {
    const int quant = FiveBits(block + 6, high_bits, i);
    out[i] = scale * static_cast<float>(quant - 16);
  }
}

// {scale, minimum, 4 bytes of fifth bits, 16 bytes}
void BlockQ5_1(const uint8_t* block, float* out) {
  const float scale = ReadF16(block);
  const float minimum = ReadF16(block + 2);
  const uint32_t high_bits = Read<uint32_t>(block + 4);
  for (int i = 0; i < 32; ++i) {
    const int quant = FiveBits(block + 8, high_bits, i);
    out[i] = scale * static_cast<float>(quant) + minimum;
  }
}

// {scale, 32 signed bytes}
void BlockQ8_0(const uint8_t* block, float* out) {
  const float scale = ReadF16(block);
  for (int i = 0; i < 32; ++i) {
    out[i] = scale * static_cast<float>(static_cast<int8_t>(block[2 + i]));
  }
}

// Q4_K and Q5_K: 256 elements in eight groups of 32, each with a 6-bit scale
// and a 6-bit minimum packed into 12 bytes: groups 0–3 use the low six bits of
// bytes 0–3 (scale) and 4–7 (minimum); groups 4–7 use the nibbles of bytes
// 8–11, with their upper two bits in the spare bits of bytes 0–7.
struct Group {
  float scale;
  float minimum;
};

Group UnpackGroup(const uint8_t* packed, int g, float scale, float minimum) {
  int s, m;
  if (g < 4) {
    s = packed[g] & 63;
    m = packed[g + 4] & 63;
  } else {
    s = (packed[g + 4] & 15) | (packed[g - 4] >> 6) << 4;
    m = (packed[g + 4] >> 4) | (packed[g] >> 6) << 4;
  }
  return {scale * static_cast<float>(s), minimum * static_cast<float>(m)};
}

// Of every 64 elements' 32 bytes, the low nibbles are the first 32 elements.
int NibbleOfGroup(const uint8_t* quants, int g, int i) {
  const uint8_t pair = quants[g / 2 * 32 + i];
  return g % 2 == 0 ? pair & 15 : pair >> 4;
}

// {scale, minimum, 12 packed bytes, 128 bytes}
void BlockQ4K(const uint8_t* block, float* out) {
  for (int g = 0; g < 8; ++g) {
    const Group group =
        UnpackGroup(block + 4, g, ReadF16(block), ReadF16(block + 2));
    for (int i = 0; i < 32; ++i) {
      const int quant = NibbleOfGroup(block + 16, g, i);
      *out++ = group.scale * static_cast<float>(quant) - group.minimum;
    }
  }
}

// {scale, minimum, 12 packed bytes, 32 bytes of fifth bits, 128 bytes}: bit g
// of fifth-bit byte i belongs to element i of group g.
void BlockQ5K(const uint8_t* block, float* out) {
  const uint8_t* high_bits = block + 16;
  for (int g = 0; g < 8; ++g) {
    const Group group =
        UnpackGroup(block + 4, g, ReadF16(block), ReadF16(block + 2));
    for (int i = 0; i < 32; ++i) {
      const int quant =
          NibbleOfGroup(block + 48, g, i) | ((high_bits[i] >> g) & 1) << 4;
      *out++ = group.scale * static_cast<float>(quant) - group.minimum;
    }
  }
}

// {128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales,
// scale}. Each half (128 elements) has four groups of 32: groups 0 and 1 are
// the low nibbles of the half's 64 bytes, 2 and 3 the high ones; bit pair g of
// high byte i belongs to element i of group g. A scale serves 16 elements.
void BlockQ6K(const uint8_t* block, float* out) {
  const float scale = ReadF16(block + 208);
  for (int half = 0; half < 2; ++half) {
    const uint8_t* low = block + 64 * half;
    const uint8_t* high = block + 128 + 32 * half;
    const uint8_t* scales = block + 192 + 8 * half;
    for (int e = 0; e < 128; ++e) {
      const int g = e / 32;
      const int i = e % 32;
      const uint8_t pair = low[g % 2 * 32 + i];
      const int nibble = g < 2 ? pair & 15 : pair >> 4;
      const int quant = (nibble | ((high[i] >> (2 * g)) & 3) << 4) - 32;
      const float group_scale =
          scale * static_cast<float>(static_cast<int8_t>(scales[e / 16]));
      *out++ = group_scale * static_cast<float>(quant);
    }
  }
}

constexpr GgufType kTypes[] = {
    {0, "F32", 1, 4, BlockF32},       {1, "F16", 1, 2, BlockF16},
    {2, "Q4_0", 32, 18, BlockQ4_0},   {3, "Q4_1", 32, 20, BlockQ4_1},
    {6, "Q5_0", 32, 22, BlockQ5_0},   {7, "Q5_1", 32, 24, BlockQ5_1},
    {8, "Q8_0", 32, 34, BlockQ8_0},   {12, "Q4_K", 256, 144, BlockQ4K},
    {13, "Q5_K", 256, 176, BlockQ5K}, {14, "Q6_K", 256, 210, BlockQ6K},
    {30, "BF16", 1, 2, BlockBf16},
};

}  // namespace

std::span<const GgufType> GgufTypes() { return kTypes; }

const GgufType* FindGgufType(uint32_t id) {
  for (const GgufType& type : kTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

void Dequantise(const GgufType& type, std::span<const uint8_t> blocks,
                std::span<float> out) {
  const size_t count = blocks.size() / type.block_bytes;
  for (size_t b = 0; b < count; ++b) {
    type.dequantise_block(blocks.data() + b * type.block_bytes,
                          out.data() + b * type.block_elements);
  }
}

}  // namespace sn37::eval
