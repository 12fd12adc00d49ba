// Metadata from anywhere: no crash, and whatever it says can be used.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/metadata.h"
#include "chain/codec/storage.h"
#include "chain/codec/value.h"

namespace sn37::chain {
namespace {

void Use(absl::string_view bytes) {
  const auto metadata = DecodeMetadata(bytes);
  if (!metadata.ok()) return;
  for (TypeId id = 0; id < metadata->types.size(); ++id) {
    (void)DecodeValue(metadata->types, id, bytes.substr(0, 64));
  }
  for (const Pallet& pallet : metadata->pallets) {
    for (const StorageEntry& entry : pallet.storage) {
      (void)DecodeStorage(*metadata, pallet.name, entry.name, std::nullopt);
      (void)StorageKey(*metadata, pallet.name, entry.name, {1, "0x00"});
    }
  }
  (void)SigningPayload(*metadata, "", {});
  (void)DecodeExtrinsic(*metadata, bytes);
}

}  // namespace
}  // namespace sn37::chain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::chain::Use({reinterpret_cast<const char*>(data), size});
  return 0;
}
