// How much memory building and drawing take: as much as they need at a time,
// never the snapshot.
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "datasets/build.h"
#include "datasets/sampling.h"
#include "datasets/snapshot.h"
#include "datasets/testing.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kMega = 1000 * 1000;
constexpr int64_t kRowBytes = 1000;

// A field of this process's status, in bytes.
int64_t StatusBytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  int64_t kibibytes = 0;
  for (std::string word; status >> word;) {
    if (word == field) status >> kibibytes;
  }
  return 1024 * kibibytes;
}

// How many bytes more than before were resident at a time during the work.
template <typename Work>
int64_t Growth(const Work& work) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak is the present
  const int64_t before = StatusBytes("VmRSS:");
  work();
  return StatusBytes("VmHWM:") - before;
}

std::string WriteRows(int64_t rows) {
  const std::string path = FreshPath(absl::StrCat("rows", rows, ".jsonl"));
  std::ofstream file(path);
  for (int64_t row = 0; row < rows; ++row) {
    file << "{\"text\":\"" << row << std::string(kRowBytes, 'a' + row % 26)
         << "\"}\n";
  }
  return path;
}

std::string BuildFrom(const std::string& lines) {
  const auto spec = BuildSpecFromJson(R"({
    "name": "rows", "license": "MIT", "seed": "",
    "inputs": [{"name": "rows", "origin": "this test", "revision": "1",
                "license": "MIT"}],
    "configs": [{"name": "rows", "source": "json_lines",
                 "parameters": {"kind": "text"}}]})");
  EXPECT_TRUE(spec.ok()) << spec.status();
  const std::string folder = FreshPath("snapshot");
  const auto id = BuildSnapshot(*spec, {{"rows", {lines}}}, folder);
  EXPECT_TRUE(id.ok()) << id.status();
  return folder;
}

int64_t GrowthOfDraw(const std::string& folder) {
  return Growth([&] {
    const auto snapshot = Snapshot::Open(folder);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    const auto samples = DrawSamples(*snapshot, {.configs = {"rows"},
                                                 .seed = Sha256("seed"),
                                                 .task = "draw",
                                                 .count = 5000});
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_EQ(samples->size(), 5000);
  });
}

TEST(Memory, DrawingFromALargeSnapshotNeedsNoMoreThanFromASmallOne) {
  const int64_t small = GrowthOfDraw(BuildFrom(WriteRows(10000)));
  const int64_t large = GrowthOfDraw(BuildFrom(WriteRows(300000)));
  EXPECT_LT(large, small + 20 * kMega);
  EXPECT_LT(large, 60 * kMega);  // of 300 MB of text
}

TEST(Memory, ABuildHoldsAFewShards) {
  const std::string lines = WriteRows(500000);
  EXPECT_LT(Growth([&] { BuildFrom(lines); }), 250 * kMega);
}

}  // namespace
}  // namespace sn37::datasets
