#include "jobs/decide.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "chain/weights.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/ema.h"
#include "sn37/competition/epsilon.h"
#include "sn37/competition/keep.h"
#include "sn37/competition/retry.h"
#include "sn37/competition/schedule.h"
#include "sn37/competition/wins.h"
#include "sn37/round/round.h"

namespace sn37::jobs {
namespace {

// A planned model of one competition with what came of it.
struct Entrant {
  const PlannedModel* model;
  RoundScore score;
  Standing standing;
  double average = 0;
  bool kept = false;
};

// The score of a model that could not be evaluated at all.
RoundScore Misconfigured(const Competition& competition,
                         const std::string& why) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  RoundScore score;
  score.score = score.low = score.high = kInf;
  score.failure = why;
  for (const Task& task : competition.tasks()) {
    RoundTaskScore part;
    part.name = task.name();
    part.raw = part.normalized = part.weighted = kInf;
    part.low = part.high = kInf;
    score.tasks.push_back(std::move(part));
  }
  return score;
}

// Decides one epoch. Lives for one Decide.
class Decider {
 public:
  Decider(const EpochPlan& plan, const TasksByCompetition& tasks,
          absl::Span<const SampleResult> results, const ValidatorState& state)
      : plan_(plan), tasks_(tasks), block_(plan.sync_block()), state_(state) {
    for (const SampleResult& result : results) {
      results_[{result.competition(), result.model_digest()}].push_back(result);
    }
    for (const Slot& slot : plan.slots()) {
      registered_at_[slot.hotkey()] =
          static_cast<int64_t>(slot.registered_at());
    }
  }

  absl::StatusOr<Outcome> Run() {
    SN37_ASSIGN_OR_RETURN(const ScheduleEntry* entry,
                          EntryAt(plan_.schedule(), block_));
    Remember(*entry);
    for (const Competition& competition : entry->competitions()) {
      SN37_RETURN_IF_ERROR(DecideCompetition(competition));
    }
    outcome_.decision.set_format(1);
    outcome_.decision.set_sync_block(plan_.sync_block());
    outcome_.decision.set_complete(true);
    SN37_RETURN_IF_ERROR(SetWeights(*entry));
    return std::move(outcome_);
  }

 private:
  // Carries over what is still somebody's, and notes the commitments seen.
  void Remember(const ScheduleEntry& entry) {
    ValidatorState& next = outcome_.next;
    next.last_epoch = block_;
    next.averages = Purged(state_.averages, entry, registered_at_,
                           state_.last_epoch.value_or(block_));
    for (const auto& [hotkey, seen] : state_.seen) {
      if (registered_at_.count(hotkey) > 0) next.seen[hotkey] = seen;
    }
    for (const auto& [key, history] : state_.history) {
      if (registered_at_.count(key.second) > 0) next.history[key] = history;
    }
    for (const PlannedModel& model : plan_.models()) {
      next.seen[model.hotkey()] = {static_cast<int64_t>(model.block()),
                                   model.commitment(), model.misconfigured()};
      // A new commitment begins a new history.
      if (model.reason() != NEW) continue;
      for (auto it = next.history.begin(); it != next.history.end();) {
        it = it->first.second == model.hotkey() ? next.history.erase(it)
                                                : std::next(it);
      }
    }
  }

  absl::StatusOr<std::vector<Entrant>> ScoreEntrants(
      const Competition& competition) {
    std::vector<Entrant> entrants;
    for (const PlannedModel& model : plan_.models()) {
      if (model.competition() != competition.id()) continue;
      Entrant entrant;
      entrant.model = &model;
      if (model.misconfigured().empty()) {
        SN37_ASSIGN_OR_RETURN(
            entrant.score,
            ScoreRound(competition, tasks_.at(competition.id()),
                       results_[{competition.id(), model.digest()}]));
      } else {
        entrant.score = Misconfigured(competition, model.misconfigured());
      }
      entrants.push_back(std::move(entrant));
    }
    return entrants;
  }

  absl::Status DecideCompetition(const Competition& competition) {
    SN37_ASSIGN_OR_RETURN(std::vector<Entrant> entrants,
                          ScoreEntrants(competition));
    std::vector<Contender> field;
    for (const Entrant& entrant : entrants) {
      field.push_back(
          {entrant.score.score, static_cast<int64_t>(entrant.model->block())});
    }
    const Standings standings = Rank(field, competition.epsilon(), block_);
    for (size_t i = 0; i < entrants.size(); ++i) {
      entrants[i].standing = standings.models[i];
    }
    UpdateAverage(competition, entrants);
    UpdateKept(competition, entrants);
    constexpr double kInf = std::numeric_limits<double>::infinity();
    UpdateHistory(
        competition, entrants,
        standings.top.has_value() ? field[*standings.top] : Contender{kInf, 0});
    Report(competition, std::move(entrants));
    return absl::OkStatus();
  }

  void UpdateAverage(const Competition& competition,
                     std::vector<Entrant>& entrants) {
    HotkeyWeights step;
    for (const Entrant& entrant : entrants) {
      step[entrant.model->hotkey()] =
          static_cast<float>(entrant.standing.step_weight);
    }
    HotkeyWeights& average = outcome_.next.averages[competition.id()];
    average = UpdatedAverage(average, step, plan_.schedule().alpha());
    for (Entrant& entrant : entrants) {
      auto it = average.find(entrant.model->hotkey());
      entrant.average = it == average.end() ? 0 : it->second;
    }
    if (average.empty()) outcome_.next.averages.erase(competition.id());
  }

  // A model that failed stays by its average alone; one that its own files rule
  // out does not stay.
  void UpdateKept(const Competition& competition,
                  std::vector<Entrant>& entrants) {
    std::vector<KeepCandidate> candidates;
    std::vector<Entrant*> evaluated;
    for (Entrant& entrant : entrants) {
      if (!entrant.model->misconfigured().empty()) continue;
      if (!IsScored(entrant.score.score) &&
          entrant.average < kSmallestAverage) {
        continue;
      }
      candidates.push_back({entrant.average, entrant.standing.win_rate});
      evaluated.push_back(&entrant);
    }
    for (size_t i : KeepSet(candidates, plan_.schedule().keep())) {
      evaluated[i]->kept = true;
      outcome_.next.kept.emplace(competition.id(),
                                 evaluated[i]->model->hotkey());
    }
  }

  // `winner` has an infinite score where nobody won.
  void UpdateHistory(const Competition& competition,
                     const std::vector<Entrant>& entrants,
                     const Contender& winner) {
    for (const Entrant& entrant : entrants) {
      if (!entrant.model->misconfigured().empty()) continue;
      std::vector<Evaluation>& history =
          outcome_.next.history[{competition.id(), entrant.model->hotkey()}];
      history = WithEvaluation(
          std::move(history),
          {block_, entrant.score.score, winner.block, winner.score});
    }
  }

  // Best first: by wins, then score, then age, then uid.
  void Report(const Competition& competition, std::vector<Entrant> entrants) {
    std::sort(entrants.begin(), entrants.end(),
              [](const Entrant& a, const Entrant& b) {
                auto key = [](const Entrant& e) {
                  return std::make_tuple(-e.standing.wins, e.score.score,
                                         e.model->block(), e.model->uid());
                };
                return key(a) < key(b);
              });
    uint32_t rank = 0;
    for (const Entrant& entrant : entrants) {
      ModelDecision& decided = *outcome_.decision.add_models();
      const PlannedModel& model = *entrant.model;
      decided.set_competition(competition.id());
      decided.set_rank(++rank);
      decided.set_uid(model.uid());
      decided.set_hotkey(model.hotkey());
      decided.set_repository(model.repository());
      decided.set_block(model.block());
      decided.set_score(entrant.score.score);
      decided.set_low(entrant.score.low);
      decided.set_high(entrant.score.high);
      for (const RoundTaskScore& task : entrant.score.tasks) {
        AddTask(task, decided);
      }
      decided.set_wins(static_cast<uint32_t>(entrant.standing.wins));
      decided.set_win_rate(entrant.standing.win_rate);
      decided.set_epsilon(EpsilonAt(competition.epsilon(), block_,
                                    static_cast<int64_t>(model.block())));
      decided.set_competition_weight(entrant.average);
      decided.set_kept(entrant.kept);
      decided.set_failure(entrant.score.failure);
    }
  }

  static void AddTask(const RoundTaskScore& task, ModelDecision& decided) {
    TaskResult& result = *decided.add_tasks();
    result.set_name(task.name);
    result.set_raw(task.raw);
    result.set_normalized(task.normalized);
    result.set_weighted(task.weighted);
    result.set_low(task.low);
    result.set_high(task.high);
    result.set_samples(task.samples);
    result.set_failed(task.failed);
    result.mutable_numbers()->Assign(task.numbers.begin(), task.numbers.end());
  }

  absl::Status SetWeights(const ScheduleEntry& entry) {
    const HotkeyWeights weights = SubnetWeights(outcome_.next.averages, entry,
                                                plan_.schedule().min_weight());
    std::vector<chain::Share> shares;
    std::map<uint32_t, const Slot*> slots;
    for (const Slot& slot : plan_.slots()) {
      auto weight = weights.find(slot.hotkey());
      if (weight == weights.end()) continue;
      shares.push_back({static_cast<uint16_t>(slot.uid()), weight->second});
      slots[slot.uid()] = &slot;
    }
    SN37_ASSIGN_OR_RETURN(
        std::vector<chain::Weight> values,
        chain::QuantizeWeights(
            shares, static_cast<uint16_t>(plan_.max_weight_limit())));
    for (const chain::Weight& value : values) {
      SubnetWeight& weight = *outcome_.decision.add_weights();
      const Slot& slot = *slots.at(value.uid);
      weight.set_uid(slot.uid());
      weight.set_hotkey(slot.hotkey());
      weight.set_weight(weights.at(slot.hotkey()));
      weight.set_value(value.value);
    }
    return absl::OkStatus();
  }

  const EpochPlan& plan_;
  const TasksByCompetition& tasks_;
  const int64_t block_;
  const ValidatorState& state_;
  // By competition and model digest.
  std::map<std::pair<uint32_t, std::string>, std::vector<SampleResult>>
      results_;
  std::map<std::string, int64_t> registered_at_;
  Outcome outcome_;
};

}  // namespace

absl::StatusOr<Outcome> Decide(const EpochPlan& plan,
                               const TasksByCompetition& tasks,
                               absl::Span<const SampleResult> results,
                               const ValidatorState& state) {
  return Decider(plan, tasks, results, state).Run();
}

}  // namespace sn37::jobs
