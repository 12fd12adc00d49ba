#include "datasets/sources/lines.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

constexpr size_t kMaxBytes = 3 << 20;

std::vector<std::string> Lines(absl::string_view contents) {
  absl::StatusOr<LineReader> reader =
      LineReader::Open(WriteTestFile("lines.txt", contents), kMaxBytes);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> lines;
  while (true) {
    auto block = reader->NextBlock();
    EXPECT_TRUE(block.ok()) << block.status();
    if (!block.ok() || !block->has_value()) return lines;
    while (true) {
      const auto line = (*block)->Next();
      EXPECT_TRUE(line.ok()) << line.status();
      if (!line.ok() || !line->has_value()) break;
      lines.emplace_back(**line);
      EXPECT_THAT((*block)->Place(),
                  HasSubstr(absl::StrCat("lines.txt, line ", lines.size())));
    }
  }
}

TEST(LineReader, EndsOfLinesAndFiles) {
  using Strings = std::vector<std::string>;
  const std::pair<absl::string_view, Strings> kCases[] = {
      {"", {}},
      {"\n", {""}},
      {"a", {"a"}},
      {"a\n", {"a"}},
      {"a\r\nb\rc\r\n", {"a", "b\rc"}},
      {"a\n\nb", {"a", "", "b"}},
  };
  for (const auto& [contents, lines] : kCases) {
    EXPECT_EQ(Lines(contents), lines) << contents;
  }
}

TEST(LineReader, LinesCrossTheBlocksTheyAreReadIn) {
  std::vector<std::string> lines;
  std::string contents;
  for (size_t size : {size_t{1} << 20, (size_t{1} << 20) - 1, size_t{0},
                      kMaxBytes, size_t{5}}) {
    lines.push_back(std::string(size, 'a' + lines.size()));
    absl::StrAppend(&contents, lines.back(), "\r\n");
  }
  EXPECT_EQ(Lines(contents), lines);
}

TEST(LineReader, ATooLongLineIsNamed) {
  for (absl::string_view end : {"", "\n", "\nmore\n"}) {
    absl::StatusOr<LineReader> reader = LineReader::Open(
        WriteTestFile("long.txt",
                      absl::StrCat("ok\n", std::string(kMaxBytes + 1, 'x'),
                                   std::string(end))),
        kMaxBytes);
    ASSERT_TRUE(reader.ok()) << reader.status();
    // The line may be in a later block than the one before it.
    absl::Status status;
    while (status.ok()) {
      auto block = reader->NextBlock();
      ASSERT_TRUE(block.ok() && block->has_value()) << block.status();
      while (true) {
        const auto line = (*block)->Next();
        status = line.status();
        if (!line.ok() || !line->has_value()) break;
        EXPECT_EQ(**line, "ok");
      }
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("long.txt, line 2: has more than"));
  }
}

}  // namespace
}  // namespace sn37::datasets
