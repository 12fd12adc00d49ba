#include "jobs/sample_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

SampleKey KeyOf(const SampleResult& result) {
  return {result.task(), result.index()};
}

}  // namespace

absl::StatusOr<std::vector<SampleResult>> ReadSampleLog(
    const std::string& path) {
  absl::StatusOr<LogContents> log = ReadLog(path, kMaxLogBytes);
  if (absl::IsNotFound(log.status())) return std::vector<SampleResult>();
  SN37_RETURN_IF_ERROR(log.status());
  std::vector<SampleResult> results;
  std::set<SampleKey> seen;
  for (const std::string& record : log->records) {
    SampleResult result;
    if (!result.ParseFromString(record)) {
      return absl::DataLossError(
          absl::StrCat(path, ": record ", results.size(),
                       " is no sample result; move the log away and run the "
                       "epoch again"));
    }
    if (result.status() != SCORED && result.status() != MODEL_FAILED) continue;
    if (seen.insert(KeyOf(result)).second) results.push_back(std::move(result));
  }
  return results;
}

std::set<SampleKey> KeysOf(const std::vector<SampleResult>& results) {
  std::set<SampleKey> keys;
  for (const SampleResult& result : results) keys.insert(KeyOf(result));
  return keys;
}

absl::Status AppendSample(AppendLog& log, const SampleResult& result) {
  SN37_RETURN_IF_ERROR(log.Append(result.SerializeAsString()));
  return log.Sync();
}

}  // namespace sn37::jobs
