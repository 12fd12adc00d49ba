#include "sn37/store/local_store.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

using testing::HasSubstr;

ModelId Id(const std::string& name, const std::string& commit) {
  ModelId id;
  id.repo_namespace = "ns";
  id.name = name;
  id.commit = commit;
  return id;
}

class LocalStoreTest : public testing::Test {
 protected:
  LocalStoreTest() : root_(JoinPath(testing::TempDir(), "store")) {
    const std::string folder = root_ + "/ns/m/c1";
    EXPECT_TRUE(MakeFolder(folder).ok());
    EXPECT_TRUE(WriteFileWhole(folder + "/config.json", "{}").ok());
    EXPECT_TRUE(WriteFileWhole(folder + "/model.safetensors", "12345").ok());
    EXPECT_TRUE(WriteFileWhole(folder + "/README.md", "not counted").ok());
  }

  std::string root_;
};

TEST_F(LocalStoreTest, GivesTheFolderOfACommit) {
  EXPECT_EQ(*LocalStore(root_).Fetch(Id("m", "c1"), 7), root_ + "/ns/m/c1");
}

TEST_F(LocalStoreTest, CountsTheModelsFilesAgainstTheLimit) {
  absl::Status status = LocalStore(root_).Fetch(Id("m", "c1"), 6).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("7 bytes, allowed are 6"));
}

TEST_F(LocalStoreTest, MissingModelsAreNotFound) {
  EXPECT_EQ(LocalStore(root_).Fetch(Id("m", "c2"), 7).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(LocalStoreTest, ADiskThatIsNotThereIsNoVerdict) {
  const std::string empty = JoinPath(testing::TempDir(), "mount point");
  ASSERT_TRUE(MakeFolder(empty).ok());
  for (const std::string& root : {root_ + "/absent", empty}) {
    const absl::Status status =
        LocalStore(root).Fetch(Id("m", "c1"), 7).status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_FALSE(RulesOut(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr(root));
  }
}

TEST_F(LocalStoreTest, NamesCannotLeaveTheRoot) {
  for (const ModelId& id :
       {Id("..", "c1"), Id("m", ".."), Id("m/c1", "x"), Id("m", "")}) {
    EXPECT_EQ(LocalStore(root_).Fetch(id, 7).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  ModelId none = Id("m", "");
  none.commit.reset();
  EXPECT_EQ(LocalStore(root_).Fetch(none, 7).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sn37
