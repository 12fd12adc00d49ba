#include "jobs/run_shards.h"

#include <csignal>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

constexpr int kTries = 2;

// SIGBUS is not among them: a disk that cannot be read is our fault.
bool Crashed(const ShardEnd& end) {
  switch (end.signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGFPE:
    case SIGILL:
      return true;
    default:
      return false;
  }
}

std::string Describe(const PlannedModel& model, const ShardEnd& end) {
  std::string what;
  if (end.signal != 0) {
    what = absl::StrCat("the worker was ended by ", strsignal(end.signal));
  } else if (!end.message.empty()) {
    what = end.message;
  } else {
    what = absl::StrCat("the worker ended with status ", end.exit_code);
  }
  return absl::StrCat("competition ", model.competition(), ", uid ",
                      model.uid(), ": ", what);
}

// Runs the shards once; notes crashes and the last failure.
absl::Status RunOnce(const EpochPlan& plan, const ShardWork& work,
                     const UnfinishedShards& unfinished, Executor& executor,
                     std::map<int, int>& crashes, std::string& failure) {
  std::vector<int> shards;
  int64_t total = 0;
  for (const auto& [shard, count] : unfinished) {
    shards.push_back(shard);
    total += count;
  }
  Progress progress(std::string(work.doing), total, std::string(work.unit));
  SN37_ASSIGN_OR_RETURN(
      std::vector<ShardEnd> ends,
      executor.Run(shards, [&](int64_t n) { progress.Advance(n); }));
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i].signal == 0 && ends[i].exit_code == 0) continue;
    failure = Describe(plan.models(shards[i]), ends[i]);
    if (Crashed(ends[i])) ++crashes[shards[i]];
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShardsEnd> RunShards(const EpochPlan& plan,
                                    const ShardWork& work, Executor& executor) {
  std::map<int, int> crashes;
  std::string failure = "what it should have left is missing";
  for (int attempt = 0; attempt < kTries; ++attempt) {
    SN37_ASSIGN_OR_RETURN(const UnfinishedShards unfinished, work.unfinished());
    if (unfinished.empty()) return ShardsEnd();
    SN37_RETURN_IF_ERROR(
        RunOnce(plan, work, unfinished, executor, crashes, failure));
  }
  SN37_ASSIGN_OR_RETURN(UnfinishedShards unfinished, work.unfinished());
  ShardsEnd end;
  for (const auto& [shard, count] : crashes) {
    if (count == kTries) end.crashing.push_back(shard);
  }
  if (end.crashing.size() > 1 && end.crashing.size() == work.shards) {
    end.crashing.clear();
  }
  for (int shard : end.crashing) unfinished.erase(shard);
  if (!unfinished.empty()) end.failure = failure;
  return end;
}

}  // namespace sn37::jobs
