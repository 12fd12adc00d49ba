// What miners and applications link: the subnet's own checks, the same code
// that validators run.
//
//   #include "sdk/sn37.h"
//
//   auto report = sn37::sdk::Check("/models/mine", /*competition=*/4);
//   if (!report.ok()) return Fail(report.status());  // file and reason
//   for (const auto& rule : report->constraints) {
//     Print(rule.name, rule.measured, rule.limit, rule.passed);
//   }
//
// This header is all that is public: what it does not name may change.
#ifndef SDK_SN37_H_
#define SDK_SN37_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sn37::sdk {

// One rule of a competition and what the model has. The texts are harmless: one
// line of valid UTF-8 without control characters, whatever the model's files
// hold.
struct Constraint {
  std::string name;      // such as "parameters", "norms_hard"; stable
  std::string measured;  // what the model has
  std::string limit;     // what is allowed
  bool passed = false;
};

struct CheckReport {
  std::vector<Constraint> constraints;  // always all, in a fixed order
  bool passed = false;                  // all of them
};

struct CheckOptions {
  // The text of a schedule (sn37/competition/schedule.proto in text form);
  // absent: the subnet's own, as of this build.
  std::optional<std::string> schedule;
  // The block whose competitions count; absent: the schedule's last entry.
  std::optional<int64_t> block;
  // The folder of the tokenizer that the competition scores every model with,
  // where it names one; absent: the model's own is measured in its place.
  std::optional<std::string> tokenizer;
};

// Measures the model in `folder` (config.json, safetensors, tokenizer) against
// every constraint of a competition. Nothing of the model is run, nothing is
// written, no network is used. Reads all weights once: about a second for each
// ten gigabytes in the page cache. Safe from any thread.
//
// An error means that there is nothing to report; its message names file and
// reason.
//   kNotFound         no folder, config.json or weights; or the competition
//                     does not run at that block
//   kInvalidArgument  files that no validator would load: pickled weights,
//                     malformed or truncated safetensors, NaN or infinite
//                     weights, absurd sizes; or a schedule that is none
//   kUnavailable      the files changed meanwhile, or options.tokenizer holds
//                     no tokenizer that can be loaded
absl::StatusOr<CheckReport> Check(const std::string& folder,
                                  int64_t competition,
                                  const CheckOptions& options = {});

}  // namespace sn37::sdk

#endif  // SDK_SN37_H_
