// A ledger in a folder of its own with a stand-in chain over it, for tests.
#ifndef CHAIN_SUBTENSOR_TESTING_STAND_IN_WORLD_H_
#define CHAIN_SUBTENSOR_TESTING_STAND_IN_WORLD_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "chain/subtensor/subtensor.h"
#include "chain/subtensor/testing/stand_in_chain.h"
#include "chain/testing/conformance.h"

namespace sn37::chain {

// The subnet has version key 3010, two weights at least, and the rate limits
// that are given. Its own, and deleted with it: the folder.
class StandInWorld : public ConformanceFixture {
 public:
  // A runtime of chain/codec/testdata/metadata: "461_v15".
  explicit StandInWorld(const std::string& runtime,
                        uint64_t weights_rate_limit = 100);
  ~StandInWorld() override;

  // Opened at the first call, with options that suit tests.
  Client& client() override;
  uint16_t netuid() override { return 37; }
  uint64_t commitment_rate_limit() override { return 100; }
  absl::Status Wait(uint64_t blocks) override {
    return ledger_->Advance(blocks);
  }
  absl::StatusOr<Keypair> NewKey() override;
  absl::Status MakeValidator(const Keypair& hotkey) override;
  absl::Status SetWeightsMode(WeightsMode mode) override;

  StandInChain& chain() { return *chain_; }
  Ledger& ledger() { return *ledger_; }
  std::string Path(absl::string_view name) const;
  SubtensorOptions options() const { return options_; }
  std::unique_ptr<Subtensor> NewClient(const SubtensorOptions& options);

 protected:
  // How clients reach the chain.
  virtual std::unique_ptr<Rpc> Connect() { return chain_->NewRpc(); }

 private:
  std::string folder_;
  SubnetOptions subnet_;
  SubtensorOptions options_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<StandInChain> chain_;
  std::unique_ptr<Subtensor> client_;
  int keys_ = 0;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_STAND_IN_WORLD_H_
