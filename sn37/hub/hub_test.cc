// The hub against a stand-in that was written from the wire facts.
#include "sn37/hub/hub.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/hub/testing/stand_in.h"

namespace sn37 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kCommit[] = "8f605f9f49f2172107279a971b56d55ce59ed92a";
constexpr char kToken[] = "hf_secret";

std::string Bytes(size_t n) {
  std::string bytes(n, 0);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(i * i >> 4);
  return bytes;
}

class HubTest : public testing::Test {
 protected:
  // A client that waits for nothing, but counts.
  std::unique_ptr<Hub> Client(HubOptions options = {}) {
    if (options.fetch.endpoint == kHubEndpoint) {
      options.fetch.endpoint = server_.endpoint();
    }
    if (options.fetch.token.empty()) options.fetch.token = kToken;
    options.fetch.sleep = [this](absl::Duration wait) {
      waits_.push_back(absl::ToInt64Seconds(wait));
    };
    auto hub = Hub::Create(options);
    EXPECT_TRUE(hub.ok()) << hub.status();
    return *std::move(hub);
  }

  std::string FreshFolder(const std::string& name) {
    const std::string folder = JoinPath(testing::TempDir(), name);
    EXPECT_TRUE(MakeFolder(folder).ok());
    return folder;
  }

  const HubRepo repo_{HubRepo::kModel, "tester/tiny", kCommit};
  StandInHub server_{kToken, /*page_size=*/2};
  std::vector<int64_t> waits_;
};

TEST_F(HubTest, AListingOfSeveralPagesIsReadToItsEnd) {
  const HubRepo dataset{HubRepo::kDataset, "tester/rows", kCommit};
  for (const char* path :
       {"b/2.parquet", "a.txt", "b/1.parquet", "é &+%.txt", "README.md"}) {
    server_.Add(dataset, path, absl::StrCat("content of ", path),
                absl::string_view(path).substr(0, 1) == "b");
  }
  const auto files = Client()->List(dataset);
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 5);
  EXPECT_EQ((*files)[0].path, "README.md");
  EXPECT_EQ((*files)[1].path, "a.txt");
  EXPECT_EQ((*files)[1].sha256, std::nullopt);
  EXPECT_EQ((*files)[2].path, "b/1.parquet");
  EXPECT_EQ((*files)[2].bytes, 22);
  EXPECT_EQ((*files)[2].sha256, Sha256("content of b/1.parquet"));
  EXPECT_EQ((*files)[4].path, "é &+%.txt");
  EXPECT_EQ(server_.Log().size(), 3);
}

TEST_F(HubTest, ARevisionIsResolved) {
  server_.Add(repo_, "a", "a", false);
  EXPECT_EQ(*Client()->Resolve(repo_, "main"), kCommit);
  EXPECT_EQ(*Client()->Resolve(repo_, kCommit), kCommit);
  EXPECT_EQ(server_.Log().size(), 1);
  EXPECT_EQ(Client()->Resolve(repo_, "refs/pr/1").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(server_.Log().back(), HasSubstr("/revision/refs%2Fpr%2F1"));
}

TEST_F(HubTest, PartsOfAFileAreReadByRanges) {
  const std::string content = Bytes(100000);
  for (bool lfs : {false, true}) {
    const HubFile file =
        server_.Add(repo_, lfs ? "large" : "sub/a b&é+%.txt", content, lfs);
    const auto hub = Client();
    for (const auto& [offset, length] :
         std::vector<std::pair<uint64_t, uint64_t>>{
             {0, 4}, {99996, 4}, {5000, 70000}, {0, 100000}, {7, 0}}) {
      const auto part = hub->Read(repo_, file, offset, length);
      ASSERT_TRUE(part.ok()) << part.status();
      EXPECT_EQ(*part, content.substr(offset, length));
    }
  }
  EXPECT_EQ(server_.LeakedTokens(), 0);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HubTest, TheTokenStaysWithTheHub) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  ASSERT_TRUE(Client()->Read(repo_, file, 0, 1000).ok());
  EXPECT_EQ(server_.LeakedTokens(), 0);
  EXPECT_THAT(server_.Log(),
              ElementsAre(HasSubstr("hub GET /tester/tiny/resolve/"),
                          HasSubstr("cdn GET /cdn/")));
  // Also where the hub's own answer to a listing points elsewhere.
  server_.Spoil(
      "hub GET /api/models/tester/tiny/tree", 1, [this](TestAnswer& answer) {
        answer.headers.push_back(
            {"Link", absl::StrCat("<", server_.cdn(), "/next>; rel=\"next\"")});
      });
  EXPECT_THAT(Client()->List(repo_).status().message(),
              HasSubstr("goes on at another host"));
  EXPECT_EQ(server_.LeakedTokens(), 0);
}

TEST_F(HubTest, ATokenIsNotSentWithoutEncryption) {
  for (const auto& [endpoint, token, ok] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"http://hub.test", kToken, false},
           {"http://hub.test", "", true},
           {"https://hub.test", kToken, true},
           {"https://hub.test/mirror/", kToken, true},
           {"https://hub.test", "a b", false},
           {"https://hub.test", "a\r\nHost: b", false},
           {"https://hub.test?x", kToken, false},
           {"ftp://hub.test", "", false}}) {
    HubOptions options;
    options.fetch.endpoint = endpoint;
    options.fetch.token = token;
    EXPECT_EQ(Hub::Create(options).ok(), ok) << endpoint << " " << token;
  }
}

TEST_F(HubTest, TransientAnswersAreRepeatedAfterTheWaitAskedFor) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  server_.Spoil("hub GET /tester", 1, [](TestAnswer& answer) {
    answer = {.status = 429, .headers = {{"Retry-After", "20"}}};
  });
  server_.Spoil("cdn GET", 2, [](TestAnswer& answer) {
    answer = {.status = 500, .body = "oops"};
  });
  ASSERT_TRUE(Client()->Read(repo_, file, 0, 1000).ok());
  EXPECT_THAT(waits_, ElementsAre(21, 2, 4));
  waits_.clear();
  server_.Spoil("hub GET /api", 1, [](TestAnswer& answer) {
    answer = {.status = 429, .headers = {{"RateLimit", "\"api\";r=0;t=172"}}};
  });
  ASSERT_TRUE(Client()->List(repo_).ok());
  EXPECT_THAT(waits_, ElementsAre(173));
}

TEST_F(HubTest, WhatDoesNotPassIsGivenUp) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  server_.Spoil("cdn GET", 1000, [](TestAnswer& answer) {
    answer = {.status = 503, .body = R"({"error": "sorry\u001b[2J"})"};
  });
  const absl::Status status = Client()->Read(repo_, file, 0, 9).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("HTTP 503, sorry\\x1b[2J"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("gave up after 6 tries"));
  EXPECT_THAT(status.message(), testing::Not(HasSubstr("Signature")));
  EXPECT_THAT(waits_, ElementsAre(1, 2, 4, 8, 8));
  waits_.clear();
  server_.Spoil("hub GET", 1, [](TestAnswer& answer) {
    answer = {.status = 429, .headers = {{"Retry-After", "3600"}}};
  });
  EXPECT_THAT(Client()->Read(repo_, file, 0, 9).status().message(),
              HasSubstr("come back in 1h1s"));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HubTest, ACutBodyGoesOnWhereItEnded) {
  const std::string content = Bytes(3000000);
  const HubFile file = server_.Add(repo_, "large", content, true);
  server_.Spoil("cdn GET", 2,
                [](TestAnswer& answer) { answer.cut_after = 1000000; });
  const auto part = Client()->Read(repo_, file, 0, content.size());
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(*part, content);
  EXPECT_THAT(
      server_.Log(),
      ElementsAre(HasSubstr("hub"), HasSubstr("Signature=1"), HasSubstr("hub"),
                  HasSubstr("bytes=1000000-2999999"), HasSubstr("hub"),
                  HasSubstr("bytes=2000000-2999999")));
  EXPECT_THAT(waits_, ElementsAre(1, 1));  // each try brought something
}

TEST_F(HubTest, ALapsedSignatureIsAskedForAnew) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer = {.status = 403}; });
  EXPECT_TRUE(Client()->Read(repo_, file, 10, 100).ok());
  EXPECT_EQ(server_.Log().size(), 4);
}

TEST_F(HubTest, ADownloadThatWasCutGoesOnInAnotherProcess) {
  const std::string content = Bytes(3000000);
  const HubFile file = server_.Add(repo_, "large", content, true);
  const std::string path = FreshFolder("resumed") + "/model.safetensors";
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.cut_after = 1000000; });
  server_.Spoil("hub GET", 1, [](TestAnswer&) {});
  server_.Spoil("hub GET", 1,
                [](TestAnswer& answer) { answer = {.status = 404}; });
  EXPECT_EQ(Client()->Download(repo_, file, path).code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(FileExists(path));
  uint64_t seen = 0;
  const absl::Status status = Client()->Download(
      repo_, file, path, [&](uint64_t bytes) { seen += bytes; });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(ReadFile(path, 1 << 30).value(), content);
  EXPECT_EQ(seen, content.size());
  EXPECT_THAT(server_.Log().back(), HasSubstr("bytes=1000000-"));
  EXPECT_EQ(ListFolder(FreshFolder("resumed"), 10)->size(), 1);
}

TEST_F(HubTest, AServerThatIgnoresRangesStartsOver) {
  const std::string content = Bytes(300000);
  const HubFile file = server_.Add(repo_, "large", content, true);
  const std::string path = FreshFolder("ignored") + "/file";
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.cut_after = 100000; });
  server_.Spoil("cdn GET", 1,
                [&](TestAnswer& answer) { answer = {.body = content}; });
  const absl::Status status = Client()->Download(repo_, file, path);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(ReadFile(path, 1 << 30).value(), content);
  // For a part, the whole file would be too much.
  server_.Spoil("cdn GET", 1,
                [&](TestAnswer& answer) { answer = {.body = content}; });
  EXPECT_EQ(Client()->Read(repo_, file, 1000, 10).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(HubTest, WrongBytesOfTheRightLengthAreNotKept) {
  const std::string folder = FreshFolder("wrong");
  for (bool lfs : {false, true}) {
    const HubFile file =
        server_.Add(repo_, absl::StrCat("f", lfs), Bytes(5000), lfs);
    const std::string path = JoinPath(folder, file.path);
    server_.Spoil(lfs ? "cdn GET" : "hub GET /api/resolve-cache", 1,
                  [](TestAnswer& answer) { answer.body[4321] ^= 1; });
    const absl::Status status = Client()->Download(repo_, file, path);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_TRUE(ListFolder(folder, 10)->empty());
    ASSERT_TRUE(Client()->Download(repo_, file, path).ok());
    EXPECT_EQ(ReadFile(path, 1 << 20).value(), Bytes(5000));
    ASSERT_EQ(unlink(path.c_str()), 0);
  }
}

TEST_F(HubTest, AnswersThatMakeNoSenseAreRefused) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  const std::pair<StandInHub::Spoiler, absl::string_view> kCases[] = {
      {[](TestAnswer& a) { a.body += "more"; }, "sends more than was asked"},
      {[](TestAnswer& a) {
         a.headers = {{"Content-Range", "bytes 11-109/1000"}};
       },
       "got 'bytes 11-109/1000'"},
      {[](TestAnswer& a) {
         a.headers = {{"Content-Range", "bytes 10-109/1001"}};
       },
       "got 'bytes 10-109/1001'"},
      {[](TestAnswer& a) { a.headers.clear(); }, "got ''"},
      {[](TestAnswer& a) {
         a.headers.push_back({"Content-Encoding", "gzip"});
       },
       "encoded as gzip"},
      {[](TestAnswer& a) {
         a.headers.push_back({"X-Junk", std::string(90000, 'x')});
         a.headers.push_back({"X-Junk", std::string(90000, 'x')});
         a.headers.push_back({"X-Junk", std::string(90000, 'x')});
       },
       "bytes of headers"},
      {[](TestAnswer& a) { a = {.status = 404, .body = Bytes(200000)}; },
       "HTTP 404 with more than"},
      {[](TestAnswer& a) { a = {.status = 302, .headers = {}}; }, "redirects"},
      {[](TestAnswer& a) {
         a = {.status = 302, .headers = {{"Location", "file:///etc/passwd"}}};
       },
       "neither http nor https"},
  };
  for (const auto& [spoiler, message] : kCases) {
    server_.Spoil("cdn GET", 1, spoiler);
    const absl::Status status = Client()->Read(repo_, file, 10, 100).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
  // A circle, an answer from another commit, one from no hub at all.
  server_.Spoil("hub GET", 100, [](TestAnswer& answer) {
    answer = {.status = 307, .headers = {{"Location", "again"}}};
  });
  EXPECT_THAT(Client()->Read(repo_, file, 0, 9).status().message(),
              HasSubstr("more than 10 redirects"));
}

TEST_F(HubTest, TheCommitIsTheOneAskedFor) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  for (const std::string& commit :
       {std::string(),
        std::string("0000000000000000000000000000000000000000")}) {
    server_.Spoil("hub GET", 1, [&](TestAnswer& answer) {
      for (auto& [name, value] : answer.headers) {
        if (name == "X-Repo-Commit") value = commit;
      }
    });
    EXPECT_EQ(Client()->Read(repo_, file, 0, 9).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST_F(HubTest, RefusalsSayWhatToDo) {
  server_.Add(repo_, "a", "a", false);
  HubOptions options;
  options.fetch.token = "hf_other";
  absl::Status status = Client(options)->List(repo_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(status.message()), HasSubstr("check the token"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("(request Root=1-test)"));
  EXPECT_THAT(status.message(), testing::Not(HasSubstr("hf_other")));
  const HubRepo missing{HubRepo::kModel, "tester/nope", kCommit};
  EXPECT_EQ(Client()->List(missing).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HubTest, BytesAndTimeHaveLimits) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000000), true);
  HubOptions options;
  options.fetch.max_bytes = 500000;
  EXPECT_EQ(Client(options)->Read(repo_, file, 0, 900000).status().code(),
            absl::StatusCode::kResourceExhausted);
  options = {};
  options.fetch.deadline = absl::Now() + absl::Milliseconds(300);
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.silence = absl::Seconds(20); });
  EXPECT_EQ(Client(options)->Read(repo_, file, 0, 9).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  options.fetch.deadline = absl::Now() + absl::Seconds(10);
  server_.Spoil("cdn GET", 1, [](TestAnswer& answer) {
    answer = {.status = 503, .headers = {{"Retry-After", "30"}}};
  });
  EXPECT_EQ(Client(options)->Read(repo_, file, 0, 9).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  options = {};
  options.fetch.stall = absl::Seconds(1);
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.silence = absl::Seconds(20); });
  EXPECT_TRUE(Client(options)->Read(repo_, file, 0, 9).ok());
  EXPECT_THAT(waits_, ElementsAre(1));
}

TEST_F(HubTest, WhatTheCacheHasIsNotAskedForAgain) {
  const std::string content = Bytes(1000);
  const HubFile file = server_.Add(repo_, "large", content, true);
  HubOptions options;
  options.cache = FreshFolder("cache");
  ASSERT_TRUE(Client(options)->List(repo_).ok());
  ASSERT_TRUE(Client(options)->Read(repo_, file, 5, 100).ok());
  const size_t requests = server_.Log().size();
  options.offline = true;
  const auto files = Client(options)->List(repo_);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].sha256, file.sha256);
  EXPECT_EQ(*Client(options)->Read(repo_, file, 5, 100),
            content.substr(5, 100));
  for (const absl::Status& status :
       {Client(options)->Read(repo_, file, 5, 101).status(),
        Client(options)->Resolve(repo_, "main").status(),
        Client(options)->Download(repo_, file, "never")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr("offline"));
  }
  EXPECT_EQ(server_.Log().size(), requests);
}

TEST_F(HubTest, AWholeFileIsKeptOnce) {
  const HubFile file = server_.Add(repo_, "large", Bytes(1000), true);
  EXPECT_EQ(Client()->Keep(repo_, file).status().code(),
            absl::StatusCode::kFailedPrecondition);
  HubOptions options;
  options.cache = FreshFolder("whole");
  const auto path = Client(options)->Keep(repo_, file);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(ReadFile(*path, 1000).value(), Bytes(1000));
  const size_t requests = server_.Log().size();
  options.offline = true;
  EXPECT_EQ(*Client(options)->Keep(repo_, file), *path);
  EXPECT_EQ(server_.Log().size(), requests);
}

TEST_F(HubTest, HostileListingsAreRefused) {
  // What is in a repository is its owner's doing, the rest of an answer not.
  constexpr auto kOwners = absl::StatusCode::kInvalidArgument;
  constexpr auto kHubs = absl::StatusCode::kDataLoss;
  const std::pair<std::string, absl::StatusCode> kCases[] = {
      {"{}", kHubs},
      {"[1]", kHubs},
      {"<html>We are upgrading</html>", kHubs},
      {R"([{"type":"file","path":"../x","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"/etc/x","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"a//b","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"a\\..\\b","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"C:x","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"a\n","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":"a\u202e","size":1,"oid":"OID"}])", kOwners},
      {R"([{"type":"file","path":".git/config","size":1,"oid":"OID"}])",
       kOwners},
      {absl::StrCat(R"([{"type":"file","path":")", std::string(10000, 'a'),
                    R"(","size":1,"oid":"OID"}])"),
       kOwners},
      {R"([{"type":"file","path":"a","size":-1,"oid":"OID"}])", kHubs},
      {R"([{"type":"file","path":"a","size":1e99,"oid":"OID"}])", kHubs},
      {R"([{"type":"file","path":"a","size":1,"oid":"../../etc"}])", kHubs},
      {R"([{"type":"file","path":"a","size":1,"oid":"OID","lfs":{"oid":"x"}}])",
       kHubs},
      {R"([{"type":"file","path":"a","size":1,"oid":"OID"},)"
       R"({"type":"file","path":"a","size":2,"oid":"OID"}])",
       kHubs},
  };
  server_.Add(repo_, "a", "a", false);
  for (const auto& [listing, code] : kCases) {
    std::string body = listing;
    while (absl::StrContains(body, "OID")) {
      body.replace(body.find("OID"), 3, kCommit);
    }
    server_.Spoil("hub GET /api", 1,
                  [&](TestAnswer& answer) { answer.body = body; });
    EXPECT_EQ(Client()->List(repo_).status().code(), code) << body;
  }
}

TEST_F(HubTest, AListingWithoutEndIsGivenUp) {
  server_.Add(repo_, "a", "a", false);
  server_.Spoil("hub GET /api", 100000, [this](TestAnswer& answer) {
    answer.body = "[]";
    answer.headers.push_back(
        {"Link", absl::StrCat("<", server_.endpoint(), "/api/models/", repo_.id,
                              "/tree/", kCommit, ">; rel=\"next\"")});
  });
  EXPECT_THAT(Client()->List(repo_).status().message(),
              HasSubstr("more than 1000 pages"));
}

TEST_F(HubTest, OnlyRepositoriesOfTheHubAreAskedFor) {
  for (const std::string& id :
       {std::string(""), std::string("a/b/c"), std::string("../b"),
        std::string("a/.."), std::string("a--b/c"), std::string("a/b.git"),
        std::string("a/b?c"), std::string("a/-b"), std::string("a/b c"),
        std::string("a/"), "a/" + std::string(100, 'b')}) {
    EXPECT_EQ(Client()->List({HubRepo::kModel, id, kCommit}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << id;
  }
  for (const std::string& commit :
       {std::string("main"), std::string(), std::string(39, 'a'),
        std::string(40, 'A'), std::string(40, 'g')}) {
    EXPECT_EQ(Client()->List({HubRepo::kModel, "a/b", commit}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << commit;
  }
  EXPECT_TRUE(server_.Log().empty());
}

TEST_F(HubTest, ManyThreadsMayShareAClient) {
  const std::string content = Bytes(100000);
  const HubFile file = server_.Add(repo_, "large", content, true);
  const auto hub = Client();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto part = hub->Read(repo_, file, t * 1000 + i, 5000);
        ASSERT_TRUE(part.ok()) << part.status();
        ASSERT_EQ(*part, content.substr(t * 1000 + i, 5000));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace sn37
