#include "sn37/store/tokenizer_store.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

using testing::HasSubstr;

TEST(TokenizerStoreTest, FindsItOrSaysWhatToPutWhere) {
  const std::string root = JoinPath(testing::TempDir(), "tokenizers");
  const std::string folder = root + "/someone/one";
  const absl::Status missing = TokenizerFolder(root, "someone/one").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(missing)) << missing;
  EXPECT_THAT(missing.message(), HasSubstr("tokenizer.json"));
  EXPECT_THAT(missing.message(), HasSubstr(folder));
  ASSERT_TRUE(MakeFolder(folder).ok());
  ASSERT_TRUE(WriteFileWhole(folder + "/tokenizer.json", "{}").ok());
  EXPECT_EQ(TokenizerFolder(root, "someone/one").value_or(""), folder);
}

TEST(TokenizerStoreTest, NamesStayInTheRoot) {
  for (const char* name : {"", "one", "a/b/c", "../one", "someone/..",
                           "someone/", "/one", "a/b\n"}) {
    const absl::Status status = TokenizerFolder("/", name).status();
    EXPECT_FALSE(status.ok()) << name;
    EXPECT_EQ(absl::IsInvalidArgument(status), std::string(name) != "a/b\n")
        << name;
  }
}

}  // namespace
}  // namespace sn37
