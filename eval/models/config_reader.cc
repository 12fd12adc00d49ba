#include "eval/models/config_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sn37/base/json.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr size_t kMaxStringBytes = 1000;

// Fields of published configs that change no logit: bookkeeping, where
// transformers finds code (none is run here), training and dropout, names of
// special tokens, how transformers generates or returns things. Generation
// settings are the caller's.
constexpr const char* kHarmless[] = {
    "_attn_implementation_autoset",
    "_name_or_path",
    "architectures",
    "attention_dropout",
    "attention_probs_dropout_prob",
    "auto_map",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "cache_implementation",
    "chunk_size_feed_forward",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "embd_pdrop",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "gradient_checkpointing",
    "hidden_dropout",
    "hidden_dropout_prob",
    "id2label",
    "initializer_range",
    "is_decoder",
    "is_llama_config",
    "label2id",
    "length_penalty",
    "max_length",
    "min_length",
    "model_type",
    "name_or_path",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "output_scores",
    "pad_token_id",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "remove_invalid_values",
    "repetition_penalty",
    "resid_pdrop",
    "return_dict",
    "return_dict_in_generate",
    "rope_interleaved",
    "sep_token_id",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers.js_config",
    "transformers_version",
    "typical_p",
    "unk_token_id",
    "unsloth_fixed",
    "unsloth_version",
    "use_cache",
};

bool IsHarmless(absl::string_view key) {
  return std::find(std::begin(kHarmless), std::end(kHarmless), key) !=
         std::end(kHarmless);
}

}  // namespace

ConfigReader::ConfigReader(const nlohmann::json& config, std::string where)
    : config_(config), where_(std::move(where)) {
  if (!config.is_object()) {
    status_ =
        absl::InvalidArgumentError(absl::StrCat(where_, ": not a JSON object"));
  }
}

void ConfigReader::Fail(const char* key, absl::string_view what) {
  if (status_.ok()) {
    status_ =
        absl::InvalidArgumentError(absl::StrCat(where_, ": ", key, ": ", what));
  }
}

bool ConfigReader::Has(const char* key) const {
  return FindField(config_, key) != nullptr;
}

bool ConfigReader::IsNull(const char* key) const {
  return config_.contains(key) && !Has(key);
}

const nlohmann::json* ConfigReader::Find(const char* key) {
  read_.insert(key);
  return status_.ok() ? FindField(config_, key) : nullptr;
}

int64_t ConfigReader::Int(const char* key, int64_t min, int64_t max) {
  if (Find(key) == nullptr) Fail(key, "missing");
  return IntOr(key, min, max, min);
}

int64_t ConfigReader::IntOr(const char* key, int64_t min, int64_t max,
                            int64_t otherwise) {
  if (Find(key) == nullptr) return otherwise;
  absl::StatusOr<int64_t> value = GetInt(config_, key, min, max);
  if (value.ok()) return *value;
  Fail(key, value.status().message());
  return otherwise;
}

double ConfigReader::Double(const char* key, double min, double max) {
  if (Find(key) == nullptr) Fail(key, "missing");
  return DoubleOr(key, min, max, min);
}

double ConfigReader::DoubleOr(const char* key, double min, double max,
                              double otherwise) {
  if (Find(key) == nullptr) return otherwise;
  absl::StatusOr<double> value = GetDouble(config_, key, min, max);
  if (value.ok()) return *value;
  Fail(key, value.status().message());
  return otherwise;
}

bool ConfigReader::BoolOr(const char* key, bool otherwise) {
  if (Find(key) == nullptr && !IsNull(key)) return otherwise;
  absl::StatusOr<bool> value = GetBool(config_, key);
  if (value.ok()) return *value;
  Fail(key, value.status().message());
  return otherwise;
}

std::string ConfigReader::String(const char* key) {
  if (Find(key) == nullptr) Fail(key, "missing");
  return StringOr(key, "");
}

std::string ConfigReader::StringOr(const char* key,
                                   absl::string_view otherwise) {
  if (Find(key) == nullptr) return std::string(otherwise);
  absl::StatusOr<std::string> value = GetString(config_, key, kMaxStringBytes);
  if (value.ok()) return *std::move(value);
  Fail(key, value.status().message());
  return std::string(otherwise);
}

std::vector<double> ConfigReader::Doubles(const char* key, size_t max_size) {
  const nlohmann::json* array = Find(key);
  if (array == nullptr) return {};
  std::vector<double> values;
  if (array->is_array() && array->size() <= max_size) {
    for (const nlohmann::json& value : *array) {
      if (value.is_number()) values.push_back(value.get<double>());
    }
    if (values.size() == array->size()) return values;
  }
  Fail(key, absl::StrCat("not an array of at most ", max_size, " numbers"));
  return {};
}

std::vector<std::string> ConfigReader::Strings(const char* key,
                                               size_t max_size) {
  const nlohmann::json* array = Find(key);
  if (array == nullptr) return {};
  std::vector<std::string> values;
  if (array->is_array() && array->size() <= max_size) {
    for (const nlohmann::json& value : *array) {
      if (value.is_string()) values.push_back(value.get<std::string>());
    }
    if (values.size() == array->size()) return values;
  }
  Fail(key, absl::StrCat("not an array of at most ", max_size, " strings"));
  return {};
}

const nlohmann::json* ConfigReader::Object(const char* key) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr || value->is_object()) return value;
  Fail(key, "not an object");
  return nullptr;
}

void ConfigReader::Ignore(std::initializer_list<const char*> keys) {
  read_.insert(keys.begin(), keys.end());
}

void ConfigReader::Expect(const char* key, const nlohmann::json& value) {
  const nlohmann::json* found = Find(key);
  if (found != nullptr && *found != value) {
    Fail(key, absl::StrCat("must be ", value.dump()));
  }
}

absl::Status ConfigReader::Finish() const {
  if (!status_.ok()) return status_;
  for (const auto& [key, value] : config_.items()) {
    if (value.is_null() || read_.count(key) != 0 || IsHarmless(key)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(where_, ": field \"", Printable(key),
                     "\" is not known for this architecture and might change "
                     "its numbers"));
  }
  return absl::OkStatus();
}

}  // namespace sn37::eval
