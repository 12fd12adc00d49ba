// Reads GGUF files (versions 2 and 3, little-endian): one file that holds a
// model's metadata, tokenizer and, mostly quantised, weights.
//
//   auto gguf = Gguf::Open("model.gguf");
//   auto layers = gguf->GetInt("llama.block_count");
//   auto weights = gguf->Values("blk.0.attn_q.weight");
//
// The file may come from anyone: every count, length, offset and type is
// checked at Open against the limits below and the file's size.
#ifndef EVAL_WEIGHTS_GGUF_H_
#define EVAL_WEIGHTS_GGUF_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/weights/gguf_types.h"
#include "eval/weights/weights_file.h"

namespace sn37::eval {

// Vocabularies have up to 256 Ki entries and as many merges.
inline constexpr uint64_t kMaxGgufArray = uint64_t{4} << 20;
inline constexpr uint64_t kMaxGgufString = uint64_t{1} << 20;
inline constexpr uint64_t kMaxGgufMetadata = 4096;
inline constexpr uint64_t kMaxGgufTensors = 65536;
// Before the data; a vocabulary of 256 Ki with its merges has 15 MB.
inline constexpr uint64_t kMaxGgufHeadBytes = uint64_t{256} << 20;

// A metadata value. All integer types become int64_t (a uint64 above its range
// is refused), both floating types double, booleans bool (int64_t in arrays).
// Arrays of arrays are refused.
using GgufValue =
    std::variant<bool, int64_t, double, std::string, std::vector<int64_t>,
                 std::vector<double>, std::vector<std::string>>;

// One tensor; `blocks` points into the mapped file.
struct GgufTensor {
  const GgufType* type;
  // Fastest dimension first, as in the file: a matrix that a framework calls
  // [rows, columns] is {columns, rows} here.
  std::vector<int64_t> dimensions;
  int64_t elements;
  std::span<const uint8_t> blocks;
};

using GgufMetadata = std::map<std::string, GgufValue, std::less<>>;
using GgufTensors = std::map<std::string, GgufTensor, std::less<>>;

// Move-only; const methods may be called from any thread. References and spans
// it hands out live as long as it.
class Gguf {
 public:
  static absl::StatusOr<Gguf> Open(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const GgufMetadata& metadata() const { return metadata_; }
  const GgufTensors& tensors() const { return tensors_; }

  bool Has(absl::string_view key) const;

  // Each returns the value of `key`: kNotFound (file and key named) if it is
  // not there, kInvalidArgument if it is of another type. GetFloat also takes
  // an integer.
  absl::StatusOr<bool> GetBool(absl::string_view key) const;
  absl::StatusOr<int64_t> GetInt(absl::string_view key) const;
  absl::StatusOr<double> GetFloat(absl::string_view key) const;
  absl::StatusOr<std::string> GetString(absl::string_view key) const;
  absl::StatusOr<std::span<const int64_t>> GetInts(absl::string_view key) const;
  absl::StatusOr<std::span<const double>> GetFloats(
      absl::string_view key) const;
  absl::StatusOr<std::span<const std::string>> GetStrings(
      absl::string_view key) const;

  // kNotFound, naming file and tensor, if there is none of this name.
  absl::StatusOr<const GgufTensor*> Tensor(absl::string_view name) const;

  // The dequantised elements of a tensor, in the file's order.
  absl::StatusOr<std::vector<float>> Values(absl::string_view name) const;

  // See WeightsFile.
  absl::Status CheckUnchanged() const { return file_.CheckUnchanged(); }

 private:
  explicit Gguf(WeightsFile file) : file_(std::move(file)) {}

  template <typename T>
  absl::StatusOr<const T*> Get(absl::string_view key,
                               absl::string_view type) const;

  WeightsFile file_;
  GgufMetadata metadata_;
  GgufTensors tensors_;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_H_
