#include "sn37/base/file_states.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

namespace fs = std::filesystem;

std::string NewFolder() {
  const std::string folder = JoinPath(testing::TempDir(), "model");
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* name : {"config.json", "model.safetensors"}) {
    EXPECT_TRUE(WriteFileWhole(JoinPath(folder, name), "0123").ok());
    // Long ago, so that any write gives it another time.
    const timespec times[2] = {{1, 0}, {1, 0}};
    EXPECT_EQ(utimensat(AT_FDCWD, JoinPath(folder, name).c_str(), times, 0), 0);
  }
  return folder;
}

absl::StatusOr<FileStates> StatesIn(const std::string& folder) {
  return FileStates::Of(
      {folder, folder + "/config.json", folder + "/model.safetensors"});
}

TEST(FileStatesTest, WhatIsOnlyReadIsUnchanged) {
  const std::string folder = NewFolder();
  const auto files = StatesIn(folder);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_TRUE(ReadFile(folder + "/config.json", 100).ok());
  EXPECT_TRUE(files->CheckUnchanged().ok());
}

TEST(FileStatesTest, EveryChangeIsNoticed) {
  const struct {
    const char* name;
    std::function<void(const std::string& folder)> change;
  } cases[] = {
      {"other bytes",
       [](const std::string& folder) {
         const int file = open((folder + "/config.json").c_str(), O_WRONLY);
         EXPECT_EQ(pwrite(file, "x", 1, 0), 1);
         close(file);
       }},
      {"cut short",
       [](const std::string& folder) {
         fs::resize_file(folder + "/model.safetensors", 2);
       }},
      {"replaced",
       [](const std::string& folder) {
         EXPECT_TRUE(WriteFileWhole(folder + "/config.json", "0123").ok());
       }},
      {"removed",
       [](const std::string& folder) {
         fs::remove(folder + "/model.safetensors");
       }},
      {"added",
       [](const std::string& folder) {
         EXPECT_TRUE(WriteFileWhole(folder + "/tokenizer.json", "{}").ok());
       }},
  };
  for (const auto& test : cases) {
    const std::string folder = NewFolder();
    const auto files = StatesIn(folder);
    ASSERT_TRUE(files.ok()) << files.status();
    test.change(folder);
    const absl::Status status = files->CheckUnchanged();
    EXPECT_TRUE(absl::IsAborted(status)) << test.name << ": " << status;
    EXPECT_THAT(std::string(status.message()),
                testing::HasSubstr("changed while it was read"));
  }
}

}  // namespace
}  // namespace sn37
