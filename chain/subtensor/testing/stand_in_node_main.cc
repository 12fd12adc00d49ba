// A stand-in chain as a program, for tests of programs: prints its endpoint and
// answers until its standard input ends. The development keys //Alice and //Bob
// can sign; //Alice has a slot and a validator's permit on subnet 37, which
// takes weights as the second argument says: plain, commit_reveal or
// timelocked.
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/testing/stand_in_network.h"
#include "sn37/base/check.h"

namespace {

using sn37::chain::WeightsMode;

WeightsMode ModeOf(absl::string_view name) {
  for (const WeightsMode mode :
       {WeightsMode::kCommitReveal, WeightsMode::kTimelocked}) {
    if (NameOf(mode) == name) return mode;
  }
  SN37_CHECK(name == "plain") << name;
  return WeightsMode::kPlain;
}

}  // namespace

int main(int argc, char** argv) {
  SN37_CHECK(argc == 3) << "usage: stand_in_node 461_v15 plain";
  sn37::chain::StandInNetwork network(argv[1]);
  const sn37::chain::Keypair alice = network.chain().AddKey("//Alice");
  network.chain().AddKey("//Bob");
  SN37_CHECK(network.ledger().Register(alice, 37, alice.address()).ok());
  SN37_CHECK(network.MakeValidator(alice).ok());
  SN37_CHECK(network.Wait(100).ok());
  SN37_CHECK(network.SetWeightsMode(ModeOf(argv[2])).ok());
  std::cout << network.endpoint() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
}
