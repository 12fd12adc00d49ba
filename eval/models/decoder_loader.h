// Finds a decoder's weights in a model's tensors and brings them into the
// device's layout.
#ifndef EVAL_MODELS_DECODER_LOADER_H_
#define EVAL_MODELS_DECODER_LOADER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/kernels/ops.h"
#include "eval/models/arch.h"
#include "eval/models/decoder_config.h"
#include "eval/models/tensor_source.h"

namespace sn37::eval {

// A linear layer's weights.
struct Projection {
  Matrix matrix;
  at::Tensor bias;  // (outputs) float32, or undefined
};

// All references must outlive it. Each tensor is released after use.
class DecoderLoader {
 public:
  DecoderLoader(const ModelArch& arch, const DecoderConfig& config,
                const TensorSource& source, DType dtype, Ops& ops)
      : arch_(arch),
        config_(config),
        source_(source),
        dtype_(dtype),
        ops_(ops) {}

  // One or more slots' rows below each other, each slot's `outputs[i]` rows.
  absl::StatusOr<Projection> LoadProjection(int64_t layer,
                                            absl::Span<const Slot> slots,
                                            absl::Span<const int64_t> outputs,
                                            int64_t inputs, bool bias);
  // A slot's vector of so many elements, as float32. `suffix`: ".weight" or
  // ".bias".
  absl::StatusOr<at::Tensor> LoadVector(int64_t layer, Slot slot,
                                        const char* suffix, int64_t elements);
  // A norm over `columns`, of the decoder's kind.
  absl::StatusOr<NormWeights> LoadNorm(int64_t layer, Slot slot,
                                       int64_t columns);

 private:
  // The tensor of a slot with its rows.
  struct Part {
    std::string name;
    at::Tensor tensor;
    std::vector<RowRange> rows;
  };
  // Checks that the tensor has exactly the shape that the config says:
  // (rows of all its slots, inputs), or (rows) where inputs is 0.
  absl::StatusOr<Part> Find(int64_t layer, Slot slot, const char* suffix,
                            int64_t outputs, int64_t inputs) const;
  // Appends a part of a vector to `out` as float32.
  static void AppendFloats(const Part& part, std::vector<float>& out);

  const ModelArch& arch_;
  const DecoderConfig& config_;
  const TensorSource& source_;
  const DType dtype_;
  Ops& ops_;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_DECODER_LOADER_H_
