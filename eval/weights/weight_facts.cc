#include "eval/weights/weight_facts.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "eval/weights/element_type.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

// How the rows of one tensor belong to projections. The first six are those of
// Projection, in its order.
enum class Rows {
  kQuery,
  kKey,
  kValue,
  kOutput,
  kUp,
  kDown,
  kQueryKeyValue,  // all of q, then of k, then of v
  kPerHead,        // for each head its q, k and v
  kFalcon,         // for each group of heads its queries, its k and its v
  kGateUp,         // the gate, which is not measured, then up
};

struct Part {
  absl::string_view tensor;  // "*" is the layer
  Rows rows;
};

struct Layout {
  absl::string_view architecture;
  absl::string_view layers_key;  // of config.json
  absl::string_view embedding;
  absl::string_view head;
  bool tied;  // where config.json does not say
  std::span<const Part> parts;
};

constexpr Part kLlamaParts[] = {
    {"model.layers.*.self_attn.q_proj.weight", Rows::kQuery},
    {"model.layers.*.self_attn.k_proj.weight", Rows::kKey},
    {"model.layers.*.self_attn.v_proj.weight", Rows::kValue},
    {"model.layers.*.self_attn.o_proj.weight", Rows::kOutput},
    {"model.layers.*.mlp.up_proj.weight", Rows::kUp},
    {"model.layers.*.mlp.down_proj.weight", Rows::kDown},
};

constexpr Part kPhi3Parts[] = {
    {"model.layers.*.self_attn.qkv_proj.weight", Rows::kQueryKeyValue},
    {"model.layers.*.self_attn.o_proj.weight", Rows::kOutput},
    {"model.layers.*.mlp.gate_up_proj.weight", Rows::kGateUp},
    {"model.layers.*.mlp.down_proj.weight", Rows::kDown},
};

constexpr Part kPhiParts[] = {
    {"model.layers.*.self_attn.q_proj.weight", Rows::kQuery},
    {"model.layers.*.self_attn.k_proj.weight", Rows::kKey},
    {"model.layers.*.self_attn.v_proj.weight", Rows::kValue},
    {"model.layers.*.self_attn.dense.weight", Rows::kOutput},
    {"model.layers.*.mlp.fc1.weight", Rows::kUp},
    {"model.layers.*.mlp.fc2.weight", Rows::kDown},
};

constexpr Part kNeoxParts[] = {
    {"gpt_neox.layers.*.attention.query_key_value.weight", Rows::kPerHead},
    {"gpt_neox.layers.*.attention.dense.weight", Rows::kOutput},
    {"gpt_neox.layers.*.mlp.dense_h_to_4h.weight", Rows::kUp},
    {"gpt_neox.layers.*.mlp.dense_4h_to_h.weight", Rows::kDown},
};

constexpr Part kFalconParts[] = {
    {"transformer.h.*.self_attention.query_key_value.weight", Rows::kFalcon},
    {"transformer.h.*.self_attention.dense.weight", Rows::kOutput},
    {"transformer.h.*.mlp.dense_h_to_4h.weight", Rows::kUp},
    {"transformer.h.*.mlp.dense_4h_to_h.weight", Rows::kDown},
};

constexpr Part kBartParts[] = {
    {"model.decoder.layers.*.self_attn.q_proj.weight", Rows::kQuery},
    {"model.decoder.layers.*.self_attn.k_proj.weight", Rows::kKey},
    {"model.decoder.layers.*.self_attn.v_proj.weight", Rows::kValue},
    {"model.decoder.layers.*.self_attn.out_proj.weight", Rows::kOutput},
    {"model.decoder.layers.*.fc1.weight", Rows::kUp},
    {"model.decoder.layers.*.fc2.weight", Rows::kDown},
};

constexpr absl::string_view kLayers = "num_hidden_layers";
constexpr absl::string_view kEmbedding = "model.embed_tokens.weight";
constexpr absl::string_view kHead = "lm_head.weight";

constexpr Layout kLayouts[] = {
    {"LlamaForCausalLM", kLayers, kEmbedding, kHead, false, kLlamaParts},
    {"MistralForCausalLM", kLayers, kEmbedding, kHead, false, kLlamaParts},
    {"GemmaForCausalLM", kLayers, kEmbedding, kHead, true, kLlamaParts},
    {"Gemma2ForCausalLM", kLayers, kEmbedding, kHead, true, kLlamaParts},
    {"PhiForCausalLM", kLayers, kEmbedding, kHead, false, kPhiParts},
    {"Phi3ForCausalLM", kLayers, kEmbedding, kHead, false, kPhi3Parts},
    {"GPTNeoXForCausalLM", kLayers, "gpt_neox.embed_in.weight",
     "embed_out.weight", false, kNeoxParts},
    {"FalconForCausalLM", kLayers, "transformer.word_embeddings.weight", kHead,
     true, kFalconParts},
    {"BartForCausalLM", "decoder_layers", "model.decoder.embed_tokens.weight",
     kHead, true, kBartParts},
};

const Layout* FindLayout(absl::string_view architecture) {
  for (const Layout& layout : kLayouts) {
    if (layout.architecture == architecture) return &layout;
  }
  return nullptr;
}

// --- Sums of squares -------------------------------------------------------

template <typename T>
T Read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

float AsBf16(float value) { return FloatFromBf16(Bf16FromFloat(value)); }

float FromBf16(const uint8_t* at) { return FloatFromBf16(Read<uint16_t>(at)); }
float FromF16(const uint8_t* at) {
  return AsBf16(FloatFromF16(Read<uint16_t>(at)));
}
float FromF32(const uint8_t* at) { return AsBf16(Read<float>(at)); }
float FromF64(const uint8_t* at) {
  return AsBf16(static_cast<float>(Read<double>(at)));
}

// The squares of a row, in eight interleaved sums that are then added in order.
// A square of a bfloat16 is exact in double and no sum of them overflows, so
// the result is finite iff every element is.
template <float (*kLoad)(const uint8_t*), size_t kSize>
double RowSquares(const uint8_t* row, int64_t columns) {
  constexpr int kLanes = 8;
  double sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= columns; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const double value = kLoad(row + (i + lane) * kSize);
      sums[lane] += value * value;
    }
  }
  for (int lane = 0; i < columns; ++i, ++lane) {
    const double value = kLoad(row + i * kSize);
    sums[lane] += value * value;
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

double RowSquares(ElementType type, const uint8_t* row, int64_t columns) {
  switch (type) {
    case ElementType::kBF16:
      return RowSquares<FromBf16, 2>(row, columns);
    case ElementType::kF16:
      return RowSquares<FromF16, 2>(row, columns);
    case ElementType::kF32:
      return RowSquares<FromF32, 4>(row, columns);
    default:
      return RowSquares<FromF64, 8>(row, columns);
  }
}

// One floating tensor and the sums of its rows' squares.
struct Measured {
  const std::string* name;
  const TensorView* view;
  int64_t columns;
  std::vector<double> rows;
};

// Some rows of a tensor: what a thread does at once.
struct Work {
  Measured* tensor;
  int64_t begin, end;
};

void Measure(const Work& work) {
  const TensorView& view = *work.tensor->view;
  const int64_t columns = work.tensor->columns;
  const size_t row_bytes =
      static_cast<size_t>(columns) * ElementSize(view.type);
  for (int64_t row = work.begin; row < work.end; ++row) {
    work.tensor->rows[static_cast<size_t>(row)] = RowSquares(
        view.type, view.data.data() + static_cast<size_t>(row) * row_bytes,
        columns);
  }
}

void MeasureAll(std::vector<Measured>& tensors, int threads) {
  constexpr int64_t kElementsAtOnce = 1 << 20;
  std::vector<Work> work;
  for (Measured& tensor : tensors) {
    const int64_t rows = static_cast<int64_t>(tensor.rows.size());
    const int64_t step = std::max<int64_t>(
        1, kElementsAtOnce / std::max<int64_t>(1, tensor.columns));
    for (int64_t begin = 0; begin < rows; begin += step) {
      work.push_back({&tensor, begin, std::min(rows, begin + step)});
    }
  }
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t i = next++; i < work.size(); i = next++) Measure(work[i]);
  };
  std::vector<std::thread> pool;
  for (int i = 1; i < threads; ++i) pool.emplace_back(run);
  run();
  for (std::thread& thread : pool) thread.join();
}

// A row costs a double while it is measured. A model of 400 billion parameters
// has half as many as this; a file of one-element rows has far more.
constexpr int64_t kMaxRows = int64_t{1} << 26;

absl::StatusOr<std::vector<Measured>> FloatingTensors(
    const SafeTensors& weights) {
  std::vector<Measured> tensors;
  int64_t rows = 0;
  for (const auto& [name, view] : weights.tensors()) {
    if (!IsFloating(view.type) || view.data.empty()) continue;
    const int64_t columns = view.shape.empty() ? 1 : view.shape.back();
    const int64_t count = view.elements() / columns;
    rows += count;
    if (rows > kMaxRows) {
      return absl::InvalidArgumentError(
          absl::StrCat(Printable(weights.path()), ": tensor ", Printable(name),
                       " has ", count, " rows of ", columns,
                       "; all tensors together may have ", kMaxRows));
    }
    tensors.push_back({&name, &view, columns,
                       std::vector<double>(static_cast<size_t>(count))});
  }
  return tensors;
}

// Says what is not a number in a tensor whose squares are not finite.
absl::Status NotFinite(const SafeTensors& weights, const Measured& tensor) {
  const bool nan = std::any_of(tensor.rows.begin(), tensor.rows.end(),
                               [](double sum) { return std::isnan(sum); });
  return absl::InvalidArgumentError(absl::StrCat(
      Printable(weights.path()), ": tensor ", Printable(*tensor.name),
      nan ? " holds a NaN" : " holds an infinite weight"));
}

// --- Norms -----------------------------------------------------------------

// Neighbouring rows of one projection; none for rows that are not measured.
struct Run {
  std::optional<Projection> projection;
  int64_t rows;
};

struct Heads {
  int64_t query, key;
};

absl::StatusOr<Heads> ReadHeads(const ModelConfig& config) {
  const nlohmann::json& json = config.json;
  constexpr int64_t kMax = 1 << 12;
  SN37_ASSIGN_OR_RETURN(const int64_t query,
                        GetInt(json, "num_attention_heads", 1, kMax));
  SN37_ASSIGN_OR_RETURN(const int64_t key,
                        GetIntOr(json, "num_key_value_heads", 1, kMax, query));
  return Heads{query, key};
}

// Falcon's groups: one for each key head.
absl::StatusOr<Heads> ReadFalconHeads(const ModelConfig& config) {
  SN37_ASSIGN_OR_RETURN(Heads heads, ReadHeads(config));
  SN37_ASSIGN_OR_RETURN(
      const bool grouped,
      GetBoolOr(config.json, "new_decoder_architecture", false));
  SN37_ASSIGN_OR_RETURN(const bool multi_query,
                        GetBoolOr(config.json, "multi_query", true));
  SN37_ASSIGN_OR_RETURN(
      const int64_t groups,
      GetIntOr(config.json, "num_kv_heads", 1, 1 << 12, heads.query));
  heads.key = grouped ? groups : multi_query ? 1 : heads.query;
  return heads;
}

// The runs that a tensor's rows consist of, again and again.
absl::StatusOr<std::vector<Run>> Period(Rows rows, int64_t count,
                                        const ModelConfig& config) {
  using enum Projection;
  switch (rows) {
    case Rows::kQuery:
    case Rows::kKey:
    case Rows::kValue:
    case Rows::kOutput:
    case Rows::kUp:
    case Rows::kDown:
      return std::vector<Run>{{static_cast<Projection>(rows), count}};
    case Rows::kGateUp:
      return std::vector<Run>{{std::nullopt, count / 2}, {kUp, count / 2}};
    case Rows::kQueryKeyValue: {
      SN37_ASSIGN_OR_RETURN(const Heads heads, ReadHeads(config));
      const int64_t head = count / (heads.query + 2 * heads.key);
      return std::vector<Run>{{kQuery, heads.query * head},
                              {kKey, heads.key * head},
                              {kValue, heads.key * head}};
    }
    case Rows::kPerHead: {
      SN37_ASSIGN_OR_RETURN(const Heads heads, ReadHeads(config));
      const int64_t head = count / (3 * heads.query);
      return std::vector<Run>{{kQuery, head}, {kKey, head}, {kValue, head}};
    }
    case Rows::kFalcon: {
      SN37_ASSIGN_OR_RETURN(const Heads heads, ReadFalconHeads(config));
      const int64_t head = count / (heads.query + 2 * heads.key);
      return std::vector<Run>{{kQuery, heads.query / heads.key * head},
                              {kKey, head},
                              {kValue, head}};
    }
  }
  return absl::InternalError("a kind of rows without a case");
}

// Adds the norms of one tensor.
absl::Status AddNorms(const Measured& tensor, Rows rows,
                      const ModelConfig& config, int64_t layer,
                      std::vector<ProjectionNorm>& norms) {
  const int64_t count = static_cast<int64_t>(tensor.rows.size());
  SN37_ASSIGN_OR_RETURN(const std::vector<Run> period,
                        Period(rows, count, config));
  int64_t period_rows = 0;
  for (const Run& run : period) period_rows += run.rows;
  if (tensor.view->shape.size() != 2 || period_rows < 1 ||
      count % period_rows != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", *tensor.name,
                     " does not have the shape that config.json says"));
  }
  std::map<Projection, double> squares;
  for (int64_t row = 0; row < count;) {
    for (const Run& run : period) {
      for (int64_t end = row + run.rows; row < end; ++row) {
        if (run.projection.has_value()) {
          squares[*run.projection] += tensor.rows[static_cast<size_t>(row)];
        }
      }
    }
  }
  for (const auto& [projection, sum] : squares) {
    norms.push_back(
        {projection, layer, AsBf16(static_cast<float>(std::sqrt(sum)))});
  }
  return absl::OkStatus();
}

using ByName = std::map<absl::string_view, const Measured*>;

absl::StatusOr<std::vector<ProjectionNorm>> Norms(const Layout& layout,
                                                  const ByName& tensors,
                                                  const ModelConfig& config) {
  SN37_ASSIGN_OR_RETURN(const int64_t layers,
                        GetInt(config.json, layout.layers_key, 0, 1 << 10));
  std::vector<ProjectionNorm> norms;
  for (int64_t layer = 0; layer < layers; ++layer) {
    for (const Part& part : layout.parts) {
      const std::string name =
          absl::StrReplaceAll(part.tensor, {{"*", absl::StrCat(layer)}});
      const auto it = tensors.find(name);
      if (it == tensors.end()) {
        return absl::InvalidArgumentError(absl::StrCat("has no tensor ", name));
      }
      SN37_RETURN_IF_ERROR(
          AddNorms(*it->second, part.rows, config, layer, norms));
    }
  }
  return norms;
}

// Tables that old versions saved beside the parameters.
bool IsTable(absl::string_view name) {
  return absl::EndsWith(name, ".rotary_emb.inv_freq") ||
         absl::EndsWith(name, ".attention.masked_bias");
}

absl::StatusOr<int64_t> Parameters(const std::vector<Measured>& tensors,
                                   const Layout* layout,
                                   const ModelConfig& config) {
  SN37_ASSIGN_OR_RETURN(const bool tied,
                        GetBoolOr(config.json, "tie_word_embeddings",
                                  layout != nullptr && layout->tied));
  int64_t parameters = 0;
  for (const Measured& tensor : tensors) {
    const bool repeated =
        tied && layout != nullptr && *tensor.name == layout->head;
    if (!repeated && !IsTable(*tensor.name)) {
      parameters += tensor.view->elements();
    }
  }
  return parameters;
}

// Everything that is read from the sums; errors lack the folder.
absl::StatusOr<WeightFacts> Facts(const std::vector<Measured>& tensors,
                                  const ModelConfig& config) {
  const Layout* layout = FindLayout(config.architecture);
  WeightFacts facts;
  facts.vocabulary = config.vocab_size;
  SN37_ASSIGN_OR_RETURN(facts.parameters, Parameters(tensors, layout, config));
  if (layout == nullptr) return facts;
  ByName by_name;
  for (const Measured& tensor : tensors) by_name[*tensor.name] = &tensor;
  const auto embedding = by_name.find(layout->embedding);
  if (embedding == by_name.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has no tensor ", layout->embedding));
  }
  facts.vocabulary = static_cast<int64_t>(embedding->second->rows.size());
  SN37_ASSIGN_OR_RETURN(facts.norms, Norms(*layout, by_name, config));
  return facts;
}

}  // namespace

absl::StatusOr<WeightFacts> MeasureWeights(const SafeTensors& weights,
                                           const ModelConfig& config,
                                           int threads) {
  SN37_RETURN_IF_ERROR(weights.CheckUnchanged());
  SN37_ASSIGN_OR_RETURN(std::vector<Measured> tensors,
                        FloatingTensors(weights));
  MeasureAll(tensors, threads);
  SN37_RETURN_IF_ERROR(weights.CheckUnchanged());
  for (const Measured& tensor : tensors) {
    for (const double sum : tensor.rows) {
      if (!std::isfinite(sum)) return NotFinite(weights, tensor);
    }
  }
  absl::StatusOr<WeightFacts> facts = Facts(tensors, config);
  if (!facts.ok()) return Annotate(facts.status(), Printable(weights.path()));
  return facts;
}

}  // namespace sn37::eval
