#include "chain/gateway/remote_client.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "chain/gateway/admission.h"
#include "chain/gateway/messages.h"
#include "chain/local/call.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

namespace pb = ::sn37::gateway::v1;

constexpr uint64_t kValidity = 20;  // blocks

Block FromMessage(const pb::Block& message) {
  return {message.number(), message.hash()};
}

// Calls a method of the stub with a deadline; its response, or its error.
template <typename Request, typename Response>
absl::StatusOr<Response> Ask(
    pb::Gateway::Stub& stub,
    grpc::Status (pb::Gateway::Stub::*method)(grpc::ClientContext*,
                                              const Request&, Response*),
    const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

template <typename Request>
Request OnSubnet(uint16_t netuid, std::optional<uint64_t> block) {
  Request request;
  request.set_netuid(netuid);
  if (block.has_value()) request.set_block(*block);
  return request;
}

template <typename Request>
void SetWeightsOf(absl::Span<const Weight> weights, Request& request) {
  for (const Weight& weight : weights) {
    pb::Weight& entry = *request.add_weights();
    entry.set_uid(weight.uid);
    entry.set_value(weight.value);
  }
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

pb::Proof MakeProof(const pb::Info& info, const Keypair& key, uint64_t expires,
                    absl::string_view call) {
  pb::Proof proof;
  proof.set_hotkey(key.address());
  proof.set_expires(expires);
  std::string& nonce = *proof.mutable_nonce();
  nonce.resize(kNonceBytes);
  randombytes_buf(nonce.data(), nonce.size());
  const Signature signature = *key.Sign(ProofText(info, proof, call));
  proof.set_signature(signature.data(), signature.size());
  return proof;
}

absl::StatusOr<pb::Proof> RemoteClient::Prove(const Keypair& key,
                                              absl::string_view call) {
  SN37_ASSIGN_OR_RETURN(
      const pb::Info info,
      Ask(*stub_, &pb::Gateway::Stub::GetInfo, pb::GetInfoRequest()));
  SN37_ASSIGN_OR_RETURN(const Block head, Head());
  return MakeProof(info, key, head.number + kValidity, call);
}

absl::StatusOr<Block> RemoteClient::Head() {
  SN37_ASSIGN_OR_RETURN(
      const pb::Block block,
      Ask(*stub_, &pb::Gateway::Stub::GetHead, pb::GetHeadRequest()));
  return FromMessage(block);
}

absl::StatusOr<Block> RemoteClient::Finalized() {
  SN37_ASSIGN_OR_RETURN(
      const pb::Block block,
      Ask(*stub_, &pb::Gateway::Stub::GetFinalized, pb::GetFinalizedRequest()));
  return FromMessage(block);
}

absl::StatusOr<Block> RemoteClient::GetBlock(uint64_t number) {
  pb::GetBlockRequest request;
  request.set_number(number);
  SN37_ASSIGN_OR_RETURN(const pb::Block block,
                        Ask(*stub_, &pb::Gateway::Stub::GetBlock, request));
  return FromMessage(block);
}

absl::StatusOr<Metagraph> RemoteClient::GetMetagraph(
    uint16_t netuid, std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const pb::Metagraph message,
                        Ask(*stub_, &pb::Gateway::Stub::GetMetagraph,
                            OnSubnet<pb::GetMetagraphRequest>(netuid, block)));
  Metagraph graph;
  SN37_ASSIGN_OR_RETURN(graph.netuid, Narrow(message.netuid(), "subnet"));
  graph.block = FromMessage(message.block());
  for (const pb::Neuron& slot : message.neurons()) {
    Neuron& neuron = graph.neurons.emplace_back();
    SN37_ASSIGN_OR_RETURN(neuron.uid, Narrow(slot.uid(), "uid"));
    neuron.hotkey = slot.hotkey();
    if (slot.has_coldkey()) neuron.coldkey = slot.coldkey();
    neuron.stake = slot.stake();
    neuron.validator_permit = slot.validator_permit();
    SN37_ASSIGN_OR_RETURN(neuron.incentive,
                          Narrow(slot.incentive(), "incentive"));
    neuron.last_update = slot.last_update();
    neuron.registered_at = slot.registered_at();
  }
  return graph;
}

absl::StatusOr<Commitments> RemoteClient::GetCommitments(
    uint16_t netuid, std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(
      const pb::Commitments message,
      Ask(*stub_, &pb::Gateway::Stub::GetCommitments,
          OnSubnet<pb::GetCommitmentsRequest>(netuid, block)));
  Commitments all = {FromMessage(message.block()), {}};
  for (const pb::Commitment& entry : message.commitments()) {
    all.commitments.push_back({entry.hotkey(), entry.block(), entry.text()});
  }
  return all;
}

absl::StatusOr<std::vector<Weight>> RemoteClient::GetWeights(
    uint16_t netuid, uint16_t uid, std::optional<uint64_t> block) {
  auto request = OnSubnet<pb::GetWeightsRequest>(netuid, block);
  request.set_uid(uid);
  SN37_ASSIGN_OR_RETURN(const pb::Weights message,
                        Ask(*stub_, &pb::Gateway::Stub::GetWeights, request));
  return ToWeights(message.weights());
}

absl::StatusOr<Hyperparameters> RemoteClient::GetHyperparameters(
    uint16_t netuid) {
  pb::GetHyperparametersRequest request;
  request.set_netuid(netuid);
  SN37_ASSIGN_OR_RETURN(
      const pb::Hyperparameters message,
      Ask(*stub_, &pb::Gateway::Stub::GetHyperparameters, request));
  Hyperparameters rules;
  SN37_ASSIGN_OR_RETURN(rules.tempo, Narrow(message.tempo(), "tempo"));
  rules.weights_rate_limit = message.weights_rate_limit();
  SN37_ASSIGN_OR_RETURN(rules.min_allowed_weights,
                        Narrow(message.min_allowed_weights(), "minimum"));
  SN37_ASSIGN_OR_RETURN(rules.max_weight_limit,
                        Narrow(message.max_weight_limit(), "limit"));
  rules.weights_version = message.weights_version();
  rules.reveal_period = message.reveal_period();
  rules.weights_mode = static_cast<WeightsMode>(message.weights_mode());
  return rules;
}

absl::StatusOr<std::vector<WeightsCommit>> RemoteClient::GetWeightsCommits(
    uint16_t netuid, absl::string_view hotkey) {
  pb::GetWeightsCommitsRequest request;
  request.set_netuid(netuid);
  request.set_hotkey(std::string(hotkey));
  SN37_ASSIGN_OR_RETURN(
      const pb::WeightsCommits message,
      Ask(*stub_, &pb::Gateway::Stub::GetWeightsCommits, request));
  std::vector<WeightsCommit> commits;
  for (const pb::WeightsCommit& entry : message.commits()) {
    SN37_ASSIGN_OR_RETURN(const WeightsHash hash, ToWeightsHash(entry.hash()));
    commits.push_back({hash, entry.block(), entry.first_reveal(),
                       entry.last_reveal(), entry.timelocked()});
  }
  return commits;
}

absl::StatusOr<uint16_t> RemoteClient::Register(const Keypair& coldkey,
                                                uint16_t netuid,
                                                absl::string_view hotkey) {
  const auto own =
      std::find_if(hotkeys_.begin(), hotkeys_.end(),
                   [&](const Keypair& key) { return key.address() == hotkey; });
  const std::string call =
      absl::StrCat(CallText(RegisterCall{netuid, std::string(hotkey)}), " ",
                   coldkey.address());
  pb::RegisterRequest request;
  SN37_ASSIGN_OR_RETURN(*request.mutable_proof(),
                        Prove(own == hotkeys_.end() ? coldkey : *own, call));
  request.mutable_proof()->set_hotkey(std::string(hotkey));
  request.set_netuid(netuid);
  request.set_coldkey(coldkey.address());
  SN37_ASSIGN_OR_RETURN(const pb::Registration registration,
                        Ask(*stub_, &pb::Gateway::Stub::Register, request));
  return Narrow(registration.uid(), "uid");
}

absl::Status RemoteClient::Commit(const Keypair& hotkey, uint16_t netuid,
                                  absl::string_view text) {
  pb::CommitRequest request;
  SN37_ASSIGN_OR_RETURN(
      *request.mutable_proof(),
      Prove(hotkey, CallText(CommitCall{netuid, std::string(text)})));
  request.set_netuid(netuid);
  request.set_text(std::string(text));
  return Ask(*stub_, &pb::Gateway::Stub::Commit, request).status();
}

absl::Status RemoteClient::SetWeights(const Keypair& hotkey, uint16_t netuid,
                                      absl::Span<const Weight> weights,
                                      uint64_t version_key) {
  const SetWeightsCall call = {
      netuid, version_key, {weights.begin(), weights.end()}};
  pb::SetWeightsRequest request;
  SN37_ASSIGN_OR_RETURN(*request.mutable_proof(),
                        Prove(hotkey, CallText(call)));
  request.set_netuid(netuid);
  request.set_version_key(version_key);
  SetWeightsOf(weights, request);
  return Ask(*stub_, &pb::Gateway::Stub::SetWeights, request).status();
}

absl::Status RemoteClient::CommitWeights(const Keypair& hotkey, uint16_t netuid,
                                         const WeightsHash& hash) {
  pb::CommitWeightsRequest request;
  SN37_ASSIGN_OR_RETURN(
      *request.mutable_proof(),
      Prove(hotkey, CallText(CommitWeightsCall{netuid, hash})));
  request.set_netuid(netuid);
  request.set_hash(hash.data(), hash.size());
  return Ask(*stub_, &pb::Gateway::Stub::CommitWeights, request).status();
}

absl::Status RemoteClient::RevealWeights(const Keypair& hotkey, uint16_t netuid,
                                         const HiddenWeights& hidden) {
  pb::RevealWeightsRequest request;
  SN37_ASSIGN_OR_RETURN(
      *request.mutable_proof(),
      Prove(hotkey, CallText(RevealWeightsCall{netuid, hidden})));
  request.set_netuid(netuid);
  request.set_version_key(hidden.version_key);
  SetWeightsOf(hidden.weights, request);
  for (const uint16_t number : hidden.salt) request.add_salt(number);
  return Ask(*stub_, &pb::Gateway::Stub::RevealWeights, request).status();
}

absl::Status RemoteClient::CommitTimelockedWeights(
    const Keypair& hotkey, uint16_t netuid, absl::Span<const Weight> weights,
    uint64_t version_key) {
  const CommitTimelockedWeightsCall call = {
      {netuid, version_key, {weights.begin(), weights.end()}}};
  pb::CommitTimelockedWeightsRequest request;
  SN37_ASSIGN_OR_RETURN(*request.mutable_proof(),
                        Prove(hotkey, CallText(call)));
  request.set_netuid(netuid);
  request.set_version_key(version_key);
  SetWeightsOf(weights, request);
  return Ask(*stub_, &pb::Gateway::Stub::CommitTimelockedWeights, request)
      .status();
}

}  // namespace sn37::chain
