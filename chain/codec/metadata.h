// What a runtime says about itself: its types, and what its pallets store,
// call, emit and refuse. Versions 14, 15 and 16 of Substrate's metadata.
//
//   SN37_ASSIGN_OR_RETURN(Metadata metadata, DecodeMetadata(bytes));
//   SN37_ASSIGN_OR_RETURN(const StorageEntry* tempo,
//                         metadata.FindStorage("SubtensorModule", "Tempo"));
//
// Every TypeId in here is in `types`. Plain data once decoded; may be shared
// between threads as long as nobody changes it.
#ifndef CHAIN_CODEC_METADATA_H_
#define CHAIN_CODEC_METADATA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/hashers.h"
#include "chain/codec/types.h"

namespace sn37::chain {

struct StorageEntry {
  std::string name;
  bool optional = false;  // an absent value is none, not default_value
  std::vector<StorageHasher> hashers;
  std::vector<TypeId> keys;  // as many as hashers
  TypeId value = 0;
  std::string default_value;  // SCALE
};

struct Constant {
  std::string name;
  TypeId type = 0;
  std::string value;  // SCALE
};

struct Pallet {
  std::string name;
  uint8_t index = 0;  // of its calls, events and errors
  std::string storage_prefix;
  std::vector<StorageEntry> storage;
  std::optional<TypeId> calls, events, errors;  // enums
  std::vector<Constant> constants;
};

struct ApiMethod {
  std::string name;
  std::vector<Field> inputs;
  TypeId output = 0;
};

// state_call knows a method as NAME_METHOD.
struct RuntimeApi {
  std::string name;
  std::vector<ApiMethod> methods;
};

// A part of every signed extrinsic: what it puts into the extrinsic, and what
// into the signed payload only.
struct SignedExtension {
  std::string name;
  TypeId extra = 0;
  TypeId additional = 0;
};

struct Metadata {
  int version = 0;
  TypeRegistry types;
  std::vector<Pallet> pallets;
  std::vector<RuntimeApi> apis;  // none in version 14
  // The parts of an extrinsic (version 4), the extensions in order.
  TypeId address = 0, call = 0, signature = 0;
  std::vector<SignedExtension> extensions;

  // By name, exactly or in camelCase ("subtensorModule"). The pointers live as
  // long as this object. kNotFound names what there is not.
  absl::StatusOr<const Pallet*> FindPallet(absl::string_view name) const;
  absl::StatusOr<const StorageEntry*> FindStorage(absl::string_view pallet,
                                                  absl::string_view item) const;
  absl::StatusOr<const Constant*> FindConstant(absl::string_view pallet,
                                               absl::string_view name) const;
  absl::StatusOr<const ApiMethod*> FindMethod(absl::string_view api,
                                              absl::string_view method) const;

  // The error that a dispatch error {"Module": {"index", "error"}} means: its
  // pallet, its name, and what the runtime's documentation says.
  struct Error {
    std::string pallet, name, docs;
  };
  absl::StatusOr<Error> FindError(uint8_t pallet, uint8_t error) const;
};

// From the bytes that state_getMetadata returns ("meta", version, …).
// kInvalidArgument for bytes that are none, other versions, and whatever
// contradicts itself. Takes memory in proportion to the bytes.
absl::StatusOr<Metadata> DecodeMetadata(absl::string_view bytes);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_METADATA_H_
