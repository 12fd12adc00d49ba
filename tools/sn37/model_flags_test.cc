#include "tools/sn37/model_flags.h"

#include <string>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/hub/testing/stand_in.h"

ABSL_DECLARE_FLAG(std::string, model);
ABSL_DECLARE_FLAG(std::string, hub);
ABSL_DECLARE_FLAG(std::string, hub_cache);
ABSL_DECLARE_FLAG(bool, offline);

namespace sn37::tools {
namespace {

using testing::HasSubstr;

constexpr char kCommit[] = "8f605f9f49f2172107279a971b56d55ce59ed92a";

class ModelFolderTest : public testing::Test {
 protected:
  ModelFolderTest() {
    hub_.Add(repo_, "config.json", "{}", /*lfs=*/false);
    hub_.Add(repo_, "model.safetensors", "weights", /*lfs=*/true);
    hub_.Add(repo_, "README.md", "about", /*lfs=*/false);
    absl::SetFlag(&FLAGS_hub, hub_.endpoint());
    absl::SetFlag(&FLAGS_hub_cache, cache_);
    absl::SetFlag(&FLAGS_offline, false);
  }

  absl::StatusOr<std::string> Folder(const std::string& model) {
    absl::SetFlag(&FLAGS_model, model);
    return ModelFolder();
  }

  const HubRepo repo_{HubRepo::kModel, "tester/tiny", kCommit};
  const std::string cache_ =
      JoinPath(testing::TempDir(),
               testing::UnitTest::GetInstance()->current_test_info()->name());
  StandInHub hub_;
};

TEST_F(ModelFolderTest, AFolderIsItself) {
  EXPECT_EQ(*Folder("some/folder"), "some/folder");
  EXPECT_THAT(Folder("").status().message(), HasSubstr("--model"));
  EXPECT_EQ(hub_.Log().size(), 0);
}

TEST_F(ModelFolderTest, AModelOfTheHubIsBroughtHereOnce) {
  const std::string wanted =
      absl::StrCat(cache_, "/models/tester/tiny/", kCommit);
  const auto folder = Folder(absl::StrCat("hf:tester/tiny@", kCommit));
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(*folder, wanted);
  EXPECT_EQ(*ReadFile(*folder + "/model.safetensors", 100), "weights");
  EXPECT_FALSE(FileExists(*folder + "/README.md"));
  EXPECT_EQ(*Folder("hf:tester/tiny"), wanted);
  const size_t asked = hub_.Log().size();
  absl::SetFlag(&FLAGS_offline, true);
  EXPECT_EQ(*Folder(absl::StrCat("hf:tester/tiny@", kCommit)), wanted);
  EXPECT_EQ(hub_.Log().size(), asked);
}

TEST_F(ModelFolderTest, WhatNamesNoModelIsRefused) {
  for (const char* model : {"hf:", "hf:tiny", "hf:a/b/c", "hf:a/b@c@d",
                            "hf:../b@main", "hf:tester/tiny@no-such-branch"}) {
    EXPECT_FALSE(Folder(model).ok()) << model;
  }
}

}  // namespace
}  // namespace sn37::tools
