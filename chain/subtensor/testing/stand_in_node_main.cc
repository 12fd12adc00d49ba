// A stand-in chain as a program, for tests of programs: prints its endpoint and
// answers until its standard input ends. The development keys //Alice and //Bob
// can sign; //Alice has a slot and a validator's permit on subnet 37.
#include <iostream>
#include <memory>
#include <string>

#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/testing/stand_in_network.h"
#include "sn37/base/check.h"

int main(int argc, char** argv) {
  SN37_CHECK(argc == 2) << "usage: stand_in_node RUNTIME, such as 461_v15";
  sn37::chain::StandInNetwork network(argv[1]);
  const sn37::chain::Keypair alice = network.chain().AddKey("//Alice");
  network.chain().AddKey("//Bob");
  SN37_CHECK(network.ledger().Register(alice, 37, alice.address()).ok());
  SN37_CHECK(network.MakeValidator(alice).ok());
  SN37_CHECK(network.Wait(100).ok());
  std::cout << network.endpoint() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
}
