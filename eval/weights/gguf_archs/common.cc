#include "eval/weights/gguf_archs/common.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "eval/weights/model_config.h"

namespace sn37::eval {
namespace {

constexpr int64_t kMaxLayers = 1 << 10;
constexpr int64_t kMaxWidth = 1 << 17;
constexpr int64_t kMaxHeads = 1 << 12;
constexpr int64_t kMaxHeadDim = 1 << 14;
constexpr int64_t kMaxMlp = 1 << 20;
constexpr int64_t kMaxPositions = 1 << 24;

void ReadHeads(GgufFields& fields, GgufModel& model) {
  model.heads = fields.Size("attention.head_count", kMaxHeads);
  model.kv_heads =
      fields.SizeOr("attention.head_count_kv", kMaxHeads, model.heads);
  if (model.heads % model.kv_heads != 0) {
    fields.Fail("attention.head_count_kv",
                absl::StrCat(model.heads, " heads do not divide into ",
                             model.kv_heads));
  }
  model.head_dim = fields.SizeOr("attention.key_length", kMaxHeadDim, 0);
  if (model.head_dim == 0) {
    model.head_dim = std::max<int64_t>(1, model.hidden / model.heads);
  }
  if (fields.SizeOr("attention.value_length", kMaxHeadDim, model.head_dim) !=
      model.head_dim) {
    fields.Refuse("attention.value_length", "is another than key_length");
  }
}

}  // namespace

void ReadGgufSizes(GgufFields& fields, GgufModel& model, const char* class_name,
                   const char* model_type) {
  model.vocabulary = fields.Rows("token_embd.weight");
  if (model.vocabulary > kMaxVocabSize ||
      fields.SizeOr("vocab_size", kMaxVocabSize, model.vocabulary) !=
          model.vocabulary) {
    fields.Fail(
        "token_embd.weight",
        absl::StrCat("its ", model.vocabulary, " rows are not the vocabulary"));
  }
  model.layers = fields.Size("block_count", kMaxLayers);
  model.hidden = fields.Size("embedding_length", kMaxWidth);
  ReadHeads(fields, model);
  if (!fields.BoolOr("attention.causal", true)) {
    fields.Refuse("attention.causal", "attention to later tokens");
  }
  model.config = {
      {"architectures", {class_name}},
      {"hidden_size", model.hidden},
      {"intermediate_size", fields.Size("feed_forward_length", kMaxMlp)},
      {"max_position_embeddings", fields.Size("context_length", kMaxPositions)},
      {"model_type", model_type},
      {"num_attention_heads", model.heads},
      {"num_hidden_layers", model.layers},
      {"num_key_value_heads", model.kv_heads},
      {"tie_word_embeddings", !fields.HasTensor("output.weight")},
      {"vocab_size", model.vocabulary},
  };
}

void CheckGgufHeadDim(GgufFields& fields, const GgufModel& model) {
  if (model.head_dim * model.heads != model.hidden) {
    fields.Refuse("attention.key_length",
                  absl::StrCat(model.heads, " heads of ", model.head_dim,
                               " do not make ", model.hidden));
  }
}

double ReadGgufRotary(GgufFields& fields, GgufModel& model) {
  // Where the file does not say, llama.cpp takes it, too.
  model.config["rope_theta"] = fields.PositiveOr("rope.freq_base", 10000.0);
  model.config["rope_scaling"] = nullptr;
  const std::string type = fields.StringOr("rope.scaling.type", "none");
  if (type == "linear" || type == "yarn") {
    nlohmann::json scaling = {
        {"rope_type", type},
        {"factor", fields.Positive("rope.scaling.factor")}};
    if (type == "yarn") {
      scaling["original_max_position_embeddings"] =
          fields.Size("rope.scaling.original_context_length", kMaxPositions);
    }
    model.config["rope_scaling"] = scaling;
  } else if (type != "none") {
    fields.Refuse("rope.scaling.type", "is neither none, linear nor yarn");
  }
  const int64_t rotated =
      fields.SizeOr("rope.dimension_count", model.head_dim, model.head_dim);
  const double whole = static_cast<double>(model.head_dim);
  const double share = static_cast<double>(rotated) / whole;
  // Readers cut the product off and do not round it.
  const bool short_of = static_cast<int64_t>(whole * share) < rotated;
  return short_of ? std::nextafter(share, 2.0) : share;
}

void ReadGgufWholeRotary(GgufFields& fields, GgufModel& model) {
  if (ReadGgufRotary(fields, model) != 1) {
    fields.Refuse("rope.dimension_count", "rotates only a part of each head");
  }
}

}  // namespace sn37::eval
