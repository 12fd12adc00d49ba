#include "chain/codec/testing.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/metadata_file.h"
#include "chain/codec/value.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

constexpr char kFolder[] = "chain/codec/testdata/";

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

}  // namespace

nlohmann::json TestFile(const std::string& name) {
  return Must(
      ParseJson(Must(ReadUnpacked(absl::StrCat(kFolder, name))), JsonLimits()));
}

nlohmann::json TestVectors(const std::string& name) {
  return TestFile(name).at("vectors");
}

std::string TestMetadataBytes(const std::string& name) {
  return Must(
      ReadUnpacked(absl::StrCat(kFolder, "metadata/", name, ".scale.gz")));
}

Metadata TestMetadata(const std::string& name) {
  return Must(DecodeMetadata(TestMetadataBytes(name)));
}

Metadata TestMetadata(int spec) {
  return TestMetadata(spec == 218   ? "218_v15"
                      : spec == 346 ? "346_v16"
                                    : "461_v15");
}

std::string Hex(const nlohmann::json& hex) {
  return Must(FromHex(hex.get<std::string>()));
}

}  // namespace sn37::chain
