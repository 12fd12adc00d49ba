// Every architecture: what is imported from testdata/gguf/NAME.gguf, which
// generate.py made with gguf-py, is the model that it was made from.
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "eval/engine/engine.h"
#include "eval/tokenizer/tokenizer.h"
#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_import.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::HasSubstr;

constexpr char kFiles[] = "eval/weights/testdata/gguf/";
constexpr char kModels[] = "eval/models/testdata/";

struct Example {
  const char* name;
  // The model that it was made from; null: of that name in kModels.
  const char* folder = nullptr;
  // What GGUF cannot say, and so is another in what is imported.
  const char* changed_field = nullptr;
  int changed_value = 0;
};

class GgufArchsTest : public testing::TestWithParam<Example> {
 protected:
  void SetUp() override {
    const std::string name = GetParam().name;
    original_ = GetParam().folder != nullptr ? GetParam().folder
                                             : absl::StrCat(kModels, name);
    imported_ = absl::StrCat(testing::TempDir(), "/", name);
    const absl::Status status =
        ImportGguf(absl::StrCat(kFiles, name, ".gguf"), imported_);
    ASSERT_TRUE(status.ok()) << status;
  }
  void TearDown() override { std::filesystem::remove_all(imported_); }

  std::string original_, imported_;
};

TEST_P(GgufArchsTest, EveryTensorHasItsBitsBack) {
  const auto original = SafeTensors::Open(original_);
  const auto imported = SafeTensors::Open(imported_);
  ASSERT_TRUE(original.ok()) << original.status();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->names(), original->names());
  for (const auto& [name, view] : original->tensors()) {
    const auto same = imported->Get(name);
    ASSERT_TRUE(same.ok()) << same.status();
    EXPECT_EQ(same->type, view.type) << name;
    EXPECT_EQ(same->shape, view.shape) << name;
    EXPECT_TRUE(std::equal(view.data.begin(), view.data.end(),
                           same->data.begin(), same->data.end()))
        << name;
  }
}

std::vector<float> Scores(const std::string& folder) {
  const auto engine =
      Engine::Load(folder, {.dtype = DType::kFloat32, .threads = 1});
  EXPECT_TRUE(engine.ok()) << engine.status();
  if (!engine.ok()) return {};
  std::vector<float> scores;
  ScoreRequest request;
  for (int i = 0; i < 200; ++i) request.tokens.push_back(i * i % 251);
  const absl::Status status = (*engine)->Score(
      {request}, [&](size_t, absl::StatusOr<ScoreResponse> response) {
        EXPECT_TRUE(response.ok()) << response.status();
        if (response.ok()) scores = response->logprobs;
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  scores.push_back(static_cast<float>((*engine)->max_positions()));
  return scores;
}

// Longer than the examples' windows and first lengths, so that every field that
// changes a number shows.
TEST_P(GgufArchsTest, TheConfigDescribesTheSameModel) {
  std::string folder = original_;
  if (const char* field = GetParam().changed_field) {
    auto config = ReadModelConfig(original_);
    ASSERT_TRUE(config.ok()) << config.status();
    config->json[field] = GetParam().changed_value;
    folder = imported_ + ".changed";
    ASSERT_TRUE(MakeFolder(folder).ok());
    const std::string weights = "model.safetensors";
    for (const auto& [name, text] :
         {std::pair(weights, *ReadFile(JoinPath(original_, weights), 1 << 20)),
          std::pair(std::string("config.json"), config->json.dump())}) {
      ASSERT_TRUE(WriteFileWhole(JoinPath(folder, name), text).ok());
    }
  }
  const std::vector<float> expected = Scores(folder);
  ASSERT_EQ(expected.size(), 200u);
  EXPECT_EQ(Scores(imported_), expected);
}

TEST_P(GgufArchsTest, TheTokenizerGivesTextsBack) {
  const auto tokenizer = Tokenizer::Load(imported_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  for (const char* text : {"a ab  \tabab's 1234\n\nx", "\u00e9 \u4e2d, no."}) {
    const auto ids = tokenizer->Encode(text, AddSpecial::kYes);
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(*tokenizer->Decode(*ids, SkipSpecial::kYes), text);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, GgufArchsTest,
    testing::Values(Example{"llama_gqa_untied"},
                    Example{"llama_mqa_tied_llama3"}, Example{"mistral_swa32"},
                    Example{"gemma_mqa_headdim32"},
                    Example{"gemma2_swa24_softcap", nullptr,
                            "query_pre_attn_scalar", 16},
                    Example{"phi_partial05"}, Example{"phi3_gqa_longrope"},
                    Example{"phi3_mha_swa32"}, Example{"neox_serial_pct05"},
                    Example{"falcon_40b_style"}, Example{"falcon_7b_style"},
                    Example{"qwen2", "eval/weights/testdata/gguf/qwen2"},
                    Example{"qwen3", "eval/weights/testdata/gguf/qwen3"}),
    [](const testing::TestParamInfo<Example>& info) {
      return info.param.name;
    });

TEST(GgufArchsTableTest, EveryArchitectureHasAnExample) {
  EXPECT_EQ(AllGgufArchs().size(), 9u);
}

// A file with some bytes replaced by as many others.
TEST(GgufArchsTableTest, WhatIsNotKnownIsAnErrorThatNamesIt) {
  using Code = absl::StatusCode;
  const struct {
    const char* file;
    const char* from;
    const char* to;
    Code code;
    const char* message;
  } kCases[] = {
      {"qwen2", "qwen2.rope.freq_base", "qwen2.rope.freq_bass",
       Code::kUnimplemented, "qwen2.rope.freq_bass is not known"},
      {"qwen2", "qwen2.block_count", "qwen2.block_cound",
       Code::kInvalidArgument, "qwen2.block_count: missing"},
      {"qwen2", "blk.1.attn_q.bias", "blk.1.attn_q.bigs", Code::kNotFound,
       "blk.1.attn_q.bias"},
      {"qwen2", "tokenizer.ggml.pre", "tokenizer.ggml.prf",
       Code::kInvalidArgument, "tokenizer.ggml.pre: missing"},
      {"llama_gqa_untied", "llama-bpe", "llama-bpx", Code::kUnimplemented,
       "tokenizer.ggml.pre: \"llama-bpx\" is not read"},
      {"llama_gqa_untied", "llama.attention.head_count_kv",
       "llama.attention.head_count_kw", Code::kUnimplemented,
       "llama.attention.head_count_kw"},
      {"llama_mqa_tied_llama3", "rope_freqs.weight", "rope_frocs.weight",
       Code::kUnimplemented, "tensor rope_frocs.weight"},
      {"phi3_gqa_longrope", "rope_factors_short.weight",
       "rope_factors_shirt.weight", Code::kNotFound,
       "rope_factors_short.weight"},
      {"gemma2_swa24_softcap", "gemma2.attn_logit_softcapping",
       "gemma2.attn_logit_softcappong", Code::kInvalidArgument,
       "gemma2.attn_logit_softcapping: missing"},
      {"falcon_40b_style", "falcon.attention.head_count_kv",
       "falcon.attention.head_count_kw", Code::kUnimplemented,
       "falcon.attention.head_count_kw"},
  };
  const std::string path = testing::TempDir() + "/changed.gguf";
  const std::string out = testing::TempDir() + "/out";
  for (const auto& c : kCases) {
    const std::string bytes =
        *ReadFile(absl::StrCat(kFiles, c.file, ".gguf"), 1 << 20);
    const std::string changed = absl::StrReplaceAll(bytes, {{c.from, c.to}});
    ASSERT_EQ(changed.size(), bytes.size());
    ASSERT_NE(changed, bytes) << c.from;
    ASSERT_TRUE(WriteFileWhole(path, changed).ok());
    const absl::Status status = ImportGguf(path, out);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
    EXPECT_FALSE(FileExists(out));
  }
}

}  // namespace
}  // namespace sn37::eval
