#include "chain/keys/secret_file.h"

#include <sys/stat.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chain/keys/password.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::chain {
namespace {

std::string NewFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/" + name;
  EXPECT_TRUE(MakeFolder(folder).ok());
  return folder;
}

mode_t Mode(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

TEST(SecretFileTest, ACreatedFileIsTheOwnersAlone) {
  const std::string folder = NewFolder("created");
  umask(0);
  ASSERT_TRUE(CreateSecretFile(folder + "/key", "secret").ok());
  EXPECT_EQ(Mode(folder + "/key"), 0600u);
  EXPECT_EQ(*ListFolder(folder, 10), std::vector<std::string>{"key"});
  const auto file = ReadSecretFile(folder + "/key", 6);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->contents.view(), "secret");
  EXPECT_EQ(file->warning, "");
}

TEST(SecretFileTest, WhatExistsIsNeverOverwritten) {
  const std::string folder = NewFolder("existing");
  ASSERT_TRUE(CreateSecretFile(folder + "/key", "first").ok());
  const absl::Status status = CreateSecretFile(folder + "/key", "second");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_FALSE(absl::StrContains(status.message(), "second"));
  EXPECT_EQ(ReadSecretFile(folder + "/key", 100)->contents.view(), "first");
  ASSERT_EQ(symlink("nowhere", (folder + "/link").c_str()), 0);
  EXPECT_EQ(CreateSecretFile(folder + "/link", "second").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ListFolder(folder, 10)->size(), 2u) << "no temporary file stays";
}

TEST(SecretFileTest, OfManyWritersOneWins) {
  const std::string folder = NewFolder("race");
  std::vector<std::thread> threads;
  std::vector<absl::Status> statuses(8);
  for (size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      statuses[i] = CreateSecretFile(folder + "/key", absl::StrCat(i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  int winners = 0;
  for (size_t i = 0; i < statuses.size(); ++i) {
    if (!statuses[i].ok()) continue;
    ++winners;
    EXPECT_EQ(ReadSecretFile(folder + "/key", 10)->contents.view(),
              absl::StrCat(i));
  }
  EXPECT_EQ(winners, 1);
}

TEST(SecretFileTest, AFileThatOthersMayOpenIsWarnedOf) {
  const std::string path = NewFolder("wide") + "/key";
  ASSERT_TRUE(CreateSecretFile(path, "secret").ok());
  for (mode_t mode : {0640, 0604, 0620, 0644, 0777}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(ReadSecretFile(path, 10)->warning,
              path + " is open to others; run chmod 600 on it");
  }
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(ReadSecretFile(path, 10)->warning, "");
}

TEST(SecretFileTest, WhatCannotBeReadIsNamed) {
  const std::string folder = NewFolder("unreadable");
  EXPECT_EQ(ReadSecretFile(folder + "/none", 10).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadSecretFile(folder, 10).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(CreateSecretFile(folder + "/key", "secret").ok());
  EXPECT_EQ(ReadSecretFile(folder + "/key", 5).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CreateSecretFile(folder + "/no/key", "secret").code(),
            absl::StatusCode::kNotFound);
}

TEST(SecretFileTest, APasswordIsTheFirstLineOfItsFile) {
  const std::string folder = NewFolder("password");
  const std::string kCases[][2] = {
      {"word", "word"},
      {"word\n", "word"},
      {"word\r\n", "word"},
      {"", ""},
      {"two words\nmore", "two words"},
      {"\nword", ""},
      {" word ", " word "},
  };
  for (const auto& [contents, password] : kCases) {
    const std::string path = folder + "/" + std::to_string(contents.size());
    unlink(path.c_str());
    ASSERT_TRUE(CreateSecretFile(path, contents).ok());
    EXPECT_EQ(ReadPasswordFile(path)->contents.view(), password);
  }
}

}  // namespace
}  // namespace sn37::chain
