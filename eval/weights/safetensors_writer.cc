#include "eval/weights/safetensors_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

bool IsPlainName(absl::string_view name) {
  return !name.empty() && name.size() <= 256 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
         });
}

absl::StatusOr<uint64_t> BytesOf(const TensorSpec& spec) {
  uint64_t bytes = ElementSize(spec.type);
  for (const int64_t size : spec.shape) {
    const uint64_t limit = std::numeric_limits<int64_t>::max();
    if (size < 0 || (size > 0 && bytes > limit / static_cast<uint64_t>(size))) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", spec.name, " has the shape [",
                       absl::StrJoin(spec.shape, ", "), "]"));
    }
    bytes *= static_cast<uint64_t>(size);
  }
  return bytes;
}

// The length field and the padded JSON.
std::string Header(const std::string& entries) {
  std::string json =
      absl::StrCat("{\"__metadata__\":{\"format\":\"pt\"}", entries, "}");
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const uint64_t length = json.size();
  std::string header(sizeof(length), '\0');
  std::memcpy(header.data(), &length, sizeof(length));
  return header + json;
}

}  // namespace

absl::StatusOr<SafeTensorsWriter> SafeTensorsWriter::Create(
    const std::string& path, const std::vector<TensorSpec>& specs) {
  std::vector<const TensorSpec*> order;
  for (const TensorSpec& spec : specs) order.push_back(&spec);
  std::sort(order.begin(), order.end(),
            [](const TensorSpec* a, const TensorSpec* b) {
              return std::pair(ElementSize(b->type), a->name) <
                     std::pair(ElementSize(a->type), b->name);
            });

  SafeTensorsWriter writer;
  std::string entries;
  uint64_t position = 0;
  for (const TensorSpec* spec : order) {
    SN37_ASSIGN_OR_RETURN(const uint64_t bytes, BytesOf(*spec));
    const uint64_t end = position + bytes;
    const bool unique =
        writer.places_.emplace(spec->name, Place{position, bytes, false})
            .second;
    if (!IsPlainName(spec->name) || !unique ||
        end > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": cannot hold a tensor named \"", spec->name,
                       "\": the name is not plain or not unique, or the file "
                       "would be too large"));
    }
    absl::StrAppend(&entries, ",\"", spec->name, "\":{\"dtype\":\"",
                    ElementName(spec->type), "\",\"shape\":[",
                    absl::StrJoin(spec->shape, ","), "],\"data_offsets\":[",
                    position, ",", end, "]}");
    position = end;
  }
  const std::string header = Header(entries);
  for (auto& [name, place] : writer.places_) place.begin += header.size();

  writer.path_ = path;
  writer.temporary_path_ = absl::StrCat(path, ".tmp.", getpid());
  writer.descriptor_ =
      FileDescriptor(open(writer.temporary_path_.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (writer.descriptor_.get() < 0) {
    const int error = errno;
    return ErrnoStatus(error, "create",
                       std::exchange(writer.temporary_path_, ""));
  }
  SN37_RETURN_IF_ERROR(writer.WriteAt(
      0, {reinterpret_cast<const uint8_t*>(header.data()), header.size()}));
  return writer;
}

absl::Status SafeTensorsWriter::Write(absl::string_view name,
                                      std::span<const uint8_t> bytes) {
  const auto it = places_.find(name);
  if (it == places_.end() || it->second.written) {
    return absl::InvalidArgumentError(absl::StrCat(
        path_, ": tensor ", name, " was not declared or is already written"));
  }
  if (bytes.size() != it->second.size) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": tensor ", name, " was declared with ",
                     it->second.size, " bytes, not ", bytes.size()));
  }
  it->second.written = true;
  return WriteAt(it->second.begin, bytes);
}

absl::Status SafeTensorsWriter::WriteAt(uint64_t begin,
                                        std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(descriptor_.get(), bytes.data(), bytes.size(),
                                 static_cast<off_t>(begin));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, "write", temporary_path_);
    begin += static_cast<uint64_t>(count);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status SafeTensorsWriter::Finish() {
  for (const auto& [name, place] : places_) {
    if (!place.written) {
      return absl::FailedPreconditionError(
          absl::StrCat(path_, ": tensor ", name, " was never written"));
    }
  }
  if (fsync(descriptor_.get()) != 0) {
    return ErrnoStatus(errno, "sync", temporary_path_);
  }
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, "rename a new file to", path_);
  }
  temporary_path_.clear();
  const size_t slash = path_.rfind('/');
  return SyncFolder(slash == std::string::npos ? "."
                                               : path_.substr(0, slash + 1));
}

SafeTensorsWriter::SafeTensorsWriter(SafeTensorsWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, "")),
      descriptor_(std::move(other.descriptor_)),
      places_(std::move(other.places_)) {}

SafeTensorsWriter::~SafeTensorsWriter() {
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

}  // namespace sn37::eval
