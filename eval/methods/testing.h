// For tests of methods: a tokenizer with one token per ASCII character, so that
// it gives back no other text, and a task's samples with what came of them.
#ifndef EVAL_METHODS_TESTING_H_
#define EVAL_METHODS_TESTING_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/methods/method.h"
#include "eval/methods/score_task.h"
#include "eval/tokenizer/tokenizer.h"
#include "gtest/gtest.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {

constexpr int32_t kBosId = 0;
constexpr int32_t kEosId = 1;
constexpr int32_t kFirstCharacterId = 3;  // of the space; "~" has 97

struct TinyTokenizerOptions {
  // Whether encoding with special tokens puts a BOS in front.
  bool adds_bos = false;
  bool has_eos = true;
  // A token behind all others, if not empty.
  std::string last_token = "";
  // What it takes an e for.
  std::string e = "e";
  // Whether what it decodes is shown without the space before a full stop.
  bool cleans_up_spaces = false;
  // Empty: none. Every message as "[role]content", then "[assistant]".
  std::string chat_template =
      "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
      "{% if add_generation_prompt %}[assistant]{% endif %}";
};

// A tokenizer whose ids are 3 + (character - 32).
inline Tokenizer MakeTinyTokenizer(const TinyTokenizerOptions& options = {}) {
  nlohmann::json vocabulary = {{"<s>", 0}, {"</s>", 1}, {"<unk>", 2}};
  for (int c = 32; c < 127; ++c) {
    vocabulary[std::string(1, static_cast<char>(c))] =
        kFirstCharacterId + c - 32;
  }
  if (!options.last_token.empty()) {
    vocabulary[options.last_token] = kFirstCharacterId + 127 - 32;
  }
  nlohmann::json special = nlohmann::json::array();
  for (const char* token : {"<s>", "</s>", "<unk>"}) {
    special.push_back({{"id", vocabulary[token]},
                       {"content", token},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", false},
                       {"normalized", false},
                       {"special", true}});
  }
  nlohmann::json tokenizer = {
      {"version", "1.0"},
      {"added_tokens", special},
      {"normalizer",
       {{"type", "Replace"},
        {"pattern", {{"String", "e"}}},
        {"content", options.e}}},
      {"pre_tokenizer",
       {{"type", "Split"},
        {"pattern", {{"Regex", "[\\s\\S]"}}},
        {"behavior", "Isolated"},
        {"invert", false}}},
      {"decoder", {{"type", "Fuse"}}},
      {"model",
       {{"type", "WordLevel"}, {"vocab", vocabulary}, {"unk_token", "<unk>"}}}};
  if (options.adds_bos) {
    tokenizer["post_processor"] = *ParseJson(R"({
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                 {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}},
               {"Sequence": {"id": "B", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}
    })",
                                             {});
  }
  nlohmann::json config = {{"bos_token", "<s>"}};
  if (options.has_eos) config["eos_token"] = "</s>";
  config["clean_up_tokenization_spaces"] = options.cleans_up_spaces;
  if (!options.chat_template.empty()) {
    config["chat_template"] = options.chat_template;
  }
  const std::string folder = ::testing::TempDir();
  const auto write = [&](const std::string& name, const nlohmann::json& value) {
    const absl::Status status =
        WriteFileWhole(JoinPath(folder, name), value.dump());
    SN37_CHECK(status.ok()) << status;
  };
  write("tokenizer.json", tokenizer);
  write("tokenizer_config.json", config);
  absl::StatusOr<Tokenizer> loaded = Tokenizer::Load(folder);
  SN37_CHECK(loaded.ok()) << loaded.status();
  return *std::move(loaded);
}

// The tiny tokenizer's tokens of a text of ASCII characters.
inline std::vector<int32_t> Characters(absl::string_view text) {
  std::vector<int32_t> ids;
  for (char c : text) ids.push_back(kFirstCharacterId + c - 32);
  return ids;
}

// Samples of a task as they are judged, in order.
class JudgedTask {
 public:
  explicit JudgedTask(const Method& method, const MethodOptions& options = {})
      : method_(method), options_(options) {}

  // Judges the responses; without any, the model failed the sample.
  void Add(const datasets::Sample& sample,
           const std::optional<Responses>& responses) {
    Entry& entry = entries_.emplace_back();
    entry.sample = sample;
    if (responses.has_value()) {
      entry.responses = *responses;
      absl::StatusOr<SampleScore> score =
          method_.judge(sample, *responses, options_);
      SN37_CHECK(score.ok()) << score.status();
      EXPECT_EQ(score->items_size(), method_.item_count(sample));
      entry.score = *std::move(score);
    }
  }

  TaskScore Score() const {
    std::vector<JudgedSample> samples;
    for (const Entry& entry : entries_) {
      samples.push_back({&entry.sample, &entry.responses,
                         entry.score.has_value() ? &*entry.score : nullptr});
    }
    return ScoreTask(method_, samples);
  }

 private:
  struct Entry {
    datasets::Sample sample;
    Responses responses;
    std::optional<SampleScore> score;
  };
  const Method& method_;
  const MethodOptions options_;
  std::deque<Entry> entries_;
};

// A response of text.
inline Response TextResponse(const std::string& text) {
  Response response;
  response.set_text(text);
  return response;
}

// A response of log-probabilities.
inline Response LossResponse(int64_t tokens, double sum_logprob,
                             int64_t bytes = 0) {
  Response response;
  response.set_scored_tokens(tokens);
  response.set_sum_logprob(sum_logprob);
  response.set_scored_bytes(bytes);
  return response;
}

inline Responses MakeResponses(const std::vector<Response>& all) {
  return {all.begin(), all.end()};
}

}  // namespace sn37::eval

#endif  // EVAL_METHODS_TESTING_H_
