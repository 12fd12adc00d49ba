// The hub's client fed with what the official client was answered
// (testdata/recorded.jsonl: one exchange a line; a body of {"bytes": n} was not
// kept, and is zeros here).
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/hub/hub.h"
#include "sn37/hub/testing/http_server.h"

namespace sn37 {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kCommit[] = "8f605f9f49f2172107279a971b56d55ce59ed92a";
// Where the recorded servers were.
constexpr char kRecordedHub[] = "http://127.0.0.1:42445";
constexpr char kRecordedCdn[] = "http://127.0.0.1:40917";

std::vector<json> Recorded(const std::string& flow) {
  const auto text = ReadFile("sn37/hub/testdata/recorded.jsonl", 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  std::vector<json> exchanges;
  for (const absl::string_view line :
       absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    json exchange = ParseJson(line, {}).value();
    if (exchange["flow"] == flow) exchanges.push_back(std::move(exchange));
  }
  EXPECT_FALSE(exchanges.empty()) << flow;
  return exchanges;
}

// Answers the n-th request with the n-th exchange, whatever is asked for.
class RecordedTest : public testing::Test {
 protected:
  void Replay(std::vector<json> exchanges) {
    exchanges_ = std::move(exchanges);
    targets_.clear();
    tokens_.clear();
  }

  std::unique_ptr<Hub> Client(const std::string& token = "") {
    HubOptions options;
    options.fetch.endpoint = hub_.origin();
    options.fetch.token = token;
    return Hub::Create(options).value();
  }

  TestAnswer Next(const TestRequest& request) {
    const json& exchange = exchanges_.at(targets_.size());
    targets_.push_back(request.target);
    tokens_.push_back(request.headers.count("authorization") > 0);
    TestAnswer answer{.status = exchange["status"].get<int>()};
    for (const auto& [name, value] : exchange["headers"].items()) {
      answer.headers.push_back(
          {name, absl::StrReplaceAll(value.get<std::string>(),
                                     {{kRecordedHub, hub_.origin()},
                                      {kRecordedCdn, cdn_.origin()}})});
    }
    const json& body = exchange["body"];
    answer.body = body.is_string()
                      ? body.get<std::string>()
                      : std::string(body["bytes"].get<size_t>(), '\0');
    return answer;
  }

  // That what was asked for is what the official client asked for.
  void ExpectSameTargets() {
    ASSERT_EQ(targets_.size(), exchanges_.size());
    for (size_t i = 0; i < targets_.size(); ++i) {
      EXPECT_EQ(targets_[i], exchanges_[i]["target"]);
    }
  }

  std::vector<json> exchanges_;
  std::vector<std::string> targets_;
  std::vector<bool> tokens_;
  HttpServer cdn_{[this](const TestRequest& request) { return Next(request); }};
  HttpServer hub_{[this](const TestRequest& request) { return Next(request); }};
};

HubRepo Tiny() { return {HubRepo::kModel, "tester/tiny", kCommit}; }

TEST_F(RecordedTest, AListingOfThreePages) {
  Replay(Recorded("list_tree_pages"));
  const auto files = Client()->List(Tiny());
  ASSERT_TRUE(files.ok()) << files.status();
  ExpectSameTargets();
  const std::pair<absl::string_view, uint64_t> kFiles[] = {
      {".gitattributes", 92},
      {"config.json", 41},
      {"empty.txt", 0},
      {"model.safetensors", 3000000},
      {"sub/dir/notes with space & é+%23.txt", 9},
      {"tokenizer.json", 4030}};
  ASSERT_EQ(files->size(), std::size(kFiles));
  for (size_t i = 0; i < files->size(); ++i) {
    EXPECT_EQ((*files)[i].path, kFiles[i].first);
    EXPECT_EQ((*files)[i].bytes, kFiles[i].second);
    EXPECT_EQ((*files)[i].sha256.has_value(), i == 3);
  }
  EXPECT_EQ((*files)[3].sha256->hex(),
            "eaee34640ca7ca9dcbe15c348da93446896de37ccbdaa560376d90b1c92652cd");

  // The empty file needs no request, and has the digest of the listing.
  const std::string path = JoinPath(testing::TempDir(), "empty.txt");
  const absl::Status status = Client()->Download(Tiny(), (*files)[2], path);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(ReadFile(path, 0).value(), "");
  EXPECT_EQ(targets_.size(), 3);
}

TEST_F(RecordedTest, ASmallFileBehindARelativeRedirect) {
  std::vector<json> exchanges = Recorded("download_small");
  // HEAD of the redirect, HEAD and GET of its target; we need no second HEAD.
  ASSERT_EQ(exchanges.size(), 3);
  exchanges.erase(exchanges.begin() + 1);
  Replay(exchanges);
  const auto content = Client()->Read(
      Tiny(),
      {.path = "config.json", .bytes = 41, .git_blob = "", .sha256 = {}}, 0,
      41);
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(*content, std::string(41, '\0'));
  ExpectSameTargets();
}

TEST_F(RecordedTest, ALargeFileBehindARedirectToAnotherHost) {
  Replay(Recorded("download_large"));
  const auto content = Client("hf_test_write")
                           ->Read(Tiny(),
                                  {.path = "model.safetensors",
                                   .bytes = 3000000,
                                   .git_blob = "",
                                   .sha256 = {}},
                                  0, 3000000);
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->size(), 3000000);
  ExpectSameTargets();
  EXPECT_EQ(tokens_, (std::vector<bool>{true, false}));
}

TEST_F(RecordedTest, ARevision) {
  Replay(Recorded("model_info"));
  EXPECT_EQ(*Client()->Resolve(Tiny(), "8f605f9f"), kCommit);
}

TEST_F(RecordedTest, RefusalsKeepTheirMeaning) {
  struct Case {
    int status;
    absl::StatusCode code;
    absl::string_view message;
  };
  const std::pair<std::string, std::vector<Case>> kFlows[] = {
      {"errors_download",
       {{401, absl::StatusCode::kUnauthenticated, "is missing, or needs"},
        {404, absl::StatusCode::kNotFound, "Repository not found"},
        {404, absl::StatusCode::kNotFound, "Invalid rev id: nobranch"},
        {404, absl::StatusCode::kNotFound, "Entry not found"},
        {404, absl::StatusCode::kNotFound, "Invalid rev id: 0000"},
        {401, absl::StatusCode::kUnauthenticated, "Invalid credentials"}}},
      {"errors_gated",
       {{401, absl::StatusCode::kUnauthenticated, "is restricted"},
        {403, absl::StatusCode::kPermissionDenied, "not in the authorized"}}},
  };
  for (const auto& [flow, cases] : kFlows) {
    const std::vector<json> exchanges = Recorded(flow);
    for (size_t i = 0; i < cases.size(); ++i) {
      Replay({exchanges[i]});
      ASSERT_EQ(exchanges[i]["status"], cases[i].status);
      const absl::Status status = Client()->List(Tiny()).status();
      EXPECT_EQ(status.code(), cases[i].code) << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr(cases[i].message));
    }
  }
}

}  // namespace
}  // namespace sn37
