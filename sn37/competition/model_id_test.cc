#include "sn37/competition/model_id.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> Optional(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::string>();
}

ModelId FromFields(const nlohmann::json& f) {
  return {f[0], f[1], Optional(f[3]), Optional(f[4]), Optional(f[5]), f[2]};
}

ModelId FromObject(const nlohmann::json& o) {
  return {o["namespace"],
          o["name"],
          Optional(o["commit"]),
          Optional(o["hash"]),
          Optional(o["secure_hash"]),
          o["competition_id"]};
}

void ExpectParse(const nlohmann::json& c) {
  const auto id =
      ParseModelId(c["input"].get<std::string>(), c["default_competition_id"]);
  if (c["result"].is_string()) {
    EXPECT_FALSE(id.ok()) << c;
  } else {
    ASSERT_TRUE(id.ok()) << id.status();
    EXPECT_EQ(*id, FromObject(c["result"])) << c;
  }
}

void ExpectRepoId(const nlohmann::json& c) {
  const auto repo = ParseRepoId(c["input"].get<std::string>());
  if (c["result"].is_string()) {
    EXPECT_FALSE(repo.ok()) << c;
  } else {
    ASSERT_TRUE(repo.ok()) << repo.status();
    EXPECT_EQ(repo->repo_namespace, c["result"][0]);
    EXPECT_EQ(repo->name, c["result"][1]);
  }
}

TEST(ModelIdTest, Vectors) {
  for (const auto& c : ReadCases("model_id_hash.json")) {
    if (c["op"] == "compress") {
      EXPECT_EQ(CompressModelId(FromFields(c["fields"])), c["result"]);
    } else if (c["op"] == "parse") {
      ExpectParse(c);
    } else if (c["op"] == "validate_hf_repo_id") {
      ExpectRepoId(c);
    } else {
      ASSERT_EQ(c["op"], "secure_hash");
      EXPECT_EQ(
          SecureHash(c["a"].get<std::string>(), c["b"].get<std::string>()),
          c["result"]);
    }
  }
}

// conformance.md B10.1 to B10.6
TEST(ModelIdTest, ConformanceCases) {
  EXPECT_EQ(SecureHash("hello", "world"),
            "k2oYXKqiZrucvpgengXLeM1zKwsygOuURBK7b4+PB68=");
  const std::string error(
      ParseRepoId(std::string(20, 'n') + "/" + std::string(26, 'r'))
          .status()
          .message());
  EXPECT_THAT(error, HasSubstr("more than 3"));
  EXPECT_THAT(error, HasSubstr("at most 38"));
  EXPECT_THAT(std::string(ParseRepoId("no-slash").status().message()),
              HasSubstr("format namespace/name"));
  const RepoId repo = *ParseRepoId("my-org/my-repo-name");
  EXPECT_EQ(repo.repo_namespace, "my-org");
  EXPECT_EQ(repo.name, "my-repo-name");
  const ModelId id{"ns", "name", "commit", std::nullopt, "s", 1};
  EXPECT_EQ(RepoName(id), "ns/name");
  EXPECT_EQ(RepoUrl(id), "https://huggingface.co/ns/name/tree/commit");
}

ModelId Longest() {
  return {std::string(18, 'n'), std::string(19, 'r'), std::string(40, 'c'),
          std::nullopt,         std::string(44, 's'), 99};
}

TEST(CommitmentTextTest, TheLongestAllowedIdFits) {
  const auto text = CommitmentText(Longest());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_LE(text->size(), 128u);
  EXPECT_EQ(*ParseModelId(*text), Longest());
}

TEST(CommitmentTextTest, RefusesWhatWouldBeReadAsAnotherModel) {
  ModelId too_long = Longest();
  too_long.name += std::string(10, 'x');
  EXPECT_THAT(std::string(CommitmentText(too_long).status().message()),
              HasSubstr("limit of 128"));
  ModelId colon = Longest();
  colon.name = "a:b";
  EXPECT_FALSE(CommitmentText(colon).ok());
  ModelId none = Longest();
  none.secure_hash = "None";
  EXPECT_FALSE(CommitmentText(none).ok());
  ModelId missing = Longest();
  missing.commit = std::nullopt;
  EXPECT_FALSE(CommitmentText(missing).ok());
}

TEST(ModelIdTest, HostileTextIsRefusedHarmlessly) {
  const auto invalid = ParseModelId("a:b:\xff:d:1");
  EXPECT_THAT(std::string(invalid.status().message()), HasSubstr("\\xff"));
  const auto escape = ParseModelId("\x1b[2J:b:c:d:x");
  EXPECT_EQ(escape.status().message().find('\x1b'), absl::string_view::npos);
  EXPECT_FALSE(ParseModelId(std::string(129, ':')).ok());
  EXPECT_FALSE(ParseModelId("").ok());
  EXPECT_FALSE(ParseRepoId("/abc").ok());
  EXPECT_FALSE(ParseRepoId("abc/").ok());
}

}  // namespace
}  // namespace sn37
