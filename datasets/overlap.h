// Contamination: which rows of a snapshot repeat given texts, such as training
// data or an earlier snapshot.
//
// A row's overlap is the share of its different 13-grams (ngrams.h) that occur
// in any of the texts. A row without a 13-gram, of fewer than 13 words in each
// of its texts, cannot be told and is never reported.
//
// Of every row the 13-grams with the smallest hashes (a bottom-k MinHash
// sketch) are looked up while the texts are read once; rows of which none
// occurs are clean. There are so many, SketchNgrams, that a row above the
// threshold is missed at most once in 65,536; one of no more 13-grams than that
// never is. The texts are read again for all 13-grams of the rows that remain,
// which gives their overlaps exactly (but for collisions of 128 bits). Memory:
// about 20 bytes for each sketched 13-gram, and 40 for each 13-gram of the rows
// that remain.
#ifndef SN37_DATASETS_OVERLAP_H_
#define SN37_DATASETS_OVERLAP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/snapshot.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// How many 13-grams of each row are sketched: the least k with
// (1 - max_overlap)^k ≤ 1/65,536, 16 for a half and 106 for a tenth. Of a row
// with a larger share in the texts, k different 13-grams miss all of it less
// often than that. All of them where max_overlap is 0.
size_t SketchNgrams(double max_overlap);

struct RowOverlap {
  std::string config;
  int64_t row = 0;
  double overlap = 0;  // in (0, 1]
};

struct OverlapReport {
  double max_overlap = 0;
  std::vector<RowOverlap> rows;  // above it, in the snapshot's order
  int64_t looked_at = 0;         // all rows of the snapshot
  int64_t too_short = 0;         // of these, rows without a 13-gram
  InputInfo texts;               // for the manifest of DropRows
};

// Each of `texts` is a file of plain text, a file of JSON Lines (*.jsonl, of
// which all strings count), or the folder of another snapshot. `progress`,
// where given, is called with a number of bytes of texts read, each of them
// twice. Errors name the file; kAborted where one was changed meanwhile.
// kInvalidArgument for a threshold that is not from 0 to 1.
absl::StatusOr<OverlapReport> FindOverlaps(
    const Snapshot& snapshot, const std::vector<std::string>& texts,
    double max_overlap,
    const std::function<void(uint64_t bytes)>& progress = nullptr);

// Writes a copy of the snapshot without the rows of its report to `folder`,
// which must not exist, and returns its id; an interrupted call is gone on with
// by one for the same snapshot and report. The manifest says so: it has the
// texts as the input "against", and each config's parameters have
// "max_overlap". kInvalidArgument where a config would have no rows left.
absl::StatusOr<Digest> DropRows(const Snapshot& snapshot,
                                const OverlapReport& report,
                                const std::string& folder);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_OVERLAP_H_
