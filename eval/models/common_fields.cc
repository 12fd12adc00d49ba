#include "eval/models/common_fields.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"

namespace sn37::eval {
namespace {

// Beyond any published model, and small enough that products of two fit.
constexpr int64_t kMaxVocabulary = 4'000'000;
constexpr int64_t kMaxWidth = 1 << 20;
constexpr int64_t kMaxLayers = 1000;
constexpr int64_t kMaxPositions = 1 << 24;
constexpr double kMaxFactor = 1e6;

// rope_scaling's kinds by name; both "rope_type" and "type" are in use.
constexpr struct {
  const char* name;
  RotaryConfig::Scaling scaling;
} kScalings[] = {
    {"default", RotaryConfig::kNone},    {"linear", RotaryConfig::kLinear},
    {"dynamic", RotaryConfig::kDynamic}, {"llama3", RotaryConfig::kLlama3},
    {"yarn", RotaryConfig::kYarn},       {"longrope", RotaryConfig::kLongRope},
    {"su", RotaryConfig::kLongRope},
};

bool ReadScaling(ConfigReader& reader, RotaryConfig& rotary) {
  std::string name = reader.StringOr("type", "default");
  name = reader.StringOr("rope_type", name);
  for (const auto& known : kScalings) {
    if (name == known.name) {
      rotary.scaling = known.scaling;
      return true;
    }
  }
  reader.Fail("rope_type",
              "must be default, linear, dynamic, llama3, yarn or "
              "longrope");
  return false;
}

// YaRN's amplitude for a stretch by `factor`.
double YarnAmplitude(double factor, double mscale) {
  return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

void ReadYarn(ConfigReader& reader, RotaryConfig& rotary) {
  rotary.beta_fast = reader.DoubleOr("beta_fast", 1e-3, 1e6, 32);
  rotary.beta_slow = reader.DoubleOr("beta_slow", 1e-3, 1e6, 1);
  rotary.truncate = reader.BoolOr("truncate", true);
  const double mscale = reader.DoubleOr("mscale", 0, 100, 0);
  const double all_dim = reader.DoubleOr("mscale_all_dim", 0, 100, 0);
  rotary.amplitude = YarnAmplitude(rotary.factor, 1);
  if (mscale != 0 && all_dim != 0) {
    rotary.amplitude = YarnAmplitude(rotary.factor, mscale) /
                       YarnAmplitude(rotary.factor, all_dim);
  }
  rotary.amplitude =
      reader.DoubleOr("attention_factor", 0, 100, rotary.amplitude);
}

void ReadLongRope(ConfigReader& reader, int64_t max_positions,
                  RotaryConfig& rotary) {
  const size_t pairs = rotary.dim / 2;
  rotary.short_factors = reader.Doubles("short_factor", pairs);
  rotary.long_factors = reader.Doubles("long_factor", pairs);
  if (rotary.short_factors.size() != pairs ||
      rotary.long_factors.size() != pairs) {
    reader.Fail("rope_scaling",
                absl::StrCat("short_factor and long_factor must have ", pairs,
                             " numbers"));
    return;
  }
  const double original = static_cast<double>(rotary.original_positions);
  double factor = reader.DoubleOr("factor", 1e-3, kMaxFactor, 0);
  if (factor == 0) factor = static_cast<double>(max_positions) / original;
  const double amplitude =
      factor <= 1 ? 1.0 : std::sqrt(1 + std::log(factor) / std::log(original));
  rotary.amplitude = reader.DoubleOr("attention_factor", 0, 100, amplitude);
}

// A number that a config may give beside rope_scaling and inside it.
double ReadBoth(ConfigReader& outer, const char* outer_key, ConfigReader& inner,
                const char* key, double min, double max, double otherwise) {
  const double value = outer.DoubleOr(outer_key, min, max, otherwise);
  const double inside = inner.DoubleOr(key, min, max, value);
  if (inside != value && outer.Has(outer_key)) {
    inner.Fail(key, absl::StrCat("is not the config's ", outer_key));
  }
  return inside;
}

// The columns of a head that rotate.
int64_t ReadDim(ConfigReader& outer, ConfigReader& inner,
                const RotaryFields& fields, int64_t head_dim) {
  constexpr char kInside[] = "partial_rotary_factor";
  const double share =
      ReadBoth(outer, fields.share, inner, kInside, 0, 1, fields.default_share);
  if (!fields.partial && share != 1) {
    inner.Fail(kInside, "must be 1 for this architecture");
  }
  return static_cast<int64_t>(static_cast<double>(head_dim) * share);
}

int64_t ReadOriginalPositions(ConfigReader& outer, ConfigReader& inner,
                              const RotaryFields& fields,
                              int64_t max_positions) {
  constexpr char kKey[] = "original_max_position_embeddings";
  const int64_t value =
      outer.IntOr(kKey, 1, kMaxPositions, fields.original_positions);
  const int64_t inside =
      inner.IntOr(kKey, 1, kMaxPositions, value != 0 ? value : max_positions);
  if (value != 0 && inside != value) {
    inner.Fail(kKey, absl::StrCat("is not the config's, ", value));
  }
  return inside;
}

// Scaled models take more tokens than max_position_embeddings says.
void RaisePositions(double positions, DecoderConfig& config) {
  const double bounded =
      std::min(positions, static_cast<double>(kMaxPositions));
  config.max_positions =
      std::max(config.max_positions, static_cast<int64_t>(bounded));
}

// What a kind of scaling has beside its name and the length.
void ReadScalingFields(ConfigReader& reader, DecoderConfig& config) {
  RotaryConfig& rotary = config.rotary;
  if (rotary.scaling == RotaryConfig::kNone) return;
  if (rotary.scaling != RotaryConfig::kLongRope) {
    rotary.factor = reader.Double("factor", 1e-3, kMaxFactor);
  }
  const double positions = static_cast<double>(config.max_positions);
  switch (rotary.scaling) {
    case RotaryConfig::kLinear:
      RaisePositions(positions * rotary.factor, config);
      break;
    case RotaryConfig::kDynamic:
      rotary.original_positions = config.max_positions;
      RaisePositions(positions * rotary.factor, config);
      break;
    case RotaryConfig::kLlama3:
      rotary.low_frequency_factor = reader.Double("low_freq_factor", 1e-3, 1e6);
      rotary.high_frequency_factor =
          reader.Double("high_freq_factor", 1e-3, 1e6);
      break;
    case RotaryConfig::kYarn:
      ReadYarn(reader, rotary);
      RaisePositions(
          static_cast<double>(rotary.original_positions) * rotary.factor,
          config);
      break;
    case RotaryConfig::kLongRope:
      ReadLongRope(reader, config.max_positions, rotary);
      break;
    case RotaryConfig::kNone:
      break;
  }
}

}  // namespace

void ReadSizes(ConfigReader& reader, DecoderConfig& config,
               const SizeDefaults& defaults, const char* mlp_key) {
  config.vocabulary = reader.Int("vocab_size", 1, kMaxVocabulary);
  config.hidden = reader.Int("hidden_size", 1, kMaxWidth);
  config.layers = reader.Int("num_hidden_layers", 1, kMaxLayers);
  config.heads = reader.Int("num_attention_heads", 1, kMaxWidth);
  const bool all_heads =
      defaults.kv_heads == 0 || reader.IsNull("num_key_value_heads");
  config.kv_heads = reader.IntOr("num_key_value_heads", 1, kMaxWidth,
                                 all_heads ? config.heads : defaults.kv_heads);
  const bool shares = defaults.head_dim == 0 && !reader.Has("head_dim");
  config.head_dim =
      reader.IntOr("head_dim", 1, kMaxWidth,
                   shares ? config.hidden / config.heads : defaults.head_dim);
  if (shares) CheckHeadsFillHidden(reader, config);
  config.intermediate =
      mlp_key == nullptr
          ? reader.Int("intermediate_size", 1, kMaxWidth)
          : reader.IntOr(mlp_key, 1, kMaxWidth, 4 * config.hidden);
  config.max_positions =
      defaults.max_positions == 0
          ? reader.Int("max_position_embeddings", 1, kMaxPositions)
          : reader.IntOr("max_position_embeddings", 1, kMaxPositions,
                         defaults.max_positions);
  config.attention_scale =
      static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dim)));
  config.windows.assign(config.layers, 0);
}

void CheckHeadsFillHidden(ConfigReader& reader, const DecoderConfig& config) {
  if (config.heads * config.head_dim == config.hidden) return;
  reader.Fail("head_dim",
              absl::StrCat(config.heads, " heads of ", config.head_dim,
                           " do not make ", config.hidden, " columns"));
}

void ReadRotary(ConfigReader& reader, DecoderConfig& config,
                const RotaryFields& fields) {
  const nlohmann::json* scaling = reader.Object("rope_scaling");
  const nlohmann::json* parameters = reader.Object("rope_parameters");
  if (scaling != nullptr && parameters != nullptr && *scaling != *parameters) {
    reader.Fail("rope_parameters", "is not the config's rope_scaling");
  }
  if (scaling == nullptr) scaling = parameters;
  const nlohmann::json none = nlohmann::json::object();
  ConfigReader inner(scaling != nullptr ? *scaling : none,
                     "config.json: rope_scaling");
  RotaryConfig& rotary = config.rotary;
  rotary.theta =
      ReadBoth(reader, fields.theta, inner, "rope_theta", 1, 1e12, 10000);
  rotary.dim = ReadDim(reader, inner, fields, config.head_dim);
  rotary.original_positions =
      ReadOriginalPositions(reader, inner, fields, config.max_positions);
  if (ReadScaling(inner, rotary)) ReadScalingFields(inner, config);
  if (absl::Status status = inner.Finish(); !status.ok()) {
    reader.Fail("rope_scaling", status.message());
  }
}

int64_t ReadWindow(ConfigReader& reader, int64_t absent) {
  return reader.IntOr("sliding_window", 1, kMaxPositions,
                      reader.IsNull("sliding_window") ? 0 : absent);
}

std::vector<bool> ReadSlidingLayers(ConfigReader& reader, int64_t layers) {
  if (!reader.Has("layer_types")) return {};
  std::vector<bool> sliding;
  for (const std::string& type : reader.Strings("layer_types", layers)) {
    if (type == "sliding_attention" || type == "full_attention") {
      sliding.push_back(type == "sliding_attention");
    }
  }
  if (std::ssize(sliding) != layers) {
    reader.Fail("layer_types",
                absl::StrCat("must name sliding_attention or full_attention "
                             "for each of ",
                             layers, " layers"));
    return {};
  }
  return sliding;
}

void ReadQwenWindows(ConfigReader& reader, DecoderConfig& config) {
  const bool use = reader.BoolOr("use_sliding_window", false);
  const int64_t window = ReadWindow(reader, 4096);
  const int64_t first = reader.IntOr("max_window_layers", 0, kMaxLayers, 28);
  const std::vector<bool> sliding = ReadSlidingLayers(reader, config.layers);
  for (int64_t l = 0; l < config.layers; ++l) {
    const bool slides = sliding.empty() ? l >= first : sliding[l];
    config.windows[l] = use && slides ? window : 0;
  }
}

std::vector<RowRange> QRows(const DecoderConfig& config) {
  return {{0, config.heads * config.head_dim}};
}
std::vector<RowRange> KRows(const DecoderConfig& config) {
  const int64_t first = config.heads * config.head_dim;
  return {{first, first + config.kv_heads * config.head_dim}};
}
std::vector<RowRange> VRows(const DecoderConfig& config) {
  const int64_t first = (config.heads + config.kv_heads) * config.head_dim;
  return {{first, first + config.kv_heads * config.head_dim}};
}
std::vector<RowRange> FirstHalfRows(const DecoderConfig& config) {
  return {{0, config.intermediate}};
}
std::vector<RowRange> SecondHalfRows(const DecoderConfig& config) {
  return {{config.intermediate, 2 * config.intermediate}};
}

Activation ReadActivation(ConfigReader& reader, const char* key,
                          const char* otherwise) {
  const std::string name = reader.StringOr(key, otherwise);
  static constexpr struct {
    const char* name;
    Activation activation;
  } kActivations[] = {
      {"silu", Activation::kSilu},
      {"swish", Activation::kSilu},
      {"gelu", Activation::kGeluErf},
      {"gelu_new", Activation::kGeluTanh},
      {"gelu_pytorch_tanh", Activation::kGeluTanh},
      {"gelu_fast", Activation::kGeluTanh},
      {"relu", Activation::kRelu},
  };
  for (const auto& known : kActivations) {
    if (name == known.name) return known.activation;
  }
  reader.Fail(key, "must be silu, gelu, gelu_new, gelu_pytorch_tanh or relu");
  return Activation::kIdentity;
}

}  // namespace sn37::eval
