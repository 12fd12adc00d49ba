// Weights that a validator commits to first and reveals later, for subnets
// that take none in the open: nobody can copy them meanwhile.
//
//   HiddenWeights hidden = {weights, NewSalt(), version_key};
//   client.CommitWeights(hotkey, 37, HashOf(hotkey.public_key(), 37, hidden));
//   ... some epochs later, with the same `hidden` ...
//   client.RevealWeights(hotkey, 37, hidden);
//
// Pure functions, but for the salt.
#ifndef CHAIN_HIDDEN_WEIGHTS_H_
#define CHAIN_HIDDEN_WEIGHTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/codec/ss58.h"

namespace sn37::chain {

// What the chain gets instead of the weights: blake2b-256 of the SCALE encoding
// of hotkey, subnet, uids, values, salt and version key.
WeightsHash HashOf(const AccountId& hotkey, uint16_t netuid,
                   const HiddenWeights& hidden);

// Eight random numbers, as the official client draws them.
std::vector<uint16_t> NewSalt();

// As text, to be kept from the commit to the reveal: a JSON object with
// "weights" (pairs of uid and value), "salt" and "version_key" (in decimal).
// Parsing an object that is none is an InvalidArgument.
std::string ToText(const HiddenWeights& hidden);
absl::StatusOr<HiddenWeights> ParseHiddenWeights(absl::string_view text);

}  // namespace sn37::chain

#endif  // CHAIN_HIDDEN_WEIGHTS_H_
