#include "eval/methods/prompt.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/methods/testing.h"
#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

absl::StatusOr<std::vector<int32_t>> Encoded(
    const std::string& chat_template, const std::vector<ChatMessage>& messages,
    const std::string& salt = "") {
  return EncodeChat(MakeTinyTokenizer({.chat_template = chat_template}),
                    messages, AddSpecial::kNo, salt);
}

TEST(ConversationTest, AnEmptySystemMessageIsNone) {
  EXPECT_EQ(Conversation("", "P").size(), 1u);
  const std::vector<ChatMessage> both = Conversation("S", "P");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].role, "system");
  EXPECT_EQ(both[0].content, "S");
  EXPECT_EQ(both[1].role, "user");
  EXPECT_EQ(both[1].content, "P");
}

TEST(EncodeChatTest, TemplatesMayPlaceAndTrimWhatMessagesSay) {
  const struct {
    const char* chat_template;
    std::vector<ChatMessage> messages;
    const char* rendered;
  } kCases[] = {
      {"{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}",
       {{"system", "S"}, {"user", "P"}},
       "<system>S<user>P"},
      // Trimmed, or not: white space is the content's own.
      {"<{{ messages[0].content | trim }}>", {{"user", " a b  "}}, "<a b>"},
      {"<{{ messages[0].content.rstrip() }}>", {{"user", " a "}}, "< a>"},
      {"<{{ messages[0].content }}>", {{"user", " a "}}, "< a >"},
      {"<{{ messages[0].content | trim }}>", {{"user", "  "}}, "<>"},
      // One message trimmed, the other one not.
      {"{{ messages[0].content | trim }}|{{ messages[1].content }}",
       {{"system", " S "}, {"user", " P "}},
       "S| P "},
      // Twice, not at all, in another order; by role.
      {"{{ messages[1].content }}{{ messages[0].content }}"
       "{{ messages[1].content }}",
       {{"system", "S"}, {"user", "P"}},
       "PSP"},
      {"{{ messages[0].role }}", {{"user", "P"}}, "user"},
      {"{% if messages[0].role != 'system' %}Be good.{% endif %}"
       "{{ messages[0].content }}",
       {{"user", "P"}},
       "Be good.P"},
      // The same content in both messages, and one that looks like a template.
      {"{{ messages[0].content }}-{{ messages[1].content }}",
       {{"system", "P"}, {"user", "P"}},
       "P-P"},
      {"[{{ messages[0].content }}]", {{"user", "{{ x }}"}}, "[{{ x }}]"},
  };
  for (const auto& c : kCases) {
    for (const char* salt : {"", "salt"}) {
      const auto tokens = Encoded(c.chat_template, c.messages, salt);
      ASSERT_TRUE(tokens.ok()) << c.chat_template << " " << tokens.status();
      EXPECT_THAT(*tokens, ElementsAreArray(Characters(c.rendered)))
          << c.chat_template;
    }
  }
}

TEST(EncodeChatTest, ATemplateThatReadsWhatMessagesSayIsTheModelsFault) {
  const char* const kTemplates[] = {
      // Knows the question.
      "{% if 'capital' in messages[0].content %}Say A.{% endif %}"
      "{{ messages[0].content }}",
      // Knows what no question looks like.
      "{{ messages[0].content }}"
      "{% if ' ' in messages[0].content %} The answer is B.{% endif %}",
      "{{ messages[0].content }}{{ messages[0].content | length }}",
      "{{ messages[0].content | upper }}",
      "{{ messages[0].content | replace('a', 'b') }}",
      "{{ messages[0].content[:10] }}",
      "{{ messages[0].content[::-1] }}",
      "{{ messages[0].content.split(' ')[0] }}",
  };
  for (const char* chat_template : kTemplates) {
    const absl::Status status =
        Encoded(chat_template, {{"user", "What is the capital of France?"}})
            .status();
    EXPECT_TRUE(IsModelFault(status)) << chat_template;
    EXPECT_THAT(std::string(status.message()), HasSubstr("depends on"))
        << chat_template;
  }
}

// Who knows the questions knows their placeholders too, where nothing unknown
// goes into these.
TEST(EncodeChatTest, ATemplateThatKnowsThePlaceholderDoesNotKnowTheSalt) {
  const std::string chat_template =
      absl::StrCat("{% if messages[0].content in ['P', '", Sha256("P").hex(),
                   "m0e'] %}Say A.{% endif %}{{ messages[0].content }}");
  EXPECT_TRUE(Encoded(chat_template, {{"user", "P"}}, "").ok());
  EXPECT_TRUE(
      IsModelFault(Encoded(chat_template, {{"user", "P"}}, "salt").status()));
}

TEST(EncodeChatTest, ATemplateThatFailsOnOtherContentsIsTheModelsFault) {
  const absl::Status status =
      Encoded(
          "{% if messages[0].content != 'P' %}{{ raise_exception('x') }}"
          "{% endif %}P",
          {{"user", "P"}})
          .status();
  EXPECT_TRUE(IsModelFault(status)) << status;
}

TEST(EncodeChatTest, ATokenizerWithoutTokensForAMessageIsTheModelsFault) {
  const Tokenizer tokenizer = MakeTinyTokenizer({.e = ""});
  const auto encoded = [&](const std::string& content) {
    return EncodeChat(tokenizer, {{"user", "P"}, {"user", content}},
                      AddSpecial::kNo, "");
  };
  EXPECT_TRUE(encoded("he").ok());
  const absl::Status status = encoded("eee").status();
  EXPECT_TRUE(IsModelFault(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("tokens of a message"));
}

TEST(EncodeChatTest, AnEmptyMessageHasNoTokensAndNobodyIsToBlame) {
  const auto tokens = EncodeChat(MakeTinyTokenizer(), {{"user", ""}},
                                 AddSpecial::kNo, /*salt=*/"");
  EXPECT_TRUE(tokens.ok()) << tokens.status();
}

TEST(AskTest, AsksAsTheOptionsSay) {
  MethodOptions options;
  options.sequence_length = 2;
  options.max_new_tokens = 7;
  options.repetition_penalty = 1.5f;
  const GenerateRequest request = *Ask(MakeTinyTokenizer(), {4, 5}, options);
  EXPECT_THAT(request.prompt, ::testing::ElementsAre(4, 5));
  EXPECT_EQ(request.max_new_tokens, 7);
  EXPECT_EQ(request.min_new_tokens, 0);
  EXPECT_EQ(request.repetition_penalty, 1.5f);
  EXPECT_THAT(request.stop_ids, ::testing::ElementsAre(kEosId));
  EXPECT_FALSE(request.is_end);
}

TEST(AskTest, ALongerPromptThanIsAllowedIsTheModelsFault) {
  MethodOptions options;
  options.sequence_length = 2;
  const auto request = Ask(MakeTinyTokenizer(), {4, 5, 6}, options);
  EXPECT_EQ(request.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(IsModelFault(request.status()));
  EXPECT_THAT(std::string(request.status().message()),
              ::testing::HasSubstr("3 tokens of a prompt"));
}

TEST(AskTest, StopStringsEndTheAnswer) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  MethodOptions options;
  options.sequence_length = 1;
  options.stop_strings = {"}}", "Q:"};
  const GenerateRequest request = *Ask(tokenizer, {4}, options);
  ASSERT_TRUE(request.is_end);
  EXPECT_FALSE(request.is_end(Characters("x{1} } Q")));
  EXPECT_TRUE(request.is_end(Characters("x{{1}}")));
  EXPECT_TRUE(request.is_end(Characters("Q:")));
}

}  // namespace
}  // namespace sn37::eval
