#include "eval/tokenizer/gguf_tokenizer.h"

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "eval/tokenizer/testing/small_tokenizer.h"
#include "gtest/gtest.h"
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
      {[](GgufTokenizer& g) { g.model = "llama"; }, Status::kUnimplemented,
       "tokenizer.ggml.model: \"llama\" is not read; gpt2 is"},
      {[](GgufTokenizer& g) { g.pre = "new\n"; }, Status::kUnimplemented,
       "tokenizer.ggml.pre: \"new\\n\" is not read; gpt-2, smollm are"},
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

}  // namespace
}  // namespace sn37::eval
