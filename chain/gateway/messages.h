// Between the structs of chain/client.h and the messages of gateway.proto. Pure
// functions.
#ifndef CHAIN_GATEWAY_MESSAGES_H_
#define CHAIN_GATEWAY_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/gateway/gateway.pb.h"

namespace sn37::chain {

// Fill an empty message.
void ToMessage(const Block& block, gateway::v1::Block& message);
void ToMessage(const Metagraph& graph, gateway::v1::Metagraph& message);
void ToMessage(const Commitments& all, gateway::v1::Commitments& message);
void ToMessage(const std::vector<Weight>& weights,
               gateway::v1::Weights& message);
void ToMessage(const Hyperparameters& rules,
               gateway::v1::Hyperparameters& message);
void ToMessage(const std::vector<WeightsCommit>& commits,
               gateway::v1::WeightsCommits& message);

// What has 16 bits on the chain and 32 in a message. kInvalidArgument, naming
// `what`, for a greater number.
absl::StatusOr<uint16_t> Narrow(uint32_t number, absl::string_view what);
absl::StatusOr<std::vector<Weight>> ToWeights(
    const google::protobuf::RepeatedPtrField<gateway::v1::Weight>& messages);
absl::StatusOr<std::vector<uint16_t>> ToSalt(
    const google::protobuf::RepeatedField<uint32_t>& numbers);

// kInvalidArgument unless it has 32 bytes.
absl::StatusOr<WeightsHash> ToWeightsHash(absl::string_view bytes);

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_MESSAGES_H_
