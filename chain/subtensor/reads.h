// What client.h wants to know of a subnet, read from the state at one block.
// NotFound, beginning with "SubnetNotExists:", where there is no such subnet;
// other errors as in state.h.
#ifndef CHAIN_SUBTENSOR_READS_H_
#define CHAIN_SUBTENSOR_READS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/subtensor/state.h"

namespace sn37::chain {

inline constexpr char kSubtensor[] = "SubtensorModule";
inline constexpr char kCommitments[] = "Commitments";
inline constexpr char kCommitTimelocked[] = "commit_timelocked_weights";
inline constexpr char kTimelockedCommits[] = "TimelockedWeightCommits";

// One runtime-API call where the runtime has get_metagraph, else from storage.
// A neuron's stake is the alpha on its hotkey.
absl::StatusOr<Metagraph> ReadMetagraph(const State& state, uint16_t netuid);
// The same from storage alone, four round trips.
absl::StatusOr<Metagraph> ReadMetagraphFromStorage(const State& state,
                                                   uint16_t netuid);

// A commitment's text is its first field where that is raw data, else empty.
absl::StatusOr<Commitments> ReadCommitments(const State& state,
                                            uint16_t netuid);

absl::StatusOr<std::vector<Weight>> ReadWeights(const State& state,
                                                uint16_t netuid, uint16_t uid);
// Where commit-reveal is on: timelocked if the runtime has the call and its
// version is the one that timelock.h makes, else with a reveal of our own.
absl::StatusOr<Hyperparameters> ReadHyperparameters(const State& state,
                                                    uint16_t netuid);
// Commits that have not expired. Runtimes that count epochs instead of blocks
// (SubnetEpochIndex) may still change tempo: then the blocks to reveal in are
// what the present tempo makes of them.
absl::StatusOr<std::vector<WeightsCommit>> ReadWeightsCommits(
    const State& state, uint16_t netuid, absl::string_view hotkey);

// The beacon's round to which weights are to be encrypted that are committed to
// in the block after `head` (timelock.h), by the head's own time.
absl::StatusOr<uint64_t> ReadTimelockRound(const State& head, uint16_t netuid);

// NotFound unless the subnet exists.
absl::Status CheckSubnet(const State& state, uint16_t netuid);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_READS_H_
