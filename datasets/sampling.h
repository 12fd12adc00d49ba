// Which rows of a snapshot a task uses, and in which order: the same for every
// validator and miner that has the snapshot and the seed.
//
//   sample i of a task is row KeyedPermutation(seed, task, rows).At(i)
//
// (sn37/base/random.h), so a task never draws a row twice, any sample can be
// drawn alone, and samples 100 to 199 are the second half of 0 to 199.
#ifndef SN37_DATASETS_SAMPLING_H_
#define SN37_DATASETS_SAMPLING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sample.pb.h"
#include "datasets/snapshot.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// The rows of samples first … first + count - 1, in order. kOutOfRange where
// the config's `rows` do not reach; kInvalidArgument for a negative number.
absl::StatusOr<std::vector<int64_t>> DrawRows(int64_t rows, const Digest& seed,
                                              absl::string_view task,
                                              int64_t first, int64_t count);

// The samples themselves. Also the errors of Snapshot::Read. Safe from any
// thread.
absl::StatusOr<std::vector<Sample>> DrawSamples(const Snapshot& snapshot,
                                                absl::string_view config,
                                                const Digest& seed,
                                                absl::string_view task,
                                                int64_t first, int64_t count);

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
