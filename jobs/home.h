// A job's home: the folder of its state, models, tokenizers and epochs. One job
// runs in it at a time, and it is about one subnet of one chain: a validator's
// memory of another would decide wrongly.
#ifndef SN37_JOBS_HOME_H_
#define SN37_JOBS_HOME_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

namespace sn37::jobs {

// Held while the job runs; given back when the process ends, however it does.
// FailedPrecondition where another process has it.
absl::StatusOr<FileDescriptor> LockHome(const std::string& home);

// Writes down in `<home>/subnet` which one the home is about, as
// "<genesis hash> <netuid>\n", if nothing is there and no state of the demo
// either. FailedPrecondition where it is about another.
absl::Status ClaimHome(const std::string& home, absl::string_view genesis_hash,
                       uint16_t netuid);

// Whether ClaimHome was there.
bool HomeIsClaimed(const std::string& home);

// Where models lie (sn37/store/local_store.h).
std::string ModelsFolder(const std::string& home);

// Where the tokenizers of competitions lie (sn37/store/tokenizer_store.h).
std::string TokenizersFolder(const std::string& home);

// The state of the validator (sn37/state).
std::string StatePath(const std::string& home);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_HOME_H_
