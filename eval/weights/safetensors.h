// The weights of a model folder in the safetensors format, mapped into memory.
//
//   auto weights = SafeTensors::Open("/models/m");
//   auto view = weights->Get("model.embed_tokens.weight");
//   // view->type, view->shape, view->data
//
// A folder holds either model.safetensors or model.safetensors.index.json with
// the shards that it names. Files come from anyone and are checked completely
// when opened (see safetensors_header.h for what a file must fulfil), so that
// every view handed out is inside its file. Pickled weights are refused: a
// pickle is a program.
#ifndef EVAL_WEIGHTS_SAFETENSORS_H_
#define EVAL_WEIGHTS_SAFETENSORS_H_

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
#include "eval/weights/weights_file.h"

namespace sn37::eval {

// One tensor, row-major, little-endian, as it lies in the file. `data` is not
// always aligned to the element's size: read it with memcpy, or check.
struct TensorView {
  ElementType type;
  std::vector<int64_t> shape;     // each ≥ 0; empty for a scalar
  std::span<const uint8_t> data;  // product of shape × ElementSize(type)

  int64_t elements() const {
    return static_cast<int64_t>(data.size() / ElementSize(type));
  }
};

// Move-only. Const methods may be called from any thread. Views point into the
// mapped files: they live as long as this object or what it was moved to.
class SafeTensors {
 public:
  // Opens the folder's weights. Errors name the file and what is wrong with
  // it: no weights (kNotFound), pickled weights, symbolic links, malformed or
  // truncated files, an index that names files outside the folder, lacks a
  // tensor of a shard or names one that the shard does not hold
  // (kInvalidArgument).
  static absl::StatusOr<SafeTensors> Open(const std::string& folder);

  // Opens one file, as if its folder held nothing else.
  static absl::StatusOr<SafeTensors> OpenFile(const std::string& path);

  // All names, sorted by bytes.
  std::vector<std::string> names() const;

  bool Has(absl::string_view name) const;

  // kNotFound, naming the folder or file, if there is no such tensor.
  absl::StatusOr<TensorView> Get(absl::string_view name) const;

  // All tensors by name. Names are valid UTF-8 of at most kMaxTensorNameBytes
  // and may hold anything else: show them through Printable().
  const std::map<std::string, TensorView, std::less<>>& tensors() const {
    return tensors_;
  }

  // The folder or file that was opened.
  const std::string& path() const { return path_; }

  // The paths of the safetensors files, in the order of their names.
  std::vector<std::string> files() const;

  // The sum of the tensors' bytes.
  uint64_t bytes() const;

  // Gives the pages of one tensor back to the system; see WeightsFile. Nothing
  // happens for an unknown name.
  void Release(absl::string_view name) const;

  // kUnavailable if a file changed since it was opened; see WeightsFile.
  absl::Status CheckUnchanged() const;

 private:
  SafeTensors() = default;

  // Maps and parses one file and adds its tensors.
  absl::Status Add(const std::string& path);

  struct Shard {
    WeightsFile file;
    std::vector<std::string> names;
  };

  std::string path_;
  std::vector<Shard> shards_;
  std::map<std::string, TensorView, std::less<>> tensors_;
  std::map<std::string, size_t, std::less<>> shard_of_;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_SAFETENSORS_H_
