#include "sn37/round/round.h"

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "datasets/sampling.h"
#include "eval/methods/method.h"
#include "eval/methods/methods.h"
#include "eval/methods/response.h"
#include "eval/methods/score_task.h"
#include "eval/status.h"
#include "eval/tokenizer/tokenizer.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/normalize.h"
#include "sn37/store/fault_text.h"

namespace sn37 {
namespace {

using Done = absl::FunctionRef<absl::Status(const SampleResult&)>;

absl::StatusOr<const eval::Method*> MethodOf(const Task& task) {
  const std::string name = absl::AsciiStrToLower(Method_Name(task.method()));
  const eval::Method* method = eval::FindMethod(name);
  if (method == nullptr) {
    return absl::InternalError(
        absl::StrCat("task ", task.name(), ": no method '", name, "'"));
  }
  return method;
}

eval::MethodOptions OptionsOf(const eval::Method& method,
                              const RoundTask& round_task,
                              int64_t sequence_length) {
  const Task& task = round_task.task;
  eval::MethodOptions options = method.defaults;
  options.sequence_length = sequence_length;
  if (task.max_new_tokens() > 0) options.max_new_tokens = task.max_new_tokens();
  if (task.repetition_penalty() > 0) {
    options.repetition_penalty = static_cast<float>(task.repetition_penalty());
  }
  if (task.loss_unit() == BITS_PER_BYTE) {
    options.loss_unit = eval::LossUnit::kBitsPerByte;
  }
  options.stop_strings.assign(task.stop_strings().begin(),
                              task.stop_strings().end());
  // Which samples are drawn follows from a block after the model's commitment.
  options.salt = round_task.sample_set.hex();
  return options;
}

// A sample on its way: its requests, and the responses that have come.
struct Job {
  const RoundTask* task;
  const eval::Method* method;
  eval::MethodOptions options;
  int64_t index;
  eval::SampleRequests requests;
  eval::Responses responses;
  size_t waiting = 0;    // responses that have not come yet
  absl::Status failure;  // the first failed response's

  const datasets::Sample& sample() const { return task->samples[index]; }
};

// Runs the jobs of one model. Lives for one RunRound.
class Runner {
 public:
  Runner(const RoundModel& model, const eval::EngineOptions& options, Done done)
      : model_(model), options_(options), done_(done) {}

  absl::Status Run(absl::Span<const RoundTask> tasks,
                   const std::set<SampleKey>& known) {
    SN37_RETURN_IF_ERROR(MakeJobs(tasks, known));
    if (jobs_.empty()) return absl::OkStatus();
    if (absl::Status loaded = Load(); !loaded.ok()) {
      if (!eval::IsModelFault(loaded)) return loaded;
      for (Job& job : jobs_) SN37_RETURN_IF_ERROR(Finish(job, loaded));
      return absl::OkStatus();
    }
    SN37_RETURN_IF_ERROR(Build());
    SN37_RETURN_IF_ERROR(Score());
    SN37_RETURN_IF_ERROR(Generate());
    return our_failure_;
  }

 private:
  absl::Status MakeJobs(absl::Span<const RoundTask> tasks,
                        const std::set<SampleKey>& known) {
    for (const RoundTask& task : tasks) {
      SN37_ASSIGN_OR_RETURN(const eval::Method* method, MethodOf(task.task));
      const eval::MethodOptions options =
          OptionsOf(*method, task, model_.sequence_length);
      for (size_t i = 0; i < task.samples.size(); ++i) {
        const int64_t index = static_cast<int64_t>(i);
        if (known.count({task.task.name(), index}) > 0) continue;
        jobs_.push_back(Job{&task, method, options, index, {}, {}, 0, {}});
      }
    }
    return absl::OkStatus();
  }

  absl::Status Load() {
    absl::StatusOr<eval::Tokenizer> tokenizer = eval::Tokenizer::Load(
        BringsTokenizer() ? model_.folder : model_.tokenizer);
    SN37_RETURN_IF_ERROR(OfTokenizer(tokenizer.status()));
    tokenizer_.emplace(*std::move(tokenizer));
    SN37_ASSIGN_OR_RETURN(engine_, eval::Engine::Load(model_.folder, options_));
    return tokenizer_->CheckVocabulary(engine_->vocabulary_size());
  }

  bool BringsTokenizer() const { return model_.tokenizer.empty(); }

  // A failure to make tokens: no model's where the competition chose how.
  absl::Status OfTokenizer(absl::Status status) const {
    if (BringsTokenizer() || !eval::IsModelFault(status)) return status;
    return absl::UnavailableError(
        absl::StrCat("the competition's tokenizer: ", status.message()));
  }

  // Makes every job's requests; a job without any is finished.
  absl::Status Build() {
    for (Job& job : jobs_) {
      absl::StatusOr<eval::SampleRequests> requests =
          job.method->build(job.sample(), job.index, *tokenizer_, job.options);
      if (!requests.ok()) {
        SN37_RETURN_IF_ERROR(Finish(job, OfTokenizer(requests.status())));
        continue;
      }
      job.requests = *std::move(requests);
      job.waiting = job.requests.score.size() + job.requests.generate.size();
      for (size_t i = 0; i < job.waiting; ++i) job.responses.Add();
      if (job.waiting == 0) SN37_RETURN_IF_ERROR(Finish(job, Judge(job)));
    }
    return absl::OkStatus();
  }

  absl::Status Score() {
    std::vector<eval::ScoreRequest> requests;
    std::vector<std::pair<Job*, size_t>> places;  // job, response
    for (Job& job : jobs_) {
      for (size_t i = 0; i < job.requests.score.size(); ++i) {
        requests.push_back(job.requests.score[i]);
        places.emplace_back(&job, i);
      }
    }
    return engine_->Score(
        requests, [&](size_t r, absl::StatusOr<eval::ScoreResponse> answer) {
          auto [job, i] = places[r];
          if (!answer.ok()) return Receive(*job, i, answer.status());
          return Receive(
              *job, i,
              ToResponse(requests[r], job->requests.scored_bytes[i], *answer));
        });
  }

  absl::Status Generate() {
    std::vector<eval::GenerateRequest> requests;
    std::vector<std::pair<Job*, size_t>> places;  // job, response
    for (Job& job : jobs_) {
      for (size_t i = 0; i < job.requests.generate.size(); ++i) {
        requests.push_back(job.requests.generate[i]);
        places.emplace_back(&job, job.requests.score.size() + i);
      }
    }
    return engine_->Generate(
        requests, [&](size_t r, absl::StatusOr<eval::GenerateResponse> answer) {
          auto [job, i] = places[r];
          if (!answer.ok()) return Receive(*job, i, answer.status());
          return Receive(*job, i,
                         ToResponse(requests[r], *answer, *tokenizer_));
        });
  }

  absl::Status Receive(Job& job, size_t i,
                       absl::StatusOr<eval::Response> response) {
    if (response.ok()) {
      *job.responses.Mutable(static_cast<int>(i)) = *std::move(response);
    } else {
      job.failure.Update(response.status());
    }
    if (--job.waiting > 0) return absl::OkStatus();
    return job.failure.ok() ? Finish(job, Judge(job))
                            : Finish(job, job.failure);
  }

  absl::StatusOr<eval::SampleScore> Judge(const Job& job) {
    return job.method->judge(job.sample(), job.responses, job.options);
  }

  // Hands over the job's result.
  absl::Status Finish(const Job& job,
                      const absl::StatusOr<eval::SampleScore>& score) {
    SampleResult result;
    result.set_model_digest(model_.digest);
    result.set_competition(model_.competition);
    result.set_task(job.task->task.name());
    result.set_index(job.index);
    result.set_sample_id(job.sample().id());
    if (score.ok()) {
      result.set_status(SCORED);
      *result.mutable_responses() = job.responses;
      *result.mutable_score() = *score;
    } else if (eval::IsModelFault(score.status())) {
      result.set_status(MODEL_FAILED);
      result.set_error(FaultText(score.status(), model_.folder));
    } else {
      result.set_status(INFRASTRUCTURE_FAILED);
      result.set_error(std::string(score.status().message()));
      our_failure_.Update(score.status());
    }
    return done_(result);
  }

  const RoundModel& model_;
  const eval::EngineOptions& options_;
  const Done done_;
  std::vector<Job> jobs_;
  std::optional<eval::Tokenizer> tokenizer_;
  std::unique_ptr<eval::Engine> engine_;
  absl::Status our_failure_;  // the first that is not the model's
};

// A task's results in the order of its samples; an error names the first that
// is missing or not final.
absl::StatusOr<std::vector<const SampleResult*>> InOrder(
    const RoundTask& task, absl::Span<const SampleResult> results) {
  std::vector<const SampleResult*> ordered(task.samples.size());
  for (const SampleResult& result : results) {
    if (result.task() != task.task.name() || result.index() < 0 ||
        result.index() >= static_cast<int64_t>(ordered.size())) {
      continue;
    }
    if (result.status() == SCORED || result.status() == MODEL_FAILED) {
      ordered[result.index()] = &result;
    }
  }
  for (size_t i = 0; i < ordered.size(); ++i) {
    if (ordered[i] != nullptr) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("task ", task.task.name(), ": sample ", i, " of ",
                     ordered.size(), " has no result"));
  }
  return ordered;
}

absl::StatusOr<eval::TaskScore> ScoreOneTask(
    const RoundTask& task, absl::Span<const SampleResult> results,
    std::string& failure) {
  SN37_ASSIGN_OR_RETURN(const eval::Method* method, MethodOf(task.task));
  SN37_ASSIGN_OR_RETURN(std::vector<const SampleResult*> ordered,
                        InOrder(task, results));
  std::vector<eval::JudgedSample> judged;
  for (size_t i = 0; i < ordered.size(); ++i) {
    const bool scored = ordered[i]->status() == SCORED;
    judged.push_back({&task.samples[i], &ordered[i]->responses(),
                      scored ? &ordered[i]->score() : nullptr});
    if (!scored && failure.empty()) failure = ordered[i]->error();
  }
  return eval::ScoreTask(*method, judged);
}

// The 95 % interval of a score from those of its tasks: independent errors,
// added in quadrature on either side; none where the score is infinite.
void SetInterval(absl::Span<const double> weights, RoundScore& score) {
  score.low = score.high = score.score;
  if (std::isinf(score.score)) return;
  double below = 0, above = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const RoundTaskScore& task = score.tasks[i];
    below += std::pow(weights[i] * (task.normalized - task.low), 2);
    above += std::pow(weights[i] * (task.high - task.normalized), 2);
  }
  score.low -= std::sqrt(below);
  score.high += std::sqrt(above);
}

bool NothingScored(const RoundScore& score) {
  for (const RoundTaskScore& task : score.tasks) {
    if (task.failed < task.samples) return false;
  }
  return true;
}

// A task with the first version of the rules must not draw the second's.
absl::Status CheckRules(const Task& task,
                        absl::Span<const datasets::Sample> samples) {
  constexpr int kLastRuleOfV1 = 7;
  if (task.rules_version() != 1) return absl::OkStatus();
  for (const datasets::Sample& sample : samples) {
    for (const Rule& rule : sample.instruction_following().rules()) {
      if (rule.id() <= kLastRuleOfV1) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("task ", task.name(), ": ", sample.id(),
                       " has rules of version 2, the task is of version 1"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<RoundTask>> DrawTasks(
    const Competition& competition, const datasets::Snapshot& snapshot,
    const Digest& seed) {
  std::vector<RoundTask> tasks;
  for (const Task& task : competition.tasks()) {
    RoundTask drawn;
    drawn.task = task;
    datasets::Draw draw{
        .configs = {task.sources().begin(), task.sources().end()},
        .seed = seed,
        .task = task.name(),
        .count = task.samples()};
    if (task.max_sample_bytes() > 0) {
      draw.limit = datasets::LengthLimit{task.max_sample_bytes()};
    }
    absl::StatusOr<std::vector<datasets::Sample>> samples =
        datasets::DrawSamples(snapshot, draw);
    SN37_RETURN_IF_ERROR(
        Annotate(samples.status(), absl::StrCat("task ", task.name())));
    drawn.samples = *std::move(samples);
    SN37_RETURN_IF_ERROR(CheckRules(task, drawn.samples));
    drawn.sample_set = datasets::SampleSetDigest(drawn.samples);
    tasks.push_back(std::move(drawn));
  }
  return tasks;
}

absl::Status RunRound(const RoundModel& model,
                      absl::Span<const RoundTask> tasks,
                      const std::set<SampleKey>& known,
                      const eval::EngineOptions& options, Done done) {
  return Runner(model, options, done).Run(tasks, known);
}

absl::StatusOr<RoundScore> ScoreRound(const Competition& competition,
                                      absl::Span<const RoundTask> tasks,
                                      absl::Span<const SampleResult> results) {
  SN37_CHECK(static_cast<int>(tasks.size()) == competition.tasks_size());
  RoundScore score;
  std::vector<Task> specs;
  std::vector<double> raws, weights;
  for (const RoundTask& task : tasks) {
    SN37_ASSIGN_OR_RETURN(eval::TaskScore scored,
                          ScoreOneTask(task, results, score.failure));
    RoundTaskScore part;
    part.name = task.task.name();
    part.low = Normalize(task.task, scored.low);
    part.high = Normalize(task.task, scored.high);
    part.samples = static_cast<uint32_t>(scored.samples);
    part.failed = static_cast<uint32_t>(scored.failed);
    part.numbers = std::move(scored.numbers);
    score.tasks.push_back(std::move(part));
    specs.push_back(task.task);
    raws.push_back(scored.raw);
    weights.push_back(task.task.weight());
  }
  const ModelScore total = ScoreTasks(specs, raws);
  score.score = total.total;
  for (size_t i = 0; i < total.tasks.size(); ++i) {
    score.tasks[i].raw = total.tasks[i].raw;
    score.tasks[i].normalized = total.tasks[i].normalized;
    score.tasks[i].weighted = total.tasks[i].weighted;
  }
  if (NothingScored(score)) {
    score.score = std::numeric_limits<double>::infinity();
  }
  SetInterval(weights, score);
  return score;
}

}  // namespace sn37
