#include "chain/codec/extrinsic.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/hashers.h"
#include "chain/codec/scale.h"
#include "chain/codec/value.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kHashBytes = 32;
constexpr size_t kLongestPlainPayload = 256;

// The first byte of an extrinsic: its version, and whether it is signed.
constexpr char kSignedV4 = '\x84', kBareV4 = 0x04, kBareV5 = 0x05;
// The first byte of an address and of a signature: which kind of it.
constexpr char kAddressIsId = 0x00, kSignatureIsSr25519 = 0x01;

void AppendHash(const BlockHash& hash, std::string& out) {
  out.append(hash.begin(), hash.end());
}

// Both parts of one signed extension; false where it is not known here.
bool AppendKnown(absl::string_view name, const ExtrinsicTerms& terms,
                 std::string& extra, std::string& additional) {
  if (name == "CheckSpecVersion") {
    AppendFixed(terms.spec_version, 4, additional);
  } else if (name == "CheckTxVersion") {
    AppendFixed(terms.transaction_version, 4, additional);
  } else if (name == "CheckGenesis") {
    AppendHash(terms.genesis_hash, additional);
  } else if (name == "CheckMortality") {
    AppendEra(terms.era, extra);
    AppendHash(terms.era_hash, additional);
  } else if (name == "CheckNonce") {
    AppendCompact(terms.nonce, extra);
  } else if (name == "ChargeTransactionPayment") {
    AppendCompact(terms.tip, extra);
  } else if (name == "CheckMetadataHash") {
    extra.push_back('\0');       // off
    additional.push_back('\0');  // no hash
  } else {
    return false;
  }
  return true;
}

// Whether `bytes` are one value of the type.
absl::Status Check(const Metadata& metadata, TypeId type,
                   absl::string_view bytes) {
  return DecodeValue(metadata.types, type, bytes).status();
}

struct Extensions {
  std::string extra, additional;
};

absl::StatusOr<Extensions> EncodeExtensions(const Metadata& metadata,
                                            const ExtrinsicTerms& terms) {
  Extensions all;
  for (const SignedExtension& extension : metadata.extensions) {
    Extensions one;
    const bool known =
        AppendKnown(extension.name, terms, one.extra, one.additional);
    absl::Status status = Check(metadata, extension.extra, one.extra);
    if (status.ok()) {
      status = Check(metadata, extension.additional, one.additional);
    }
    if (!status.ok()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the runtime's extension ", Printable(extension.name),
          known ? " has changed: " : " is not known and needs values: ",
          status.message()));
    }
    all.extra += one.extra;
    all.additional += one.additional;
  }
  return all;
}

std::string Payload(absl::string_view call, const Extensions& extensions) {
  return absl::StrCat(call, extensions.extra, extensions.additional);
}

absl::StatusOr<std::string> Assemble(const Metadata& metadata,
                                     absl::string_view call,
                                     const Extensions& extensions,
                                     const AccountId& signer,
                                     const Signature& signature) {
  std::string address(1, kAddressIsId);
  address.append(signer.begin(), signer.end());
  SN37_RETURN_IF_ERROR(Check(metadata, metadata.address, address));
  std::string proof(1, kSignatureIsSr25519);
  proof.append(signature.begin(), signature.end());
  SN37_RETURN_IF_ERROR(Check(metadata, metadata.signature, proof));
  std::string extrinsic;
  AppendLengthAndBytes(absl::StrCat(absl::string_view(&kSignedV4, 1), address,
                                    proof, extensions.extra, call),
                       extrinsic);
  return extrinsic;
}

absl::StatusOr<json> DecodeSigned(const Metadata& metadata,
                                  ScaleReader& reader) {
  json out = json::object();
  SN37_ASSIGN_OR_RETURN(out["address"],
                        DecodeValue(metadata.types, metadata.address, reader));
  SN37_ASSIGN_OR_RETURN(
      out["signature"],
      DecodeValue(metadata.types, metadata.signature, reader));
  json& extra = out["extra"] = json::object();
  for (const SignedExtension& extension : metadata.extensions) {
    const size_t before = reader.rest().size();
    absl::StatusOr<json> value =
        DecodeValue(metadata.types, extension.extra, reader);
    SN37_RETURN_IF_ERROR(Annotate(value.status(), Printable(extension.name)));
    if (reader.rest().size() < before) {
      extra[extension.name] = *std::move(value);
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> EncodeCall(const Metadata& metadata,
                                       const json& call) {
  std::string bytes;
  if (call.is_string()) {
    SN37_ASSIGN_OR_RETURN(bytes, FromHex(call.get_ref<const std::string&>()));
    SN37_RETURN_IF_ERROR(Check(metadata, metadata.call, bytes));
    return bytes;
  }
  json value = call;
  if (FindField(call, "module") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const std::string pallet,
                          GetString(call, "module", 256));
    SN37_ASSIGN_OR_RETURN(const std::string function,
                          GetString(call, "function", 256));
    const json* params = FindField(call, "params");
    value = {{pallet, {{function, params ? *params : json::object()}}}};
  }
  SN37_RETURN_IF_ERROR(
      EncodeValue(metadata.types, metadata.call, value, bytes));
  return bytes;
}

absl::StatusOr<RuntimeVersion> VersionOf(const Metadata& metadata) {
  SN37_ASSIGN_OR_RETURN(const Constant* constant,
                        metadata.FindConstant("System", "Version"));
  SN37_ASSIGN_OR_RETURN(
      const json version,
      DecodeValue(metadata.types, constant->type, constant->value));
  constexpr int64_t kMax = UINT32_MAX;
  RuntimeVersion out;
  SN37_ASSIGN_OR_RETURN(out.spec, GetInt(version, "spec_version", 0, kMax));
  SN37_ASSIGN_OR_RETURN(out.transaction,
                        GetInt(version, "transaction_version", 0, kMax));
  return out;
}

absl::StatusOr<std::string> SigningPayload(const Metadata& metadata,
                                           absl::string_view call,
                                           const ExtrinsicTerms& terms) {
  SN37_ASSIGN_OR_RETURN(const Extensions extensions,
                        EncodeExtensions(metadata, terms));
  return Payload(call, extensions);
}

std::string SignedBytes(absl::string_view payload) {
  if (payload.size() <= kLongestPlainPayload) return std::string(payload);
  return Blake2(payload, kHashBytes);
}

absl::StatusOr<std::string> AssembleExtrinsic(const Metadata& metadata,
                                              absl::string_view call,
                                              const ExtrinsicTerms& terms,
                                              const AccountId& signer,
                                              const Signature& signature) {
  SN37_ASSIGN_OR_RETURN(const Extensions extensions,
                        EncodeExtensions(metadata, terms));
  return Assemble(metadata, call, extensions, signer, signature);
}

absl::StatusOr<std::string> SignExtrinsic(const Metadata& metadata,
                                          absl::string_view call,
                                          const ExtrinsicTerms& terms,
                                          const Keypair& signer) {
  SN37_ASSIGN_OR_RETURN(const Extensions extensions,
                        EncodeExtensions(metadata, terms));
  SN37_ASSIGN_OR_RETURN(const Signature signature,
                        signer.Sign(SignedBytes(Payload(call, extensions))));
  return Assemble(metadata, call, extensions, signer.public_key(), signature);
}

absl::StatusOr<json> DecodeExtrinsic(const Metadata& metadata,
                                     absl::string_view bytes) {
  ScaleReader outer(bytes);
  SN37_ASSIGN_OR_RETURN(const absl::string_view body, outer.LengthAndBytes());
  SN37_RETURN_IF_ERROR(outer.ExpectEnd());
  ScaleReader reader(body);
  SN37_ASSIGN_OR_RETURN(const absl::string_view kind, reader.Bytes(1));
  const char version = kind[0];
  json out = json::object();
  if (version == kSignedV4) {
    SN37_ASSIGN_OR_RETURN(out, DecodeSigned(metadata, reader));
  } else if (version != kBareV4 && version != kBareV5) {
    return absl::InvalidArgumentError(
        absl::StrCat("an extrinsic of the unknown kind ", ToHex(kind)));
  }
  SN37_ASSIGN_OR_RETURN(
      out["call"], DecodeValue(metadata.types, metadata.call, reader.rest()));
  return out;
}

}  // namespace sn37::chain
