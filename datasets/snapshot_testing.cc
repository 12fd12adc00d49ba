#include "datasets/snapshot_testing.h"

#include <utility>

#include "datasets/snapshot_writer.h"
#include "datasets/testing.h"
#include "gtest/gtest.h"

namespace sn37::datasets {

Snapshot WriteTestSnapshot(absl::string_view name,
                           const std::vector<TestConfig>& configs) {
  Manifest head;
  head.name = std::string(name);
  head.license = "MIT";
  for (const TestConfig& config : configs) {
    ConfigInfo info;
    info.name = config.name;
    info.kind = config.samples.front().body_case();
    info.source = "test";
    head.configs.push_back(std::move(info));
  }
  const std::string folder = FreshPath(name);
  auto writer = SnapshotWriter::Create(folder, head, "key");
  EXPECT_TRUE(writer.ok()) << writer.status();
  std::vector<ConfigInfo> written;
  for (size_t c = 0; c < configs.size(); ++c) {
    ConfigWriter config = writer->Config(c);
    for (const Sample& sample : configs[c].samples) {
      EXPECT_TRUE(*config.Add(sample));
    }
    written.push_back(*config.Finish());
  }
  EXPECT_TRUE(writer->Finish(std::move(written)).ok());
  absl::StatusOr<Snapshot> snapshot = Snapshot::Open(folder);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return *std::move(snapshot);
}

std::vector<Sample> TextSamples(const std::vector<std::string>& texts) {
  std::vector<Sample> samples;
  for (const std::string& text : texts) {
    samples.emplace_back().mutable_text()->set_text(text);
  }
  return samples;
}

}  // namespace sn37::datasets
