#include "sn37/competition/schedule.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

// A sum of shares written in decimal is 1 up to rounding.
constexpr double kShareTolerance = 1e-9;

// Keeps the first error of the text form and its place.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (message_.empty()) {
      message_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ",
                              Printable(message));
    }
  }
  const std::string& message() const { return message_; }

 private:
  std::string message_;
};

absl::Status Require(bool holds, absl::string_view rule) {
  return holds ? absl::OkStatus() : absl::InvalidArgumentError(rule);
}

// Written so that NaN is outside.
bool In(double value, double low, double high) {
  return value >= low && value <= high;
}
bool Below1(double value) { return value >= 0 && value < 1; }
bool IsShare(double value) { return value > 0 && value <= 1; }

// How a generating method's tasks ask for answers, where they do not say so.
struct Generation {
  Method method;
  uint32_t max_new_tokens;
  double repetition_penalty;
};
constexpr Generation kGenerations[] = {
    {MULTIPLE_CHOICE, 20, 1.1}, {IF_EVAL, 200, 1.2}, {FINAL_ANSWER, 1024, 1}};

// Null for methods that do not generate.
const Generation* GenerationOf(Method method) {
  for (const Generation& generation : kGenerations) {
    if (generation.method == method) return &generation;
  }
  return nullptr;
}

bool IsLoss(Method method) {
  return method == REFERENCE_LOSS || method == TEXT_LOSS;
}

bool AreStopStrings(
    const google::protobuf::RepeatedPtrField<std::string>& strings) {
  return strings.size() <= 16 &&
         std::all_of(strings.begin(), strings.end(), [](const auto& string) {
           return !string.empty() && string.size() <= 64;
         });
}

bool AreSources(const google::protobuf::RepeatedPtrField<std::string>& names) {
  const std::set<std::string> different(names.begin(), names.end());
  return !names.empty() && different.count("") == 0 &&
         different.size() == static_cast<size_t>(names.size());
}

absl::Status CheckTask(const Task& task) {
  SN37_RETURN_IF_ERROR(Require(!task.name().empty(), "a task needs a name"));
  SN37_RETURN_IF_ERROR(Require(
      task.method() != METHOD_UNSPECIFIED && Method_IsValid(task.method()),
      "method must be one of those in schedule.proto"));
  SN37_RETURN_IF_ERROR(Require(AreSources(task.sources()),
                               "sources must be names, each there once"));
  SN37_RETURN_IF_ERROR(Require(task.samples() >= 1 && task.samples() <= 100000,
                               "samples must be from 1 to 100000"));
  SN37_RETURN_IF_ERROR(Require(task.max_sample_bytes() >= 0,
                               "max_sample_bytes must not be negative"));
  SN37_RETURN_IF_ERROR(
      Require(IsShare(task.weight()), "weight must be above 0 and at most 1"));
  SN37_RETURN_IF_ERROR(Require(Normalization_IsValid(task.normalization()),
                               "normalization is unknown"));
  if (task.normalization() == INVERSE_EXPONENTIAL) {
    SN37_RETURN_IF_ERROR(Require(In(task.ceiling(), 1e-9, 1e9),
                                 "INVERSE_EXPONENTIAL needs a ceiling above "
                                 "0"));
  } else {
    SN37_RETURN_IF_ERROR(Require(task.ceiling() == 0,
                                 "ceiling needs a normalization that uses it"));
  }
  SN37_RETURN_IF_ERROR(Require(
      LossUnit_IsValid(task.loss_unit()) &&
          IsLoss(task.method()) == (task.loss_unit() != LOSS_UNIT_UNSPECIFIED),
      "loss_unit must be NATS_PER_TOKEN or BITS_PER_BYTE, and only "
      "with a loss"));
  if (GenerationOf(task.method()) != nullptr) {
    SN37_RETURN_IF_ERROR(
        Require(task.max_new_tokens() >= 1 && task.max_new_tokens() <= 1 << 20,
                "max_new_tokens must be from 1 to 1048576"));
    SN37_RETURN_IF_ERROR(Require(In(task.repetition_penalty(), 0.01, 100),
                                 "repetition_penalty must be from 0.01 to "
                                 "100"));
    SN37_RETURN_IF_ERROR(Require(AreStopStrings(task.stop_strings()),
                                 "stop_strings must be at most 16 of 1 to 64 "
                                 "bytes"));
  } else {
    SN37_RETURN_IF_ERROR(
        Require(task.max_new_tokens() == 0 && task.repetition_penalty() == 0 &&
                    task.stop_strings().empty(),
                "max_new_tokens, repetition_penalty and stop_strings need a "
                "method that generates"));
  }
  const uint32_t version = task.rules_version();
  return Require(
      task.method() == IF_EVAL ? version == 1 || version == 2 : version == 0,
      "rules_version must be 1 or 2, and only with IF_EVAL");
}

absl::Status CheckNorms(const NormLimits& norms) {
  SN37_RETURN_IF_ERROR(
      Require(norms.soft() > 0 && std::isfinite(norms.soft()) &&
                  norms.hard() > 0 && std::isfinite(norms.hard()),
              "norms: soft and hard must be above 0"));
  return Require(In(norms.soft_share(), 0, 1),
                 "norms: soft_share must be from 0 to 1");
}

absl::Status CheckConstraints(const Constraints& constraints) {
  SN37_RETURN_IF_ERROR(Require(
      constraints.min_parameters() >= 0 && constraints.max_parameters() >= 1 &&
          constraints.min_parameters() <= constraints.max_parameters(),
      "min_parameters must be from 0 to max_parameters"));
  SN37_RETURN_IF_ERROR(Require(constraints.sequence_length() >= 2 &&
                                   constraints.sequence_length() <= 1 << 24,
                               "sequence_length must be from 2 to 16777216"));
  SN37_RETURN_IF_ERROR(Require(constraints.dtype() != DTYPE_UNSPECIFIED &&
                                   Dtype_IsValid(constraints.dtype()),
                               "dtype must be BFLOAT16 or FLOAT32"));
  SN37_RETURN_IF_ERROR(Require(constraints.eval_block_delay() >= 0,
                               "eval_block_delay must not be negative"));
  SN37_RETURN_IF_ERROR(
      Require(constraints.max_bytes() >= 1, "max_bytes is missing"));
  SN37_RETURN_IF_ERROR(Require(constraints.architectures_size() >= 1,
                               "architectures is missing"));
  if (!constraints.has_norms()) return absl::OkStatus();
  return CheckNorms(constraints.norms());
}

absl::Status CheckEpsilon(const Epsilon& epsilon) {
  switch (epsilon.kind_case()) {
    case Epsilon::kFixed:
      return Require(Below1(epsilon.fixed()),
                     "epsilon: fixed must be at least 0 and below 1");
    case Epsilon::kLinearDecay: {
      const LinearDecay& decay = epsilon.linear_decay();
      return Require(Below1(decay.start()) &&
                         In(decay.end(), 0, decay.start()) &&
                         decay.blocks() >= 1,
                     "epsilon: linear_decay needs 0 <= end <= start < 1 and "
                     "blocks of at least 1");
    }
    case Epsilon::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("epsilon is missing");
}

bool ModelsBringTokenizers(const Competition& competition) {
  return competition.constraints().tokenizer().empty();
}

// `past` as of the competition's entry.
absl::Status CheckCompetition(const Competition& competition, bool past) {
  SN37_RETURN_IF_ERROR(Require(competition.id() >= 1 && competition.id() <= 99,
                               "id must be from 1 to 99"));
  SN37_RETURN_IF_ERROR(
      Require(!competition.name().empty(), "a competition needs a name"));
  SN37_RETURN_IF_ERROR(Require(IsShare(competition.reward()),
                               "reward must be above 0 and at most 1"));
  SN37_RETURN_IF_ERROR(CheckConstraints(competition.constraints()));
  SN37_RETURN_IF_ERROR(CheckEpsilon(competition.epsilon()));
  double weights = 0;
  std::set<std::string> names;
  for (const Task& task : competition.tasks()) {
    const std::string where =
        absl::StrCat("task \"", Printable(task.name()), "\"");
    SN37_RETURN_IF_ERROR(Annotate(CheckTask(task), where));
    SN37_RETURN_IF_ERROR(Annotate(
        Require(names.insert(task.name()).second, "is there twice"), where));
    SN37_RETURN_IF_ERROR(Annotate(
        Require(past || !ModelsBringTokenizers(competition) ||
                    task.loss_unit() != NATS_PER_TOKEN,
                "loss_unit must be BITS_PER_BYTE where models bring their own "
                "tokenizers"),
        where));
    weights += task.weight();
  }
  return Require(std::abs(weights - 1) <= kShareTolerance,
                 absl::StrCat("task weights must sum to 1, not ", weights));
}

absl::Status CheckEntry(const ScheduleEntry& entry) {
  double rewards = 0;
  std::set<uint32_t> ids;
  for (const Competition& competition : entry.competitions()) {
    const std::string where = absl::StrCat("competition ", competition.id());
    SN37_RETURN_IF_ERROR(
        Annotate(CheckCompetition(competition, entry.past()), where));
    SN37_RETURN_IF_ERROR(Annotate(
        Require(ids.insert(competition.id()).second, "is there twice"), where));
    rewards += competition.reward();
  }
  return Require(std::abs(rewards - 1) <= kShareTolerance,
                 absl::StrCat("rewards must sum to 1, not ", rewards));
}

void FillDefaults(const Competition& competition, Task& task) {
  if (const Generation* generation = GenerationOf(task.method())) {
    if (task.max_new_tokens() == 0) {
      task.set_max_new_tokens(generation->max_new_tokens);
    }
    if (task.repetition_penalty() == 0) {
      task.set_repetition_penalty(generation->repetition_penalty);
    }
  }
  if (IsLoss(task.method()) && task.loss_unit() == LOSS_UNIT_UNSPECIFIED) {
    task.set_loss_unit(ModelsBringTokenizers(competition) ? BITS_PER_BYTE
                                                          : NATS_PER_TOKEN);
  }
  if (task.method() == IF_EVAL && task.rules_version() == 0) {
    task.set_rules_version(2);
  }
}

}  // namespace

absl::Status CheckSchedule(const Schedule& schedule) {
  SN37_RETURN_IF_ERROR(Require(
      schedule.genesis_block() >= 0 && schedule.sync_cadence() >= 1,
      "schedule: genesis_block must not be negative, sync_cadence at least 1"));
  SN37_RETURN_IF_ERROR(
      Require(Below1(schedule.alpha()) && Below1(schedule.min_weight()),
              "schedule: alpha and min_weight must be at least 0 and below 1"));
  SN37_RETURN_IF_ERROR(
      Require(schedule.keep() >= 1, "schedule: keep must be at least 1"));
  SN37_RETURN_IF_ERROR(
      Require(schedule.netuid() <= 65535, "schedule: netuid is above 65535"));
  SN37_RETURN_IF_ERROR(
      Require(schedule.entries_size() >= 1, "schedule: entries is missing"));
  int64_t previous = -1;
  for (const ScheduleEntry& entry : schedule.entries()) {
    const std::string where =
        absl::StrCat("schedule entry from block ", entry.from_block());
    SN37_RETURN_IF_ERROR(Annotate(CheckEntry(entry), where));
    SN37_RETURN_IF_ERROR(Annotate(
        Require(entry.from_block() > previous,
                "from_block must rise from entry to entry, beginning at 0 or "
                "above"),
        where));
    previous = entry.from_block();
  }
  return Require(!schedule.entries().rbegin()->past(),
                 "schedule: the last entry cannot be past");
}

absl::StatusOr<Schedule> ParseSchedule(absl::string_view text) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(16);
  Schedule schedule;
  if (!parser.ParseFromString(std::string(text), &schedule)) {
    return absl::InvalidArgumentError(
        absl::StrCat("schedule: ", error.message()));
  }
  for (ScheduleEntry& entry : *schedule.mutable_entries()) {
    for (Competition& competition : *entry.mutable_competitions()) {
      for (Task& task : *competition.mutable_tasks()) {
        FillDefaults(competition, task);
      }
    }
  }
  SN37_RETURN_IF_ERROR(CheckSchedule(schedule));
  return schedule;
}

absl::StatusOr<const ScheduleEntry*> EntryAt(const Schedule& schedule,
                                             int64_t block) {
  const ScheduleEntry* in_force = nullptr;
  for (const ScheduleEntry& entry : schedule.entries()) {
    if (entry.from_block() <= block) in_force = &entry;
  }
  if (in_force == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("no competition is scheduled at block ", block));
  }
  return in_force;
}

absl::StatusOr<const Competition*> CompetitionAt(const Schedule& schedule,
                                                 int64_t block, int64_t id) {
  SN37_ASSIGN_OR_RETURN(const ScheduleEntry* entry, EntryAt(schedule, block));
  for (const Competition& competition : entry->competitions()) {
    if (competition.id() == id) return &competition;
  }
  return nullptr;
}

}  // namespace sn37
