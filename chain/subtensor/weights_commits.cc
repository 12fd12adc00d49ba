// Commits to weights: when they can be revealed, and to which round of the
// beacon timelocked ones are to be encrypted.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "chain/codec/hashers.h"
#include "chain/codec/ss58.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "chain/timelock.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxNumber = UINT32_MAX;  // keeps the arithmetic in range

// What the runtime says of a subnet's epochs.
struct Schedule {
  uint64_t tempo = 0, reveal_period = 0;
  // Of runtimes that count them; others derive them from the block's number.
  struct Counted {
    uint64_t index = 0, began = 0, pending = 0;
  };
  std::optional<Counted> counted;
};

absl::StatusOr<Schedule> ReadSchedule(const State& state, uint16_t netuid) {
  const json subnet = json::array({netuid});
  Schedule schedule;
  Schedule::Counted counted;
  std::vector<StorageItem> items = {{kSubtensor, "Tempo", subnet},
                                    {kSubtensor, "RevealPeriodEpochs", subnet}};
  std::vector<uint64_t*> numbers = {&schedule.tempo, &schedule.reveal_period};
  if (state.HasItem(kSubtensor, "SubnetEpochIndex")) {
    items.push_back({kSubtensor, "SubnetEpochIndex", subnet});
    items.push_back({kSubtensor, "LastEpochBlock", subnet});
    items.push_back({kSubtensor, "PendingEpochAt", subnet});
    numbers.insert(numbers.end(),
                   {&counted.index, &counted.began, &counted.pending});
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<json> values, state.GetMany(items));
  for (size_t i = 0; i < values.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(*numbers[i], AsUint(values[i], kMaxNumber));
  }
  if (items.size() > 2) schedule.counted = counted;
  return schedule;
}

// An epoch, and when it and those after it begin.
class EpochClock {
 public:
  EpochClock(const Schedule& schedule, uint64_t block, uint16_t netuid)
      : reveal_period_(schedule.reveal_period) {
    if (schedule.counted.has_value()) {
      length_ = schedule.tempo;
      epoch_ = schedule.counted->index;
      began_ = schedule.counted->began;
      next_ = began_ + length_;
      const uint64_t pending = schedule.counted->pending;
      if (pending != 0) next_ = std::min(next_, pending);
    } else {
      length_ = schedule.tempo + 1;
      const uint64_t shift = uint64_t{netuid} + 1;
      epoch_ = (block + shift) / length_;
      began_ = epoch_ * length_ - std::min(shift, epoch_ * length_);
      next_ = (epoch_ + 1) * length_ - std::min(shift, (epoch_ + 1) * length_);
    }
  }

  // Fills the blocks in which a commit of that epoch can be revealed; 0 where
  // they are over.
  void SetReveal(uint64_t commit_epoch, WeightsCommit& commit) const {
    const uint64_t reveal = commit_epoch + reveal_period_;
    if (reveal < epoch_) return;
    commit.first_reveal = Start(reveal);
    commit.last_reveal = Start(reveal + 1) - 1;
  }

 private:
  uint64_t Start(uint64_t of) const {
    return of <= epoch_ ? began_ : next_ + (of - epoch_ - 1) * length_;
  }

  uint64_t reveal_period_, length_, epoch_, began_, next_;
};

// (hash, block, first reveal, last reveal), or, where epochs are counted,
// (hash, epoch, block, unused).
absl::StatusOr<WeightsCommit> HiddenCommit(const json& parts,
                                           const EpochClock* counted) {
  if (!parts.is_array() || parts.size() != 4) {
    return absl::InternalError("a commit of weights has not four parts");
  }
  SN37_ASSIGN_OR_RETURN(const std::string hash, HexBytes(parts[0]));
  uint64_t numbers[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    SN37_ASSIGN_OR_RETURN(numbers[i], AsUint(parts[i + 1], kMaxNumber));
  }
  WeightsCommit commit = {{}, numbers[0], numbers[1], numbers[2]};
  if (counted != nullptr) {
    commit = {{}, numbers[1]};
    counted->SetReveal(numbers[0], commit);
  }
  if (hash.size() != commit.hash.size()) {
    return absl::InternalError("a commit of weights has no hash");
  }
  std::copy(hash.begin(), hash.end(), commit.hash.begin());
  return commit;
}

// (account, block, encrypted bytes, round), in the list of its epoch.
absl::Status AddTimelocked(const State::Entry& epoch, const EpochClock& clock,
                           absl::string_view hotkey,
                           std::vector<WeightsCommit>& commits) {
  SN37_ASSIGN_OR_RETURN(const uint64_t number,
                        AsUint(epoch.arguments[1], kMaxNumber));
  for (const json& parts : epoch.value) {
    if (!parts.is_array() || parts.size() != 4) {
      return absl::InternalError("a timelocked commit has not four parts");
    }
    if (parts[0] != json(std::string(hotkey))) continue;
    WeightsCommit commit;
    commit.timelocked = true;
    SN37_ASSIGN_OR_RETURN(commit.block, AsUint(parts[1], kMaxNumber));
    SN37_ASSIGN_OR_RETURN(const std::string encrypted, HexBytes(parts[2]));
    const std::string hash = Blake2(encrypted, commit.hash.size());
    std::copy(hash.begin(), hash.end(), commit.hash.begin());
    clock.SetReveal(number, commit);
    commits.push_back(commit);
  }
  return absl::OkStatus();
}

// As Aura, which makes the blocks, has it.
absl::StatusOr<absl::Duration> BlockTime(const State& state) {
  SN37_ASSIGN_OR_RETURN(const json millis,
                        state.Constant("Aura", "SlotDuration"));
  SN37_ASSIGN_OR_RETURN(const uint64_t number, AsUint(millis, kMaxNumber));
  return absl::Milliseconds(number);
}

}  // namespace

absl::StatusOr<std::vector<WeightsCommit>> ReadWeightsCommits(
    const State& state, uint16_t netuid, absl::string_view hotkey) {
  SN37_RETURN_IF_ERROR(CheckSubnet(state, netuid));
  SN37_RETURN_IF_ERROR(DecodeSs58(hotkey).status());
  SN37_ASSIGN_OR_RETURN(const Schedule schedule, ReadSchedule(state, netuid));
  const EpochClock clock(schedule, state.block().number, netuid);
  SN37_ASSIGN_OR_RETURN(const json hidden,
                        state.Get(kSubtensor, "WeightCommits",
                                  json::array({netuid, std::string(hotkey)})));
  std::vector<WeightsCommit> commits;
  for (const json& parts : hidden) {  // none of null
    SN37_ASSIGN_OR_RETURN(
        commits.emplace_back(),
        HiddenCommit(parts, schedule.counted ? &clock : nullptr));
  }
  if (state.HasItem(kSubtensor, kTimelockedCommits)) {
    SN37_ASSIGN_OR_RETURN(
        const std::vector<State::Entry> epochs,
        state.GetAll(kSubtensor, kTimelockedCommits, json::array({netuid})));
    for (const State::Entry& epoch : epochs) {
      SN37_RETURN_IF_ERROR(AddTimelocked(epoch, clock, hotkey, commits));
    }
  }
  const auto expired = [&](const WeightsCommit& commit) {
    return commit.last_reveal < state.block().number;
  };
  commits.erase(std::remove_if(commits.begin(), commits.end(), expired),
                commits.end());
  std::stable_sort(commits.begin(), commits.end(),
                   [](const WeightsCommit& a, const WeightsCommit& b) {
                     return a.block < b.block;
                   });
  return commits;
}

absl::StatusOr<uint64_t> ReadTimelockRound(const State& head, uint16_t netuid) {
  SN37_RETURN_IF_ERROR(CheckSubnet(head, netuid));
  SN37_ASSIGN_OR_RETURN(const Schedule schedule, ReadSchedule(head, netuid));
  const uint64_t number = head.block().number;
  const uint16_t tempo =
      static_cast<uint16_t>(std::min<uint64_t>(schedule.tempo, UINT16_MAX));
  uint64_t reveal = 0;
  if (schedule.counted.has_value()) {
    SN37_ASSIGN_OR_RETURN(
        reveal, FirstRevealBlock({number, tempo, schedule.counted->began,
                                  schedule.counted->pending},
                                 schedule.reveal_period));
  } else {
    SN37_ASSIGN_OR_RETURN(reveal, FirstRevealBlock(number, netuid, tempo,
                                                   schedule.reveal_period));
  }
  SN37_ASSIGN_OR_RETURN(const json millis,
                        head.Get("Timestamp", "Now", json::array()));
  SN37_ASSIGN_OR_RETURN(const uint64_t now, AsUint(millis, INT64_MAX));
  SN37_ASSIGN_OR_RETURN(const absl::Duration block_time, BlockTime(head));
  return RevealRound(reveal, number,
                     absl::FromUnixMillis(static_cast<int64_t>(now)),
                     block_time);
}

}  // namespace sn37::chain
