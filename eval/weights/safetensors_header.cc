#include "eval/weights/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr absl::string_view kMetadataKey = "__metadata__";

template <typename... Parts>
absl::Status Error(absl::string_view where, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", parts...));
}

// Returns the header's JSON, without its length field.
absl::StatusOr<absl::string_view> HeaderText(std::span<const uint8_t> file,
                                             absl::string_view where) {
  if (file.size() < kLengthBytes) {
    return Error(where, "has ", file.size(),
                 " bytes; a safetensors file begins with an 8-byte length");
  }
  uint64_t length;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMaxSafeTensorsHeaderBytes) {
    return Error(where, "its header's length is ", length, "; at most ",
                 kMaxSafeTensorsHeaderBytes, " bytes are allowed");
  }
  if (length > file.size() - kLengthBytes) {
    return Error(where, "its header of ", length,
                 " bytes is longer than the file of ", file.size());
  }
  return absl::string_view(
      reinterpret_cast<const char*>(file.data() + kLengthBytes), length);
}

// The bytes of a tensor of this shape and type; an error if they overflow.
absl::StatusOr<uint64_t> BytesOf(const TensorEntry& entry,
                                 absl::string_view where,
                                 absl::string_view name) {
  uint64_t bytes = ElementSize(entry.type);
  for (const int64_t size : entry.shape) {
    const uint64_t limit = std::numeric_limits<int64_t>::max();
    if (size != 0 && bytes > limit / static_cast<uint64_t>(size)) {
      return Error(where, "tensor ", Printable(name), ": its shape [",
                   absl::StrJoin(entry.shape, ", "), "] overflows");
    }
    bytes *= static_cast<uint64_t>(size);
  }
  return bytes;
}

// A JSON number that is an integer in [0, 2^63).
std::optional<int64_t> Size(const nlohmann::json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() >
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return std::nullopt;
  }
  const int64_t size = value.get<int64_t>();
  if (size < 0) return std::nullopt;
  return size;
}

absl::Status ParseShape(const nlohmann::json& json, absl::string_view where,
                        absl::string_view name, TensorEntry& entry) {
  if (!json.is_array() || json.size() > kMaxTensorRank) {
    return Error(where, "tensor ", Printable(name),
                 ": \"shape\" must be a list of at most ", kMaxTensorRank,
                 " sizes");
  }
  for (const nlohmann::json& value : json) {
    const std::optional<int64_t> size = Size(value);
    if (!size.has_value()) {
      return Error(where, "tensor ", Printable(name),
                   ": a size in \"shape\" is not a non-negative integer");
    }
    entry.shape.push_back(*size);
  }
  return absl::OkStatus();
}

// `data_begin` and `data_size`: where the data lies in the file.
absl::Status ParseOffsets(const nlohmann::json& json, uint64_t data_begin,
                          uint64_t data_size, absl::string_view where,
                          absl::string_view name, TensorEntry& entry) {
  const std::optional<int64_t> begin =
      json.is_array() && json.size() == 2 ? Size(json[0]) : std::nullopt;
  const std::optional<int64_t> end =
      begin.has_value() ? Size(json[1]) : std::nullopt;
  if (!end.has_value() || *begin > *end) {
    return Error(where, "tensor ", Printable(name),
                 ": \"data_offsets\" must be [begin, end] with begin <= end");
  }
  if (static_cast<uint64_t>(*end) > data_size) {
    return Error(where, "tensor ", Printable(name), ": its data ends at byte ",
                 *end, " of ", data_size, "; the file is truncated");
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t bytes, BytesOf(entry, where, name));
  if (static_cast<uint64_t>(*end - *begin) != bytes) {
    return Error(where, "tensor ", Printable(name), ": its shape [",
                 absl::StrJoin(entry.shape, ", "), "] of ",
                 ElementName(entry.type), " needs ", bytes, " bytes, not ",
                 *end - *begin);
  }
  entry.begin = data_begin + static_cast<uint64_t>(*begin);
  entry.end = data_begin + static_cast<uint64_t>(*end);
  return absl::OkStatus();
}

absl::StatusOr<TensorEntry> ParseEntry(const nlohmann::json& json,
                                       uint64_t data_begin, uint64_t data_size,
                                       absl::string_view where,
                                       absl::string_view name) {
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") ||
      !json.contains("shape") || !json.contains("data_offsets")) {
    return Error(where, "tensor ", Printable(name),
                 ": must have exactly dtype, shape and data_offsets");
  }
  if (!json["dtype"].is_string()) {
    return Error(where, "tensor ", Printable(name),
                 ": \"dtype\" is not a string");
  }
  const std::string& dtype = json["dtype"].get_ref<const std::string&>();
  const std::optional<ElementType> type = ParseElementType(dtype);
  if (!type.has_value()) {
    return Error(where, "tensor ", Printable(name), ": dtype ",
                 Printable(dtype), " is not supported");
  }
  TensorEntry entry;
  entry.type = *type;
  SN37_RETURN_IF_ERROR(ParseShape(json["shape"], where, name, entry));
  SN37_RETURN_IF_ERROR(ParseOffsets(json["data_offsets"], data_begin, data_size,
                                    where, name, entry));
  return entry;
}

absl::Status ParseMetadata(const nlohmann::json& json, absl::string_view where,
                           SafeTensorsHeader& header) {
  if (!json.is_object()) {
    return Error(where, kMetadataKey, " is not an object");
  }
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) {
      return Error(where, kMetadataKey, ": the value of ", Printable(key),
                   " is not a string");
    }
    header.metadata.emplace(key, value.get<std::string>());
  }
  return absl::OkStatus();
}

// No overlap, no gap, nothing behind the last tensor.
absl::Status CheckCover(const SafeTensorsHeader& header, uint64_t data_begin,
                        uint64_t file_size, absl::string_view where) {
  using Named = std::pair<const std::string, TensorEntry>;
  std::vector<const Named*> order;
  for (const Named& named : header.tensors) order.push_back(&named);
  std::sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
    return std::pair(a->second.begin, a->second.end) <
           std::pair(b->second.begin, b->second.end);
  });
  uint64_t position = data_begin;
  for (const Named* named : order) {
    const TensorEntry& entry = named->second;
    if (entry.begin != position) {
      return Error(where, "tensor ", Printable(named->first),
                   entry.begin < position ? " overlaps another tensor"
                                          : " follows a gap in the data");
    }
    position = entry.end;
  }
  if (position != file_size) {
    return Error(where, "has ", file_size - position,
                 " bytes that belong to no tensor");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafeTensorsHeader> ParseSafeTensorsHeader(
    std::span<const uint8_t> file, absl::string_view where) {
  SN37_ASSIGN_OR_RETURN(const absl::string_view text, HeaderText(file, where));
  const absl::StatusOr<nlohmann::json> parsed = ParseJson(
      text,
      {.bytes = kMaxSafeTensorsHeaderBytes, .depth = 4, .unique_keys = true});
  if (!parsed.ok()) {
    return Annotate(parsed.status(), absl::StrCat(where, ": header"));
  }
  const nlohmann::json& json = *parsed;
  if (!json.is_object()) return Error(where, "its header is not an object");
  if (json.size() > kMaxTensors) {
    return Error(where, "has ", json.size(), " tensors; at most ", kMaxTensors,
                 " are allowed");
  }
  const uint64_t data_begin = kLengthBytes + text.size();
  SafeTensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == kMetadataKey) {
      SN37_RETURN_IF_ERROR(ParseMetadata(value, where, header));
      continue;
    }
    if (name.empty() || name.size() > kMaxTensorNameBytes) {
      return Error(where, "a tensor's name has ", name.size(), " bytes; 1 to ",
                   kMaxTensorNameBytes, " are allowed");
    }
    SN37_ASSIGN_OR_RETURN(
        TensorEntry entry,
        ParseEntry(value, data_begin, file.size() - data_begin, where, name));
    header.tensors.emplace(name, std::move(entry));
  }
  SN37_RETURN_IF_ERROR(CheckCover(header, data_begin, file.size(), where));
  return header;
}

}  // namespace sn37::eval
