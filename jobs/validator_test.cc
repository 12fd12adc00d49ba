// What stops a validator before its epoch, on an embedded ledger.
#include "jobs/validator.h"

#include <functional>
#include <memory>
#include <string>

#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::jobs {
namespace {

using testing::HasSubstr;

constexpr uint64_t kBlock = 1440;

TEST(ValidatorTest, WhatCannotSetWeightsIsToldBefore) {
  const chain::Keypair validator = *chain::Keypair::FromUri("//validator");
  const chain::Keypair miner = *chain::Keypair::FromUri("//miner");
  const auto ledger =
      chain::Ledger::Open(JoinPath(testing::TempDir(), "ledger.db"),
                          {.seed = "validator", .block = kBlock});
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  chain::Ledger& chain = **ledger;
  chain::SubnetOptions subnet;
  subnet.hyperparameters.weights_version = 3010;
  ASSERT_TRUE(chain.AddSubnet(37, subnet).ok());
  for (const chain::Keypair* key : {&validator, &miner}) {
    ASSERT_TRUE(chain.Register(*key, 37, key->address()).ok());
  }
  ASSERT_TRUE(chain.SetStake(37, validator.address(), 1000, true).ok());

  Schedule schedule;
  schedule.set_netuid(37);
  schedule.set_version_key(3010);
  schedule.set_genesis_block(kBlock);
  schedule.set_sync_cadence(360);
  const std::string stranger = chain::Keypair::FromUri("//other")->address();
  EXPECT_TRUE(CheckValidator(chain, schedule, validator.address()).ok());

  const struct {
    std::string hotkey;
    std::function<void(Schedule&)> change;
    absl::StatusCode code;
    const char* message;
  } cases[] = {
      {stranger, [](Schedule&) {}, absl::StatusCode::kFailedPrecondition,
       "has no slot on subnet 37; register it"},
      {miner.address(), [](Schedule&) {}, absl::StatusCode::kFailedPrecondition,
       "no validator's permit"},
      {validator.address(), [](Schedule& s) { s.set_version_key(3009); },
       absl::StatusCode::kFailedPrecondition, "version key 3010 or later"},
      {validator.address(),
       [](Schedule& s) { s.set_genesis_block(kBlock + 1); },
       absl::StatusCode::kFailedPrecondition, "the chain is at 1440"},
      {validator.address(), [](Schedule& s) { s.set_netuid(38); },
       absl::StatusCode::kNotFound, "38"},
  };
  for (const auto& test : cases) {
    Schedule changed = schedule;
    test.change(changed);
    const absl::Status status = CheckValidator(chain, changed, test.hotkey);
    EXPECT_EQ(status.code(), test.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace sn37::jobs
