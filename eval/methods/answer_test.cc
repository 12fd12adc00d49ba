// Followed: where the reference's pattern finds an answer, so do we. Mended: a
// box's braces nest (the reference cuts \boxed{x^{2}} to x^{2), an empty box at
// the end is an answer, and a JSON answer need not be a string or written with
// one space after the colon.
#include "eval/methods/answer.h"

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "sn37/base/boxed.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

using datasets::FinalAnswer;
using Found = std::optional<std::string>;

Found Box(const std::string& text) {
  const auto box = LastBoxed(text);
  return box.has_value() ? Found(std::string(*box)) : std::nullopt;
}

// What the reference cuts at the first closing brace.
bool IsCut(const std::string& answer) { return absl::StrContains(answer, "{"); }

TEST(AnswerTest, ReferenceVectors) {
  const nlohmann::json vectors =
      ReadVectors("eval/methods/testdata/synthetic1_parse.json");
  int followed = 0;
  int mended = 0;
  for (const nlohmann::json& c : vectors["cases"]) {
    // The others are about malformed rows.
    if (!c["question_trace_answer"].is_array()) continue;
    const std::string text = c["messages"][1]["content"];
    const std::string expected = c["question_trace_answer"][2];
    const bool is_math = c["task_type"] == "verifiable_math";
    const Found found = is_math ? Box(text) : LastJsonAnswer(text);
    if (found.value_or("") == expected) {
      ++followed;
    } else {
      ++mended;
      EXPECT_TRUE(
          is_math ? IsCut(expected) && absl::StartsWith(*found, expected) &&
                        absl::StrContains(text,
                                          absl::StrCat("\\boxed{", *found, "}"))
                  : text == "{\"output\": 42}" || text == "{\"output\":\"x\"}")
          << text;
    }
  }
  EXPECT_EQ(followed, 49);
  EXPECT_EQ(mended, 11);
}

TEST(AnswerTest, TheLastJsonMemberNamedAnswerOrOutput) {
  const struct {
    const char* text;
    Found answer;
  } kCases[] = {
      {"", std::nullopt},
      {"the answer: 5", std::nullopt},
      {R"({"answer": "5"})", "5"},
      {R"({"output": "a"} then {"answer": "b"})", "b"},
      {R"({"answer": "b"} then {"output": "a"})", "a"},
      {R"({"answer" :5})", "5"},
      {R"({"answer": -1.5e3, "sure": true})", "-1.5e3"},
      {R"({"answer": [3, [1, "]"]]})", R"([3, [1, "]"]])"},
      {R"({"answer": {"x": {"y": 1}}} ok)", R"({"x": {"y": 1}})"},
      {R"({"result": {"answer": true}})", "true"},
      {R"({"answer": "a \"b\" \\ \u00e9"})", "a \"b\" \\ \u00e9"},
      {R"({"answer": ""})", ""},
      // Cut off behind the value, or in front of it.
      {R"(so {"answer": 12)", "12"},
      {R"(so {"answer": "12")", "12"},
      {R"({"answer": 1} {"answer": [2, )", "1"},
      {R"({"answer": 1} {"answer": "2)", "1"},
      {R"({"answer": 1} {"answer": )", "1"},
      {R"({"answer": 1} {"answer")", "1"},
      // No JSON value.
      {R"({"answer": 1} {"answer": x})", "1"},
      {R"({"answer": 1} {"answer": [1, x]})", "1"},
      {R"({"answer": 1} {"answer": 3/4})", "1"},
      {R"({"answer": 1} {"answer": 1,000})", "1"},
      {R"({"answer": 1} {"answer": 1,000,)", "1"},
      {R"({"answer": 1} {"answer": 5%})", "1"},
      {R"({"answer": 1} {"answer": 2"3"})", "1"},
      {R"({"answer": 1} {"answer": true"})", "1"},
      // The value ends, whatever comes then.
      {R"(so {"answer": 12,)", "12"},
      {R"({"answer":12,"sure":true})", "12"},
      {"{\"answer\": 12\n}", "12"},
      {R"([{"x": ["answer":12]])", "12"},
      {"{\"answer\": \"a\nb\"}", std::nullopt},
      // In a string it is no member.
      {R"({"answer": "say \"answer\": 2"})", R"(say "answer": 2)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(LastJsonAnswer(c.text), c.answer);
}

TEST(AnswerTest, TheLaterOfBoxAndJsonCounts) {
  const struct {
    const char* text;
    Found answer;
  } kCases[] = {
      {"nothing", std::nullopt},
      {R"(\boxed{1} {"answer": 2})", "2"},
      {R"({"answer": 2} \boxed{1})", "1"},
      {R"(\boxed{1} \boxed{\frac{1}{2}} end)", R"(\frac{1}{2})"},
      {R"({"answer": "\\boxed{7}"})", "7"},
      {R"(\boxed{{"answer": 3}})", "3"},
      {R"({"answer": 2} \boxed{1)", "2"},
  };
  for (const auto& c : kCases) EXPECT_EQ(FindAnswer(c.text), c.answer);
}

constexpr size_t kLongReply = 1 << 20;
// What is quadratic takes minutes for a long reply.
constexpr absl::Duration kBounded = absl::Seconds(10);

std::string Repeated(absl::string_view piece, size_t size) {
  std::string text;
  while (text.size() < size) absl::StrAppend(&text, piece);
  return text;
}

TEST(AnswerTest, HostileTextsAreReadInBoundedTime) {
  for (const char* piece :
       {"{", "[", "\"", "{\"", "\"answer\":", "\"answer\":[", "\"answer\":\"",
        "\"answer\":{\"", "\"answer\":[\"", "\"answer\":[\\\"",
        "\"answer\":{\\\"", "\\boxed{", "]}", "\\"}) {
    const std::string text = Repeated(piece, kLongReply);
    const absl::Time begin = absl::Now();
    EXPECT_FALSE(FindAnswer(text).value_or("").size() > text.size());
    EXPECT_LT(absl::Now() - begin, kBounded) << piece;
  }
}

TEST(AnswerTest, TheLastMembersOfBoundedSizeCount) {
  const std::string answer = R"({"answer": 1} )";
  EXPECT_EQ(LastJsonAnswer(answer + Repeated("\"answer\":x ", 63 * 11)), "1");
  EXPECT_EQ(LastJsonAnswer(answer + Repeated("\"answer\":x ", 64 * 11)),
            std::nullopt);
  const auto quoted = [](size_t size) {
    return absl::StrCat("\"answer\": \"", std::string(size, 'x'), "\"");
  };
  EXPECT_EQ(LastJsonAnswer(quoted(65534)), std::string(65534, 'x'));
  EXPECT_EQ(LastJsonAnswer(quoted(65535)), std::nullopt);
}

TEST(IsSameAnswerTest, ByForm) {
  constexpr auto kText = FinalAnswer::TEXT;
  constexpr auto kNumber = FinalAnswer::NUMBER;
  constexpr auto kSet = FinalAnswer::SET;
  const struct {
    FinalAnswer::Form form;
    const char* a;
    const char* b;
    bool same;
  } kCases[] = {
      {kText, "Paris", "Paris", true},
      {kText, " New\nYork ", "New York", true},
      {kText, "paris", "Paris", false},
      {kText, "\\text{Paris}", "Paris", true},
      {kText, "$x^{2}$", "x^{2}", true},
      {kText, "\\dfrac{1}{2}", "\\frac{1}{2}", true},
      {kText, "\\left( 1, 2 \\right)", "(1,2)", true},
      {kText, "\\frac{1}{23}", "\\frac{12}{3}", false},
      {kText, "0.5", "1/2", false},
      {kText, "", "5", false},
      // Numbers: integers, decimals, fractions, exactly.
      {kNumber, "42", "42.0", true},
      {kNumber, "042", "42", true},
      {kNumber, "42.", "+42", true},
      {kNumber, "-0", "0", true},
      {kNumber, "-1", "1", false},
      {kNumber, "\u22121", "-1", true},
      {kNumber, "1,234,567", "1234567", true},
      {kNumber, "12,34", "1234", false},
      {kNumber, "1/2", "0.5", true},
      {kNumber, "\\frac{1}{2}", ".5", true},
      {kNumber, "\\frac12", "2/4", true},
      {kNumber, "-\\tfrac{3}{6}", "-0.50", true},
      {kNumber, "\\frac{-1}{2}", "-\\frac{1}{2}", true},
      {kNumber, "-\\frac{-1}{2}", "0.5", true},
      {kNumber, "1.5/0.5", "3", true},
      {kNumber, "1/3", "0.333333333333", false},
      {kNumber, "1e3", "1000", true},
      {kNumber, "1.5E-2", "0.015", true},
      {kNumber, "50\\%", "50", true},
      {kNumber, "90^\\circ", "90", true},
      {kNumber, "$\\$5$", "5", true},
      {kNumber, "\\text{12}\\,", "12", true},
      // Beyond what a double could tell apart.
      {kNumber, "18446744073709551616", "18446744073709551616.0", true},
      {kNumber, "18446744073709551616", "18446744073709551617", false},
      {kNumber, "100000000000000000000/3", "33333333333333333333", false},
      // No numbers: as text.
      {kNumber, "x+1", "x + 1", true},
      {kNumber, "1/0", "2/0", false},
      {kNumber, "1/0", "0", false},
      {kNumber, "", "0", false},
      {kNumber, ".", "0", false},
      {kNumber, "1/2/3", "1/6", false},
      {kNumber, "five", "5", false},
      // Sets.
      {kSet, "1, 2, 3", "3,2,1", true},
      {kSet, "\\{1, 2\\}", "{2, 1}", true},
      {kSet, "[0.5, \"x\"]", "x, 1/2", true},
      {kSet, "1, 2", "1, 2, 3", false},
      {kSet, "1, 2, 3", "1, 2", false},
      {kSet, "1, 1, 2", "1, 2", true},
      {kSet, "(1, 2), (3, 4)", "(3, 4), (1, 2)", true},
      {kSet, "(1, 2), (3, 4)", "(2, 1), (4, 3)", false},
      {kSet, "\\{\\}", "[]", true},
      {kSet, "\\{\\}", "1", false},
      {kSet, "5", "5.0", true},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsSameAnswer(c.form, c.a, c.b), c.same) << c.a << " | " << c.b;
    EXPECT_EQ(IsSameAnswer(c.form, c.b, c.a), c.same) << c.b << " | " << c.a;
  }
}

TEST(IsSameAnswerTest, EndlessNumbersAreText) {
  const std::string ones(100000, '1');
  EXPECT_TRUE(IsSameAnswer(FinalAnswer::NUMBER, ones, ones));
  EXPECT_FALSE(IsSameAnswer(FinalAnswer::NUMBER, ones, ones + ".0"));
  EXPECT_FALSE(IsSameAnswer(FinalAnswer::NUMBER, "1e999", "1"));
  const std::string digits(299, '1');
  EXPECT_TRUE(IsSameAnswer(FinalAnswer::NUMBER, digits, digits + ".0"));
  EXPECT_FALSE(IsSameAnswer(FinalAnswer::NUMBER, digits + "1", digits + "1.0"));
  EXPECT_TRUE(IsSameAnswer(FinalAnswer::NUMBER, "1e300", "10e299"));
  EXPECT_FALSE(IsSameAnswer(FinalAnswer::NUMBER, "1e301", "10e300"));
}

TEST(IsSameAnswerTest, HostileAnswersAreComparedInBoundedTime) {
  for (const char* piece : {"9e999,", "1e999/1e-999,", "1e299/1e-299,", "1,",
                            "[", "{\"", "\\frac{", "\\text{", "\\"}) {
    for (const size_t size : {size_t{4096}, kLongReply}) {
      std::string text = Repeated(piece, size - 20);
      if (text[0] == '[') {
        text.resize(text.size() / 2);
        text += std::string(text.size(), ']');
      }
      const absl::Time begin = absl::Now();
      EXPECT_FALSE(IsSameAnswer(FinalAnswer::SET, "1, 2, 3/7", text));
      EXPECT_LT(absl::Now() - begin, kBounded) << piece;
    }
  }
}

TEST(IsSameAnswerTest, LongAnswersAreText) {
  const std::string set = Repeated("2,", 4092);
  EXPECT_TRUE(IsSameAnswer(FinalAnswer::SET, "2, 1", set + "1,2"));
  EXPECT_FALSE(IsSameAnswer(FinalAnswer::SET, "2, 1", set + "1,2,2"));
}

TEST(AnswerDeviationTest, NoAnswerIsWrong) {
  EXPECT_EQ(AnswerDeviation(FinalAnswer::NUMBER, "5", "5.0"), 0);
  EXPECT_EQ(AnswerDeviation(FinalAnswer::NUMBER, "5", "6"), 1);
  EXPECT_EQ(AnswerDeviation(FinalAnswer::TEXT, "5", std::nullopt), 1);
}

}  // namespace
}  // namespace sn37::eval
