// The index of sharded weights, beside two shards with the tensors a and b.
#include <cstddef>
#include <cstdint>
#include <string>

#include "eval/weights/safetensors.h"
#include "sn37/base/check.h"
#include "sn37/base/fuzz_folder.h"

namespace {

std::string Shard(char tensor) {
  const std::string header = std::string("{\"") + tensor +
                             "\":{\"dtype\":\"F16\",\"shape\":[3],"
                             "\"data_offsets\":[0,6]}}";
  return std::string(1, static_cast<char>(header.size())) +
         std::string(7, '\0') + header + "abcdef";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sn37::FuzzFolder& folder = *[] {
    auto* made = new sn37::FuzzFolder;
    made->Put("one.safetensors", Shard('a'));
    made->Put("two.safetensors", Shard('b'));
    return made;
  }();
  folder.Put("model.safetensors.index.json",
             {reinterpret_cast<const char*>(data), size});
  const auto weights = sn37::eval::SafeTensors::Open(folder.path());
  // What is taken is all that the shards it names hold.
  if (weights.ok()) {
    SN37_CHECK(weights->names().size() == weights->files().size());
  }
  return 0;
}
