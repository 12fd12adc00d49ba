// Values from anywhere, of any type of a runtime: what decodes is what encodes
// to the same bytes, and what decodes to parts. The first two bytes choose the
// type.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

void RoundTrip(absl::string_view input) {
  static const Metadata& metadata = *new Metadata(TestMetadata("461_v15"));
  ScaleReader reader(input);
  const auto type = reader.Fixed<uint16_t>();
  if (!type.ok()) return;
  const TypeId id = *type % metadata.types.size();
  const auto value = DecodeValue(metadata.types, id, reader.rest());
  const auto part =
      DecodeValue(metadata.types, id, reader.rest(), {"no field"});
  SN37_CHECK(part.status() == value.status()) << part.status();
  if (!value.ok()) return;
  std::string bytes;
  const absl::Status status = EncodeValue(metadata.types, id, *value, bytes);
  SN37_CHECK(status.ok()) << status;
  SN37_CHECK(bytes == reader.rest()) << *value;
}

}  // namespace
}  // namespace sn37::chain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::chain::RoundTrip({reinterpret_cast<const char*>(data), size});
  return 0;
}
