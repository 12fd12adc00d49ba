// Small snapshots for tests.
#ifndef SN37_DATASETS_SNAPSHOT_TESTING_H_
#define SN37_DATASETS_SNAPSHOT_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"
#include "datasets/snapshot.h"

namespace sn37::datasets {

struct TestConfig {
  std::string name;
  std::vector<Sample> samples;  // of one kind, all different, at least one
};

// A snapshot with these configs in a folder of the running test; `name` is
// the folder's and the snapshot's.
Snapshot WriteTestSnapshot(absl::string_view name,
                           const std::vector<TestConfig>& configs);

// Samples of kind text.
std::vector<Sample> TextSamples(const std::vector<std::string>& texts);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SNAPSHOT_TESTING_H_
