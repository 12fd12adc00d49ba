#include "eval/weights/gguf.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kMaxAlignment = 65536;
constexpr uint64_t kMaxRank = 4;
constexpr uint64_t kMaxKey = 65535;  // the format's own limit
constexpr int64_t kMaxElements = int64_t{1} << 40;

// The value types of metadata, numbered by the format.
enum ValueType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBoolean = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// Reads the file from front to back; every read is checked against its end.
class Cursor {
 public:
  Cursor(std::span<const uint8_t> bytes, absl::string_view path)
      : bytes_(bytes), path_(path) {}

  uint64_t position() const { return position_; }

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": at byte ", position_, ": ", what));
  }

  template <typename T>
  absl::StatusOr<T> Number() {
    if (bytes_.size() - position_ < sizeof(T)) {
      return Error("the file ends too early");
    }
    T value;
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  // An integer of type T, as int64_t.
  template <typename T>
  absl::StatusOr<int64_t> Integer() {
    SN37_ASSIGN_OR_RETURN(const T value, Number<T>());
    if (static_cast<uint64_t>(value) >
            static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) &&
        std::is_unsigned_v<T>) {
      return Error("an integer above 2^63 - 1");
    }
    return static_cast<int64_t>(value);
  }

  absl::StatusOr<std::string> String(uint64_t max_bytes) {
    SN37_ASSIGN_OR_RETURN(const uint64_t length, Number<uint64_t>());
    if (length > max_bytes) {
      return Error(absl::StrCat("a string of ", length, " bytes; at most ",
                                max_bytes, " are allowed"));
    }
    if (bytes_.size() - position_ < length) {
      return Error("a string longer than the file");
    }
    std::string value(reinterpret_cast<const char*>(bytes_.data() + position_),
                      length);
    position_ += length;
    return value;
  }

 private:
  const std::span<const uint8_t> bytes_;
  const absl::string_view path_;
  uint64_t position_ = 0;
};

// nullopt if `type` is not an integer or boolean.
absl::StatusOr<std::optional<int64_t>> ReadInteger(Cursor& cursor,
                                                   uint32_t type) {
  switch (type) {
    case kUint8:
    case kBoolean:
      return cursor.Integer<uint8_t>();
    case kInt8:
      return cursor.Integer<int8_t>();
    case kUint16:
      return cursor.Integer<uint16_t>();
    case kInt16:
      return cursor.Integer<int16_t>();
    case kUint32:
      return cursor.Integer<uint32_t>();
    case kInt32:
      return cursor.Integer<int32_t>();
    case kUint64:
      return cursor.Integer<uint64_t>();
    case kInt64:
      return cursor.Integer<int64_t>();
    default:
      return std::nullopt;
  }
}

absl::StatusOr<double> ReadFloat(Cursor& cursor, uint32_t type) {
  if (type == kFloat64) return cursor.Number<double>();
  SN37_ASSIGN_OR_RETURN(const float value, cursor.Number<float>());
  return value;
}

absl::StatusOr<GgufValue> ReadArray(Cursor& cursor) {
  SN37_ASSIGN_OR_RETURN(const uint32_t type, cursor.Number<uint32_t>());
  SN37_ASSIGN_OR_RETURN(const uint64_t count, cursor.Number<uint64_t>());
  if (count > kMaxGgufArray) {
    return cursor.Error(absl::StrCat("an array of ", count, " elements; ",
                                     kMaxGgufArray, " are allowed"));
  }
  // Nothing is reserved: the vectors grow only as far as the file reaches.
  if (type == kString) {
    std::vector<std::string> strings;
    for (uint64_t i = 0; i < count; ++i) {
      SN37_ASSIGN_OR_RETURN(std::string value, cursor.String(kMaxGgufString));
      strings.push_back(std::move(value));
    }
    return strings;
  }
  if (type == kFloat32 || type == kFloat64) {
    std::vector<double> floats;
    for (uint64_t i = 0; i < count; ++i) {
      SN37_ASSIGN_OR_RETURN(const double value, ReadFloat(cursor, type));
      floats.push_back(value);
    }
    return floats;
  }
  std::vector<int64_t> integers;
  for (uint64_t i = 0; i < count; ++i) {
    SN37_ASSIGN_OR_RETURN(const std::optional<int64_t> value,
                          ReadInteger(cursor, type));
    if (!value.has_value()) {
      return cursor.Error(absl::StrCat("an array of value type ", type,
                                       ", which is not supported"));
    }
    integers.push_back(*value);
  }
  return integers;
}

absl::StatusOr<GgufValue> ReadValue(Cursor& cursor) {
  SN37_ASSIGN_OR_RETURN(const uint32_t type, cursor.Number<uint32_t>());
  switch (type) {
    case kString:
      return cursor.String(kMaxGgufString);
    case kArray:
      return ReadArray(cursor);
    case kFloat32:
    case kFloat64:
      return ReadFloat(cursor, type);
    default:
      break;
  }
  SN37_ASSIGN_OR_RETURN(const std::optional<int64_t> value,
                        ReadInteger(cursor, type));
  if (!value.has_value()) {
    return cursor.Error(absl::StrCat("unknown value type ", type));
  }
  if (type == kBoolean) return *value != 0;
  return *value;
}

// A tensor's description; its offset is relative to the data's start, which is
// known only when all descriptions are read.
struct Description {
  std::string name;
  GgufTensor tensor;
  uint64_t offset;
  uint64_t bytes;
};

absl::Status ReadDimensions(Cursor& cursor, Description& description) {
  GgufTensor& tensor = description.tensor;
  SN37_ASSIGN_OR_RETURN(const uint32_t rank, cursor.Number<uint32_t>());
  if (rank > kMaxRank) {
    return cursor.Error(absl::StrCat("tensor ", Printable(description.name),
                                     " has ", rank, " dimensions"));
  }
  tensor.elements = 1;
  for (uint32_t i = 0; i < rank; ++i) {
    SN37_ASSIGN_OR_RETURN(const uint64_t size, cursor.Number<uint64_t>());
    if (size == 0 ||
        size > static_cast<uint64_t>(kMaxElements / tensor.elements)) {
      return cursor.Error(absl::StrCat("tensor ", Printable(description.name),
                                       ": dimension ", i, " is ", size));
    }
    tensor.dimensions.push_back(static_cast<int64_t>(size));
    tensor.elements *= static_cast<int64_t>(size);
  }
  return absl::OkStatus();
}

absl::StatusOr<Description> ReadDescription(Cursor& cursor) {
  Description description;
  SN37_ASSIGN_OR_RETURN(description.name, cursor.String(kMaxKey));
  SN37_RETURN_IF_ERROR(ReadDimensions(cursor, description));
  SN37_ASSIGN_OR_RETURN(const uint32_t id, cursor.Number<uint32_t>());
  GgufTensor& tensor = description.tensor;
  tensor.type = FindGgufType(id);
  if (tensor.type == nullptr) {
    return cursor.Error(absl::StrCat("tensor ", Printable(description.name),
                                     " has type ", id,
                                     ", which is not supported"));
  }
  const int64_t row = tensor.dimensions.empty() ? 1 : tensor.dimensions.front();
  if (row % static_cast<int64_t>(tensor.type->block_elements) != 0) {
    return cursor.Error(
        absl::StrCat("tensor ", Printable(description.name), ": rows of ", row,
                     " elements are not whole ", tensor.type->name, " blocks"));
  }
  description.bytes = static_cast<uint64_t>(tensor.elements) /
                      tensor.type->block_elements * tensor.type->block_bytes;
  SN37_ASSIGN_OR_RETURN(description.offset, cursor.Number<uint64_t>());
  return description;
}

// Checks that the tensors' bytes are aligned, inside `data` and apart, and
// fills in where they lie.
absl::Status Place(std::vector<Description>& descriptions,
                   std::span<const uint8_t> data, uint64_t alignment,
                   const std::string& path) {
  std::sort(descriptions.begin(), descriptions.end(),
            [](const Description& a, const Description& b) {
              return a.offset < b.offset;
            });
  uint64_t previous_end = 0;
  for (Description& d : descriptions) {
    const auto error = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": tensor ", Printable(d.name), ": ", what));
    };
    if (d.offset % alignment != 0) return error("its offset is not aligned");
    if (d.offset < previous_end) return error("it overlaps another tensor");
    if (d.offset > data.size() || d.bytes > data.size() - d.offset) {
      return error("its data ends behind the file; the file is truncated");
    }
    previous_end = d.offset + d.bytes;
    d.tensor.blocks = data.subspan(d.offset, d.bytes);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> AlignmentOf(const GgufMetadata& metadata,
                                     const std::string& path) {
  const auto it = metadata.find("general.alignment");
  if (it == metadata.end()) return kDefaultAlignment;
  const int64_t* value = std::get_if<int64_t>(&it->second);
  if (value == nullptr || *value < 1 ||
      static_cast<uint64_t>(*value) > kMaxAlignment) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": general.alignment must be in 1..", kMaxAlignment));
  }
  return static_cast<uint64_t>(*value);
}

// Reads magic and version.
absl::Status CheckMagic(Cursor& cursor) {
  SN37_ASSIGN_OR_RETURN(const uint32_t magic, cursor.Number<uint32_t>());
  if (magic != 0x46554747) return cursor.Error("not a GGUF file");
  SN37_ASSIGN_OR_RETURN(const uint32_t version, cursor.Number<uint32_t>());
  if (version != 2 && version != 3) {
    return cursor.Error(absl::StrCat(
        "GGUF version ", version, "; little-endian versions 2 and 3 are read"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Gguf> Gguf::Open(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(WeightsFile file, WeightsFile::Open(path));
  Gguf gguf(std::move(file));
  const std::span<const uint8_t> bytes = gguf.file_.bytes();
  Cursor cursor(bytes, path);
  SN37_RETURN_IF_ERROR(CheckMagic(cursor));
  SN37_ASSIGN_OR_RETURN(const uint64_t tensors, cursor.Number<uint64_t>());
  SN37_ASSIGN_OR_RETURN(const uint64_t pairs, cursor.Number<uint64_t>());
  if (tensors > kMaxGgufTensors || pairs > kMaxGgufMetadata) {
    return cursor.Error(absl::StrCat("it claims ", tensors, " tensors and ",
                                     pairs, " metadata values; at most ",
                                     kMaxGgufTensors, " and ", kMaxGgufMetadata,
                                     " are allowed"));
  }
  for (uint64_t i = 0; i < pairs; ++i) {
    SN37_ASSIGN_OR_RETURN(std::string key, cursor.String(kMaxKey));
    SN37_ASSIGN_OR_RETURN(GgufValue value, ReadValue(cursor));
    const auto [it, inserted] =
        gguf.metadata_.emplace(std::move(key), std::move(value));
    if (cursor.position() > kMaxGgufHeadBytes) {
      return cursor.Error(
          absl::StrCat("more than ", kMaxGgufHeadBytes, " bytes of metadata"));
    }
    if (!inserted) {
      return cursor.Error(
          absl::StrCat("key ", Printable(it->first), " appears twice"));
    }
  }
  std::vector<Description> descriptions;
  for (uint64_t i = 0; i < tensors; ++i) {
    SN37_ASSIGN_OR_RETURN(Description description, ReadDescription(cursor));
    descriptions.push_back(std::move(description));
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t alignment,
                        AlignmentOf(gguf.metadata_, path));
  const uint64_t begin =
      (cursor.position() + alignment - 1) / alignment * alignment;
  const std::span<const uint8_t> data =
      begin < bytes.size() ? bytes.subspan(begin) : std::span<const uint8_t>();
  SN37_RETURN_IF_ERROR(Place(descriptions, data, alignment, path));
  for (Description& d : descriptions) {
    const auto [it, inserted] =
        gguf.tensors_.emplace(std::move(d.name), std::move(d.tensor));
    if (!inserted) {
      return cursor.Error(
          absl::StrCat("tensor ", Printable(it->first), " appears twice"));
    }
  }
  return gguf;
}

template <typename T>
absl::StatusOr<const T*> Gguf::Get(absl::string_view key,
                                   absl::string_view type) const {
  const auto it = metadata_.find(key);
  if (it == metadata_.end()) {
    return absl::NotFoundError(absl::StrCat(path(), ": has no ", key));
  }
  const T* value = std::get_if<T>(&it->second);
  if (value == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path(), ": ", key, " is not ", type));
  }
  return value;
}

bool Gguf::Has(absl::string_view key) const {
  return metadata_.find(key) != metadata_.end();
}

absl::StatusOr<bool> Gguf::GetBool(absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(const bool* value, Get<bool>(key, "a boolean"));
  return *value;
}

absl::StatusOr<int64_t> Gguf::GetInt(absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(const int64_t* value, Get<int64_t>(key, "an integer"));
  return *value;
}

absl::StatusOr<double> Gguf::GetFloat(absl::string_view key) const {
  const absl::StatusOr<int64_t> integer = GetInt(key);
  if (integer.ok()) return static_cast<double>(*integer);
  SN37_ASSIGN_OR_RETURN(const double* value, Get<double>(key, "a number"));
  return *value;
}

absl::StatusOr<std::string> Gguf::GetString(absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(const std::string* value,
                        Get<std::string>(key, "a string"));
  return *value;
}

absl::StatusOr<std::span<const int64_t>> Gguf::GetInts(
    absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(const std::vector<int64_t>* value,
                        Get<std::vector<int64_t>>(key, "an array of integers"));
  return std::span<const int64_t>(*value);
}

absl::StatusOr<std::span<const double>> Gguf::GetFloats(
    absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(const std::vector<double>* value,
                        Get<std::vector<double>>(key, "an array of numbers"));
  return std::span<const double>(*value);
}

absl::StatusOr<std::span<const std::string>> Gguf::GetStrings(
    absl::string_view key) const {
  SN37_ASSIGN_OR_RETURN(
      const std::vector<std::string>* value,
      Get<std::vector<std::string>>(key, "an array of strings"));
  return std::span<const std::string>(*value);
}

absl::StatusOr<const GgufTensor*> Gguf::Tensor(absl::string_view name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end()) {
    return absl::NotFoundError(
        absl::StrCat(path(), ": has no tensor ", Printable(name)));
  }
  return &it->second;
}

absl::StatusOr<std::vector<float>> Gguf::Values(absl::string_view name) const {
  SN37_ASSIGN_OR_RETURN(const GgufTensor* tensor, Tensor(name));
  std::vector<float> values(static_cast<size_t>(tensor->elements));
  Dequantise(*tensor->type, tensor->blocks, values);
  return values;
}

}  // namespace sn37::eval
