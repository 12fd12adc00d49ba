// sn37 report: an epoch that was run, again as a table or as JSON Lines.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "jobs/epoch_command.h"
#include "jobs/epoch_folder.h"
#include "jobs/plan.h"
#include "jobs/report/html.h"
#include "jobs/report/terminal.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(int64_t, block, -1, "Sync block of the epoch; by default the last.");

namespace sn37::tools {
namespace {

using jobs::Decision;
using jobs::EpochFolder;

constexpr char kHelp[] = R"(
The outcome of an epoch that was run: the table, and report.html written anew.

  sn37 report
  sn37 report --block 1440 --json)";

absl::StatusOr<uint64_t> LastEpoch(const std::string& home) {
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> names,
                        ListFolder(JoinPath(home, "epochs"), 1 << 20));
  int64_t last = -1;
  for (const std::string& name : names) {
    int64_t block;
    if (absl::SimpleAtoi(name, &block) && block > last &&
        FileExists(EpochFolder(home, block).decision())) {
      last = block;
    }
  }
  if (last < 0) {
    return absl::NotFoundError(
        absl::StrCat(home, " holds no epoch that was decided; run one first"));
  }
  return static_cast<uint64_t>(last);
}

absl::StatusOr<Decision> ReadDecision(const EpochFolder& folder) {
  constexpr uint64_t kMaxDecisionBytes = 64 << 20;
  SN37_ASSIGN_OR_RETURN(std::string bytes,
                        ReadFile(folder.decision(), kMaxDecisionBytes));
  Decision decision;
  if (!decision.ParseFromString(bytes)) {
    return absl::DataLossError(
        absl::StrCat(folder.decision(), " is no decision"));
  }
  return decision;
}

void PrintJson(const Decision& decision) {
  for (const jobs::ModelDecision& model : decision.models()) {
    nlohmann::json tasks = nlohmann::json::object();
    nlohmann::json numbers = nlohmann::json::object();
    for (const jobs::TaskResult& task : model.tasks()) {
      tasks[task.name()] = task.normalized();
      for (const eval::Number& number : task.numbers()) {
        numbers[task.name()][number.name()] = number.value();
      }
    }
    PrintJsonLine({{"epoch", decision.sync_block()},
                   {"competition", model.competition()},
                   {"rank", model.rank()},
                   {"uid", model.uid()},
                   {"model", model.repository()},
                   {"score", model.score()},
                   {"low", model.low()},
                   {"high", model.high()},
                   {"tasks", tasks},
                   {"numbers", numbers},
                   {"wins", model.wins()},
                   {"average", model.competition_weight()},
                   {"failure", model.failure()}});
  }
}

absl::Status Report() {
  const std::string home = jobs::HomeFolder();
  uint64_t block = static_cast<uint64_t>(absl::GetFlag(FLAGS_block));
  if (absl::GetFlag(FLAGS_block) < 0) {
    SN37_ASSIGN_OR_RETURN(block, LastEpoch(home));
  }
  const EpochFolder folder(home, block);
  SN37_ASSIGN_OR_RETURN(jobs::EpochPlan plan, jobs::ReadPlan(folder.plan()));
  SN37_ASSIGN_OR_RETURN(Decision decision, ReadDecision(folder));
  SN37_RETURN_IF_ERROR(
      WriteFileWhole(folder.report(), jobs::ReportHtml(plan, decision)));
  if (AsJson()) {
    PrintJson(decision);
  } else {
    std::cout << "Epoch " << block << "\n"
              << jobs::ReportTable(plan, decision)
              << "\nReport: " << folder.report() << "\n";
  }
  return absl::OkStatus();
}

int Run(absl::Span<const std::string>) {
  absl::Status status = Report();
  return status.ok() ? kOk : Fail(status);
}

}  // namespace

const Verb kReport = {
    "report",
    "the outcome of an epoch, as table and page",
    kHelp,
    {"tools/sn37/report.cc", kOutputFlagFile, jobs::kEpochFlagFile},
    Run};

}  // namespace sn37::tools
