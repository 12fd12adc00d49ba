#include "jobs/run_shards.h"

#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jobs/stall_limit.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

constexpr int kTries = 2;

// What a model did whose process ended so; empty where it may have done
// nothing. Not among them are SIGBUS, a file that cannot be read, and SIGABRT,
// with which programs give up by themselves: a failed check, no memory left.
std::string FaultOf(const ShardEnd& end) {
  switch (end.signal) {
    case SIGSEGV:
    case SIGFPE:
    case SIGILL:
      return "the model crashes its worker";
    case kStallSignal:
      return "the model stalls its worker: nothing was finished in the time "
             "that a worker has here";
    default:
      return "";
  }
}

std::string Describe(const PlannedModel& model, const ShardEnd& end) {
  std::string what;
  if (end.signal == kStallSignal) {
    what = "the worker finished nothing in the time of --stall_limit";
  } else if (end.signal == SIGBUS) {
    what =
        "the worker was ended by a file that was cut short while it was "
        "read, or cannot be read (Bus error)";
  } else if (end.signal != 0) {
    what = absl::StrCat("the worker was ended by ", strsignal(end.signal));
  } else if (!end.message.empty()) {
    what = end.message;
  } else {
    what = absl::StrCat("the worker ended with status ", end.exit_code);
  }
  return absl::StrCat("competition ", model.competition(), ", uid ",
                      model.uid(), ": ", what);
}

// Runs the shards once; notes the faults of each and the last failure.
absl::Status RunOnce(const EpochPlan& plan, const ShardWork& work,
                     const UnfinishedShards& unfinished, Executor& executor,
                     std::map<int, std::vector<std::string>>& faults,
                     std::string& failure) {
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
    std::string fault = FaultOf(ends[i]);
    if (!fault.empty()) faults[shards[i]].push_back(std::move(fault));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShardsEnd> RunShards(const EpochPlan& plan,
                                    const ShardWork& work, Executor& executor) {
  std::map<int, std::vector<std::string>> faults;
  std::string failure = "what it should have left is missing";
  for (int attempt = 0; attempt < kTries; ++attempt) {
    SN37_ASSIGN_OR_RETURN(const UnfinishedShards unfinished, work.unfinished());
    if (unfinished.empty()) return ShardsEnd();
    SN37_RETURN_IF_ERROR(
        RunOnce(plan, work, unfinished, executor, faults, failure));
  }
  SN37_ASSIGN_OR_RETURN(UnfinishedShards unfinished, work.unfinished());
  ShardsEnd end;
  for (const auto& [shard, each_time] : faults) {
    if (each_time.size() == kTries) end.at_fault[shard] = each_time.back();
  }
  if (unfinished.size() == work.shards) end.at_fault.clear();
  for (const auto& [shard, fault] : end.at_fault) unfinished.erase(shard);
  if (!unfinished.empty()) end.failure = failure;
  return end;
}

}  // namespace sn37::jobs
