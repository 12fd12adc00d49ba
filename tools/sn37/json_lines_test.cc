#include "tools/sn37/json_lines.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/sn37/ask_engine.h"
#include "tools/sn37/verb.h"

namespace sn37::tools {
namespace {

using nlohmann::json;

Answer Double(const json& question) {
  absl::StatusOr<int64_t> n = GetInt(question, "n", 0, 100);
  if (!n.ok()) return n.status();
  return json{{"doubled", 2 * *n}};
}

// The exit status, and what was written.
std::pair<int, std::string> AnswerText(const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  int status = AnswerEachLine(in, out, Double);
  return {status, out.str()};
}

TEST(JsonLinesTest, EachLineIsAnsweredUnderItsId) {
  auto [status, out] = AnswerText("{\"id\":1,\"n\":4}\n{\"id\":\"x\",\"n\":5}");
  EXPECT_EQ(status, kOk);
  EXPECT_EQ(out,
            "{\"doubled\":8,\"id\":1}\n"
            "{\"doubled\":10,\"id\":\"x\"}\n");
}

TEST(JsonLinesTest, AnErrorIsARecordAndTheRestGoesOn) {
  auto [status, out] =
      AnswerText("{\"id\":1,\"n\":-1}\nnot json\n[1]\n\n{\"id\":2,\"n\":1}\n");
  EXPECT_EQ(status, kFailed);
  std::istringstream lines(out);
  std::vector<json> records;
  for (std::string line; std::getline(lines, line);) {
    records.push_back(json::parse(line));
  }
  ASSERT_EQ(records.size(), 4);
  EXPECT_EQ(records[0]["id"], 1);
  EXPECT_EQ(records[0]["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(records[0]["error"]["message"].get<std::string>(),
              testing::HasSubstr("n"));
  EXPECT_TRUE(records[1]["id"].is_null());
  EXPECT_TRUE(records[1].contains("error"));
  EXPECT_THAT(records[2]["error"]["message"].get<std::string>(),
              testing::HasSubstr("not a JSON object"));
  EXPECT_EQ(records[3]["doubled"], 2);
}

TEST(JsonLinesTest, StopsWhereItsAnswersCannotBeWritten) {
  std::istringstream in("{\"id\":1,\"n\":4}\n{\"id\":2,\"n\":4}\n");
  std::ofstream full("/dev/full");
  int answered = 0;
  const int status = AnswerEachLine(in, full, [&](const json& question) {
    ++answered;
    return Double(question);
  });
  EXPECT_EQ(status, kFailed);
  EXPECT_EQ(answered, 1);
}

TEST(JsonLinesTest, ALineTooLongIsAnErrorAndNotKept) {
  auto [status, out] = AnswerText(std::string(kMaxLineBytes + 10, 'x') +
                                  "\n{\"id\":2,\"n\":1}\n");
  EXPECT_EQ(status, kFailed);
  EXPECT_THAT(out, testing::HasSubstr("longer than"));
  EXPECT_THAT(out, testing::HasSubstr("{\"doubled\":2,\"id\":2}\n"));
}

TEST(JsonLinesTest, LinesComeInBatchesAndAnswersInOrder) {
  std::istringstream in("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  std::ostringstream out;
  std::vector<size_t> sizes;
  AnswerLines(in, out, 2, [&](absl::Span<const json> questions) {
    sizes.push_back(questions.size());
    return std::vector<Answer>(questions.size(), json::object());
  });
  EXPECT_THAT(sizes, testing::ElementsAre(2, 1));
  EXPECT_EQ(out.str(), "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
}

TEST(JsonLinesTest, InvalidUtf8InAnAnswerIsReplaced) {
  std::istringstream in("{\"id\":1}\n");
  std::ostringstream out;
  AnswerEachLine(in, out, [](const json&) {
    return Answer(json{{"text", "a\xff"}});
  });
  EXPECT_EQ(out.str(), "{\"id\":1,\"text\":\"a\xEF\xBF\xBD\"}\n");
}

TEST(GetTokensTest, OnlyListsOfIdsAreTokens) {
  EXPECT_THAT(*GetTokens(json{{"tokens", {1, 2}}}, "tokens"),
              testing::ElementsAre(1, 2));
  for (const json& wrong :
       {json::object(), json{{"tokens", 1}}, json{{"tokens", {-1}}},
        json{{"tokens", {1.5}}}, json{{"tokens", {"a"}}},
        json{{"tokens", {4294967296}}}}) {
    EXPECT_FALSE(GetTokens(wrong, "tokens").ok()) << wrong;
  }
}

TEST(AskEngineTest, RequestsThatTheEngineLeavesGetItsError) {
  std::vector<json> questions = {json{{"n", 1}}, json::object(),
                                 json{{"n", 3}}};
  auto to_request = [](const json& question) {
    return GetInt(question, "n", 0, 9);
  };
  auto ask =
      [](absl::Span<const int64_t> requests,
         absl::FunctionRef<absl::Status(size_t, absl::StatusOr<int>)> done) {
        EXPECT_EQ(requests.size(), 2);
        (void)done(0, 7);
        return absl::ResourceExhaustedError("no memory");
      };
  auto to_json = [](const int& response) {
    return Answer(json{{"r", response}});
  };
  std::vector<Answer> answers =
      AskEngine<int64_t, int>(questions, to_request, ask, to_json);
  EXPECT_EQ(*answers[0], (json{{"r", 7}}));
  EXPECT_EQ(answers[1].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(answers[2].status().message(), "no memory");
}

}  // namespace
}  // namespace sn37::tools
