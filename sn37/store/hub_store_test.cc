#include "sn37/store/hub_store.h"

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/hub/testing/stand_in.h"
#include "sn37/store/digest.h"

namespace sn37 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kCommit[] = "8f605f9f49f2172107279a971b56d55ce59ed92a";
constexpr uint64_t kMany = 1 << 20;

class HubStoreTest : public testing::Test {
 protected:
  HubStoreTest()
      : root_(JoinPath(
            testing::TempDir(),
            testing::UnitTest::GetInstance()->current_test_info()->name())),
        hub_(Client(/*offline=*/false)) {}

  std::unique_ptr<Hub> Client(bool offline, const std::string& token = "") {
    HubOptions options;
    options.fetch.token = token;
    options.fetch.endpoint = server_.endpoint();
    options.fetch.sleep = [](absl::Duration) {};
    options.offline = offline;
    return Hub::Create(options).value();
  }

  void Add(const std::string& path, const std::string& content) {
    server_.Add(repo_, path, content, absl::EndsWith(path, ".safetensors"));
  }

  static ModelId Id(const std::string& commit = kCommit) {
    ModelId id;
    id.repo_namespace = "tester";
    id.name = "tiny";
    id.commit = commit;
    return id;
  }

  absl::StatusOr<std::string> Fetch(uint64_t max_bytes = kMany) {
    return HubStore(*hub_, root_).Fetch(Id(), max_bytes);
  }

  // Requests for contents.
  int Downloads() const {
    int count = 0;
    for (const std::string& line : server_.Log()) {
      if (absl::StrContains(line, "/resolve/")) ++count;
    }
    return count;
  }

  const HubRepo repo_{HubRepo::kModel, "tester/tiny", kCommit};
  const std::string root_;
  StandInHub server_;
  const std::unique_ptr<Hub> hub_;
};

TEST_F(HubStoreTest, BringsTheFilesOfTheModelAndNoOthers) {
  Add("README.md", "about");
  Add("config.json", "{}");
  Add("model.safetensors", "weights");
  Add("onnx/model.safetensors", "other weights");
  Add("pytorch_model.bin", "pickled");
  Add("tokenizer.json", "{ }");
  const auto folder = Fetch();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(*folder, absl::StrCat(root_, "/tester/tiny/", kCommit));
  EXPECT_THAT(
      *ListFolder(*folder, 10),
      ElementsAre("config.json", "model.safetensors", "tokenizer.json"));
  EXPECT_EQ(*ModelDigest(*folder),
            DirectoryDigest({{"config.json", Sha256("{}")},
                             {"model.safetensors", Sha256("weights")},
                             {"tokenizer.json", Sha256("{ }")}}));
  EXPECT_THAT(*ListFolder(root_ + "/tester/tiny", 10), ElementsAre(kCommit));
  // What is there is not asked for again, and is there offline.
  const size_t requests = server_.Log().size();
  EXPECT_EQ(*HubStore(*Client(true), root_).Fetch(Id(), kMany), *folder);
  EXPECT_EQ(server_.Log().size(), requests);
}

TEST_F(HubStoreTest, ShardsAreThoseThatTheIndexNames) {
  Add("config.json", "{}");
  Add("model.safetensors.index.json",
      R"({"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}})");
  Add("m-1.safetensors", "1");
  Add("m-2.safetensors", "2");
  Add("m-3.safetensors", "3");
  const auto folder = Fetch();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_THAT(*ListFolder(*folder, 10),
              ElementsAre("config.json", "m-1.safetensors", "m-2.safetensors",
                          "model.safetensors.index.json"));
}

TEST_F(HubStoreTest, AModelThatIsTooLargeCostsAListing) {
  Add("config.json", "{}");
  Add("model.safetensors", "weights");
  const absl::Status status = Fetch(/*max_bytes=*/8).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("9 bytes, allowed are 8"));
  EXPECT_EQ(Downloads(), 0);
  EXPECT_FALSE(FileExists(root_));
  EXPECT_TRUE(Fetch(/*max_bytes=*/9).ok());
}

TEST_F(HubStoreTest, TooManyShardsCostTheIndexToo) {
  Add("config.json", "{}");
  Add("model.safetensors.index.json",
      R"({"weight_map":{"a":"m-1.safetensors"}})");
  Add("m-1.safetensors", std::string(1000, 'x'));
  EXPECT_EQ(Fetch(/*max_bytes=*/1000).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Downloads(), 1);
  // And an index that is too large itself costs the listing.
  EXPECT_EQ(HubStore(*hub_, root_ + "/other").Fetch(Id(), 10).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Downloads(), 1);
}

TEST_F(HubStoreTest, AFolderFromWhichAFileIsGoneIsBroughtAnew) {
  Add("config.json", "{}");
  Add("model.safetensors", "weights");
  const auto folder = Fetch();
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_EQ(std::remove(JoinPath(*folder, "model.safetensors").c_str()), 0);
  ASSERT_TRUE(Fetch().ok());
  EXPECT_TRUE(FileExists(JoinPath(*folder, "model.safetensors")));
}

TEST_F(HubStoreTest, HostileIndexesAreRefused) {
  Add("config.json", "{}");
  Add("model.safetensors.index.json",
      R"({"weight_map":{"a":"../../config.safetensors"}})");
  EXPECT_EQ(Fetch().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HubStoreTest, MissingFilesAreNamed) {
  Add("model.safetensors", "weights");
  absl::Status status = Fetch().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no config.json"));
  status = HubStore(*hub_, root_)
               .Fetch(Id("0000000000000000000000000000000000000000"), kMany)
               .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST_F(HubStoreTest, WhatNotEverybodyMayReadIsMissingOurTroublePasses) {
  Add("config.json", "{}");
  Add("model.safetensors", "weights");
  const std::string listing = "hub GET /api/";
  const std::string contents = "hub GET /tester/";
  const struct {
    std::string token;
    std::string line;
    int status;  // of an answer that names no commit
    absl::StatusCode code;
  } cases[] = {
      {"", listing, 401, absl::StatusCode::kNotFound},
      {"", contents, 401, absl::StatusCode::kNotFound},
      {"", contents, 403, absl::StatusCode::kNotFound},
      {"hf_token", contents, 403, absl::StatusCode::kNotFound},
      {"hf_token", listing, 401, absl::StatusCode::kUnavailable},
      {"", contents, 200, absl::StatusCode::kUnavailable},
      {"", listing, 200, absl::StatusCode::kUnavailable},
  };
  for (const auto& test : cases) {
    server_.Spoil(test.line, 1, [&](TestAnswer& answer) {
      answer = {.status = test.status, .body = "{}"};
    });
    const absl::Status status =
        HubStore(*Client(/*offline=*/false, test.token), root_)
            .Fetch(Id(), kMany)
            .status();
    EXPECT_EQ(status.code(), test.code) << status;
    if (absl::IsNotFound(status)) {
      EXPECT_EQ(status.message(),
                absl::StrCat("tester/tiny: the hub has no commit ", kCommit,
                             " that everybody may read"));
    }
  }
  EXPECT_TRUE(Fetch().ok());
}

TEST_F(HubStoreTest, WhatWasCutGoesOn) {
  Add("config.json", "{}");
  Add("model.safetensors", std::string(100000, 'w'));
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.cut_after = 60000; });
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer = {.status = 404}; });
  EXPECT_EQ(Fetch().status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(FileExists(absl::StrCat(root_, "/tester/tiny/", kCommit)));
  const auto folder = Fetch();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_THAT(server_.Log().back(), HasSubstr("bytes=60000-"));
  EXPECT_THAT(*ListFolder(*folder, 10),
              ElementsAre("config.json", "model.safetensors"));
}

TEST_F(HubStoreTest, WrongBytesAreNotKept) {
  Add("config.json", "{}");
  Add("model.safetensors", "weights");
  server_.Spoil("cdn GET", 1, [](TestAnswer& answer) { answer.body[3] ^= 1; });
  EXPECT_EQ(Fetch().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(FileExists(absl::StrCat(root_, "/tester/tiny/", kCommit)));
  EXPECT_TRUE(Fetch().ok());
}

TEST_F(HubStoreTest, IdsThatAreNoneAskForNothing) {
  ModelId none = Id();
  none.commit.reset();
  for (const ModelId& id : {none, Id("main"), Id("../x"), Id("")}) {
    EXPECT_EQ(HubStore(*hub_, root_).Fetch(id, kMany).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(server_.Log().empty());
}

}  // namespace
}  // namespace sn37
