#include "jobs/prefetch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "jobs/epoch.pb.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/competition/model_id.h"

namespace sn37::jobs {
namespace {

constexpr char kCommit[] = "0123456789012345678901234567890123456789";

// The share of the file's pages that are in memory.
double Resident(const std::string& path) {
  const auto file = OpenForReading(path);
  SN37_CHECK(file.ok()) << file.status();
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((file->second + page - 1) / page);
  void* map =
      mmap(nullptr, file->second, PROT_READ, MAP_SHARED, file->first.get(), 0);
  SN37_CHECK(map != MAP_FAILED);
  SN37_CHECK(mincore(map, file->second, pages.data()) == 0);
  munmap(map, file->second);
  return static_cast<double>(std::count_if(pages.begin(), pages.end(),
                                           [](int p) { return p & 1; })) /
         static_cast<double>(pages.size());
}

void Drop(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR);
  fsync(fd);
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
}

// A plan with one model of the store in `home`.
std::string WritePlan(const std::string& home) {
  ModelId id;
  id.repo_namespace = "me";
  id.name = "model";
  id.commit = kCommit;
  id.secure_hash = "hash";
  id.competition = 1;
  EpochPlan plan;
  plan.set_format(1);
  PlannedModel& model = *plan.add_models();
  model.set_competition(1);
  model.set_commitment(CompressModelId(id));
  Competition& competition =
      *plan.mutable_schedule()->add_entries()->add_competitions();
  competition.set_id(1);
  competition.mutable_constraints()->set_max_bytes(int64_t{1} << 30);
  const std::string path = JoinPath(home, "plan.pb");
  SN37_CHECK(WriteFileWhole(path, plan.SerializeAsString()).ok());
  return path;
}

TEST(PrefetchTest, TheModelsFilesAreReadIntoMemory) {
  const std::string home = JoinPath(testing::TempDir(), "prefetch");
  const std::string folder = home + "/models/me/model/" + kCommit;
  ASSERT_TRUE(MakeFolder(folder).ok());
  const std::string plan = WritePlan(home);
  const std::string weights = folder + "/model.safetensors";
  ASSERT_TRUE(WriteFileWhole(weights, std::string(16 << 20, 'w')).ok());
  // Whatever the others hold.
  ASSERT_TRUE(WriteFileWhole(folder + "/config.json", "[[[[").ok());
  Drop(weights);
  if (Resident(weights) > 0.5) GTEST_SKIP() << "files lie in memory here";
  { const Prefetch ahead(home + "/models", plan, 0); }
  for (int i = 0; i < 100 && Resident(weights) < 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(Resident(weights), 1);
}

TEST(PrefetchTest, WhatIsMissingIsNotItsMatter) {
  const std::string home = JoinPath(testing::TempDir(), "missing");
  ASSERT_TRUE(MakeFolder(home).ok());
  const std::string models = home + "/models";
  const std::string plan = WritePlan(home);
  { const Prefetch no_model(models, plan, 0); }
  { const Prefetch no_shard(models, plan, 1); }
  { const Prefetch no_plan(models, home + "/none", 0); }
}

}  // namespace
}  // namespace sn37::jobs
