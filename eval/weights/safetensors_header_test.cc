#include "eval/weights/safetensors_header.h"

#include <cstring>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A file with this header, whose length field says `length`, and `data_bytes`
// bytes of data.
std::string File(const std::string& header, size_t data_bytes,
                 uint64_t length) {
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + std::string(data_bytes, '\1');
}

std::string File(const std::string& header, size_t data_bytes) {
  return File(header, data_bytes, header.size());
}

absl::StatusOr<SafeTensorsHeader> Parse(const std::string& file) {
  return ParseSafeTensorsHeader(
      {reinterpret_cast<const uint8_t*>(file.data()), file.size()}, "f.st");
}

TEST(SafeTensorsHeaderTest, EntriesAreReadWithTheirPlaces) {
  const auto header = Parse(
      File(R"({"__metadata__":{"format":"pt"},)"
           R"("b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},)"
           R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
           R"("none":{"dtype":"I64","shape":[0,7],"data_offsets":[16,16]}} )",
           16));
  ASSERT_TRUE(header.ok()) << header.status();
  ASSERT_EQ(header->tensors.size(), 3);
  const TensorEntry& b = header->tensors.at("b");
  EXPECT_EQ(b.type, ElementType::kBF16);
  EXPECT_THAT(b.shape, testing::ElementsAre(2, 3));
  EXPECT_EQ(b.end - b.begin, 12);
  const TensorEntry& a = header->tensors.at("a");
  EXPECT_EQ(a.end, b.begin);
  EXPECT_TRUE(a.shape.empty());
  EXPECT_EQ(header->metadata.at("format"), "pt");
}

TEST(SafeTensorsHeaderTest, AFileWithoutTensorsIsAllowed) {
  EXPECT_TRUE(Parse(File("{}", 0)).ok());
}

// A header with one tensor of four floats, with `field` replaced.
std::string One(const std::string& dtype, const std::string& shape,
                const std::string& offsets) {
  return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape +
         R"(,"data_offsets":)" + offsets + "}}";
}

TEST(SafeTensorsHeaderTest, MalformedFilesAreRefusedWithAReason) {
  const std::string good = One("\"F32\"", "[4]", "[0,16]");
  const std::string two = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)";
  const struct {
    const char* rule;
    std::string file;
    const char* message;
  } kCases[] = {
      {"shorter than its length field", "abc", "8-byte length"},
      {"header longer than the file", File(good, 16, 1000),
       "longer than the file"},
      {"absurd header length", File(good, 16, ~uint64_t{0}), "at most"},
      {"not JSON", File("{\"w\":", 16), "not JSON"},
      {"not UTF-8", File("{\"\xff\":1}", 0), "not JSON"},
      {"not an object", File("[1]", 0), "not an object"},
      {"deep nesting", File(std::string(200, '['), 0), "nested"},
      {"entry is not an object", File(R"({"w":3})", 0), "exactly dtype"},
      {"a field missing", File(R"({"w":{"dtype":"F32","shape":[4]}})", 0),
       "exactly dtype"},
      {"a field too many",
       File(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}})",
            0),
       "exactly dtype"},
      {"unknown dtype", File(One("\"F8_E4M3\"", "[16]", "[0,16]"), 16),
       "dtype F8_E4M3 is not supported"},
      {"dtype is not a string", File(One("4", "[4]", "[0,16]"), 16),
       "\"dtype\""},
      {"negative size", File(One("\"F32\"", "[-4]", "[0,16]"), 16),
       "\"shape\""},
      {"fractional size", File(One("\"F32\"", "[4.0]", "[0,16]"), 16),
       "\"shape\""},
      {"size above 2^63",
       File(One("\"F32\"", "[18446744073709551615]", "[0,16]"), 16),
       "\"shape\""},
      {"shape that overflows",
       File(One("\"F32\"", "[4294967296,4294967296]", "[0,16]"), 16),
       "overflows"},
      {"overflow that wraps to the right size",
       File(One("\"F32\"", "[4611686018427387905,4]", "[0,16]"), 16),
       "overflows"},
      {"too many dimensions",
       File(One("\"F32\"", "[1,1,1,1,1,1,1,1,4]", "[0,16]"), 16), "at most 8"},
      {"shape and offsets disagree", File(One("\"F32\"", "[5]", "[0,16]"), 16),
       "needs 20 bytes, not 16"},
      {"offsets backwards", File(One("\"F32\"", "[4]", "[16,0]"), 16),
       "begin <= end"},
      {"one offset", File(One("\"F32\"", "[4]", "[16]"), 16), "begin <= end"},
      {"negative offset", File(One("\"F32\"", "[4]", "[-16,0]"), 16),
       "begin <= end"},
      {"truncated data", File(good, 15), "truncated"},
      {"bytes behind the last tensor", File(good, 17), "belong to no tensor"},
      {"gap before the first", File(One("\"F32\"", "[4]", "[4,20]"), 20),
       "follows a gap"},
      {"overlap",
       File(two + R"([0,4]},"b":{"dtype":"U8","shape":[4],)"
                  R"("data_offsets":[2,6]}})",
            6),
       "overlaps"},
      {"two names for the same bytes",
       File(two + R"([0,4]},"b":{"dtype":"U8","shape":[4],)"
                  R"("data_offsets":[0,4]}})",
            4),
       "overlaps"},
      {"gap between",
       File(two + R"([0,4]},"b":{"dtype":"U8","shape":[4],)"
                  R"("data_offsets":[5,9]}})",
            9),
       "follows a gap"},
      {"a name twice",
       File(two + R"([0,4]},"a":{"dtype":"U8","shape":[4],)"
                  R"("data_offsets":[4,8]}})",
            8),
       "occurs twice"},
      {"metadata that is no text", File(R"({"__metadata__":{"a":1}})", 0),
       "not a string"},
      {"an empty name",
       File(R"({"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0),
       "name has 0"},
      {"a long name",
       File("{\"" + std::string(kMaxTensorNameBytes + 1, 'n') +
                R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
            0),
       "name has 513"},
  };
  for (const auto& c : kCases) {
    const auto header = Parse(c.file);
    ASSERT_FALSE(header.ok()) << c.rule;
    EXPECT_EQ(header.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(header.status().message()),
                AllOf(HasSubstr("f.st"), HasSubstr(c.message)))
        << c.rule;
  }
}

TEST(SafeTensorsHeaderTest, ControlCharactersInNamesAreShownHarmless) {
  const auto header = Parse(File(R"({"\u001b[31mred":{"dtype":"F8","shape":[],)"
                                 R"("data_offsets":[0,1]}})",
                                 1));
  EXPECT_EQ(std::string(header.status().message()).find('\x1b'),
            std::string::npos);
}

// Property: whatever the bytes, the parser ends with a status, and what it
// accepts lies inside the file.
TEST(SafeTensorsHeaderTest, NeverCrashesOnDamagedFiles) {
  const std::string good =
      File(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
           R"("b":{"dtype":"BF16","shape":[4,1],"data_offsets":[8,16]}})",
           16);
  std::mt19937 random(37);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string file = good;
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0;
         --changes) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) file.resize(random() % (file.size() + 1));
    const auto header = Parse(file);
    if (!header.ok()) continue;
    ++accepted;
    for (const auto& [name, entry] : header->tensors) {
      ASSERT_LE(entry.begin, entry.end);
      ASSERT_LE(entry.end, file.size());
    }
  }
  EXPECT_GT(accepted, 0);  // else the rounds test nothing behind the parser
}

}  // namespace
}  // namespace sn37::eval
