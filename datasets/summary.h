// What a snapshot holds, config by config, for people at a terminal: sizes, the
// lengths of its rows, and a row in words.
#ifndef SN37_DATASETS_SUMMARY_H_
#define SN37_DATASETS_SUMMARY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/manifest.h"
#include "datasets/sample.pb.h"
#include "datasets/snapshot.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// 1234567 bytes as "1.2 MB".
std::string ByteSize(int64_t bytes);

// The configs with their kinds, rows, shards and sizes on disk, and the total.
std::string ConfigTable(const Manifest& manifest);

// The lengths in bytes (CountBytes of sampling.h) of a config's rows.
struct Lengths {
  std::string config;
  int64_t rows = 0;
  int64_t bytes = 0;  // of all rows together
  int64_t shortest = 0;
  int64_t longest = 0;
  // Item b: the rows of a length in [2^b, 2^(b+1)).
  std::vector<int64_t> histogram;
};

// One for each config, in the manifest's order. Decodes every row, the only
// way to say where one of them is damaged; `progress`, where given, is called
// with a number of rows. The errors of Snapshot::VisitRows.
absl::StatusOr<std::vector<Lengths>> MeasureLengths(
    const Snapshot& snapshot,
    const std::function<void(uint64_t rows)>& progress = nullptr);

// A headline and a line with a bar for each length that occurs.
std::string HistogramText(const Lengths& lengths);
nlohmann::json LengthsToJson(const Lengths& lengths);

// A sample on a few lines: its id, then each cell of its row (row.h), cut to
// `columns`.
std::string SampleText(const Sample& sample, size_t columns);

// A sample on one line: the JSON form of its protobuf message (sample.proto),
// {"id":"dyck/7","reference":{"prompt":"…","reference":"…"}}.
absl::StatusOr<std::string> SampleJson(const Sample& sample);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SUMMARY_H_
