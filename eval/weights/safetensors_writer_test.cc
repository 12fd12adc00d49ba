#include "eval/weights/safetensors_writer.h"

#include <string>
#include <vector>

#include "eval/weights/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

std::span<const uint8_t> Bytes(const std::vector<uint8_t>& bytes) {
  return bytes;
}

std::string Path(const std::string& name) {
  return testing::TempDir() + "/writer_" + name + ".safetensors";
}

const std::vector<TensorSpec> kSpecs = {{"layer.b", ElementType::kU8, {3}},
                                        {"layer.a", ElementType::kBF16, {2, 1}},
                                        {"z-9_", ElementType::kF32, {}}};

TEST(SafeTensorsWriterTest, TheFileIsTheSameInWhateverOrderItIsWritten) {
  std::string first;
  for (const bool backwards : {false, true}) {
    std::vector<TensorSpec> specs = kSpecs;
    if (backwards) std::reverse(specs.begin(), specs.end());
    auto writer = SafeTensorsWriter::Create(Path("order"), specs);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const TensorSpec& spec : specs) {
      std::vector<uint8_t> bytes(spec.name == "layer.b" ? 3 : 4);
      for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<uint8_t>(spec.name[0] + i);
      }
      ASSERT_TRUE(writer->Write(spec.name, Bytes(bytes)).ok());
    }
    ASSERT_TRUE(writer->Finish().ok());
    const std::string file = *ReadFile(Path("order"), 1 << 20);
    if (!backwards) first = file;
    EXPECT_EQ(file, first);
  }
  const std::string json =
      R"({"__metadata__":{"format":"pt"},)"
      R"("z-9_":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
      R"("layer.a":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},)"
      R"("layer.b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}})";
  EXPECT_EQ(first.substr(8, json.size()), json);
  EXPECT_EQ(first.substr(first.size() - 11), "z{|}lmnolmn");
  EXPECT_EQ((first.size() - 11) % 8, 0);
}

TEST(SafeTensorsWriterTest, WhatIsWrittenIsReadBack) {
  auto writer = SafeTensorsWriter::Create(Path("back"), kSpecs);
  ASSERT_TRUE(writer->Write("z-9_", Bytes({1, 2, 3, 4})).ok());
  ASSERT_TRUE(writer->Write("layer.a", Bytes({5, 6, 7, 8})).ok());
  ASSERT_TRUE(writer->Write("layer.b", Bytes({9, 10, 11})).ok());
  ASSERT_TRUE(writer->Finish().ok());
  const auto weights = SafeTensors::OpenFile(Path("back"));
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_THAT(weights->names(),
              testing::ElementsAre("layer.a", "layer.b", "z-9_"));
  const TensorView view = *weights->Get("layer.a");
  EXPECT_EQ(view.type, ElementType::kBF16);
  EXPECT_THAT(view.shape, testing::ElementsAre(2, 1));
  EXPECT_THAT(view.data, testing::ElementsAre(5, 6, 7, 8));
}

TEST(SafeTensorsWriterTest, MistakesAreErrorsAndLeaveNothingBehind) {
  const std::string folder = testing::TempDir() + "/writer_errors";
  ASSERT_TRUE(MakeFolder(folder).ok());
  const std::string path = folder + "/m.safetensors";
  {
    auto writer = SafeTensorsWriter::Create(path, kSpecs);
    ASSERT_TRUE(writer.ok());
    EXPECT_FALSE(writer->Write("layer.b", Bytes({1, 2})).ok());
    EXPECT_FALSE(writer->Write("other", Bytes({1, 2})).ok());
    EXPECT_TRUE(writer->Write("layer.b", Bytes({1, 2, 3})).ok());
    EXPECT_FALSE(writer->Write("layer.b", Bytes({1, 2, 3})).ok());
    EXPECT_EQ(writer->Finish().code(), absl::StatusCode::kFailedPrecondition);
  }
  const TensorSpec twice{"a", ElementType::kU8, {1}};
  for (const std::vector<TensorSpec>& specs :
       {std::vector<TensorSpec>{twice, twice},
        {{"a\"b", ElementType::kU8, {1}}},
        {{"", ElementType::kU8, {1}}},
        {{"a", ElementType::kU8, {-1}}},
        {{"a", ElementType::kF32, {int64_t{1} << 62}}}}) {
    EXPECT_EQ(SafeTensorsWriter::Create(path, specs).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_THAT(*ListFolder(folder, 10), testing::IsEmpty());
  EXPECT_EQ(
      SafeTensorsWriter::Create("/nowhere/m.safetensors", {}).status().code(),
      absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sn37::eval
