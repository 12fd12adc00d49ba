#include "eval/tokenizer/tokenizer.h"

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "eval/tokenizer/testing/small_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using testing::HasSubstr;

// A new folder for each call.
std::string NewFolder() {
  std::string name = testing::TempDir() + "/tokenizerXXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

void Write(const std::string& folder, const char* name,
           const std::string& text) {
  const auto written = WriteFileWhole(JoinPath(folder, name), text);
  ASSERT_TRUE(written.ok()) << written;
}

std::string Read(const std::string& folder, const char* name) {
  auto text = ReadFile(JoinPath(folder, name), 1 << 24);
  EXPECT_TRUE(text.ok()) << text.status();
  return *text;
}

nlohmann::json Parsed(const std::string& text) {
  auto json = ParseJson(text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return *json;
}

// A folder with the small tokenizer, one of whose files is edited.
std::string SmallFolderWith(const char* file, const nlohmann::json& changes) {
  const std::string folder = NewFolder();
  WriteSmallTokenizer(folder);
  nlohmann::json json = Parsed(Read(folder, file));
  json.merge_patch(changes);
  Write(folder, file, json.dump());
  return folder;
}

Tokenizer Small() {
  const std::string folder = NewFolder();
  WriteSmallTokenizer(folder);
  auto loaded = Tokenizer::Load(folder);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return *std::move(loaded);
}

TEST(TokenizerTest, FoldersGiveTheTokensOfTransformers) {
  const nlohmann::json folders =
      Parsed(Read("eval/tokenizer/testdata", "folders.json"))["cases"];
  ASSERT_EQ(folders.size(), 12u);
  const auto id = [](const nlohmann::json& value) -> std::optional<int32_t> {
    if (value.is_null()) return std::nullopt;
    return value.get<int32_t>();
  };
  for (const auto& f : folders) {
    SCOPED_TRACE(f["name"]);
    const std::string folder = NewFolder();
    for (const auto& [name, text] : f["files"].items()) {
      Write(folder, name.c_str(), text);
    }
    const auto tokenizer = Tokenizer::Load(folder);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    EXPECT_EQ(tokenizer->bos_id(), id(f["bos_id"]));
    EXPECT_EQ(tokenizer->eos_id(), id(f["eos_id"]));
    EXPECT_EQ(tokenizer->pad_id(), id(f["pad_id"]));
    EXPECT_EQ(tokenizer->vocab_size(), f["vocab_size"].get<int64_t>());
    for (const auto& c : f["cases"]) {
      const std::vector<int32_t> want = c["ids"];
      const auto ids = tokenizer->Encode(
          c["text"].get<std::string>(),
          c["add_special"] ? AddSpecial::kYes : AddSpecial::kNo);
      ASSERT_TRUE(ids.ok()) << ids.status();
      EXPECT_EQ(*ids, want) << c["text"];
      EXPECT_EQ(*tokenizer->Decode(want, SkipSpecial::kNo),
                c["decoded"].get<std::string>());
      EXPECT_EQ(*tokenizer->Decode(want, SkipSpecial::kYes),
                c["decoded_skip_special"].get<std::string>());
    }
  }
}

TEST(TokenizerTest, EveryTextComesBack) {
  const Tokenizer tokenizer = Small();
  std::string all_bytes_in_utf8;
  for (int i = 1; i < 0x80; ++i) all_bytes_in_utf8 += char(i);
  for (const std::string& text :
       {std::string("abab ab 12"), all_bytes_in_utf8, std::string("a\0b", 3),
        std::string("é北京\U0001F600"), std::string(100000, ' ')}) {
    const auto ids = tokenizer.Encode(text, AddSpecial::kNo);
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(*tokenizer.Decode(*ids, SkipSpecial::kYes), text);
  }
  EXPECT_EQ(*tokenizer.Encode("abab", AddSpecial::kNo),
            std::vector<int32_t>{261});
}

TEST(TokenizerTest, AddBosPutsBosBeforeTheTextOnly) {
  GgufTokenizer gguf = SmallGgufTokenizer();
  gguf.add_bos = true;
  const auto files = TokenizerFromGguf(gguf);
  ASSERT_TRUE(files.ok());
  const std::string folder = NewFolder();
  Write(folder, "tokenizer.json", files->tokenizer_json);
  const auto tokenizer = Tokenizer::Load(folder);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ(*tokenizer->Encode("ab", AddSpecial::kYes),
            (std::vector<int32_t>{0, 260}));
  EXPECT_EQ(*tokenizer->Encode("ab", AddSpecial::kNo),
            std::vector<int32_t>{260});
}

TEST(TokenizerTest, AMissingTokenizerIsNotFoundByName) {
  const std::string folder = NewFolder();
  const auto status = Tokenizer::Load(folder).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tokenizer.json"));
}

TEST(TokenizerTest, AVocabularyBeyondTheEmbeddingsNamesFileAndId) {
  const Tokenizer tokenizer = Small();
  EXPECT_TRUE(tokenizer.CheckVocabulary(kSmallVocabulary).ok());
  const auto status = tokenizer.CheckVocabulary(kSmallVocabulary - 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("tokenizer.json"),
                             HasSubstr("the id 261"), HasSubstr("only 261")));
}

TEST(TokenizerTest, WhatIsWrongWithAFileIsSaid) {
  const struct {
    const char* file;
    std::string text;
    const char* message;
  } kCases[] = {
      {"tokenizer.json", "", "tokenizer.json: "},
      {"tokenizer.json", "{}", "tokenizer.json: "},
      {"tokenizer.json", "\xff", "tokenizer.json is not UTF-8"},
      {"tokenizer.json", std::string(100000, '['), "tokenizer.json: "},
      {"tokenizer_config.json", "[]", "tokenizer_config.json: the object"},
      {"tokenizer_config.json", "{", "tokenizer_config.json: "},
      {"tokenizer_config.json", R"({"bos_token": 1})",
       "tokenizer_config.json: bos_token"},
      {"tokenizer_config.json", R"({"added_tokens_decoder": {"x": {}}})",
       "tokenizer_config.json: added_tokens_decoder"},
      {"tokenizer_config.json", R"({"chat_template": 1})",
       "tokenizer_config.json: chat_template"},
      {"tokenizer_config.json",
       R"({"chat_template": [{"name": "tool_use", "template": "x"}]})",
       "names 1 templates but none is the default"},
      {"tokenizer_config.json", R"({"chat_template": "{% if %}"})",
       "chat template: syntax error"},
      {"tokenizer_config.json", R"({"tokenizer_class": "LlamaTokenizer"})",
       "add_bos_token is true but there is no bos_token"},
      {"special_tokens_map.json", "[]", "special_tokens_map.json: the object"},
      {"chat_template.jinja", std::string(1 << 20, 'x'), "chat_template.jinja"},
  };
  for (const auto& c : kCases) {
    const std::string folder = NewFolder();
    WriteSmallTokenizer(folder);
    // Without added_tokens_decoder, so that the map is read.
    if (c.file != std::string("tokenizer_config.json")) {
      Write(folder, "tokenizer_config.json", "{}");
    } else {
      Write(folder, "special_tokens_map.json", "{}");
    }
    Write(folder, c.file, c.text);
    const auto status = Tokenizer::Load(folder).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << c.file << " " << c.text.substr(0, 99) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

// A link could show any file's text as the tokenizer's or the template's.
TEST(TokenizerTest, OnlyLinksOfModelFoldersAreFollowed) {
  for (const std::string file :
       {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "chat_template.jinja"}) {
    const std::string folder = NewFolder();
    WriteSmallTokenizer(folder);
    Write(folder, "chat_template.jinja", "{{ messages[0].content }}");
    const std::string elsewhere = NewFolder();
    for (const std::string& name : {file, std::string("secret")}) {
      Write(elsewhere, name.c_str(), Read(folder, file.c_str()));
      std::filesystem::remove(JoinPath(folder, file));
      std::filesystem::create_symlink(JoinPath(elsewhere, name),
                                      JoinPath(folder, file));
      const absl::Status status = Tokenizer::Load(folder).status();
      if (name == file) {
        EXPECT_TRUE(status.ok()) << status;
      } else {
        EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << file;
        EXPECT_THAT(std::string(status.message()), HasSubstr("symbolic link"));
      }
    }
  }
}

TEST(TokenizerTest, RandomTokenizersAreRefused) {
  const std::string folder =
      SmallFolderWith("tokenizer.json", {{"model", {{"dropout", 0.1}}}});
  EXPECT_THAT(std::string(Tokenizer::Load(folder).status().message()),
              HasSubstr("BPE dropout makes the tokens random"));
}

TEST(TokenizerTest, IdsOutsideTheVocabularyHaveNoText) {
  const Tokenizer tokenizer = Small();
  for (const int32_t id : {-1, 262, INT32_MAX}) {
    EXPECT_EQ(*tokenizer.Decode({260, id, 261}, SkipSpecial::kNo), "ababab");
    EXPECT_EQ(*tokenizer.DecodeAll({id}), "");
  }
}

// A post-processor may bring any id.
TEST(TokenizerTest, IdsOutsideTheVocabularyAreNotEncoded) {
  const std::string folder = SmallFolderWith(
      "tokenizer.json",
      Parsed(R"({"post_processor": {"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "x", "type_id": 0}},
                   {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                 {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"x": {"id": "x", "ids": [4000000000],
                                 "tokens": ["x"]}}}})"));
  const auto hostile = Tokenizer::Load(folder);
  ASSERT_TRUE(hostile.ok()) << hostile.status();
  EXPECT_TRUE(hostile->Encode("a", AddSpecial::kNo).ok());
  EXPECT_EQ(hostile->Encode("a", AddSpecial::kYes).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TokenizerTest, ARegularExpressionWithoutEndIsAnError) {
  const std::string folder = SmallFolderWith(
      "tokenizer.json",
      Parsed(R"({"pre_tokenizer": {"type": "Split", "invert": false,
        "pattern": {"Regex": "(a|aa)+$"}, "behavior": "Isolated",
        "pretokenizers": null}})"));
  const auto tokenizer = Tokenizer::Load(folder);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const auto status =
      tokenizer->Encode(std::string(400, 'a') + "!", AddSpecial::kNo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tokenizer.json: "));
  EXPECT_TRUE(tokenizer->Encode("aa", AddSpecial::kNo).ok());
}

TEST(TokenizerTest, DamagedFilesNeverCrash) {
  const std::string folder = NewFolder();
  WriteSmallTokenizer(folder);
  std::minstd_rand random(37);
  int loaded = 0;
  for (const char* file : {"tokenizer.json", "tokenizer_config.json"}) {
    const std::string whole = Read(folder, file);
    for (int round = 0; round < 300; ++round) {
      std::string damaged = whole;
      // Mostly digits and letters, which leave it readable as JSON.
      for (int i = 0; i <= round % 3; ++i) {
        damaged[random() % damaged.size()] = "0129aexlst01{\xff"[random() % 14];
      }
      if (round % 10 == 0) damaged.resize(random() % damaged.size());
      Write(folder, file, damaged);
      const auto tokenizer = Tokenizer::Load(folder);
      if (!tokenizer.ok()) continue;
      ++loaded;
      (void)tokenizer->Encode("abab 12 <s>", AddSpecial::kYes);
      (void)tokenizer->Decode({0, 5, 261}, SkipSpecial::kYes);
      if (!tokenizer->has_chat_template()) continue;
      (void)tokenizer->ApplyChatTemplate({{"user", "Hi"}}, true);
    }
    Write(folder, file, whole);
  }
  EXPECT_GT(loaded, 50);
}

TEST(TokenizerTest, TextsThatAreNoneAreRefused) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Encode("\xff", AddSpecial::kNo).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tokenizer.Encode(std::string((4 << 20) + 1, 'a'), AddSpecial::kNo)
                .status()
                .code(),
            absl::StatusCode::kOutOfRange);
}

TEST(TokenizerTest, TheChatTemplateComesFromWhereItIs) {
  const std::vector<ChatMessage> hi = {{"user", "Hi"}};
  const std::string folder = NewFolder();
  WriteSmallTokenizer(folder);
  EXPECT_EQ(*Tokenizer::Load(folder)->ApplyChatTemplate(hi, true),
            "<s>user\nHi</s>\n<s>assistant\n");
  Write(folder, "tokenizer_config.json", R"({"chat_template": [
      {"name": "tool_use", "template": "tools"},
      {"name": "default", "template": "named {{ eos_token }}"}]})");
  EXPECT_EQ(*Tokenizer::Load(folder)->ApplyChatTemplate(hi, true),
            "named </s>");
  Write(folder, "chat_template.jinja", "file {{ messages[0].content }}\n");
  EXPECT_EQ(*Tokenizer::Load(folder)->ApplyChatTemplate(hi, true), "file Hi");
}

TEST(TokenizerTest, WithoutAChatTemplateOnlyChatsFail) {
  const std::string folder = NewFolder();
  WriteSmallTokenizer(folder);
  Write(folder, "tokenizer_config.json", "{}");
  const auto tokenizer = Tokenizer::Load(folder);
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_FALSE(tokenizer->has_chat_template());
  EXPECT_EQ(
      tokenizer->ApplyChatTemplate({{"user", "Hi"}}, true).status().code(),
      absl::StatusCode::kFailedPrecondition);
}

TEST(TokenizerTest, OneTokenizerServesSeveralThreads) {
  const Tokenizer tokenizer = Small();
  std::vector<std::thread> threads;
  std::vector<int> right(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string text = absl::StrCat("abab ", t, " ", i);
        const auto ids = tokenizer.Encode(text, AddSpecial::kNo);
        right[t] += *tokenizer.Decode(*ids, SkipSpecial::kNo) == text;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, 200));
}

}  // namespace
}  // namespace sn37::eval
