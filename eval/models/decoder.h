// The decoder: every supported architecture's forward pass, over the
// operations of one device.
//
//   ids ─ embed ─▶ x ─▶ [ norm ─ qkv ─ rotate ─ attend ─ o ─▶ + ]
//                       [ norm ─ gate, up ─ down ─▶ +           ] × layers
//                  x ─▶ final norm ─▶ hidden ─▶ Score or Pick (the head)
//
// The head is applied to the rows that ask for it, never to all.
#ifndef EVAL_MODELS_DECODER_H_
#define EVAL_MODELS_DECODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/kernels/ops.h"
#include "eval/models/arch.h"
#include "eval/models/decoder_config.h"
#include "eval/models/decoder_loader.h"
#include "eval/models/rotary.h"
#include "eval/models/tensor_source.h"

namespace sn37::eval {

// Rows that go through the decoder together. Every row belongs to one segment.
struct Batch {
  std::vector<int32_t> ids;        // (rows), inside the vocabulary
  std::vector<int64_t> positions;  // (rows), below max_positions
  std::vector<int64_t> lengths;    // (rows), the text's length (rotary.h)
  std::vector<Segment> segments;

  int64_t rows() const { return static_cast<int64_t>(ids.size()); }
};

// Keys and values. With `layers` = 1 every layer overwrites the one before:
// enough where each text goes through in one batch.
struct KvCache {
  std::vector<CacheLayer> layers;

  CacheLayer& layer(size_t l) {
    return layers.size() == 1 ? layers[0] : layers[l];
  }
};

// Not thread-safe.
class Decoder {
 public:
  // Packs the weights, one tensor after the other, releasing each in `source`,
  // so that memory holds them once. Errors name the tensor: missing
  // (kNotFound), of another shape than the config says (kInvalidArgument).
  // `ops` must outlive the decoder.
  static absl::StatusOr<std::unique_ptr<Decoder>> Load(
      const ModelArch& arch, const DecoderConfig& config,
      const TensorSource& source, DType dtype, Ops& ops);

  const DecoderConfig& config() const { return config_; }
  const Rotary& rotary() const { return rotary_; }

  // `layers` is 1 or config().layers.
  KvCache NewCache(int64_t layers, int64_t blocks);
  // Bytes of one block over all layers.
  int64_t CacheBlockBytes() const;
  // Rows that went through all passes so far.
  int64_t rows_passed() const { return rows_passed_; }

  // The final hidden states (wanted, hidden) float32 of the batch's rows
  // `wanted`, ready for the head; a row may be wanted several times.
  at::Tensor Forward(const Batch& batch, absl::Span<const int32_t> wanted,
                     KvCache& cache);

  // The head on Forward's result; see Ops.
  std::vector<Scored> Score(const at::Tensor& hidden,
                            absl::Span<const int32_t> targets);
  std::vector<int32_t> Pick(const at::Tensor& hidden,
                            absl::Span<const PickRule> rules);

 private:
  struct Layer {
    NormWeights norm1, norm2, post_attention, post_mlp, q_norm, k_norm;
    Projection qkv, o, gate, up, down;
  };

  Decoder(const DecoderConfig& config, DType dtype, Ops& ops)
      : config_(config), rotary_(config.rotary), dtype_(dtype), ops_(ops) {}

  absl::Status LoadWeights(DecoderLoader& loader);
  absl::StatusOr<Layer> LoadLayer(DecoderLoader& loader, int64_t l);
  // Memory for at least so many rows.
  void Reserve(int64_t rows);
  // x_ from the batch's ids.
  void EmbedRows(const Batch& batch, const at::Tensor& x);
  // A layer up to attended_, then the rest of it for the rows of x.
  void AttendLayer(const Layer& layer, const Batch& batch, int64_t window,
                   const at::Tensor& x, CacheLayer& cache);
  void FinishLayer(const Layer& layer, const at::Tensor& attended,
                   const at::Tensor& x);
  at::Tensor Gathered(const at::Tensor& x, absl::Span<const int32_t> rows);
  // The angles of all rows, for all layers.
  void Turn(const Batch& batch);
  // qkv_ and attended_ from normed rows.
  void Attention(const Layer& layer, const Batch& batch, int64_t window,
                 const at::Tensor& normed, CacheLayer& cache);
  // out += projection(x), normed before it is added where there is a post
  // norm.
  void AddBranch(const at::Tensor& x, const Projection& projection,
                 const NormWeights& post_norm, const at::Tensor& out);
  void Mlp(const Layer& layer, const at::Tensor& normed, const at::Tensor& x);
  const Matrix& head() const {
    return config_.tied_head ? embedding_ : head_.matrix;
  }
  HeadOptions head_options() const;

  const DecoderConfig config_;
  const Rotary rotary_;
  const DType dtype_;
  Ops& ops_;

  Matrix embedding_;
  Matrix positions_;  // (positions + offset, hidden)
  NormWeights embedding_norm_;
  at::Tensor key_bias_;  // see AttentionOptions, or undefined
  Projection head_;
  NormWeights final_norm_;
  std::vector<Layer> layers_;

  int64_t rows_passed_ = 0;

  // Activations, float32, (rows reserved, …).
  int64_t reserved_ = 0;
  at::Tensor x_;         // (…, hidden) the residual stream
  at::Tensor normed_;    // (…, hidden)
  at::Tensor branch_;    // (…, hidden), with post norms
  at::Tensor qkv_;       // (…, (heads + 2 kv_heads) · head_dim)
  at::Tensor attended_;  // (…, heads · head_dim)
  at::Tensor inner_;     // (at most kMlpRows, intermediate)
  at::Tensor cosine_;    // (the batch's rows, rotary pairs)
  at::Tensor sine_;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_DECODER_H_
