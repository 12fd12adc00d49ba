#include "eval/models/decoder_memory.h"

#include <cstdint>

#include "eval/kernels/ops.h"
#include "eval/kernels/test_device.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

TEST(DecoderMemoryTest, ATextTakesTheCacheThatTheDeviceMakesForIt) {
  const auto ops = NewTestDevice(1);
  const struct {
    int64_t head_dim;
    int64_t tokens;
    int64_t blocks;
  } kCases[] = {{2, 64, 1},  {2, 65, 2},    {16, 1, 1},
                {64, 64, 1}, {80, 640, 10}, {256, 100, 2}};
  for (const auto& c : kCases) {
    DecoderConfig config;
    config.layers = 3;
    config.kv_heads = 5;
    config.head_dim = c.head_dim;
    const CacheLayer layer = ops->NewCacheLayer(c.blocks, config.kv_heads,
                                                c.head_dim, DType::kFloat32);
    const size_t cache =
        config.layers * (layer.keys.nbytes() + layer.values.nbytes());
    EXPECT_EQ(TextBytes(config, c.tokens),
              PassBytes(config, static_cast<double>(c.tokens)) +
                  static_cast<double>(cache))
        << c.head_dim << " " << c.tokens;
  }
}

}  // namespace
}  // namespace sn37::eval
