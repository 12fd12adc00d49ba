// A chain behind a gateway, as a chain::Client: what a program in another
// language would write. For tests.
#ifndef CHAIN_GATEWAY_REMOTE_CLIENT_H_
#define CHAIN_GATEWAY_REMOTE_CLIENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/gateway/gateway.grpc.pb.h"
#include "grpcpp/grpcpp.h"

namespace sn37::chain {

// A proof for `call` (a line of the signed text) that expires at that block.
gateway::v1::Proof MakeProof(const gateway::v1::Info& info, const Keypair& key,
                             uint64_t expires, absl::string_view call);

// The same code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

// Thread-safe. Writes need the caller's keys on the gateway's side too.
class RemoteClient : public Client {
 public:
  // `hotkeys` are those that Register is called for; it outlives this.
  RemoteClient(std::shared_ptr<grpc::Channel> channel,
               const std::vector<Keypair>& hotkeys)
      : stub_(gateway::v1::Gateway::NewStub(channel)), hotkeys_(hotkeys) {}

  gateway::v1::Gateway::Stub& stub() { return *stub_; }

  absl::StatusOr<Block> Head() override;
  absl::StatusOr<Block> Finalized() override;
  absl::StatusOr<Block> GetBlock(uint64_t number) override;
  absl::StatusOr<Metagraph> GetMetagraph(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<Commitments> GetCommitments(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<std::vector<Weight>> GetWeights(
      uint16_t netuid, uint16_t uid,
      std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<Hyperparameters> GetHyperparameters(uint16_t netuid) override;
  absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t netuid, absl::string_view hotkey) override;
  absl::StatusOr<uint16_t> Register(const Keypair& coldkey, uint16_t netuid,
                                    absl::string_view hotkey) override;
  absl::Status Commit(const Keypair& hotkey, uint16_t netuid,
                      absl::string_view text) override;
  absl::Status SetWeights(const Keypair& hotkey, uint16_t netuid,
                          absl::Span<const Weight> weights,
                          uint64_t version_key) override;
  absl::Status CommitWeights(const Keypair& hotkey, uint16_t netuid,
                             const WeightsHash& hash) override;
  absl::Status RevealWeights(const Keypair& hotkey, uint16_t netuid,
                             const HiddenWeights& hidden) override;
  absl::Status CommitTimelockedWeights(const Keypair& hotkey, uint16_t netuid,
                                       absl::Span<const Weight> weights,
                                       uint64_t version_key) override;

 private:
  // A proof by `key` for `call`, valid for some blocks from the head on.
  absl::StatusOr<gateway::v1::Proof> Prove(const Keypair& key,
                                           absl::string_view call);

  std::unique_ptr<gateway::v1::Gateway::Stub> stub_;
  const std::vector<Keypair>& hotkeys_;
};

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_REMOTE_CLIENT_H_
