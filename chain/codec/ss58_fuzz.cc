// Addresses from anywhere: no crash, and one text for each account.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "chain/codec/ss58.h"
#include "sn37/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (uint16_t prefix : {0, 2, 42, 64, 255, 16383}) {
    const auto account = sn37::chain::DecodeSs58(text, prefix);
    if (!account.ok()) continue;
    SN37_CHECK(sn37::chain::EncodeSs58(*account, prefix) == text);
  }
  return 0;
}
