// directory_hash.json holds what the reference subnet computes.
#include "sn37/store/digest.h"

#include <unistd.h>

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

using testing::HasSubstr;

std::string FreshFolder(const std::string& name) {
  std::string folder = JoinPath(testing::TempDir(), name);
  EXPECT_TRUE(MakeFolder(folder).ok());
  return folder;
}

void Put(const std::string& folder, const std::string& name,
         const std::string& content) {
  ASSERT_TRUE(WriteFileWhole(JoinPath(folder, name), content).ok());
}

TEST(DirectoryDigestTest, EqualsTheReferenceOnEveryVector) {
  std::ifstream file("sn37/store/testdata/directory_hash.json");
  nlohmann::json vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors["cases"].size(), 14);
  for (const auto& item : vectors["cases"]) {
    std::map<std::string, Digest> files;
    for (const auto& [path, content] : item["files"].items()) {
      std::string bytes;
      ASSERT_TRUE(absl::Base64Unescape(content.get<std::string>(), &bytes));
      files[path] = Sha256(bytes);
      EXPECT_EQ(files[path].base64(), item["file_hashes"][path]);
    }
    EXPECT_EQ(DirectoryDigest(files).base64(), item["directory_hash"]);
  }
}

TEST(ModelDigestTest, CoversTheModelsFilesAndNothingElse) {
  std::string folder = FreshFolder("covers");
  Put(folder, "config.json", "{}");
  Put(folder, "model.safetensors", "weights");
  Put(folder, "tokenizer.json", "{}");
  absl::StatusOr<Digest> before = ModelDigest(folder);
  ASSERT_TRUE(before.ok()) << before.status();
  Put(folder, "README.md", "about");
  Put(folder, "training_args.bin", "x");
  EXPECT_EQ(*ModelDigest(folder), *before);
  EXPECT_EQ(before->base64(),
            DirectoryDigest({{"config.json", Sha256("{}")},
                             {"model.safetensors", Sha256("weights")},
                             {"tokenizer.json", Sha256("{}")}})
                .base64());
  Put(folder, "tokenizer.json", "{ }");
  EXPECT_NE(*ModelDigest(folder), *before);
}

TEST(TokenizerDigestTest, CoversTheTokenizersFilesAndNothingElse) {
  const std::string folder = FreshFolder("tokenizer");
  Put(folder, "chat_template.jinja", "hello");
  EXPECT_TRUE(absl::IsNotFound(TokenizerDigest(folder).status()));
  Put(folder, "tokenizer.json", "{}");
  const absl::StatusOr<Digest> digest = TokenizerDigest(folder);
  ASSERT_TRUE(digest.ok()) << digest.status();
  Put(folder, "config.json", "{}");
  Put(folder, "model.safetensors", "weights");
  EXPECT_EQ(*TokenizerDigest(folder), *digest);
  EXPECT_EQ(*digest, DirectoryDigest({{"chat_template.jinja", Sha256("hello")},
                                      {"tokenizer.json", Sha256("{}")}}));
}

TEST(ModelDigestTest, ShardsThatTheIndexNamesAreCovered) {
  std::string folder = FreshFolder("shards");
  Put(folder, "config.json", "{}");
  Put(folder, "model.safetensors.index.json",
      R"({"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}})");
  Put(folder, "m-1.safetensors", "1");
  EXPECT_THAT(std::string(ModelDigest(folder).status().message()),
              HasSubstr("shard m-2.safetensors is missing"));
  Put(folder, "m-2.safetensors", "2");
  Put(folder, "m-3.safetensors", "not named");
  auto files = ModelFiles(folder);
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 4);
  EXPECT_EQ((*files)[1].name, "m-1.safetensors");
}

TEST(ModelFilesTest, AnIndexCannotNameFilesOutsideItsFolder) {
  for (const char* name : {"../x.safetensors", "/etc/x.safetensors",
                           "a/b.safetensors", "x.bin", ""}) {
    std::string folder = FreshFolder("outside");
    Put(folder, "config.json", "{}");
    Put(folder, "model.safetensors.index.json",
        absl::StrCat(R"({"weight_map":{"a":")", name, R"("}})"));
    absl::Status status = ModelFiles(folder).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("no safetensors file of this folder"));
  }
}

TEST(ModelFilesTest, MissingFilesAreNamed) {
  std::string folder = FreshFolder("missing");
  EXPECT_THAT(std::string(ModelFiles(folder).status().message()),
              HasSubstr("there is no config.json"));
  Put(folder, "config.json", "{}");
  EXPECT_THAT(std::string(ModelFiles(folder).status().message()),
              HasSubstr("neither model.safetensors nor"));
}

TEST(ModelFilesTest, SymbolicLinksToOtherNamesAreRefused) {
  std::string folder = FreshFolder("links");
  Put(folder, "config.json", "{}");
  ASSERT_EQ(
      symlink("config.json", JoinPath(folder, "model.safetensors").c_str()), 0);
  EXPECT_THAT(std::string(ModelFiles(folder).status().message()),
              HasSubstr("symbolic link"));
}

TEST(LocalCommitIdTest, IsAsLongAsAGitCommit) {
  EXPECT_EQ(LocalCommitId(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a3");
}

}  // namespace
}  // namespace sn37
