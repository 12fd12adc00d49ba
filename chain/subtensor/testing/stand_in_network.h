// A stand-in chain behind a WebSocket on the loopback.
#ifndef CHAIN_SUBTENSOR_TESTING_STAND_IN_NETWORK_H_
#define CHAIN_SUBTENSOR_TESTING_STAND_IN_NETWORK_H_

#include <memory>
#include <string>

#include "chain/subtensor/rpc.h"
#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/testing/stand_in_world.h"

namespace sn37::chain {

class StandInNetwork : public StandInWorld {
 public:
  explicit StandInNetwork(const std::string& runtime);

  std::string endpoint() const { return node_.endpoint(); }
  ScriptedNode& node() { return node_; }

 protected:
  std::unique_ptr<Rpc> Connect() override;

 private:
  ScriptedNode node_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_STAND_IN_NETWORK_H_
