#include "eval/weights/gguf.h"

#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kTiny[] = "eval/weights/testdata/tiny.gguf";

TEST(GgufTest, MetadataOfEveryTypeIsRead) {
  const auto gguf = Gguf::Open(kTiny);
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  EXPECT_EQ(*gguf->GetString("general.architecture"), "tiny");
  const struct {
    const char* key;
    int64_t value;
  } kIntegers[] = {
      {"test.uint8", 200},
      {"test.int8", -100},
      {"test.uint16", 65535},
      {"test.int16", -32768},
      {"test.uint32", 4294967295},
      {"test.int32", -2147483648},
      {"test.uint64", std::numeric_limits<int64_t>::max()},
      {"test.int64", std::numeric_limits<int64_t>::min()},
  };
  for (const auto& c : kIntegers) EXPECT_EQ(*gguf->GetInt(c.key), c.value);
  EXPECT_EQ(*gguf->GetFloat("test.float32"), 0.1f);
  EXPECT_EQ(*gguf->GetFloat("test.float64"), 0.1);
  EXPECT_EQ(*gguf->GetFloat("test.uint8"), 200.0);
  EXPECT_EQ(*gguf->GetBool("test.bool"), true);
  EXPECT_EQ(*gguf->GetString("test.string"), "héllo");
  EXPECT_THAT(*gguf->GetStrings("test.strings"), ElementsAre("a", "", "ü"));
  EXPECT_THAT(*gguf->GetInts("test.integers"), ElementsAre(1, -2, 3));
  EXPECT_THAT(*gguf->GetFloats("test.floats"), ElementsAre(0.5, -1.5));
}

TEST(GgufTest, MissingKeysAndWrongTypesAreToldApart) {
  const auto gguf = Gguf::Open(kTiny);
  EXPECT_TRUE(gguf->Has("test.bool"));
  EXPECT_FALSE(gguf->Has("test"));
  EXPECT_TRUE(absl::IsNotFound(gguf->GetInt("test.none").status()));
  EXPECT_TRUE(absl::IsNotFound(gguf->GetFloat("test.none").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(gguf->GetInt("test.string").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(gguf->GetString("test.int8").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(gguf->GetFloat("test.bool").status()));
  EXPECT_TRUE(absl::IsNotFound(gguf->Values("none").status()));
}

// Builds files byte by byte.
class Builder {
 public:
  template <typename T>
  Builder& Number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  Builder& String(const std::string& text) {
    Number<uint64_t>(text.size());
    bytes_ += text;
    return *this;
  }
  Builder& Head(uint64_t tensors, uint64_t pairs, uint32_t version = 3) {
    bytes_ += "GGUF";
    return Number(version).Number(tensors).Number(pairs);
  }
  // The description of a one-dimensional tensor.
  Builder& Tensor(const std::string& name, uint64_t size, uint32_t type,
                  uint64_t offset) {
    return String(name).Number<uint32_t>(1).Number(size).Number(type).Number(
        offset);
  }
  // Pads to the alignment and appends data.
  std::string Data(size_t bytes) const {
    std::string file = bytes_;
    file.resize((file.size() + 31) / 32 * 32 + bytes);
    return file;
  }

 private:
  std::string bytes_;
};

absl::StatusOr<Gguf> OpenBytes(const std::string& bytes) {
  const std::string path = testing::TempDir() + "/test.gguf";
  EXPECT_TRUE(WriteFileWhole(path, bytes).ok());
  return Gguf::Open(path);
}

TEST(GgufTest, TensorsAreFoundWhereTheyLie) {
  const auto gguf = OpenBytes(
      Builder().Head(2, 0).Tensor("b", 4, 0, 32).Tensor("a", 8, 1, 0).Data(48));
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  const GgufTensor* b = *gguf->Tensor("b");
  EXPECT_EQ(b->type->name, "F32");
  EXPECT_THAT(b->dimensions, ElementsAre(4));
  EXPECT_EQ(b->blocks.data() - (*gguf->Tensor("a"))->blocks.data(), 32);
}

TEST(GgufTest, MalformedFilesAreRefusedWithAReason) {
  const uint64_t huge = uint64_t{1} << 62;
  const auto key = [](const char* name, uint32_t type) {
    return Builder().Head(0, 1).String(name).Number(type);
  };
  const struct {
    const char* rule;
    std::string file;
    const char* message;
  } kCases[] = {
      {"empty", "", "empty"},
      {"another format", std::string(64, 'x'), "not a GGUF file"},
      {"version 1", Builder().Head(0, 0, 1).Data(0), "version 1"},
      {"big-endian", Builder().Head(0, 0, 0x03000000).Data(0), "version"},
      {"ends in the head", "GGUF\3", "ends too early"},
      {"absurd counts", Builder().Head(huge, 0).Data(0), "claims"},
      {"absurd pairs", Builder().Head(0, huge).Data(0), "claims"},
      {"more pairs than bytes", Builder().Head(0, 4000).Data(0), ""},
      {"long string", Builder().Head(0, 1).Number(huge).Data(0), "a string of"},
      {"string over the end", Builder().Head(0, 1).Number(uint64_t{60}).Data(0),
       "longer than the file"},
      {"unknown value type", key("k", 77).Data(0), "unknown value type 77"},
      {"long array", key("k", 9).Number(uint32_t{4}).Number(huge).Data(0),
       "an array of"},
      {"array over the end",
       key("k", 9).Number(uint32_t{4}).Number(uint64_t{1000}).Data(0),
       "ends too early"},
      {"array of arrays",
       key("k", 9).Number(uint32_t{9}).Number(uint64_t{1}).Data(0),
       "not supported"},
      {"integer above int64", key("k", 10).Number(~uint64_t{0}).Data(0),
       "2^63"},
      {"key twice",
       Builder()
           .Head(0, 2)
           .String("k")
           .Number(uint32_t{7})
           .Number(uint8_t{1})
           .String("k")
           .Number(uint32_t{7})
           .Number(uint8_t{1})
           .Data(0),
       "appears twice"},
      {"absurd alignment",
       key("general.alignment", 4).Number(uint32_t{0}).Data(0),
       "general.alignment"},
      {"unknown tensor type",
       Builder().Head(1, 0).Tensor("a", 4, 99, 0).Data(9), "type 99"},
      {"too many dimensions",
       Builder().Head(1, 0).String("a").Number(uint32_t{5}).Data(64),
       "5 dimensions"},
      {"absurd dimension", Builder().Head(1, 0).Tensor("a", huge, 0, 0).Data(9),
       "dimension 0"},
      {"no elements", Builder().Head(1, 0).Tensor("a", 0, 0, 0).Data(9),
       "dimension 0"},
      {"part of a block", Builder().Head(1, 0).Tensor("a", 33, 2, 0).Data(64),
       "whole Q4_0 blocks"},
      {"truncated data", Builder().Head(1, 0).Tensor("a", 4, 0, 0).Data(15),
       "truncated"},
      {"offset outside", Builder().Head(1, 0).Tensor("a", 4, 0, huge).Data(15),
       "truncated"},
      {"offset not aligned", Builder().Head(1, 0).Tensor("a", 1, 0, 4).Data(64),
       "not aligned"},
      {"overlap",
       Builder()
           .Head(2, 0)
           .Tensor("a", 16, 0, 0)
           .Tensor("b", 1, 0, 32)
           .Data(64),
       "overlaps"},
      {"name twice",
       Builder().Head(2, 0).Tensor("a", 1, 0, 0).Tensor("a", 1, 0, 32).Data(64),
       "appears twice"},
  };
  for (const auto& c : kCases) {
    const auto gguf = OpenBytes(c.file);
    ASSERT_FALSE(gguf.ok()) << c.rule;
    EXPECT_EQ(gguf.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(gguf.status().message()),
                testing::AllOf(HasSubstr("test.gguf"), HasSubstr(c.message)))
        << c.rule;
  }
}

// Property: damaged files end with a status, and tensors stay in the file.
TEST(GgufTest, NeverCrashesOnDamagedFiles) {
  const std::string good = *ReadFile(kTiny, 1 << 20);
  std::mt19937 random(37);
  int accepted = 0;
  for (int round = 0; round < 100; ++round) {
    std::string file = good;
    for (int changes = 0; changes < 3; ++changes) {
      file[random() % 1500] = static_cast<char>(random());
    }
    if (random() % 8 == 0) file.resize(1 + random() % file.size());
    const auto gguf = OpenBytes(file);
    if (!gguf.ok()) continue;
    ++accepted;
    for (const auto& [name, tensor] : gguf->tensors()) {
      ASSERT_TRUE(gguf->Values(name).ok());
    }
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace sn37::eval
