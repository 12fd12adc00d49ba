// sn37 check: a model folder against a competition's constraints.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "jobs/hub_flags.h"
#include "sdk/sn37.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(int64_t, competition, 0, "Id of the competition.");
ABSL_FLAG(std::string, schedule_file, "",
          "Text proto of another schedule than the subnet's own.");
ABSL_FLAG(std::string, competition_tokenizer, "",
          "Folder of the tokenizer that the competition scores every model "
          "with, where it names one.");

namespace sn37::tools {
namespace {

constexpr char kHelp[] = R"(
A model folder against every constraint of a competition, as a validator checks
it. Exit status 0 when all are met, 1 when not.

  sn37 check --model DIR --competition 4
  sn37 check --model DIR --competition 1 --schedule_file demo.textproto --json)";

void PrintTable(const sdk::CheckReport& report) {
  Table table({{"constraint"}, {"measured"}, {"allowed"}, {"met"}});
  for (const sdk::Constraint& constraint : report.constraints) {
    table.AddRow({constraint.name, constraint.measured, constraint.limit,
                  constraint.passed ? "yes" : "NO"});
  }
  std::cout << table.ToString();
}

void PrintJson(const sdk::CheckReport& report) {
  for (const sdk::Constraint& constraint : report.constraints) {
    PrintJsonLine({{"constraint", constraint.name},
                   {"measured", constraint.measured},
                   {"allowed", constraint.limit},
                   {"met", constraint.passed}});
  }
}

absl::StatusOr<int> Check() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  sdk::CheckOptions options;
  if (std::string path = absl::GetFlag(FLAGS_schedule_file); !path.empty()) {
    constexpr uint64_t kMaxScheduleBytes = 1 << 20;
    SN37_ASSIGN_OR_RETURN(options.schedule, ReadFile(path, kMaxScheduleBytes));
  }
  if (std::string path = absl::GetFlag(FLAGS_competition_tokenizer);
      !path.empty()) {
    options.tokenizer = std::move(path);
  }
  SN37_ASSIGN_OR_RETURN(
      sdk::CheckReport report,
      sdk::Check(folder, absl::GetFlag(FLAGS_competition), options));
  AsJson() ? PrintJson(report) : PrintTable(report);
  return report.passed ? kOk : kFailed;
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<int> status = Check();
  return status.ok() ? *status : Fail(status.status());
}

}  // namespace

const Verb kCheck = {"check",
                     "a model folder against a competition's constraints",
                     kHelp,
                     {"tools/sn37/check.cc", kOutputFlagFile, kModelFlagFile,
                      jobs::kHubFlagFile},
                     Run};

}  // namespace sn37::tools
