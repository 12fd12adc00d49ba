// The log of one model's samples in an epoch: a SampleResult per record
// (sn37/base/append_log.h), appended and synced as each sample finishes.
#ifndef SN37_JOBS_SAMPLE_LOG_H_
#define SN37_JOBS_SAMPLE_LOG_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sn37/base/append_log.h"
#include "sn37/round/round.h"
#include "sn37/round/round.pb.h"

namespace sn37::jobs {

// More than an epoch of 100,000 samples with long texts needs.
inline constexpr uint64_t kMaxLogBytes = uint64_t{4} << 30;

// The final results in the log: one per sample, infrastructure failures left
// out. A log that does not exist yet is empty.
absl::StatusOr<std::vector<SampleResult>> ReadSampleLog(
    const std::string& path);

// The samples that `results` hold.
std::set<SampleKey> KeysOf(const std::vector<SampleResult>& results);

// Appends and syncs.
absl::Status AppendSample(AppendLog& log, const SampleResult& result);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_SAMPLE_LOG_H_
