#include "eval/weights/model_config.h"

#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A folder whose config.json holds `text`.
std::string FolderWith(const std::string& text) {
  const std::string folder = testing::TempDir() + "/model_config";
  EXPECT_TRUE(MakeFolder(folder).ok());
  EXPECT_TRUE(WriteFileWhole(folder + "/config.json", text).ok());
  return folder;
}

constexpr char kMinimal[] =
    R"({"architectures":["LlamaForCausalLM"],"vocab_size":512)";

TEST(ModelConfigTest, FieldsOfASavedModelAreRead) {
  const std::string folder = "eval/models/testdata/llama_sharded";
  const auto config = ReadModelConfig(folder);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->architecture, "LlamaForCausalLM");
  EXPECT_EQ(config->vocab_size, 512);
  EXPECT_EQ(config->saved_type, ElementType::kBF16);
  EXPECT_EQ(config->json["hidden_size"], 64);
  const auto ids = ReadSpecialTokenIds(folder, *config);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_THAT(ids->eos, ElementsAre(2));
}

TEST(ModelConfigTest, BadConfigsAreRefusedWithFileAndField) {
  const std::string head = kMinimal;
  const struct {
    std::string text;
    const char* message;
  } kCases[] = {
      {"", "not JSON"},
      {"[]", "not a JSON object"},
      {R"({"vocab_size":512})", "architectures"},
      {R"({"architectures":[],"vocab_size":512})", "architectures"},
      {R"({"architectures":"Llama","vocab_size":512})", "architectures"},
      {R"({"architectures":["L"]})", "vocab_size"},
      {R"({"architectures":["L"],"vocab_size":0})", "vocab_size"},
      {R"({"architectures":["L"],"vocab_size":1e9})", "vocab_size"},
      {R"({"architectures":["L"],"vocab_size":4194305})", "vocab_size"},
      {head + R"(,"hidden_size":9223372036854775807})", "hidden_size"},
      {head + R"(,"hidden_size":18446744073709551616})", "hidden_size"},
      {head + R"(,"num_hidden_layers":1000000})", "num_hidden_layers"},
      {head + R"(,"num_attention_heads":-1})", "num_attention_heads"},
      {head + R"(,"intermediate_size":"big"})", "intermediate_size"},
      {head + R"(,"torch_dtype":3})", "torch_dtype"},
      {head + R"(,"x":)" + std::string(100, '[') + "}", "nested"},
  };
  for (const auto& c : kCases) {
    const auto config = ReadModelConfig(FolderWith(c.text));
    ASSERT_FALSE(config.ok()) << c.text;
    EXPECT_THAT(std::string(config.status().message()),
                AllOf(HasSubstr("config.json"), HasSubstr(c.message)))
        << c.text;
  }
  EXPECT_TRUE(absl::IsNotFound(ReadModelConfig("/nowhere").status()));
}

TEST(ModelConfigTest, TheOptionalFieldsMayBeNullOrAbsent) {
  const auto config = ReadModelConfig(FolderWith(
      std::string(kMinimal) + R"(,"hidden_size":null,"dtype":"float16"})"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->saved_type, ElementType::kF16);
  EXPECT_EQ(
      ReadModelConfig(FolderWith(std::string(kMinimal) + "}"))->saved_type,
      std::nullopt);
}

TEST(ModelConfigTest, SpecialTokensComeFromTheGenerationConfigIfThereIsOne) {
  const std::string folder = FolderWith(
      std::string(kMinimal) + R"(,"eos_token_id":3,"bos_token_id":null})");
  const auto config = ReadModelConfig(folder);
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string path = folder + "/generation_config.json";
  unlink(path.c_str());
  auto ids = ReadSpecialTokenIds(folder, *config);
  EXPECT_THAT(ids->eos, ElementsAre(3));
  EXPECT_EQ(ids->bos, std::nullopt);

  ASSERT_TRUE(WriteFileWhole(path, R"({"eos_token_id":[1,2],"pad_token_id":2,)"
                                   R"("temperature":0.6,"do_sample":true})")
                  .ok());
  ids = ReadSpecialTokenIds(folder, *config);
  EXPECT_THAT(ids->eos, ElementsAre(1, 2));
  EXPECT_EQ(ids->pad, 2);

  for (const char* bad : {R"({"eos_token_id":512})", R"({"eos_token_id":[-1]})",
                          R"({"eos_token_id":"</s>"})", "{"}) {
    ASSERT_TRUE(WriteFileWhole(path, bad).ok());
    EXPECT_THAT(
        std::string(ReadSpecialTokenIds(folder, *config).status().message()),
        HasSubstr("generation_config.json"))
        << bad;
  }
  unlink(path.c_str());
}

}  // namespace
}  // namespace sn37::eval
