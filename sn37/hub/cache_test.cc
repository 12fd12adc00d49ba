#include "sn37/hub/cache.h"

#include <string>

#include "gtest/gtest.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

TEST(CacheTest, GivesBackWhatWasPut) {
  Cache cache(JoinPath(testing::TempDir(), "kept"));
  EXPECT_EQ(cache.Get("a", 100), std::nullopt);
  ASSERT_TRUE(cache.Put("a", "one").ok());
  ASSERT_TRUE(cache.Put("b", "").ok());
  EXPECT_EQ(cache.Get("a", 100), "one");
  EXPECT_EQ(cache.Get("b", 100), "");
  ASSERT_TRUE(cache.Put("a", "two").ok());
  EXPECT_EQ(cache.Get("a", 3), "two");
  EXPECT_EQ(cache.Get("a", 2), std::nullopt);
}

TEST(CacheTest, ADamagedEntryIsNone) {
  const std::string folder = JoinPath(testing::TempDir(), "damaged");
  const std::string file = JoinPath(folder, Sha256("a").hex());
  Cache cache(folder);
  ASSERT_TRUE(cache.Put("a", "one").ok());
  const std::string entry = ReadFile(file, 100).value();
  for (const std::string& damaged :
       {entry.substr(0, entry.size() - 1), entry + "x", entry.substr(0, 31),
        std::string(), std::string(40, 'x')}) {
    ASSERT_TRUE(WriteFileWhole(file, damaged).ok());
    EXPECT_EQ(cache.Get("a", 100), std::nullopt);
  }
}

TEST(CacheTest, WithoutAFolderNothingIsKept) {
  Cache cache("");
  EXPECT_TRUE(cache.Put("a", "one").ok());
  EXPECT_EQ(cache.Get("a", 100), std::nullopt);
}

}  // namespace
}  // namespace sn37
