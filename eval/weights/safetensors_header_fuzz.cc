// Heads of safetensors files: every tensor of one that is taken lies in the
// file and has the size of its shape.
#include <cstddef>
#include <cstdint>

#include "eval/weights/safetensors_header.h"
#include "sn37/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto header =
      sn37::eval::ParseSafeTensorsHeader({data, size}, "model.safetensors");
  if (!header.ok()) return 0;
  for (const auto& [name, tensor] : header->tensors) {
    SN37_CHECK(tensor.begin <= tensor.end && tensor.end <= size) << name;
    uint64_t bytes = sn37::eval::ElementSize(tensor.type);
    for (const int64_t rows : tensor.shape) {
      bytes *= static_cast<uint64_t>(rows);
    }
    SN37_CHECK(bytes == tensor.end - tensor.begin) << name;
  }
  return 0;
}
