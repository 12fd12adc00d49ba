// What a validator remembers between epochs: one SQLite file in its home.
//
//   SN37_ASSIGN_OR_RETURN(StateFile file, StateFile::Open(home + "/state.db"));
//   SN37_ASSIGN_OR_RETURN(ValidatorState state, file.Load());
//   ... an epoch makes the next state ...
//   SN37_RETURN_IF_ERROR(file.Publish(next, intent));
//   ... the intended weights go to the chain ...
//   SN37_RETURN_IF_ERROR(file.ResolveIntent(intent.sync_block));
//
// Everything is keyed by hotkey, never by uid. Errors are those of
// sn37/base/sqlite.h: a file that is damaged, foreign or of a newer format is
// refused and left as it is; an older format is migrated.
#ifndef SN37_STATE_VALIDATOR_STATE_H_
#define SN37_STATE_VALIDATOR_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "sn37/base/digest.h"
#include "sn37/base/sqlite.h"
#include "sn37/competition/ema.h"
#include "sn37/competition/retry.h"

namespace sn37 {

// The last commitment of a hotkey that an epoch planned with.
struct SeenCommitment {
  int64_t block = 0;
  std::string text;
  // Why the model was refused; empty when it was evaluated. A refused model is
  // not fetched again until its hotkey commits anew.
  std::string misconfigured;

  friend bool operator==(const SeenCommitment&,
                         const SeenCommitment&) = default;
};

struct ValidatorState {
  // Sync block of the last published epoch; absent before the first.
  std::optional<int64_t> last_epoch;
  // By competition and hotkey, ascending by block, at most kMaxHistory each.
  std::map<std::pair<uint32_t, std::string>, std::vector<Evaluation>> history;
  Averages averages;
  std::map<std::string, SeenCommitment> seen;  // by hotkey
  // (competition, hotkey): evaluated again in the next epoch.
  std::set<std::pair<uint32_t, std::string>> kept;
};

// Weights that are to be published on chain. Kept from the moment that the
// state they follow from is published until the chain is known to have them (or
// they are not to be any more), so that a restart can ask the chain first.
struct WeightsIntent {
  int64_t sync_block = 0;
  uint16_t netuid = 0;
  std::string hotkey;                  // SS58 of the validator
  uint64_t version_key = 0;            // sent with them
  std::vector<chain::Weight> weights;  // as sent, in that order
  // The newest block when they were decided on: nothing older is of them.
  int64_t since = 0;

  friend bool operator==(const WeightsIntent&, const WeightsIntent&) = default;
};

// Weights that the chain takes in two steps (chain/hidden_weights.h): kept from
// before they are committed to until they are revealed, for nothing else can
// reveal them.
struct HiddenIntent {
  int64_t sync_block = 0;
  uint16_t netuid = 0;
  std::string hotkey;  // SS58 of the validator
  chain::HiddenWeights weights;

  friend bool operator==(const HiddenIntent&, const HiddenIntent&) = default;
};

// One thread at a time. Other processes may hold the same file.
class StateFile {
 public:
  static absl::StatusOr<StateFile> Open(const std::string& path);

  absl::StatusOr<ValidatorState> Load();

  // Replaces the state, and the intent where one is given, in one transaction:
  // after a crash both are the old ones or both are the new ones. The same
  // state may be published again; InvalidArgument for one whose last epoch is
  // older than the file's, or an intent of another epoch than the state's.
  absl::Status Publish(
      const ValidatorState& state,
      const std::optional<WeightsIntent>& intent = std::nullopt);

  // The intent that is not resolved; a newer one has replaced an older one.
  absl::StatusOr<std::optional<WeightsIntent>> PendingIntent();
  // Forgets the intent of that sync block; does nothing when it is not pending.
  absl::Status ResolveIntent(int64_t sync_block);

  // Replaces the intent of its sync block, in one transaction.
  absl::Status Hide(const HiddenIntent& hidden);
  // Ascending by sync block.
  absl::StatusOr<std::vector<HiddenIntent>> Hidden();
  absl::Status ForgetHidden(int64_t sync_block);

  // The result cache: bytes under a digest of everything that they depend on.
  // Put replaces. Get: absent when there is nothing. Clear forgets all.
  absl::StatusOr<std::optional<std::string>> CacheGet(const Digest& key);
  absl::Status CachePut(const Digest& key, absl::string_view value);
  absl::Status CacheClear();

 private:
  explicit StateFile(Database db) : db_(std::move(db)) {}

  Database db_;
};

}  // namespace sn37

#endif  // SN37_STATE_VALIDATOR_STATE_H_
