// testdata/ holds what the reference subnet's parsers give.
#include "datasets/sources/hub_solutions.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

json Vectors(const std::string& name) {
  const auto text =
      ReadFile(absl::StrCat("datasets/sources/testdata/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return ParseJson(*text, {}).value()["cases"];
}

// How often `part` is in `text`.
int Count(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != text.npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(References, EqualThoseOfTheReferenceWhereItIsRight) {
  int equal = 0, none = 0, mended = 0, bad = 0;
  for (const json& c : Vectors("synthetic1_parse.json")) {
    const absl::StatusOr<Exchange> exchange = ExchangeOf(c);
    EXPECT_EQ(exchange.ok(), c["question_trace_answer"].is_array()) << c;
    if (!exchange.ok()) {
      ++bad;
      continue;
    }
    EXPECT_EQ(exchange->question, c["question_trace_answer"][0]);
    const std::string answer = c["question_trace_answer"][2];
    const bool maths = c["task_type"] == "verifiable_math";
    const auto reference = maths ? MathsReference(exchange->reply)
                                 : OutputReference(exchange->reply);
    if (answer.empty()) {
      EXPECT_EQ(reference, std::nullopt) << c;
      ++none;
    } else if (maths && absl::StrContains(answer, "{")) {
      // Cut at the first brace by the reference.
      ASSERT_TRUE(reference.has_value()) << c;
      EXPECT_TRUE(absl::StrContains(*reference, answer + "}")) << c;
      ++mended;
    } else if (!maths &&
               Count(exchange->reply,
                     absl::StrCat("{\"output\": \"", answer, "\"}")) > 1) {
      // The first of two equal objects is taken away by the reference.
      ++mended;
    } else {
      EXPECT_EQ(reference, c["reference_text"].get<std::string>()) << c;
      ++equal;
    }
  }
  EXPECT_EQ(equal + none + mended + bad, 65);
  EXPECT_GT(equal, 20);
  EXPECT_GT(mended, 5);
}

TEST(MathsReference, TakesTheLastBoxWholeAndKeepsWhatIsBefore) {
  const struct {
    absl::string_view reply;
    std::optional<std::string> reference;
  } kCases[] = {
      {"So \\boxed{\\frac{1}{2}}. Done.", "So \\boxed{\\frac{1}{2}}"},
      {"\\boxed{1}, no, \\boxed{2}", "\\boxed{1}, no, \\boxed{2}"},
      {"  \\boxed{ 7 }  ", " \\boxed{ 7 }"},
      {"a\n\n\\boxed{b\nc}", "a \\boxed{b\nc}"},
      {"\\boxed{}", std::nullopt},
      {"\\boxed{ }", std::nullopt},
      {"\\boxed{1", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(MathsReference(c.reply), c.reference);
}

TEST(OutputReference, TakesTheLastObjectAway) {
  const struct {
    absl::string_view reply;
    std::optional<std::string> reference;
  } kCases[] = {
      {R"(x {"output": "42"} y)", R"(x  y {"output": "42"})"},
      {R"({"output": "a"} mid {"output": "a"} end)",
       R"({"output": "a"} mid  end {"output": "a"})"},
      {R"(x {"output": "say \"}\" now"})", R"(x {"output": "say \"}\" now"})"},
      {R"({"output": "\\"} y)", R"(y {"output": "\\"})"},
      {"{\"output\": \"a\nb\"}", std::nullopt},
      {"{\"output\": \"a\n{\"output\": \"b\"}",
       "{\"output\": \"a {\"output\": \"b\"}"},
      {R"({"output": ""})", std::nullopt},
      {R"({"output":"x"})", std::nullopt},
      {R"({"output": 42})", std::nullopt},
      {R"({"output": "x)", std::nullopt},
      {R"({"output": "x\)", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(OutputReference(c.reply), c.reference) << c.reply;
  }
}

TEST(OutputReference, AMillionObjectsAreReadInOnePass) {
  std::string reply;
  for (int i = 0; i < 300000; ++i) absl::StrAppend(&reply, "{\"output\": \"");
  EXPECT_EQ(OutputReference(reply), std::nullopt);
}

TEST(FitsTokens, EqualsTheReferenceOnEveryVector) {
  int cases = 0;
  for (const json& c : Vectors("fits_sequence_length.json")) {
    if (c["max_sequence_length"].is_null()) continue;  // no limit
    EXPECT_EQ(FitsTokens(c["question"].get<std::string>(),
                         c["trace"].get<std::string>(),
                         c["max_sequence_length"].get<int64_t>()),
              c["fits_codeforces"].get<bool>())
        << c;
    ++cases;
  }
  EXPECT_EQ(cases, 20);
}

}  // namespace
}  // namespace sn37::datasets
