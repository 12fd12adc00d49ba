// What makes a scripted node one of a stand-in chain.
#ifndef CHAIN_SUBTENSOR_TESTING_STAND_IN_ANSWERS_H_
#define CHAIN_SUBTENSOR_TESTING_STAND_IN_ANSWERS_H_

#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/testing/stand_in_chain.h"

namespace sn37::chain {

// Lets the node answer from the chain, which must outlive it.
void AnswerFrom(StandInChain& chain, ScriptedNode& node);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_STAND_IN_ANSWERS_H_
