#include "eval/weights/model_config.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "eval/weights/model_file.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxConfigBytes = uint64_t{1} << 20;
constexpr size_t kMaxEosIds = 64;

// The sizes that the architectures know, by whichever name, and bounds that
// are far above the largest published models.
struct SizeLimit {
  absl::string_view key;
  int64_t max;
};

constexpr SizeLimit kSizeLimits[] = {
    {"hidden_size", 1 << 17},
    {"d_model", 1 << 17},
    {"n_embd", 1 << 17},
    {"intermediate_size", 1 << 20},
    {"ffn_hidden_size", 1 << 20},
    {"decoder_ffn_dim", 1 << 20},
    {"encoder_ffn_dim", 1 << 20},
    {"num_hidden_layers", 1 << 10},
    {"decoder_layers", 1 << 10},
    {"encoder_layers", 1 << 10},
    {"num_attention_heads", 1 << 12},
    {"num_key_value_heads", 1 << 12},
    {"num_kv_heads", 1 << 12},
    {"decoder_attention_heads", 1 << 12},
    {"head_dim", 1 << 14},
    {"max_position_embeddings", 1 << 24},
    {"original_max_position_embeddings", 1 << 24},
    {"sliding_window", 1 << 24},
};

absl::StatusOr<json> ReadJsonObject(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(const std::string real_path, ResolveModelFile(path));
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        ReadFile(real_path, kMaxConfigBytes));
  absl::StatusOr<json> parsed = ParseJson(text, {.bytes = kMaxConfigBytes});
  if (!parsed.ok()) return Annotate(parsed.status(), Printable(path));
  if (!parsed->is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": is not a JSON object"));
  }
  return parsed;
}

absl::Status CheckSizes(const json& config) {
  for (const SizeLimit& limit : kSizeLimits) {
    SN37_RETURN_IF_ERROR(GetIntOr(config, limit.key, 0, limit.max, 0).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Architecture(const json& config) {
  const json* names = FindField(config, "architectures");
  if (names == nullptr || !names->is_array() || names->empty() ||
      !names->front().is_string() ||
      names->front().get_ref<const std::string&>().size() > 128) {
    return absl::InvalidArgumentError(
        "field \"architectures\" must be a list with the name of the model's "
        "class");
  }
  return names->front().get<std::string>();
}

absl::StatusOr<std::optional<ElementType>> SavedType(const json& config) {
  const char* key =
      FindField(config, "torch_dtype") != nullptr ? "torch_dtype" : "dtype";
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        GetStringOr(config, key, 64, ""));
  if (name == "bfloat16") return ElementType::kBF16;
  if (name == "float16") return ElementType::kF16;
  if (name == "float32") return ElementType::kF32;
  return std::nullopt;
}

// Fills in everything but the path; errors lack it.
absl::StatusOr<ModelConfig> FromJson(json object) {
  ModelConfig config;
  SN37_ASSIGN_OR_RETURN(config.architecture, Architecture(object));
  SN37_ASSIGN_OR_RETURN(config.vocab_size,
                        GetInt(object, "vocab_size", 1, kMaxVocabSize));
  SN37_ASSIGN_OR_RETURN(config.saved_type, SavedType(object));
  SN37_RETURN_IF_ERROR(CheckSizes(object));
  config.json = std::move(object);
  return config;
}

absl::StatusOr<std::optional<int64_t>> Id(const json& object,
                                          absl::string_view key,
                                          int64_t vocab_size) {
  if (FindField(object, key) == nullptr) return std::nullopt;
  SN37_ASSIGN_OR_RETURN(const int64_t id,
                        GetInt(object, key, 0, vocab_size - 1));
  return id;
}

// eos_token_id: absent, one id, or a list of them.
absl::StatusOr<std::vector<int64_t>> EosIds(const json& object,
                                            int64_t vocab_size) {
  const json* field = FindField(object, "eos_token_id");
  if (field == nullptr) return std::vector<int64_t>();
  if (!field->is_array()) {
    SN37_ASSIGN_OR_RETURN(const int64_t id,
                          GetInt(object, "eos_token_id", 0, vocab_size - 1));
    return std::vector<int64_t>{id};
  }
  std::vector<int64_t> ids;
  for (const json& element : *field) {
    const json one = {{"eos_token_id", element}};
    SN37_ASSIGN_OR_RETURN(const int64_t id,
                          GetInt(one, "eos_token_id", 0, vocab_size - 1));
    if (ids.size() == kMaxEosIds) {
      return absl::InvalidArgumentError(absl::StrCat(
          "field \"eos_token_id\" has more than ", kMaxEosIds, " ids"));
    }
    ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<SpecialTokenIds> IdsFromJson(const json& object,
                                            int64_t vocab_size) {
  SpecialTokenIds ids;
  SN37_ASSIGN_OR_RETURN(ids.bos, Id(object, "bos_token_id", vocab_size));
  SN37_ASSIGN_OR_RETURN(ids.eos, EosIds(object, vocab_size));
  SN37_ASSIGN_OR_RETURN(ids.pad, Id(object, "pad_token_id", vocab_size));
  return ids;
}

}  // namespace

absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& folder) {
  const std::string path = JoinPath(folder, "config.json");
  SN37_ASSIGN_OR_RETURN(json object, ReadJsonObject(path));
  absl::StatusOr<ModelConfig> config = FromJson(std::move(object));
  if (!config.ok()) return Annotate(config.status(), Printable(path));
  config->path = path;
  return config;
}

absl::StatusOr<SpecialTokenIds> ReadSpecialTokenIds(const std::string& folder,
                                                    const ModelConfig& config) {
  const std::string path = JoinPath(folder, "generation_config.json");
  absl::StatusOr<json> object = ReadJsonObject(path);
  if (absl::IsNotFound(object.status())) {
    absl::StatusOr<SpecialTokenIds> ids =
        IdsFromJson(config.json, config.vocab_size);
    if (!ids.ok()) return Annotate(ids.status(), Printable(config.path));
    return ids;
  }
  if (!object.ok()) return object.status();
  absl::StatusOr<SpecialTokenIds> ids = IdsFromJson(*object, config.vocab_size);
  if (!ids.ok()) return Annotate(ids.status(), Printable(path));
  return ids;
}

}  // namespace sn37::eval
