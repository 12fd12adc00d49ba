#include "chain/codec/metadata.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "chain/codec/name.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

template <typename Named>
absl::StatusOr<const Named*> Find(const std::vector<Named>& all,
                                  absl::string_view kind,
                                  absl::string_view name) {
  const auto has = [&](bool (*same)(absl::string_view, absl::string_view)) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Named& one) { return same(one.name, name); });
  };
  auto found =
      has([](absl::string_view a, absl::string_view b) { return a == b; });
  if (found == all.end()) found = has(SameName);
  if (found != all.end()) return &*found;
  return absl::NotFoundError(absl::StrCat("there is no ", kind, " \"",
                                          Truncate(Printable(name), 80), "\""));
}

}  // namespace

absl::StatusOr<const Pallet*> Metadata::FindPallet(
    absl::string_view name) const {
  return Find(pallets, "pallet", name);
}

absl::StatusOr<const StorageEntry*> Metadata::FindStorage(
    absl::string_view pallet, absl::string_view item) const {
  SN37_ASSIGN_OR_RETURN(const Pallet* in, FindPallet(pallet));
  return Find(in->storage, absl::StrCat("storage item of ", in->name), item);
}

absl::StatusOr<const Constant*> Metadata::FindConstant(
    absl::string_view pallet, absl::string_view name) const {
  SN37_ASSIGN_OR_RETURN(const Pallet* in, FindPallet(pallet));
  return Find(in->constants, absl::StrCat("constant of ", in->name), name);
}

absl::StatusOr<const ApiMethod*> Metadata::FindMethod(
    absl::string_view api, absl::string_view method) const {
  SN37_ASSIGN_OR_RETURN(const RuntimeApi* in, Find(apis, "runtime API", api));
  return Find(in->methods, absl::StrCat("method of ", in->name), method);
}

absl::StatusOr<Metadata::Error> Metadata::FindError(uint8_t pallet,
                                                    uint8_t error) const {
  for (const Pallet& p : pallets) {
    if (p.index != pallet || !p.errors.has_value()) continue;
    const Variant* variant = FindVariant(types[*p.errors], error);
    if (variant == nullptr) break;
    return Error{p.name, variant->name, variant->docs};
  }
  return absl::NotFoundError(
      absl::StrCat("pallet ", pallet, " has no error ", error));
}

}  // namespace sn37::chain
