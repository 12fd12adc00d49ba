#include "eval/weights/model_file.h"

#include <stdlib.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

class ModelFileTest : public testing::Test {
 protected:
  ModelFileTest() {
    std::string pattern = testing::TempDir() + "/model_file.XXXXXX";
    root_ = mkdtemp(pattern.data());
    char* real = realpath(root_.c_str(), nullptr);
    root_ = real;
    free(real);
    folder_ = root_ + "/snapshots/c";
    for (const char* name : {"/snapshots/c", "/blobs", "/other"}) {
      EXPECT_TRUE(MakeFolder(root_ + name).ok());
    }
    for (const char* name :
         {"/blobs/9f", "/other/config.json", "/other/secret"}) {
      EXPECT_TRUE(WriteFileWhole(root_ + name, "x").ok());
    }
  }

  absl::StatusOr<std::string> ResolveLinkTo(const std::string& target) {
    const std::string path = folder_ + "/config.json";
    unlink(path.c_str());
    EXPECT_EQ(symlink(target.c_str(), path.c_str()), 0);
    return ResolveModelFile(path);
  }

  std::string root_;
  std::string folder_;
};

TEST_F(ModelFileTest, AFileIsItself) {
  ASSERT_TRUE(WriteFileWhole(folder_ + "/a", "x").ok());
  EXPECT_EQ(*ResolveModelFile(folder_ + "/a"), folder_ + "/a");
}

TEST_F(ModelFileTest, LinksToTheSameNameAndIntoTheHubCacheAreFollowed) {
  EXPECT_EQ(*ResolveLinkTo("../../blobs/9f"), root_ + "/blobs/9f");
  EXPECT_EQ(*ResolveLinkTo(root_ + "/other/config.json"),
            root_ + "/other/config.json");
}

TEST_F(ModelFileTest, OtherLinksAreRefused) {
  for (const char* target : {"/other/secret", "/other", "/blobs"}) {
    const auto resolved = ResolveLinkTo(root_ + target);
    EXPECT_EQ(resolved.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(resolved.status().message()),
                testing::HasSubstr("symbolic link"));
  }
  EXPECT_TRUE(absl::IsNotFound(ResolveLinkTo("nothing").status()));
  EXPECT_TRUE(absl::IsNotFound(ResolveModelFile(folder_ + "/b").status()));
}

}  // namespace
}  // namespace sn37::eval
