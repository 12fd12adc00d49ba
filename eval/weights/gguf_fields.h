// Reads a GGUF file's metadata so that nothing in it is overlooked, as
// eval/models/config_reader.h reads a config.json.
//
//   GgufFields fields(gguf, "llama");
//   const int64_t layers = fields.Size("block_count", 1024);
//   ...
//   SN37_RETURN_IF_ERROR(fields.Finish());
//
// Every key of the architecture ("llama.block_count" and so on) must be read,
// or be known to change no number. Finish() names the first that is neither.
#ifndef EVAL_WEIGHTS_GGUF_FIELDS_H_
#define EVAL_WEIGHTS_GGUF_FIELDS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "eval/weights/gguf.h"

namespace sn37::eval {

// The double that people write for a number kept as float32: 1e-05 and not
// 9.999999747378752e-06.
double ShortestDouble(float value);

// Not thread-safe. `gguf` must outlive it. Keys are given without the
// architecture's name. After an error every getter returns its default, 1 or 0,
// and the first error stays.
class GgufFields {
 public:
  GgufFields(const Gguf& gguf, std::string architecture);

  // An integer in [1, max].
  int64_t Size(absl::string_view key, int64_t max);
  int64_t SizeOr(absl::string_view key, int64_t max, int64_t otherwise);
  // A positive number, as ShortestDouble.
  double Positive(absl::string_view key);
  double PositiveOr(absl::string_view key, double otherwise);
  bool BoolOr(absl::string_view key, bool otherwise);
  std::string StringOr(absl::string_view key, absl::string_view otherwise);
  bool Has(absl::string_view key) const;

  // The rows of a matrix.
  int64_t Rows(absl::string_view tensor);
  bool HasTensor(absl::string_view tensor) const;
  // The elements of a vector that is no weight but belongs to the config; the
  // tensor is marked as read.
  std::vector<float> Vector(absl::string_view tensor, int64_t size);
  bool WasRead(absl::string_view tensor) const {
    return tensors_read_.count(tensor) > 0;
  }

  // Records an error about a key, or a tensor that is there: the file is wrong
  // (Fail), or says what cannot be imported (Refuse).
  void Fail(absl::string_view what, absl::string_view reason);
  void Refuse(absl::string_view what, absl::string_view reason);

  // The first error, or one for a key that nobody read.
  absl::Status Finish() const;

 private:
  // The whole key, marked as read; empty if there is none or after an error.
  std::string Find(absl::string_view key);
  // Keeps the error if it is the first; true if `status` is OK.
  bool Ok(const absl::Status& status);
  std::string Message(absl::string_view what, absl::string_view reason) const;

  const Gguf& gguf_;
  const std::string prefix_;
  std::set<std::string> keys_read_;
  std::set<std::string, std::less<>> tensors_read_;
  absl::Status status_;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_FIELDS_H_
