// Writes one safetensors file, tensor by tensor, without holding them.
//
//   auto writer = SafeTensorsWriter::Create(path, {
//       {"a", ElementType::kBF16, {2, 3}}, {"b", ElementType::kF32, {4}}});
//   writer->Write("b", bytes_of_b);
//   writer->Write("a", bytes_of_a);
//   writer->Finish();
//
// The same tensors give the same file, byte for byte, in whatever order they
// are declared and written: they lie by falling element size, then by name, so
// that each is aligned to its elements. The file appears whole, at Finish.
#ifndef EVAL_WEIGHTS_SAFETENSORS_WRITER_H_
#define EVAL_WEIGHTS_SAFETENSORS_WRITER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/weights/element_type.h"
#include "sn37/base/file.h"

namespace sn37::eval {

// A tensor that will be written. The name holds only ASCII letters, digits and
// "_.-"; sizes are ≥ 0.
struct TensorSpec {
  std::string name;
  ElementType type;
  std::vector<int64_t> shape;
};

// Move-only, one thread at a time. Without Finish nothing is left behind.
class SafeTensorsWriter {
 public:
  // Creates a temporary file beside `path` and writes the header.
  // kInvalidArgument for names or shapes that are not allowed or not unique.
  static absl::StatusOr<SafeTensorsWriter> Create(
      const std::string& path, const std::vector<TensorSpec>& specs);

  SafeTensorsWriter(SafeTensorsWriter&& other) noexcept;
  SafeTensorsWriter& operator=(SafeTensorsWriter&&) = delete;
  ~SafeTensorsWriter();

  // Writes one declared tensor, once. `bytes` are its elements, row-major and
  // little-endian. kInvalidArgument for a wrong name or size.
  absl::Status Write(absl::string_view name, std::span<const uint8_t> bytes);

  // Checks that every tensor was written, syncs, and renames the file to
  // `path`, replacing what was there.
  absl::Status Finish();

 private:
  struct Place {
    uint64_t begin;
    uint64_t size;
    bool written;
  };

  SafeTensorsWriter() = default;
  absl::Status WriteAt(uint64_t begin, std::span<const uint8_t> bytes);

  std::string path_;
  std::string temporary_path_;  // empty when there is no such file any more
  FileDescriptor descriptor_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_SAFETENSORS_WRITER_H_
