#include "eval/tokenizer/gguf_tokenizer.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "eval/tokenizer/testing/small_tokenizer.h"
#include "eval/tokenizer/tokenizer.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

nlohmann::json Parsed(const std::string& text) {
  auto json = ParseJson(text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return *json;
}

TEST(GgufTokenizerTest, ControlTokensAreSpecialAndUserDefinedOnesAdded) {
  GgufTokenizer gguf = SmallGgufTokenizer();
  gguf.types[260] = 4;
  const auto files = TokenizerFromGguf(gguf);
  ASSERT_TRUE(files.ok()) << files.status();
  const nlohmann::json added = Parsed(files->tokenizer_json)["added_tokens"];
  ASSERT_EQ(added.size(), 4u);
  EXPECT_EQ(added[0]["content"], "<s>");
  EXPECT_EQ(added[0]["special"], true);
  EXPECT_EQ(added[3]["content"], "ab");
  EXPECT_EQ(added[3]["id"], 260);
  EXPECT_EQ(added[3]["special"], false);
  const nlohmann::json map = Parsed(files->special_tokens_map_json);
  EXPECT_EQ(map, (nlohmann::json{{"bos_token", "<s>"},
                                 {"eos_token", "</s>"},
                                 {"pad_token", "<pad>"}}));
}

TEST(GgufTokenizerTest, OnlySmolLmSplitsDigits) {
  GgufTokenizer gguf = SmallGgufTokenizer();
  const auto steps = [&gguf](const char* pre) {
    gguf.pre = pre;
    const auto files = TokenizerFromGguf(gguf);
    return Parsed(files->tokenizer_json)["pre_tokenizer"]["pretokenizers"];
  };
  ASSERT_EQ(steps("smollm").size(), 2u);
  EXPECT_EQ(steps("smollm")[0]["type"], "Digits");
  ASSERT_EQ(steps("gpt-2").size(), 1u);
  EXPECT_EQ(steps("gpt-2")[0]["type"], "ByteLevel");
}

TEST(GgufTokenizerTest, TheSameValuesGiveTheSameBytes) {
  const auto first = TokenizerFromGguf(SmallGgufTokenizer());
  const auto second = TokenizerFromGguf(SmallGgufTokenizer());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->tokenizer_json, second->tokenizer_json);
  EXPECT_EQ(first->tokenizer_config_json, second->tokenizer_config_json);
}

TEST(GgufTokenizerTest, ValuesThatDoNotFitAreRefusedByKey) {
  using Status = absl::StatusCode;
  const struct {
    std::function<void(GgufTokenizer&)> change;
    Status code;
    const char* message;
  } kCases[] = {
      {[](GgufTokenizer& g) { g.model = "t5"; }, Status::kUnimplemented,
       "tokenizer.ggml.model: \"t5\" is not read; gpt2, llama are"},
      {[](GgufTokenizer& g) { g.model = "llama"; }, Status::kInvalidArgument,
       "tokenizer.ggml.scores: 0 values for 262 tokens"},
      {[](GgufTokenizer& g) { g.pre = "new\n"; }, Status::kUnimplemented,
       "tokenizer.ggml.pre: \"new\\n\" is not read; gpt-2, phi-2, smollm, "
       "falcon, olmo, llama-bpe, qwen2, tekken, gpt-4o are"},
      {[](GgufTokenizer& g) { g.pre.reset(); }, Status::kInvalidArgument,
       "tokenizer.ggml.pre: missing"},
      {[](GgufTokenizer& g) { g.remove_extra_whitespaces = true; },
       Status::kUnimplemented,
       "tokenizer.ggml.remove_extra_whitespaces: not read"},
      {[](GgufTokenizer& g) { g.add_space_prefix = true; },
       Status::kUnimplemented,
       "tokenizer.ggml.add_space_prefix: not read with gpt2"},
      {[](GgufTokenizer& g) { g.tokens.clear(); }, Status::kInvalidArgument,
       "tokenizer.ggml.tokens: there are none"},
      {[](GgufTokenizer& g) { g.types.pop_back(); }, Status::kInvalidArgument,
       "tokenizer.ggml.token_type: 261 values for 262 tokens"},
      {[](GgufTokenizer& g) { g.tokens[7] = "\xff"; }, Status::kInvalidArgument,
       "tokenizer.ggml.tokens: number 7 is not UTF-8"},
      {[](GgufTokenizer& g) { g.tokens[7] = "</s>"; }, Status::kInvalidArgument,
       "tokenizer.ggml.tokens: number 7, \"</s>\", is there twice"},
      {[](GgufTokenizer& g) { g.merges[1] = "abab"; }, Status::kInvalidArgument,
       "tokenizer.ggml.merges: number 1 is not two tokens"},
      {[](GgufTokenizer& g) { g.merges[1] = ""; }, Status::kInvalidArgument,
       "tokenizer.ggml.merges: number 1 is not two tokens"},
      {[](GgufTokenizer& g) { g.eos_id = 262; }, Status::kInvalidArgument,
       "tokenizer.ggml.eos_token_id: 262 is no token's id"},
      {[](GgufTokenizer& g) { g.padding_id = -1; }, Status::kInvalidArgument,
       "tokenizer.ggml.padding_token_id: -1 is no token's id"},
      {[](GgufTokenizer& g) {
         g.add_bos = true;
         g.bos_id.reset();
       },
       Status::kInvalidArgument,
       "tokenizer.ggml.add_bos_token: true without a bos_token_id"},
      {[](GgufTokenizer& g) { g.chat_template = "\xc3"; },
       Status::kInvalidArgument, "tokenizer.chat_template: not UTF-8"},
  };
  for (const auto& c : kCases) {
    GgufTokenizer gguf = SmallGgufTokenizer();
    c.change(gguf);
    const auto status = TokenizerFromGguf(gguf).status();
    EXPECT_EQ(status.code(), c.code) << c.message;
    EXPECT_EQ(status.message(), c.message);
  }
}

Tokenizer Loaded(const GgufTokenizer& gguf) {
  const auto files = TokenizerFromGguf(gguf);
  EXPECT_TRUE(files.ok()) << files.status();
  const std::string folder = testing::TempDir() + "/tokenizer";
  EXPECT_TRUE(MakeFolder(folder).ok());
  for (const auto& [name, text] :
       {std::pair("tokenizer.json", files->tokenizer_json),
        std::pair("tokenizer_config.json", files->tokenizer_config_json)}) {
    EXPECT_TRUE(WriteFileWhole(JoinPath(folder, name), text).ok());
  }
  auto tokenizer = Tokenizer::Load(folder);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

// pre_tokenizers.json has what transformers encodes with its own patterns.
TEST(GgufTokenizerTest, PreTokenizersSplitAsThoseOfTransformersDo) {
  const nlohmann::json vectors =
      Parsed(*ReadFile("eval/tokenizer/testdata/pre_tokenizers.json", 1 << 20));
  GgufTokenizer gguf;
  gguf.model = "gpt2";
  gguf.tokens = vectors["tokens"].get<std::vector<std::string>>();
  gguf.types.assign(gguf.tokens.size(), 1);
  gguf.types[0] = 3;
  gguf.merges = vectors["merges"].get<std::vector<std::string>>();
  gguf.bos_id = 0;
  ASSERT_EQ(vectors["pre_tokenizers"].size(), 3u);
  for (const nlohmann::json& pre : vectors["pre_tokenizers"]) {
    gguf.pre = pre["name"].get<std::string>();
    const Tokenizer tokenizer = Loaded(gguf);
    for (size_t i = 0; i < vectors["texts"].size(); ++i) {
      const std::string text = vectors["texts"][i];
      auto ids = pre["ids"][i].get<std::vector<int32_t>>();
      EXPECT_EQ(*tokenizer.Encode(text, AddSpecial::kNo), ids)
          << *gguf.pre << ": " << text;
      EXPECT_EQ(*tokenizer.DecodeAll(ids), text);
      if (pre["adds_bos"]) ids.insert(ids.begin(), 0);
      EXPECT_EQ(*tokenizer.Encode(text, AddSpecial::kYes), ids) << *gguf.pre;
    }
  }
}

// sentencepiece.json has what SentencePiece encodes with the same pieces.
TEST(GgufTokenizerTest, SentencePieceModelsEncodeAsSentencePieceDoes) {
  const nlohmann::json models =
      Parsed(*ReadFile("eval/tokenizer/testdata/sentencepiece.json", 1 << 20));
  ASSERT_EQ(models.size(), 2u);
  for (const nlohmann::json& model : models) {
    GgufTokenizer gguf;
    gguf.model = "llama";
    gguf.tokens = model["pieces"].get<std::vector<std::string>>();
    gguf.scores = model["scores"].get<std::vector<double>>();
    gguf.types = model["types"].get<std::vector<int64_t>>();
    gguf.add_space_prefix = model["add_space_prefix"].get<bool>();
    gguf.bos_id = 1;
    gguf.eos_id = 2;
    const Tokenizer tokenizer = Loaded(gguf);
    for (const nlohmann::json& c : model["cases"]) {
      const std::string text = c["text"];
      auto ids = tokenizer.Encode(text, AddSpecial::kNo);
      ASSERT_TRUE(ids.ok()) << ids.status();
      EXPECT_EQ(*ids, c["ids"].get<std::vector<int32_t>>()) << text;
      // A BOS comes first, unless the file says otherwise.
      ids->insert(ids->begin(), 1);
      EXPECT_EQ(*tokenizer.Encode(text, AddSpecial::kYes), *ids);
      EXPECT_EQ(*tokenizer.Decode(*ids, SkipSpecial::kYes),
                c["decoded"].get<std::string>());
    }
  }
}

}  // namespace
}  // namespace sn37::eval
