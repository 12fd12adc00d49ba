// What two snapshots differ in: their manifests, and their rows by content.
#ifndef SN37_DATASETS_COMPARE_H_
#define SN37_DATASETS_COMPARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/snapshot.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// A value of the manifest that differs; null where a side has none.
struct ManifestDifference {
  std::string path;  // e.g. "/configs/dyck/parameters/min_pairs"
  nlohmann::json left;
  nlohmann::json right;
};

// The rows of a config (by name), whatever their order: how many of them, by
// content, both sides have and only one has.
struct RowDifference {
  std::string config;
  int64_t both = 0;
  int64_t only_left = 0;
  int64_t only_right = 0;
  bool same_order = true;  // the rows that both have
};

struct SnapshotDifference {
  std::vector<ManifestDifference> manifest;
  std::vector<RowDifference> rows;  // of every config of either side
};

// Compares the manifests but for shards (configs and inputs by name), and then
// the rows of every config whose shards differ. Memory: 16 bytes for each row
// of a config. The errors of Snapshot::VisitRows.
absl::StatusOr<SnapshotDifference> CompareSnapshots(const Snapshot& left,
                                                    const Snapshot& right);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_COMPARE_H_
