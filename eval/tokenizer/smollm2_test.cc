// The tokenizer and chat template of SmolLM2, imported from its GGUF file,
// against what transformers and llama.cpp make of it.
#include <string>
#include <vector>

#include "eval/tokenizer/stop_strings.h"
#include "eval/tokenizer/tokenizer.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

constexpr char kModelFolder[] = "eval/weights/smollm2";

nlohmann::json Cases(const std::string& name) {
  auto text = ReadFile("eval/tokenizer/testdata/smollm2/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  auto json = ParseJson(*text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return (*json)["cases"];
}

class SmolLm2Test : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = Tokenizer::Load(kModelFolder);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    tokenizer_ = new Tokenizer(*std::move(loaded));
  }
  static void TearDownTestSuite() { delete tokenizer_; }

  static Tokenizer* tokenizer_;
};

Tokenizer* SmolLm2Test::tokenizer_ = nullptr;

TEST_F(SmolLm2Test, TextsBecomeTheReferencesTokensAndBack) {
  const nlohmann::json cases = Cases("tokenizer.json");
  ASSERT_EQ(cases.size(), 175u);
  for (const auto& c : cases) {
    const std::string text = c["text"];
    const std::vector<int32_t> want = c["ids"];
    for (const AddSpecial add : {AddSpecial::kNo, AddSpecial::kYes}) {
      const auto ids = tokenizer_->Encode(text, add);
      ASSERT_TRUE(ids.ok()) << ids.status();
      EXPECT_EQ(*ids, want) << text;
    }
    const auto decoded = tokenizer_->Decode(want, SkipSpecial::kNo);
    const auto skipped = tokenizer_->Decode(want, SkipSpecial::kYes);
    ASSERT_TRUE(decoded.ok() && skipped.ok());
    EXPECT_EQ(*decoded, c["decoded"].get<std::string>());
    EXPECT_EQ(*skipped, c["decoded_skip_special"].get<std::string>());
  }
}

TEST_F(SmolLm2Test, AStopStringEndsATextWithTheTokenThatCompletesIt) {
  struct Case {
    const char* text;
    std::vector<std::string> stops;
    const char* kept;  // null: it does not end
  };
  const Case cases[] = {
      {"One two three", {"two"}, "One two"},
      {"One two three", {"o th", "ree"}, "One two three"},
      {"One two three", {"wo"}, "One two"},
      {"One two three", {"four", ""}, nullptr},
      {"One two three", {}, nullptr},
      {"A B<|im_end|> C", {"<|im_end|>"}, "A B<|im_end|>"},
      {"caf\u00e9 \u2603\u2603 end",
       {"\u2603\u2603"},
       "caf\u00e9 \u2603\u2603"},
  };
  for (const Case& c : cases) {
    const auto is_end = EndsAfterAny(*tokenizer_, c.stops);
    const std::vector<int32_t> ids =
        *tokenizer_->Encode(c.text, AddSpecial::kNo);
    size_t kept = 1;
    while (kept <= ids.size() && !is_end(absl::MakeSpan(ids).first(kept))) {
      ++kept;
    }
    if (c.kept == nullptr) {
      EXPECT_GT(kept, ids.size()) << c.text;
      continue;
    }
    ASSERT_LE(kept, ids.size()) << c.text;
    EXPECT_EQ(
        *tokenizer_->Decode(absl::MakeSpan(ids).first(kept), SkipSpecial::kNo),
        c.kept);
  }
}

TEST_F(SmolLm2Test, ChatsBecomeTheReferencesTextsAndTokens) {
  const nlohmann::json cases = Cases("chat_template.json");
  ASSERT_EQ(cases.size(), 28u);
  for (const auto& c : cases) {
    std::vector<ChatMessage> messages;
    for (const auto& message : c["messages"]) {
      messages.push_back({message["role"], message["content"]});
    }
    const auto text =
        tokenizer_->ApplyChatTemplate(messages, c["add_generation_prompt"]);
    if (c.contains("error")) {
      EXPECT_FALSE(text.ok()) << c;
      continue;
    }
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(*text, c["text"].get<std::string>());
    const auto ids = tokenizer_->Encode(*text, AddSpecial::kNo);
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(*ids, c["ids"].get<std::vector<int32_t>>());
  }
}

// The reference pads and truncates to a length; we only encode, so the
// vectors are compared without their padding and cut as they were.
TEST_F(SmolLm2Test, PaddedAndTruncatedTextsHaveTheSameTokensInTheMiddle) {
  const nlohmann::json cases = Cases("text_pad_truncate.json");
  ASSERT_EQ(cases.size(), 10u);
  for (const auto& c : cases) {
    const std::string text = c["text"];
    const auto encoded = tokenizer_->Encode(text, AddSpecial::kYes);
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    std::vector<int32_t> ids = *encoded;
    const size_t length = c["max_length"];
    if (ids.size() > length) {
      if (c["truncation_side"] == "left") {
        ids.erase(ids.begin(), ids.end() - length);
      } else {
        ids.resize(length);
      }
    }
    ASSERT_EQ(c["padding_side"], "right");
    ids.resize(length, c["pad_token_id"]);
    EXPECT_EQ(ids, c["ids"].get<std::vector<int32_t>>()) << text;
  }
}

TEST_F(SmolLm2Test, VocabularyAndSpecialTokensAreTheFiles) {
  EXPECT_EQ(tokenizer_->vocab_size(), 49152);
  EXPECT_EQ(tokenizer_->max_id(), 49151);
  EXPECT_EQ(tokenizer_->bos_id(), 1);
  EXPECT_EQ(tokenizer_->eos_id(), 2);
  EXPECT_EQ(tokenizer_->pad_id(), 2);
  EXPECT_TRUE(tokenizer_->CheckVocabulary(49152).ok());
  EXPECT_FALSE(tokenizer_->CheckVocabulary(49151).ok());
}

}  // namespace
}  // namespace sn37::eval
