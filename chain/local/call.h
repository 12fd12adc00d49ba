// A write to the ledger: what is asked, by whom, and the signature that proves
// it. The signed bytes are plain text, so that anybody can check a recorded
// call with any sr25519 tool (context "substrate"):
//
//   sn37 ledger call
//   genesis 0x…            the ledger's genesis hash: no use on another ledger
//   signer 5…              SS58
//   nonce 0                one more for each call of the signer: no replay
//   register 37 5…         or
//   commit 37 6e733a…      the text's bytes in hex, or
//   set_weights 37 3010 0:65535 3:32768, or
//   commit_weights 37 1f0e…   the hash in hex, or
//   reveal_weights 37 3010 0:65535 3:32768 salt 1 2 3, or
//   commit_timelocked_weights 37 3010 0:65535 3:32768
//
// joined by "\n", without one at the end.
#ifndef CHAIN_LOCAL_CALL_H_
#define CHAIN_LOCAL_CALL_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "chain/client.h"

namespace sn37::chain {

struct RegisterCall {
  uint16_t netuid = 0;
  std::string hotkey;  // SS58; the signer becomes its coldkey
};

struct CommitCall {
  uint16_t netuid = 0;
  std::string text;
};

struct SetWeightsCall {
  uint16_t netuid = 0;
  uint64_t version_key = 0;
  std::vector<Weight> weights;
};

struct CommitWeightsCall {
  uint16_t netuid = 0;
  WeightsHash hash = {};
};

struct RevealWeightsCall {
  uint16_t netuid = 0;
  HiddenWeights hidden;
};

struct CommitTimelockedWeightsCall {
  SetWeightsCall weights;
};

using Call =
    std::variant<RegisterCall, CommitCall, SetWeightsCall, CommitWeightsCall,
                 RevealWeightsCall, CommitTimelockedWeightsCall>;

struct SignedCall {
  std::string signer;  // SS58
  uint64_t nonce = 0;
  Call call;
  std::string signature;  // 64 bytes
};

// The last line of that text: what is asked.
std::string CallText(const Call& call);

// The bytes that the signer signs.
std::string SigningPayload(absl::string_view genesis_hash,
                           const SignedCall& call);

}  // namespace sn37::chain

#endif  // CHAIN_LOCAL_CALL_H_
