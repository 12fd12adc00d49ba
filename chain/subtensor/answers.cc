#include "chain/subtensor/answers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/value.h"
#include "chain/subtensor/rpc.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// Substrate's code for a block or state that a node does not have.
constexpr int64_t kUnknownBlock = 4003;

absl::Status Unexpected(absl::string_view wanted, const json& found) {
  return absl::InternalError(absl::StrCat(
      "the node answers ", Truncate(Printable(CanonicalJson(found)), 80),
      " for ", wanted));
}

}  // namespace

absl::StatusOr<json> NodeAnswer(absl::StatusOr<json> answer) {
  const auto error = GetRpcError(answer.status());
  if (!error.has_value()) return answer;
  const std::string message(answer.status().message());
  const bool unknown =
      error->code == kUnknownBlock ||
      absl::StrContains(error->message, "State already discarded") ||
      absl::StrContains(error->message, "UnknownBlock");
  if (!unknown) return absl::InternalError(message);
  return absl::NotFoundError(absl::StrCat(
      message, "; for old blocks ask a node that keeps the whole history"));
}

absl::StatusOr<std::string> HexBytes(const json& answer) {
  if (!answer.is_string()) return Unexpected("bytes", answer);
  absl::StatusOr<std::string> bytes =
      FromHex(answer.get_ref<const std::string&>());
  if (!bytes.ok()) return Unexpected("bytes", answer);
  return bytes;
}

absl::StatusOr<std::string> HashText(const json& answer) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes, HexBytes(answer));
  if (bytes.size() != BlockHash().size()) return Unexpected("a hash", answer);
  return ToHex(bytes);
}

absl::StatusOr<BlockHash> HashBytes(absl::string_view hash) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes, HexBytes(std::string(hash)));
  BlockHash out = {};
  if (bytes.size() != out.size()) {
    return Unexpected("a hash", std::string(hash));
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

absl::StatusOr<uint64_t> HeaderNumber(const json& header) {
  const json* number = FindField(header, "number");
  uint64_t value = 0;
  if (number == nullptr || !number->is_string() ||
      !absl::SimpleHexAtoi(number->get_ref<const std::string&>(), &value)) {
    return Unexpected("a header", header);
  }
  return value;
}

absl::StatusOr<uint64_t> AsUint(const json& value, uint64_t max) {
  uint64_t out = 0;
  const bool good =
      value.is_number_unsigned()
          ? (out = value.get<uint64_t>(), true)
          : value.is_string() &&
                absl::SimpleAtoi(value.get_ref<const std::string&>(), &out);
  if (!good || out > max) return Unexpected("a number", value);
  return out;
}

absl::StatusOr<const json*> ArrayOf(const json& object, absl::string_view key,
                                    size_t size) {
  const json* field = FindField(object, key);
  if (field == nullptr || !field->is_array() || field->size() != size) {
    return Unexpected(absl::StrCat(size, " of ", key),
                      field == nullptr ? object : *field);
  }
  return field;
}

}  // namespace sn37::chain
