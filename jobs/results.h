// results.parquet: what every model answered to every sample, for whoever wants
// to recompute or study an epoch. Readable by pandas, pyarrow and DuckDB.
//
// One row per evaluated sample, in the order (competition, model digest, task,
// index):
//
//   competition    uint32
//   model_digest   string         hex SHA-256 of the model's files
//   task           string
//   index          int64          position in the task's sample set
//   sample         string         the sample's name in its snapshot
//   status         string         scored, model_failed, infrastructure_failed
//   error          string         why it failed
//   context_tokens list<int64>    } one element per
//   scored_tokens  list<int64>    } request of the sample
//   scored_bytes   list<int64>    }
//   sum_logprob    list<double>   } natural logarithm
//   text           list<string>   } generated text, valid UTF-8
//   tokens         list<list<int32>> } generated tokens
//   items          list<double>   the numbers that the score is the mean of
//   duplicate      bool
//   numbers        map<string, double>  what the items came from besides, by
//                                  name: "margin", "ndcg" …
//   answer         string         the final answer that was found in the text
//
// The same rows give the same bytes.
#ifndef SN37_JOBS_RESULTS_H_
#define SN37_JOBS_RESULTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sn37/round/round.pb.h"

namespace sn37::jobs {

// Sorts `results` by (competition, model digest, task, index).
void SortResults(std::vector<SampleResult>& results);

// The Parquet file's bytes for `results` as ordered.
absl::StatusOr<std::string> ResultsParquet(
    absl::Span<const SampleResult> results);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_RESULTS_H_
