// Which rows of a snapshot a task uses, and in which order: the same for every
// validator and miner that has the snapshot and the seed.
//
//   SN37_ASSIGN_OR_RETURN(std::vector<Sample> samples,
//                         DrawSamples(snapshot, {.configs = {"word_sorting"},
//                                                .seed = seed,
//                                                .task = "sorting",
//                                                .count = 200}));
//
// Sample i of a task that draws from one config is row P(i) of it, where P is
// KeyedPermutation(seed, task, rows) of sn37/base/random.h. So a task never
// draws a row twice, any sample can be drawn alone, and samples 100 to 199 are
// the second half of 0 to 199.
//
// A task that draws from several configs takes from each in proportion to its
// rows. The k-th row that it takes from config c (from 0) is P_c(k), where P_c
// is KeyedPermutation(seed, task ‖ NUL ‖ name of c, rows of c), and has the
// place (2k + 1) / (2 · rows of c). The samples are all these rows in ascending
// order of their places, at the same place in the order of the configs.
//
// With a limit, rows that are longer are left out, and sample i is the i-th
// that is left: whoever draws sample i alone has to look at the rows before it.
#ifndef SN37_DATASETS_SAMPLING_H_
#define SN37_DATASETS_SAMPLING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sample.pb.h"
#include "datasets/snapshot.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// The length of a text in some unit. The same for all models of a competition:
// bytes, or tokens of a pinned tokenizer, never of a contestant's.
using MeasureText =
    std::function<absl::StatusOr<int64_t>(absl::string_view text)>;

// The length in bytes.
absl::StatusOr<int64_t> CountBytes(absl::string_view text);

// The sum over the texts of a sample: the cells of its row (row.h) but "rules".
absl::StatusOr<int64_t> SampleLength(const Sample& sample,
                                     const MeasureText& measure);

struct LengthLimit {
  int64_t max = 0;  // longer samples are left out
  MeasureText measure = CountBytes;
};

struct Draw {
  std::vector<std::string> configs;  // at least one, all different
  Digest seed;
  std::string task;
  int64_t first = 0;  // samples first … first + count - 1
  int64_t count = 0;
  std::optional<LengthLimit> limit = std::nullopt;
};

// The samples in order. kInvalidArgument for a negative number or a config that
// is named twice; kOutOfRange where the rows, or those within the limit, do not
// reach; and the errors of Snapshot::Read and of the measure. Safe from any
// thread.
absl::StatusOr<std::vector<Sample>> DrawSamples(const Snapshot& snapshot,
                                                const Draw& draw);

// The drawing itself, without limit and snapshot.
struct Stratum {
  std::string config;
  int64_t rows = 0;
};
struct DrawnRow {
  size_t stratum = 0;
  int64_t row = 0;

  friend bool operator==(const DrawnRow&, const DrawnRow&) = default;
};
absl::StatusOr<std::vector<DrawnRow>> DrawRows(
    const std::vector<Stratum>& strata, const Digest& seed,
    absl::string_view task, int64_t first, int64_t count);

// What a result cache is keyed by: the digest of the samples' content in their
// order, whatever snapshot they come from. SHA-256 over "sn37 samples 1\n" and,
// for each sample, its id, kind and the cells of its row except the config
// (datasets/row.h), in the order of the columns. A text is its length in bytes
// as 8 bytes, little-endian, and its bytes; a cell is the byte 1 and its text
// or the byte 0 for null; a list is the byte 1, the number of its texts like a
// length, and the texts.
Digest SampleSetDigest(absl::Span<const Sample> samples);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SAMPLING_H_
