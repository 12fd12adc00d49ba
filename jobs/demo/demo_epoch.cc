#include "jobs/demo/demo_epoch.h"

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "jobs/home.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/sync_block.h"

namespace sn37::jobs {
namespace {

absl::Status MoveClock(chain::Ledger& ledger, const Schedule& schedule) {
  SN37_ASSIGN_OR_RETURN(chain::Block head, ledger.Head());
  return ledger.AdvanceTo(static_cast<uint64_t>(
      NextSyncBlock(static_cast<int64_t>(head.number), schedule.genesis_block(),
                    schedule.sync_cadence())));
}

absl::StatusOr<EpochResult> RunAndMoveClock(const EpochInputs& inputs,
                                            chain::Ledger& ledger) {
  absl::StatusOr<EpochResult> result = RunEpoch(inputs);
  if (absl::IsAlreadyExists(result.status())) {
    // Ended between publishing and moving the clock: move it now.
    SN37_RETURN_IF_ERROR(MoveClock(ledger, *inputs.schedule));
    result = RunEpoch(inputs);
  }
  SN37_RETURN_IF_ERROR(result.status());
  if (result->decision.complete()) {
    SN37_RETURN_IF_ERROR(MoveClock(ledger, *inputs.schedule));
  }
  return result;
}

absl::StatusOr<chain::Keypair> Validator() {
  return chain::Keypair::FromUri(kDemoValidator);
}

}  // namespace

absl::StatusOr<EpochResult> RunDemoEpoch(const DemoWorld& world,
                                         EpochInputs inputs) {
  if (HomeIsClaimed(inputs.home)) {
    return absl::FailedPreconditionError(absl::StrCat(
        inputs.home, " is a validator's and not the demo's; name its chain by ",
        "--endpoint, or choose another folder with --home"));
  }
  SN37_RETURN_IF_ERROR(
      PrepareDemo(world, static_cast<uint16_t>(inputs.schedule->netuid()),
                  inputs.schedule->version_key(), DemoMiners()));
  SN37_ASSIGN_OR_RETURN(const std::unique_ptr<chain::Ledger> ledger,
                        chain::Ledger::Open(world.ledger, {}));
  inputs.chain = ledger.get();
  SN37_ASSIGN_OR_RETURN(const chain::Keypair validator, Validator());
  inputs.validator_hotkey = validator.address();
  inputs.validator = Validator;
  return RunAndMoveClock(inputs, *ledger);
}

}  // namespace sn37::jobs
