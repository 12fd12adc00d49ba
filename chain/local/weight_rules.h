// Which weight vectors the chain accepts: the runtime's own checks in the
// runtime's order, so that the name of a refusal is the one that the real chain
// gives. Pure.
#ifndef CHAIN_LOCAL_WEIGHT_RULES_H_
#define CHAIN_LOCAL_WEIGHT_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "chain/client.h"

namespace sn37::chain {

// The chain's refusal: FailedPrecondition, "name: what".
absl::Status Refused(absl::string_view name, absl::string_view what);

// Whether `sender` (nullopt: not registered) may set `weights` at block `head`
// on a subnet of `neurons` slots:
//   UidsLengthExceedUidsInSubNet   more entries than slots
//   HotKeyNotRegisteredInSubNet
//   IncorrectWeightVersionKey      below the subnet's; it has none at 0
//   SettingWeightsTooFast          before last update + rate limit
//   NeuronNoValidatorPermit        except for a vector of only itself
//   DuplicateUids, UidVecContainInvalidOne
//   WeightVecLengthIsLow           except for a vector of only itself, or of
//                                  all slots
//   MaxWeightExceeded              an entry's share above the limit, same
// and CommitRevealEnabled before all, where plain vectors are not taken.
absl::Status CheckSetWeights(const std::optional<Neuron>& sender,
                             size_t neurons, uint64_t head,
                             const Hyperparameters& rules,
                             absl::Span<const Weight> weights,
                             uint64_t version_key);

}  // namespace sn37::chain

#endif  // CHAIN_LOCAL_WEIGHT_RULES_H_
