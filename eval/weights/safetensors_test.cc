#include "eval/weights/safetensors.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "eval/weights/safetensors_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kSharded[] = "eval/models/testdata/llama_sharded";

// A fresh folder for the running test.
std::string Folder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/safetensors_" + name;
  EXPECT_TRUE(MakeFolder(folder).ok());
  const std::vector<std::string> old = *ListFolder(folder, 100);
  for (const std::string& file : old) {
    unlink((folder + "/" + file).c_str());
  }
  return folder;
}

std::span<const uint8_t> Bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * 4};
}

// A file with the float tensor `name`, holding 1, 2, 3, 4 as [2, 2].
void WriteOne(const std::string& path, const std::string& name) {
  auto writer =
      SafeTensorsWriter::Create(path, {{name, ElementType::kF32, {2, 2}}});
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE(writer->Write(name, Bytes({1, 2, 3, 4})).ok());
  ASSERT_TRUE(writer->Finish().ok());
}

void WriteText(const std::string& path, const std::string& text) {
  ASSERT_TRUE(WriteFileWhole(path, text).ok());
}

// A copy that a test may damage.
std::string CopyOfSharded(const std::string& name) {
  const std::string folder = Folder(name);
  const std::vector<std::string> files = *ListFolder(kSharded, 100);
  for (const std::string& file : files) {
    WriteText(folder + "/" + file,
              *ReadFile(std::string(kSharded) + "/" + file, 1 << 20));
  }
  return folder;
}

void ExpectError(const std::string& folder, absl::StatusCode code,
                 const std::vector<std::string>& parts) {
  const auto weights = SafeTensors::Open(folder);
  ASSERT_FALSE(weights.ok());
  EXPECT_EQ(weights.status().code(), code) << weights.status();
  for (const std::string& part : parts) {
    EXPECT_THAT(std::string(weights.status().message()), HasSubstr(part));
  }
}

TEST(SafeTensorsTest, ShardsOfAnotherWriterAreOneSetOfTensors) {
  const auto weights = SafeTensors::Open(kSharded);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->tensors().size(), 30);
  EXPECT_EQ(weights->bytes(), 334720);  // total_size of the index
  EXPECT_EQ(weights->files().size(), 4);
  const auto view = weights->Get("model.embed_tokens.weight");
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->type, ElementType::kBF16);
  EXPECT_EQ(view->shape.size(), 2);
  EXPECT_TRUE(weights->CheckUnchanged().ok());
  EXPECT_EQ(weights->Get("x").status().code(), absl::StatusCode::kNotFound);
}

TEST(SafeTensorsTest, ViewsOutliveAMove) {
  const std::string folder = Folder("move");
  WriteOne(folder + "/model.safetensors", "w");
  auto weights = SafeTensors::Open(folder);
  ASSERT_TRUE(weights.ok()) << weights.status();
  const TensorView view = *weights->Get("w");
  const SafeTensors moved = std::move(*weights);
  moved.Release("w");
  float last;
  std::memcpy(&last, view.data.data() + 12, 4);
  EXPECT_EQ(last, 4.0f);
}

TEST(SafeTensorsTest, PickledWeightsAreRefusedWithTheReason) {
  for (const char* name : {"pytorch_model.bin", "model.pt", "model.pth"}) {
    const std::string folder = Folder("pickle");
    WriteText(folder + "/" + name, "x");
    ExpectError(folder, absl::StatusCode::kInvalidArgument,
                {name, "pickle", "safe_serialization"});
  }
}

TEST(SafeTensorsTest, AFolderWithoutWeightsIsNotFound) {
  ExpectError(Folder("none"), absl::StatusCode::kNotFound, {"no weights"});
  ExpectError("/nowhere", absl::StatusCode::kNotFound, {"/nowhere"});
}

TEST(SafeTensorsTest, SymbolicLinksAndPipesAreRefused) {
  const std::string folder = Folder("link");
  WriteOne(folder + "/other", "w");
  ASSERT_EQ(symlink((folder + "/other").c_str(),
                    (folder + "/model.safetensors").c_str()),
            0);
  ExpectError(folder, absl::StatusCode::kInvalidArgument, {"symbolic link"});
  unlink((folder + "/model.safetensors").c_str());
  ASSERT_EQ(mkfifo((folder + "/model.safetensors").c_str(), 0600), 0);
  ExpectError(folder, absl::StatusCode::kInvalidArgument, {"regular file"});
}

TEST(SafeTensorsTest, BothFormsInOneFolderAreRefused) {
  const std::string folder = CopyOfSharded("both");
  WriteOne(folder + "/model.safetensors", "w");
  ExpectError(folder, absl::StatusCode::kInvalidArgument, {"has both"});
}

TEST(SafeTensorsTest, AnIndexThatPointsOutsideIsRefused) {
  for (const char* shard :
       {"../a.safetensors", "/etc/a.safetensors", "sub/a.safetensors", "..", "",
        "a.bin", ".safetensors", "a\\nb.safetensors", "a\\u0000.safetensors"}) {
    const std::string folder = Folder("outside");
    WriteText(folder + "/model.safetensors.index.json",
              std::string(R"({"weight_map":{"w":")") + shard + "\"}}");
    ExpectError(folder, absl::StatusCode::kInvalidArgument,
                {"model.safetensors.index.json", "same folder"});
  }
}

TEST(SafeTensorsTest, AnIndexMustAgreeWithItsShards) {
  const struct {
    const char* rule;
    const char* index;
    absl::StatusCode code;
    const char* message;
  } kCases[] = {
      {"shard missing", R"({"weight_map":{"a":"gone.safetensors"}})",
       absl::StatusCode::kNotFound, "gone.safetensors"},
      {"tensor not in its shard",
       R"({"weight_map":{"a":"a.safetensors","b":"a.safetensors"}})",
       absl::StatusCode::kInvalidArgument, "is not in"},
      {"shard holds more", R"({"weight_map":{"a":"ab.safetensors"}})",
       absl::StatusCode::kInvalidArgument, "does not place there"},
      {"tensor in the other shard",
       R"({"weight_map":{"a":"b.safetensors","b":"a.safetensors"}})",
       absl::StatusCode::kInvalidArgument, "does not place there"},
      {"tensor in two shards",
       R"({"weight_map":{"a":"a.safetensors","b":"ab.safetensors"}})",
       absl::StatusCode::kInvalidArgument, "another shard"},
      {"no weight_map", "{}", absl::StatusCode::kInvalidArgument,
       "no weight_map"},
      {"empty weight_map", R"({"weight_map":{}})",
       absl::StatusCode::kInvalidArgument, "no weight_map"},
      {"not a string", R"({"weight_map":{"a":1}})",
       absl::StatusCode::kInvalidArgument, "not a string"},
      {"twice", R"({"weight_map":{"a":"a.safetensors","a":"b.safetensors"}})",
       absl::StatusCode::kInvalidArgument, "occurs twice"},
  };
  const std::string folder = Folder("index");
  WriteOne(folder + "/a.safetensors", "a");
  WriteOne(folder + "/b.safetensors", "b");
  auto writer = SafeTensorsWriter::Create(
      folder + "/ab.safetensors",
      {{"a", ElementType::kF32, {1}}, {"b", ElementType::kF32, {1}}});
  ASSERT_TRUE(writer->Write("a", Bytes({1})).ok());
  ASSERT_TRUE(writer->Write("b", Bytes({1})).ok());
  ASSERT_TRUE(writer->Finish().ok());
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.rule);
    WriteText(folder + "/model.safetensors.index.json", c.index);
    ExpectError(folder, c.code, {c.message});
  }
}

TEST(SafeTensorsTest, TruncatedShardsAreRefusedByName) {
  const std::string folder = CopyOfSharded("truncated");
  const std::string shard = folder + "/model-00003-of-00004.safetensors";
  ASSERT_EQ(truncate(shard.c_str(), 83000), 0);
  ExpectError(folder, absl::StatusCode::kInvalidArgument,
              {"model-00003-of-00004.safetensors", "truncated"});
  ASSERT_EQ(truncate(shard.c_str(), 0), 0);
  ExpectError(folder, absl::StatusCode::kInvalidArgument, {"is empty"});
}

TEST(SafeTensorsTest, AFileThatChangesIsNoticed) {
  const std::string folder = Folder("changes");
  WriteOne(folder + "/model.safetensors", "w");
  const auto weights = SafeTensors::Open(folder);
  ASSERT_TRUE(weights->CheckUnchanged().ok());
  ASSERT_EQ(truncate((folder + "/model.safetensors").c_str(), 10), 0);
  const absl::Status status = weights->CheckUnchanged();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("changed"));
}

}  // namespace
}  // namespace sn37::eval
