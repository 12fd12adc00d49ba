// The publish stage: an epoch's state and weights, in steps that a crash at any
// moment leaves to be finished by the next run. The intent to publish weights
// is kept with the state that they follow from, in one transaction, until the
// chain has them, or a timelocked commit to them. Where the subnet takes hidden
// weights that have to be revealed, what is to be revealed is kept instead,
// from before the chain is told of it.
#ifndef SN37_JOBS_PUBLISH_H_
#define SN37_JOBS_PUBLISH_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/keys/keypair.h"
#include "jobs/epoch.pb.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {

// What a decision means to publish; absent when it has no weights. `head` is
// the chain's, now.
std::optional<WeightsIntent> IntentOf(const EpochPlan& plan,
                                      const Decision& decision,
                                      absl::string_view validator,
                                      const chain::Block& head);

// Whether FinishIntents has something to do, now or at a later block.
absl::StatusOr<bool> HasIntents(StateFile& state);

// Publishes the weights that the state still intends to, in the way that the
// subnet takes them (chain/operations.h), unless the chain has them already
// from that epoch; and reveals what earlier epochs committed to and may be
// revealed now. Nothing to do is OK. FailedPrecondition, and nothing is sent,
// for what another key than `validator` has to send. One intent's failure keeps
// no other back: the error tells them all, with the code of the first.
absl::Status FinishIntents(StateFile& state, const chain::Keypair& validator,
                           chain::Client& client);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_PUBLISH_H_
