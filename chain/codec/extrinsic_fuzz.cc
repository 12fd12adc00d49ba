// Extrinsics out of blocks of anybody: no crash.
#include <cstddef>
#include <cstdint>

#include "chain/codec/extrinsic.h"
#include "chain/codec/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& metadata =
      *new sn37::chain::Metadata(sn37::chain::TestMetadata(218));
  (void)sn37::chain::DecodeExtrinsic(
      metadata, {reinterpret_cast<const char*>(data), size});
  return 0;
}
