#include "sn37/base/mapped_file.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

std::string TestPath(const std::string& name) {
  return ::testing::TempDir() + "mapped_" + std::to_string(getpid()) + name;
}

TEST(MappedFileTest, ViewIsTheContentAndSurvivesMoves) {
  const std::string path = TestPath("a");
  const std::string contents(10000, 'q');
  ASSERT_TRUE(WriteFileWhole(path, contents).ok());
  auto map = MappedFile::Open(path);
  ASSERT_TRUE(map.ok()) << map.status();
  const absl::string_view view = map->view();
  MappedFile moved = *std::move(map);
  EXPECT_EQ(moved.view(), contents);
  EXPECT_EQ(view.data(), moved.view().data());
  auto other = MappedFile::Open(path);
  moved = *std::move(other);
  EXPECT_EQ(moved.view(), contents);
}

TEST(MappedFileTest, EmptyMissingAndFolder) {
  const std::string path = TestPath("empty");
  ASSERT_TRUE(WriteFileWhole(path, "").ok());
  EXPECT_EQ(MappedFile::Open(path)->view(), "");
  EXPECT_EQ(MappedFile::Open(path + "x").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(MappedFile::Open(::testing::TempDir()).ok());
}

}  // namespace
}  // namespace sn37
