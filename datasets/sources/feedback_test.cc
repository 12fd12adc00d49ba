#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/sources/registry.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json Rating(int user, absl::string_view prompt, absl::string_view reply,
            int rating, int minute = 0) {
  return {{"conversation", {{{"role", "user"}, {"content", prompt}}}},
          {"reply", reply},
          {"rating", rating},
          {"time",
           absl::StrCat("2026-01-31T12:", minute / 10, minute % 10, ":00Z")},
          {"user", Sha256(absl::StrCat("user ", user)).hex()}};
}

// The pairs as "prompt: chosen > rejected", or the first error.
absl::StatusOr<std::vector<std::string>> PairsOf(
    const std::vector<std::string>& lines,
    const json& parameters = json::object()) {
  const InputFiles inputs = {
      {"ratings",
       {WriteTestFile("ratings.jsonl", absl::StrJoin(lines, "\n"))}}};
  const auto rows = (*FindSource("feedback"))
                        ->open({.config = "some",
                                .parameters = parameters,
                                .seed = Digest(),
                                .inputs = &inputs});
  if (!rows.ok()) return rows.status();
  std::vector<std::string> pairs;
  while (true) {
    const auto sample = (*rows)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) return pairs;
    const Preference& body = (*sample)->preference();
    pairs.push_back(absl::StrCat(
        body.system(), body.system().empty() ? "" : " | ", body.prompt(), ": ",
        body.chosen(), " > ", body.rejected()));
  }
}

std::vector<std::string> Pairs(const std::vector<json>& ratings,
                               const json& parameters = json::object()) {
  std::vector<std::string> lines;
  for (const json& rating : ratings) lines.push_back(rating.dump());
  const auto pairs = PairsOf(lines, parameters);
  EXPECT_TRUE(pairs.ok()) << pairs.status();
  const std::vector<std::string> reversed(lines.rbegin(), lines.rend());
  EXPECT_EQ(*PairsOf(reversed, parameters), *pairs) << "order of lines matters";
  return *pairs;
}

TEST(Feedback, TheBestAndTheWorstReplyMakeAPair) {
  EXPECT_THAT(
      Pairs({Rating(1, "Hi", "Hello!", 5), Rating(2, "Hi", "What?", 1),
             Rating(3, "Hi", "Yes.", 3), Rating(1, "Bye", "See you.", 1),
             Rating(2, "Bye", "Stay!", -1), Rating(1, "Alone", "Yes.", 5)}),
      ElementsAre("Bye: See you. > Stay!", "Hi: Hello! > What?"));
}

TEST(Feedback, RepliesAreComparedByTheirMeans) {
  EXPECT_THAT(Pairs({Rating(1, "Hi", "a", 5), Rating(2, "Hi", "a", 1),
                     Rating(3, "Hi", "a", 1), Rating(4, "Hi", "b", 4),
                     Rating(5, "Hi", "b", 3)}),
              ElementsAre("Hi: b > a"));
  // 7/3 and 3: closer than 1.
  EXPECT_THAT(Pairs({Rating(1, "Hi", "a", 5), Rating(2, "Hi", "a", 1),
                     Rating(3, "Hi", "a", 1), Rating(4, "Hi", "b", 3)}),
              IsEmpty());
  EXPECT_THAT(Pairs({Rating(1, "Hi", "a", 5), Rating(2, "Hi", "b", 3)},
                    {{"min_gap", 3}}),
              IsEmpty());
}

TEST(Feedback, AUsersLastRatingOfAReplyCounts) {
  EXPECT_THAT(Pairs({Rating(1, "Hi", "a", 1, 1), Rating(1, "Hi", "a", 5, 2),
                     Rating(1, "Hi", "a", 5, 2), Rating(2, "Hi", "b", 3)}),
              ElementsAre("Hi: a > b"));
}

TEST(Feedback, AFloodOfOneUserIsCapped) {
  std::vector<json> ratings = {Rating(1, "Hi", "good", 5),
                               Rating(2, "Hi", "bad", 1)};
  // One user rates 59 replies to 59 questions, and then the ones above.
  for (int i = 0; i < 59; ++i) {
    ratings.push_back(Rating(3, absl::StrCat("Q", i), "x", 5, i));
    ratings.push_back(Rating(4 + i, absl::StrCat("Q", i), "y", 1, i));
  }
  ratings.push_back(Rating(3, "Hi", "bad", 1000, 59));
  EXPECT_EQ(Pairs(ratings).size(), 1 + 20);
  EXPECT_EQ(Pairs(ratings).front(), "Hi: good > bad");
  EXPECT_EQ(Pairs(ratings, {{"max_per_user", 59}}).size(), 1 + 59);
  EXPECT_EQ(Pairs(ratings, {{"max_per_user", 60}}).front(), "Hi: bad > good");
}

TEST(Feedback, OnlyConversationsThatASampleCanHoldAreUsed) {
  const auto rated = [](const json& messages) {
    json good = Rating(1, "", "a", 5), bad = Rating(2, "", "b", 1);
    good["conversation"] = bad["conversation"] = messages;
    return Pairs({good, bad});
  };
  const json system = {{"role", "system"}, {"content", "Be brief."}};
  const json user = {{"role", "user"}, {"content", "Hi"}};
  const json assistant = {{"role", "assistant"}, {"content", "Hello"}};
  EXPECT_THAT(rated({system, user}), ElementsAre("Be brief. | Hi: a > b"));
  EXPECT_THAT(rated(json::array({user})), ElementsAre("Hi: a > b"));
  EXPECT_THAT(rated({user, assistant, user}), IsEmpty());
  EXPECT_THAT(rated({user, assistant}), IsEmpty());
  EXPECT_THAT(rated({system, system, user}), IsEmpty());
}

TEST(Feedback, PersonalDataAndBadLinesAreRefusedByFileAndLine) {
  const std::string good = Rating(1, "Hi", "a", 5).dump();
  const auto with = [](const char* key, const json& value) {
    json rating = Rating(1, "Hi", "a", 5);
    rating[key] = value;
    return rating.dump();
  };
  const std::pair<std::string, absl::string_view> kCases[] = {
      {with("email", "someone@example.com"),
       "unknown key \"email\"; known are conversation"},
      {with("name", "Ada"), "unknown key \"name\""},
      {with("user", "Ada Lovelace"), "\"user\" must be a pseudonym"},
      {with("user", 7), "user"},
      {with("conversation",
            {{{"role", "user"}, {"content", "Hi"}, {"ip", "192.0.2.1"}}}),
       "unknown key \"ip\""},
      {with("conversation", "Hi"), "\"conversation\" must be messages"},
      {with("conversation", json::array()), "\"conversation\" must be"},
      {with("time", "yesterday"), "\"time\" must be like"},
      {with("rating", 4.5), "rating"},
      {with("rating", "5"), "rating"},
      {with("reply", ""), "\"reply\" is empty"},
      {good.substr(0, good.size() / 2), "error at byte"},
      {"{\"user\":1,\"user\":2}", "occurs twice"},
      {"[]", "must be a JSON object"},
      {"{\"reply\":\"\xff\"}", "error at byte"},
      {std::string(17 << 20, ' '), "has more than"},
  };
  for (const auto& [line, message] : kCases) {
    const absl::Status status = PairsOf({good, line}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr("ratings.jsonl, line 2: "));
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace sn37::datasets
