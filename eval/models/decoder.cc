#include "eval/models/decoder.h"

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eval/models/decoder_memory.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

at::Tensor FirstRows(const at::Tensor& tensor, int64_t rows) {
  return tensor.narrow(0, 0, rows);
}

// (heads, positions in whole blocks); see DecoderConfig::alibi_slopes.
at::Tensor AlibiBias(const DecoderConfig& config, Ops& ops) {
  const int64_t positions = (config.max_positions + 63) / 64 * 64;
  at::Tensor bias = at::empty({config.heads, positions}, at::kFloat);
  float* out = bias.data_ptr<float>();
  const float root = std::sqrt(static_cast<float>(config.head_dim));
  for (int64_t h = 0; h < config.heads; ++h) {
    const float slope = at::BFloat16(config.alibi_slopes[h]);
    for (int64_t p = 0; p < positions; ++p) {
      const at::BFloat16 product = slope * static_cast<float>(p);
      *out++ = static_cast<float>(product) / root;
    }
  }
  return ops.ToDevice(bias);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Load(
    const ModelArch& arch, const DecoderConfig& config,
    const TensorSource& source, DType dtype, Ops& ops) {
  DecoderLoader loader(arch, config, source, dtype, ops);
  std::unique_ptr<Decoder> decoder(new Decoder(config, dtype, ops));
  SN37_RETURN_IF_ERROR(decoder->LoadWeights(loader));
  return decoder;
}

absl::Status Decoder::LoadWeights(DecoderLoader& loader) {
  const DecoderConfig& c = config_;
  SN37_ASSIGN_OR_RETURN(Projection embedding,
                        loader.LoadProjection(0, {Slot::kEmbedding},
                                              {c.vocabulary}, c.hidden, false));
  embedding_ = std::move(embedding.matrix);
  if (!c.tied_head) {
    SN37_ASSIGN_OR_RETURN(
        head_, loader.LoadProjection(0, {Slot::kHead}, {c.vocabulary}, c.hidden,
                                     c.head_bias));
  } else if (c.head_bias) {
    SN37_ASSIGN_OR_RETURN(
        head_.bias, loader.LoadVector(0, Slot::kHead, ".bias", c.vocabulary));
  }
  if (c.final_norm) {
    SN37_ASSIGN_OR_RETURN(final_norm_,
                          loader.LoadNorm(0, Slot::kFinalNorm, c.hidden));
  }
  if (c.learned_positions) {
    SN37_ASSIGN_OR_RETURN(
        Projection positions,
        loader.LoadProjection(0, {Slot::kPositions},
                              {c.max_positions + c.position_offset}, c.hidden,
                              false));
    positions_ = std::move(positions.matrix);
  }
  if (c.embedding_norm) {
    SN37_ASSIGN_OR_RETURN(embedding_norm_,
                          loader.LoadNorm(0, Slot::kEmbeddingNorm, c.hidden));
  }
  if (!c.alibi_slopes.empty()) key_bias_ = AlibiBias(c, ops_);
  for (int64_t l = 0; l < c.layers; ++l) {
    SN37_ASSIGN_OR_RETURN(Layer layer, LoadLayer(loader, l));
    layers_.push_back(std::move(layer));
  }
  return absl::OkStatus();
}

absl::StatusOr<Decoder::Layer> Decoder::LoadLayer(DecoderLoader& loader,
                                                  int64_t l) {
  const DecoderConfig& c = config_;
  const int64_t q = c.heads * c.head_dim, kv = c.kv_heads * c.head_dim;
  Layer layer;
  SN37_ASSIGN_OR_RETURN(layer.norm1,
                        loader.LoadNorm(l, Slot::kNorm1, c.hidden));
  if (c.second_norm) {
    SN37_ASSIGN_OR_RETURN(layer.norm2,
                          loader.LoadNorm(l, Slot::kNorm2, c.hidden));
  }
  if (c.post_norms) {
    SN37_ASSIGN_OR_RETURN(
        layer.post_attention,
        loader.LoadNorm(l, Slot::kPostAttentionNorm, c.hidden));
    SN37_ASSIGN_OR_RETURN(layer.post_mlp,
                          loader.LoadNorm(l, Slot::kPostMlpNorm, c.hidden));
  }
  if (c.query_key_norm) {
    SN37_ASSIGN_OR_RETURN(layer.q_norm,
                          loader.LoadNorm(l, Slot::kQNorm, c.head_dim));
    SN37_ASSIGN_OR_RETURN(layer.k_norm,
                          loader.LoadNorm(l, Slot::kKNorm, c.head_dim));
  }
  SN37_ASSIGN_OR_RETURN(
      layer.qkv, loader.LoadProjection(l, {Slot::kQ, Slot::kK, Slot::kV},
                                       {q, kv, kv}, c.hidden, c.qkv_bias));
  SN37_ASSIGN_OR_RETURN(
      layer.o,
      loader.LoadProjection(l, {Slot::kO}, {c.hidden}, q, c.output_bias));
  if (c.gated) {
    SN37_ASSIGN_OR_RETURN(
        layer.gate, loader.LoadProjection(l, {Slot::kGate}, {c.intermediate},
                                          c.hidden, c.mlp_bias));
  }
  SN37_ASSIGN_OR_RETURN(layer.up,
                        loader.LoadProjection(l, {Slot::kUp}, {c.intermediate},
                                              c.hidden, c.mlp_bias));
  SN37_ASSIGN_OR_RETURN(layer.down,
                        loader.LoadProjection(l, {Slot::kDown}, {c.hidden},
                                              c.intermediate, c.mlp_bias));
  return layer;
}

KvCache Decoder::NewCache(int64_t layers, int64_t blocks) {
  KvCache cache;
  for (int64_t l = 0; l < layers; ++l) {
    cache.layers.push_back(
        ops_.NewCacheLayer(blocks, config_.kv_heads, config_.head_dim, dtype_));
  }
  return cache;
}

int64_t Decoder::CacheBlockBytes() const {
  const CacheLayer block =
      ops_.NewCacheLayer(1, config_.kv_heads, config_.head_dim, dtype_);
  return config_.layers *
         static_cast<int64_t>(block.keys.nbytes() + block.values.nbytes());
}

void Decoder::Reserve(int64_t rows) {
  if (rows <= reserved_) return;
  const DecoderConfig& c = config_;
  // None at all while there may be no memory for new ones.
  reserved_ = 0;
  for (at::Tensor* tensor :
       {&x_, &normed_, &branch_, &qkv_, &attended_, &inner_}) {
    tensor->reset();
  }
  x_ = ops_.NewRows(rows, c.hidden);
  normed_ = ops_.NewRows(rows, c.hidden);
  if (c.post_norms) branch_ = ops_.NewRows(rows, c.hidden);
  qkv_ = ops_.NewRows(rows, (c.heads + 2 * c.kv_heads) * c.head_dim);
  attended_ = ops_.NewRows(rows, c.heads * c.head_dim);
  inner_ = ops_.NewRows(std::min(rows, kMlpRows), c.intermediate);
  reserved_ = rows;
}

void Decoder::Turn(const Batch& batch) {
  const int64_t pairs = rotary_.pairs();
  const at::Tensor cosine = at::empty({batch.rows(), pairs}, at::kFloat);
  const at::Tensor sine = at::empty({batch.rows(), pairs}, at::kFloat);
  for (int64_t row = 0; row < batch.rows(); ++row) {
    rotary_.Turn(batch.positions[row], batch.lengths[row],
                 cosine.data_ptr<float>() + row * pairs,
                 sine.data_ptr<float>() + row * pairs);
  }
  cosine_ = ops_.ToDevice(cosine);
  sine_ = ops_.ToDevice(sine);
}

void Decoder::Attention(const Layer& layer, const Batch& batch, int64_t window,
                        const at::Tensor& normed, CacheLayer& cache) {
  const DecoderConfig& c = config_;
  const int64_t rows = batch.rows();
  const at::Tensor qkv = FirstRows(qkv_, rows);
  LinearOptions options;
  options.bias = layer.qkv.bias;
  ops_.Linear(normed, layer.qkv.matrix, options, qkv);
  if (c.query_key_norm) {
    ops_.NormGroups(qkv, 0, c.heads, layer.q_norm);
    ops_.NormGroups(qkv, c.heads * c.head_dim, c.kv_heads, layer.k_norm);
  }
  if (rotary_.pairs() > 0) {
    // Keys lie right behind queries: one run of heads.
    ops_.Rotate(qkv, 0, c.heads + c.kv_heads, c.head_dim, cosine_, sine_);
  }
  AttentionOptions attention;
  attention.heads = c.heads;
  attention.scale = c.attention_scale;
  attention.soft_cap = c.attention_soft_cap;
  attention.window = window;
  attention.key_bias = key_bias_;
  ops_.Attend(qkv, batch.segments, attention, cache,
              FirstRows(attended_, rows));
}

void Decoder::AddBranch(const at::Tensor& x, const Projection& projection,
                        const NormWeights& post_norm, const at::Tensor& out) {
  LinearOptions options;
  options.bias = projection.bias;
  if (post_norm.kind == NormWeights::kNone) {
    options.add_to_out = true;
    ops_.Linear(x, projection.matrix, options, out);
    return;
  }
  const at::Tensor branch = FirstRows(branch_, x.size(0));
  ops_.Linear(x, projection.matrix, options, branch);
  ops_.Norm(branch, post_norm, branch);
  ops_.Add(branch, out);
}

void Decoder::Mlp(const Layer& layer, const at::Tensor& normed,
                  const at::Tensor& x) {
  const int64_t rows = x.size(0);
  for (int64_t first = 0; first < rows; first += kMlpRows) {
    const int64_t count = std::min(kMlpRows, rows - first);
    const at::Tensor inner = FirstRows(inner_, count);
    const Projection& outer = config_.gated ? layer.gate : layer.up;
    LinearOptions options;
    options.bias = outer.bias;
    options.activation = config_.activation;
    if (config_.gated) {
      options.gated_by = &layer.up.matrix;
      options.gated_by_bias = layer.up.bias;
    }
    ops_.Linear(normed.narrow(0, first, count), outer.matrix, options, inner);
    AddBranch(inner, layer.down, layer.post_mlp, x.narrow(0, first, count));
  }
}

void Decoder::EmbedRows(const Batch& batch, const at::Tensor& x) {
  ops_.Embed(embedding_, batch.ids, config_.embedding_scale, false, x);
  if (config_.learned_positions) {
    std::vector<int32_t> rows;
    for (int64_t position : batch.positions) {
      rows.push_back(static_cast<int32_t>(position + config_.position_offset));
    }
    ops_.Embed(positions_, rows, 1, true, x);
  }
  if (config_.embedding_norm) ops_.Norm(x, embedding_norm_, x);
}

void Decoder::AttendLayer(const Layer& layer, const Batch& batch,
                          int64_t window, const at::Tensor& x,
                          CacheLayer& cache) {
  if (config_.norm_sums) {
    Attention(layer, batch, window, x, cache);
    return;
  }
  const at::Tensor normed = FirstRows(normed_, x.size(0));
  ops_.Norm(x, layer.norm1, normed);
  Attention(layer, batch, window, normed, cache);
}

void Decoder::FinishLayer(const Layer& layer, const at::Tensor& attended,
                          const at::Tensor& x) {
  if (config_.norm_sums) {
    AddBranch(attended, layer.o, layer.post_attention, x);
    ops_.Norm(x, layer.norm1, x);
    Mlp(layer, x, x);
    ops_.Norm(x, layer.norm2, x);
    return;
  }
  const at::Tensor normed = FirstRows(normed_, x.size(0));
  const NormWeights& norm = config_.second_norm ? layer.norm2 : layer.norm1;
  if (config_.parallel) ops_.Norm(x, norm, normed);
  AddBranch(attended, layer.o, layer.post_attention, x);
  if (!config_.parallel) ops_.Norm(x, norm, normed);
  Mlp(layer, normed, x);
}

at::Tensor Decoder::Forward(const Batch& batch,
                            absl::Span<const int32_t> wanted, KvCache& cache) {
  Reserve(std::max(batch.rows(), static_cast<int64_t>(wanted.size())));
  rows_passed_ += batch.rows();
  at::Tensor x = FirstRows(x_, batch.rows());
  EmbedRows(batch, x);
  Turn(batch);
  for (size_t l = 0; l < layers_.size(); ++l) {
    AttendLayer(layers_[l], batch, config_.windows[l], x, cache.layer(l));
    at::Tensor attended = FirstRows(attended_, batch.rows());
    if (l + 1 == layers_.size()) {
      // What the last layer makes of other rows nobody reads.
      attended = Gathered(attended, wanted);
      x = Gathered(x, wanted);
    }
    FinishLayer(layers_[l], attended, x);
  }
  if (config_.final_norm) ops_.Norm(x, final_norm_, x);
  return x;
}

at::Tensor Decoder::Gathered(const at::Tensor& x,
                             absl::Span<const int32_t> rows) {
  at::Tensor out = ops_.NewRows(static_cast<int64_t>(rows.size()), x.size(1));
  ops_.Gather(x, rows, out);
  return out;
}

HeadOptions Decoder::head_options() const {
  HeadOptions options;
  options.bias = head_.bias;
  options.soft_cap = config_.head_soft_cap;
  return options;
}

std::vector<Scored> Decoder::Score(const at::Tensor& hidden,
                                   absl::Span<const int32_t> targets) {
  return ops_.Score(hidden, targets, head(), head_options());
}

std::vector<int32_t> Decoder::Pick(const at::Tensor& hidden,
                                   absl::Span<const PickRule> rules) {
  return ops_.Pick(hidden, rules, head(), head_options());
}

}  // namespace sn37::eval
