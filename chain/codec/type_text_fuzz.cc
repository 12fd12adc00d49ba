// Types as anybody writes them: no crash, and found again as the same type.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "chain/codec/testing.h"
#include "sn37/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& metadata =
      *new sn37::chain::Metadata(sn37::chain::TestMetadata(461));
  sn37::chain::TypeRegistry types = metadata.types;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto id = types.Find(text);
  if (id.ok()) SN37_CHECK(*types.Find(text) == *id);
  return 0;
}
