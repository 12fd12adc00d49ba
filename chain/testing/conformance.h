// What every chain client must do, as one suite that runs over each of them:
// the embedded ledger, a scripted node, a real chain.
//
//   class LedgerFixture : public ConformanceFixture { … };
//   INSTANTIATE_TEST_SUITE_P(Ledger, ClientConformanceTest,
//                            testing::Values([] {
//                              return std::make_unique<LedgerFixture>();
//                            }));
//
// A client that lives on a shared chain cannot count on an empty subnet, so the
// suite only looks at its own keys.
#ifndef CHAIN_TESTING_CONFORMANCE_H_
#define CHAIN_TESTING_CONFORMANCE_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "chain/client.h"
#include "gtest/gtest.h"

namespace sn37::chain {

// A client under test and the world around it. The subnet exists, with
//   weights_rate_limit        at least 1
//   commitment rate limit     at least 1 block
//   min_allowed_weights       at most 2
//   weights_version           at least 1
//   weights_mode              kPlain, until SetWeightsMode
class ConformanceFixture {
 public:
  virtual ~ConformanceFixture() = default;

  virtual Client& client() = 0;
  virtual uint16_t netuid() = 0;
  // Blocks that a hotkey must wait between two commitments.
  virtual uint64_t commitment_rate_limit() = 0;
  // Returns when the head is at least `blocks` further.
  virtual absl::Status Wait(uint64_t blocks) = 0;
  // A new key that can pay for a registration; none of the suite's has been on
  // the chain before.
  virtual absl::StatusOr<Keypair> NewKey() = 0;
  // Gives a registered hotkey what it needs for a validator's permit.
  virtual absl::Status MakeValidator(const Keypair& hotkey) = 0;
  // Whether registered hotkeys lack a permit until then; on most chains.
  virtual bool permits_are_earned() { return true; }
  // From now on the subnet takes weights so. Unimplemented where the chain
  // knows no such way; the suite then leaves it out.
  virtual absl::Status SetWeightsMode(WeightsMode mode) = 0;
};

using ConformanceFactory = std::function<std::unique_ptr<ConformanceFixture>()>;

class ClientConformanceTest
    : public testing::TestWithParam<ConformanceFactory> {
 protected:
  void SetUp() override { fixture_ = GetParam()(); }

  Client& client() { return fixture_->client(); }
  uint16_t netuid() { return fixture_->netuid(); }

  // The next three end the test with a failure where they cannot succeed.
  Keypair NewKey();
  // A new key that has a slot as its own hotkey and coldkey.
  Keypair Registered(uint16_t* uid = nullptr);
  Keypair Validator(uint16_t* uid = nullptr);
  void Wait(uint64_t blocks);
  Hyperparameters Rules();

  std::unique_ptr<ConformanceFixture> fixture_;
};

}  // namespace sn37::chain

#endif  // CHAIN_TESTING_CONFORMANCE_H_
