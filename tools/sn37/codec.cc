// sn37 codec: the chain's binary formats by hand.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/hashers.h"
#include "chain/codec/metadata_file.h"
#include "chain/codec/ss58.h"
#include "chain/codec/storage.h"
#include "chain/codec/value.h"
#include "chain/weights.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(std::string, metadata, "",
          "File of a runtime's metadata: SCALE (V14 to V16), plain, gzip or "
          "0x and hex digits.");

namespace sn37::tools {
namespace {

using chain::FromHex;
using chain::ToHex;
using nlohmann::json;

constexpr char kHelp[] = R"(
The chain's binary formats, JSON Lines in and out. A type is its number in the
metadata, its path or the end of it, or as written in Rust.

  echo '{"id":1,"type":"Vec<(u16, u16)>","hex":"0x080000ffff02000080"}' |
    sn37 codec decode --metadata FILE
  {"id":1,"type":"Vec<(u16, u16)>","value":[[0,65535],[2,32768]]}

decode       {"type","hex"} → {"type","value"}
encode       {"type","value"} → {"type","hex"}
storage-key  {"pallet","item","args"} → {"key"}; with fewer arguments than the
             item has, what all such keys begin with
extrinsic    {"call","nonce","genesis_hash"} → {"payload"}, what is signed.
             The call is bytes or {"Pallet":{"function":{…}}}. May have "era"
             ("00" or {"period","current"}, with "block_hash" of its birth),
             "tip", "spec_version", "tx_version" (else the metadata's).
             With "signer", an address or public key, and "signature", or with
             a secret URI as "signer" (development keys only: it does not stay
             in protected memory): {"payload","extrinsic","hash"}
ss58         {"address"} or {"public"}, with "prefix" (42) → both
weights      {"uids","weights"}, with "max_limit" (65535) → {"uids","values"}

ss58 and weights need no metadata.)";

constexpr size_t kMaxText = kMaxLineBytes;

template <size_t kSize>
absl::StatusOr<std::array<uint8_t, kSize>> GetBytes(const json& question,
                                                    absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(const std::string hex,
                        GetString(question, key, kMaxText));
  absl::StatusOr<std::string> bytes = FromHex(hex);
  SN37_RETURN_IF_ERROR(Annotate(bytes.status(), key));
  if (bytes->size() != kSize) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, " must have ", kSize, " bytes"));
  }
  std::array<uint8_t, kSize> out;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

absl::StatusOr<const json*> GetField(const json& question,
                                     absl::string_view key) {
  const auto field = question.find(std::string(key));
  if (field != question.end()) return &*field;
  return absl::InvalidArgumentError(
      absl::StrCat("field \"", key, "\" is missing"));
}

// The type of a question, which may be a number.
absl::StatusOr<chain::TypeId> GetType(chain::Metadata& metadata,
                                      const json& question) {
  SN37_ASSIGN_OR_RETURN(const json* type, GetField(question, "type"));
  if (type->is_number_integer()) return metadata.types.Find(type->dump());
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        GetString(question, "type", kMaxText));
  return metadata.types.Find(text);
}

Answer Decode(chain::Metadata& metadata, const json& question) {
  SN37_ASSIGN_OR_RETURN(const chain::TypeId type, GetType(metadata, question));
  SN37_ASSIGN_OR_RETURN(const std::string hex,
                        GetString(question, "hex", kMaxText));
  SN37_ASSIGN_OR_RETURN(const std::string bytes, FromHex(hex));
  SN37_ASSIGN_OR_RETURN(json value,
                        chain::DecodeValue(metadata.types, type, bytes));
  return json{{"type", question["type"]}, {"value", std::move(value)}};
}

Answer Encode(chain::Metadata& metadata, const json& question) {
  SN37_ASSIGN_OR_RETURN(const chain::TypeId type, GetType(metadata, question));
  SN37_ASSIGN_OR_RETURN(const json* value, GetField(question, "value"));
  std::string bytes;
  SN37_RETURN_IF_ERROR(chain::EncodeValue(metadata.types, type, *value, bytes));
  return json{{"type", question["type"]}, {"hex", ToHex(bytes)}};
}

Answer StorageKey(chain::Metadata& metadata, const json& question) {
  SN37_ASSIGN_OR_RETURN(const std::string pallet,
                        GetString(question, "pallet", kMaxText));
  SN37_ASSIGN_OR_RETURN(const std::string item,
                        GetString(question, "item", kMaxText));
  const json* args = FindField(question, "args");
  SN37_ASSIGN_OR_RETURN(
      const std::string key,
      chain::StorageKey(metadata, pallet, item, args ? *args : json::array()));
  return json{{"key", ToHex(key)}};
}

absl::StatusOr<chain::ExtrinsicTerms> GetTerms(const chain::Metadata& metadata,
                                               const json& question) {
  constexpr int64_t kMax32 = std::numeric_limits<uint32_t>::max();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  chain::ExtrinsicTerms terms;
  SN37_ASSIGN_OR_RETURN(const chain::RuntimeVersion version,
                        chain::VersionOf(metadata));
  SN37_ASSIGN_OR_RETURN(terms.spec_version, GetIntOr(question, "spec_version",
                                                     0, kMax32, version.spec));
  SN37_ASSIGN_OR_RETURN(
      terms.transaction_version,
      GetIntOr(question, "tx_version", 0, kMax32, version.transaction));
  SN37_ASSIGN_OR_RETURN(terms.nonce, GetInt(question, "nonce", 0, kMax));
  SN37_ASSIGN_OR_RETURN(terms.genesis_hash,
                        GetBytes<32>(question, "genesis_hash"));
  terms.era_hash = terms.genesis_hash;
  if (const json* era = FindField(question, "era")) {
    SN37_ASSIGN_OR_RETURN(terms.era, chain::EraFromJson(*era));
  }
  if (terms.era.period != 0) {
    SN37_ASSIGN_OR_RETURN(terms.era_hash, GetBytes<32>(question, "block_hash"));
  }
  if (const json* tip = FindField(question, "tip")) {
    const std::string text =
        tip->is_string() ? tip->get<std::string>() : tip->dump();
    if (!absl::SimpleAtoi(text, &terms.tip)) {
      return absl::InvalidArgumentError("tip must be an integer below 2^128");
    }
  }
  return terms;
}

// An address or 0x and a public key; otherwise absent: a secret URI.
absl::StatusOr<std::optional<chain::AccountId>> PublicSigner(
    const json& question, const std::string& signer) {
  if (absl::StartsWith(signer, "0x")) {
    SN37_ASSIGN_OR_RETURN(const chain::AccountId account,
                          GetBytes<32>(question, "signer"));
    return std::optional(account);
  }
  if (signer.find_first_of("/ ") != std::string::npos) {
    return std::optional<chain::AccountId>();
  }
  SN37_ASSIGN_OR_RETURN(const chain::AccountId account,
                        chain::DecodeSs58(signer));
  return std::optional(account);
}

Answer Extrinsic(chain::Metadata& metadata, const json& question) {
  SN37_ASSIGN_OR_RETURN(const json* call_field, GetField(question, "call"));
  SN37_ASSIGN_OR_RETURN(const std::string call,
                        chain::EncodeCall(metadata, *call_field));
  SN37_ASSIGN_OR_RETURN(const chain::ExtrinsicTerms terms,
                        GetTerms(metadata, question));
  SN37_ASSIGN_OR_RETURN(const std::string payload,
                        chain::SigningPayload(metadata, call, terms));
  json answer = {{"payload", ToHex(payload)}};
  SN37_ASSIGN_OR_RETURN(const std::string signer,
                        GetStringOr(question, "signer", kMaxText, ""));
  if (signer.empty()) return answer;
  SN37_ASSIGN_OR_RETURN(const std::optional<chain::AccountId> account,
                        PublicSigner(question, signer));
  std::string extrinsic;
  if (!account.has_value()) {
    SN37_ASSIGN_OR_RETURN(const chain::Keypair pair,
                          chain::Keypair::FromUri(signer));
    SN37_ASSIGN_OR_RETURN(extrinsic,
                          chain::SignExtrinsic(metadata, call, terms, pair));
  } else if (FindField(question, "signature") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const chain::Signature signature,
                          GetBytes<64>(question, "signature"));
    SN37_ASSIGN_OR_RETURN(
        extrinsic,
        chain::AssembleExtrinsic(metadata, call, terms, *account, signature));
  } else {
    return answer;
  }
  answer["extrinsic"] = ToHex(extrinsic);
  answer["hash"] = ToHex(chain::Blake2(extrinsic, 32));
  return answer;
}

Answer Ss58(chain::Metadata&, const json& question) {
  SN37_ASSIGN_OR_RETURN(const int64_t prefix,
                        GetIntOr(question, "prefix", 0, chain::kMaxSs58Prefix,
                                 chain::kSs58Prefix));
  chain::AccountId account;
  if (FindField(question, "public") != nullptr) {
    SN37_ASSIGN_OR_RETURN(account, GetBytes<32>(question, "public"));
  } else {
    SN37_ASSIGN_OR_RETURN(const std::string address,
                          GetString(question, "address", kMaxText));
    SN37_ASSIGN_OR_RETURN(account, chain::DecodeSs58(address, prefix));
  }
  return json{{"address", chain::EncodeSs58(account, prefix)},
              {"prefix", prefix},
              {"public", ToHex({reinterpret_cast<const char*>(account.data()),
                                account.size()})}};
}

Answer Weights(chain::Metadata&, const json& question) {
  constexpr int64_t kMaxU16 = std::numeric_limits<uint16_t>::max();
  SN37_ASSIGN_OR_RETURN(const int64_t limit,
                        GetIntOr(question, "max_limit", 0, kMaxU16, kMaxU16));
  const json* uids = FindField(question, "uids");
  const json* weights = FindField(question, "weights");
  if (uids == nullptr || weights == nullptr || !uids->is_array() ||
      !weights->is_array() || uids->size() != weights->size()) {
    return absl::InvalidArgumentError(
        "\"uids\" and \"weights\" must be lists of one length");
  }
  std::vector<chain::Share> shares;
  for (size_t i = 0; i < uids->size(); ++i) {
    const json pair = {{"uid", (*uids)[i]}, {"weight", (*weights)[i]}};
    chain::Share share;
    SN37_ASSIGN_OR_RETURN(share.uid, GetInt(pair, "uid", 0, kMaxU16));
    SN37_ASSIGN_OR_RETURN(
        share.value,
        GetDouble(pair, "weight", 0, std::numeric_limits<double>::max()));
    shares.push_back(share);
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<chain::Weight> quantized,
                        chain::QuantizeWeights(shares, limit));
  json answer = {{"uids", json::array()}, {"values", json::array()}};
  for (const chain::Weight& weight : quantized) {
    answer["uids"].push_back(weight.uid);
    answer["values"].push_back(weight.value);
  }
  return answer;
}

struct Conversion {
  absl::string_view name;
  bool needs_metadata;
  Answer (*answer)(chain::Metadata& metadata, const json& question);
};

constexpr Conversion kConversions[] = {
    {"decode", true, Decode},
    {"encode", true, Encode},
    {"storage-key", true, StorageKey},
    {"extrinsic", true, Extrinsic},
    {"ss58", false, Ss58},
    {"weights", false, Weights},
};

absl::StatusOr<int> Convert(const Conversion& conversion) {
  chain::Metadata metadata;
  if (conversion.needs_metadata) {
    const std::string path = absl::GetFlag(FLAGS_metadata);
    if (path.empty()) {
      return absl::InvalidArgumentError("give the runtime's --metadata FILE");
    }
    SN37_ASSIGN_OR_RETURN(metadata, chain::ReadMetadata(path));
  }
  return AnswerEachLine(std::cin, std::cout, [&](const json& question) {
    return conversion.answer(metadata, question);
  });
}

int Run(absl::Span<const std::string> arguments) {
  for (const Conversion& conversion : kConversions) {
    if (arguments.size() != 1 || arguments[0] != conversion.name) continue;
    absl::StatusOr<int> status = Convert(conversion);
    return status.ok() ? *status : Fail(status.status());
  }
  std::cerr << "sn37: codec takes decode, encode, storage-key, extrinsic, "
               "ss58 or weights; see `sn37 codec --help`\n";
  return kUsage;
}

}  // namespace

const Verb kCodec = {"codec",
                     "the chain's binary formats (JSON Lines)",
                     kHelp,
                     {"tools/sn37/codec.cc"},
                     Run};

}  // namespace sn37::tools
