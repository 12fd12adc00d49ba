#include "chain/timelock.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/scale.h"
#include "chain/keys/crates_call.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

constexpr absl::Duration kRound = absl::Seconds(3);
constexpr int64_t kGenesisSeconds = 1692803367;
constexpr uint64_t kBlocksToLearnARound = 3;
// A period of more epochs would be decades; and no product overflows.
constexpr uint64_t kMaxRevealPeriod = 1'000'000;

absl::Status CheckSchedule(uint16_t tempo, uint64_t reveal_period) {
  if (tempo == 0) {
    return absl::FailedPreconditionError(
        "the subnet's tempo is 0: it has no epochs, nothing is revealed");
  }
  if (reveal_period == 0 || reveal_period > kMaxRevealPeriod) {
    return absl::InvalidArgumentError(
        absl::StrCat("a reveal period of ", reveal_period, " epochs: 1 to ",
                     kMaxRevealPeriod, " are allowed"));
  }
  return absl::OkStatus();
}

// Takes what the crates gave.
std::string Take(Sn37Bytes bytes) {
  std::string copy(reinterpret_cast<const char*>(bytes.data), bytes.size);
  sn37_bytes_free(bytes);
  return copy;
}

}  // namespace

absl::StatusOr<uint64_t> FirstRevealBlock(const Epochs& epochs,
                                          uint64_t reveal_period) {
  SN37_RETURN_IF_ERROR(CheckSchedule(epochs.tempo, reveal_period));
  const uint64_t next = epochs.head + 1;
  uint64_t due = epochs.last_epoch + epochs.tempo;
  if (epochs.pending_epoch != 0) due = std::min(due, epochs.pending_epoch);
  const uint64_t first = std::max(next, due);
  const uint64_t further = reveal_period - (first == next ? 0 : 1);
  return first + epochs.tempo * further;
}

absl::StatusOr<uint64_t> FirstRevealBlock(uint64_t head, uint16_t netuid,
                                          uint16_t tempo,
                                          uint64_t reveal_period) {
  SN37_RETURN_IF_ERROR(CheckSchedule(tempo, reveal_period));
  const uint64_t length = tempo + uint64_t{1};
  const uint64_t shift = netuid + uint64_t{1};
  const uint64_t epoch = (head + shift) / length;
  return (epoch + reveal_period) * length - shift;
}

uint64_t RevealRound(uint64_t first_reveal, uint64_t head, absl::Time now,
                     absl::Duration block_time) {
  const uint64_t target = first_reveal + kBlocksToLearnARound;
  const uint64_t blocks = target > head ? target - head : 0;
  const absl::Duration since_genesis =
      now + static_cast<double>(blocks) * block_time -
      absl::FromUnixSeconds(kGenesisSeconds);
  const double round = absl::FDivDuration(since_genesis, kRound);
  return round < 1 ? 1 : static_cast<uint64_t>(round);
}

std::string TimelockPayload(const AccountId& hotkey,
                            absl::Span<const Weight> weights,
                            uint64_t version_key) {
  std::string bytes;
  AppendLengthAndBytes(
      {reinterpret_cast<const char*>(hotkey.data()), hotkey.size()}, bytes);
  AppendCompact(weights.size(), bytes);
  for (const Weight& weight : weights) {
    AppendFixed(weight.uid, sizeof(weight.uid), bytes);
  }
  AppendCompact(weights.size(), bytes);
  for (const Weight& weight : weights) {
    AppendFixed(weight.value, sizeof(weight.value), bytes);
  }
  AppendFixed(version_key, sizeof(version_key), bytes);
  return bytes;
}

absl::StatusOr<std::string> EncryptToRound(absl::string_view payload,
                                           uint64_t round) {
  if (payload.size() > kMaxTimelockedBytes - kTimelockOverhead) {
    return absl::InvalidArgumentError(absl::StrCat(
        payload.size(), " bytes to encrypt: the chain takes at most ",
        kMaxTimelockedBytes - kTimelockOverhead));
  }
  Sn37Bytes encrypted = {};
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_timelock_encrypt(round, CratesView(payload), &encrypted, error);
  }));
  return Take(encrypted);
}

absl::StatusOr<std::string> DecryptWithSignature(absl::string_view encrypted,
                                                 absl::string_view signature) {
  Sn37Bytes payload = {};
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_timelock_decrypt(CratesView(signature), CratesView(encrypted),
                                 &payload, error);
  }));
  return Take(payload);
}

}  // namespace sn37::chain
