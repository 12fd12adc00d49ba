#include "chain/codec/testing.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/metadata_file.h"
#include "chain/codec/scale.h"
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

class ValueMaker {
 public:
  explicit ValueMaker(const TypeRegistry& types) : types_(types) {}

  std::string Make(TypeId id, size_t items) {
    const Type& type = types_[id];
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    std::string out;
    switch (type.kind) {
      case TypeKind::kComposite:
      case TypeKind::kTuple:
        return MakeFields(type.fields, items);
      case TypeKind::kVariant:
        out.push_back(static_cast<char>(type.variants[0].index));
        return out + MakeFields(type.variants[0].fields, items);
      case TypeKind::kOption:
        return "\1" + Make(type.inner, items);
      case TypeKind::kSequence:
        AppendCompact(items, out);
        return out + MakeItems(type.inner, items);
      case TypeKind::kArray:
        return MakeItems(type.inner, type.length);
      case TypeKind::kCompact:
        AppendCompact(random_ >> (64 - 8 * std::min<size_t>(type.bytes, 8)),
                      out);
        return out;
      case TypeKind::kBool:
        out.push_back(static_cast<char>(random_ >> 63));
        return out;
      case TypeKind::kInteger:
        AppendFixed(random_ >> 1, type.bytes, out);
        return out;
      case TypeKind::kAccount:
        AppendFixed(absl::MakeUint128(random_, ~random_), 16, out);
        return out + out;
      default:
        SN37_CHECK(false) << "type " << id;
    }
    return out;
  }

 private:
  std::string MakeFields(const std::vector<Field>& fields, size_t items) {
    std::string out;
    for (const Field& field : fields) out += Make(field.type, items);
    return out;
  }
  std::string MakeItems(TypeId inner, size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out += Make(inner, 10);
    return out;
  }

  const TypeRegistry& types_;
  uint64_t random_ = 1;
};

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

std::string SomeValue(const TypeRegistry& types, TypeId id, size_t items) {
  return ValueMaker(types).Make(id, items);
}

std::string Hex(const nlohmann::json& hex) {
  return Must(FromHex(hex.get<std::string>()));
}

}  // namespace sn37::chain
