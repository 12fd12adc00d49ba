// A model folder against a competition's constraints: what an epoch asks before
// it evaluates, and a miner before committing.
#ifndef SN37_ROUND_CHECK_H_
#define SN37_ROUND_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sn37/competition/constraints.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// Measures the model and returns every constraint of the competition with its
// measured value. `tokenizer` is the folder of the tokenizer that the
// competition scores all models with; empty: the model's own is measured. A
// folder that cannot be measured is an error: kNotFound, kInvalidArgument and
// the like (eval/status.h) where its own files are at fault, with file and
// reason; kUnavailable where it is the competition's tokenizer.
absl::StatusOr<std::vector<ConstraintResult>> CheckFolder(
    const std::string& folder, const Competition& competition,
    const std::string& tokenizer = "");

}  // namespace sn37

#endif  // SN37_ROUND_CHECK_H_
