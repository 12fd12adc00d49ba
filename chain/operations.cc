#include "chain/operations.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "chain/hidden_weights.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

// The chain could not be reached: nobody knows what became of the call.
bool IsUnsure(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// Writes until `read_back` finds what was written and returns that. `too_fast`
// names the refusals after which waiting helps. It is read after such a refusal
// too: the write before, of unknown end, may have caused it.
template <typename T>
absl::StatusOr<T> WriteAndConfirm(
    std::initializer_list<absl::string_view> too_fast,
    absl::FunctionRef<absl::Status()> write,
    absl::FunctionRef<absl::StatusOr<std::optional<T>>()> read_back,
    WaitToRetry wait) {
  while (true) {
    const absl::Status status = write();
    const bool again = std::any_of(
        too_fast.begin(), too_fast.end(),
        [&](absl::string_view name) { return RefusedWith(status, name); });
    if (!status.ok() && !IsUnsure(status) && !again) return status;
    absl::StatusOr<std::optional<T>> found = read_back();
    while (IsUnsure(found.status()) && wait()) found = read_back();
    if (!found.ok()) return found.status();
    if (found->has_value()) return **std::move(found);
    if (status.ok()) {
      return absl::DataLossError(
          "the chain accepted a call and does not show what it did");
    }
    if (!wait()) return status;
  }
}

absl::StatusOr<std::vector<Weight>> Quantize(absl::Span<const Share> shares,
                                             const Hyperparameters& rules) {
  SN37_ASSIGN_OR_RETURN(std::vector<Weight> weights,
                        QuantizeWeights(shares, rules.max_weight_limit));
  if (weights.size() < rules.min_allowed_weights) {
    return absl::InvalidArgumentError(
        absl::StrCat(weights.size(), " weights are not zero, the subnet takes ",
                     rules.min_allowed_weights, " or more"));
  }
  return weights;
}

// The hotkey's commit to `hash`, if it is neither revealed nor expired.
absl::StatusOr<std::optional<WeightsCommit>> FindCommit(
    Client& client, uint16_t netuid, const Keypair& hotkey,
    const WeightsHash& hash) {
  SN37_ASSIGN_OR_RETURN(const std::vector<WeightsCommit> commits,
                        client.GetWeightsCommits(netuid, hotkey.address()));
  for (const WeightsCommit& commit : commits) {
    if (commit.hash == hash) return commit;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<Commitment>> CommitmentOf(
    Client& client, uint16_t netuid, absl::string_view hotkey,
    std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(Commitments all, client.GetCommitments(netuid, block));
  for (Commitment& commitment : all.commitments) {
    if (commitment.hotkey == hotkey) return std::move(commitment);
  }
  return std::nullopt;
}

absl::StatusOr<Neuron> NeuronOf(Client& client, uint16_t netuid,
                                absl::string_view hotkey,
                                std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(Metagraph graph, client.GetMetagraph(netuid, block));
  for (Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == hotkey) return std::move(neuron);
  }
  return absl::NotFoundError(absl::StrCat(hotkey, " has no slot on subnet ",
                                          netuid, " at block ",
                                          graph.block.number));
}

absl::StatusOr<Commitment> CommitAndConfirm(Client& client,
                                            const Keypair& hotkey,
                                            uint16_t netuid,
                                            absl::string_view text,
                                            WaitToRetry wait) {
  SN37_ASSIGN_OR_RETURN(const Block start, client.Head());
  const auto write = [&] { return client.Commit(hotkey, netuid, text); };
  const auto read_back = [&]() -> absl::StatusOr<std::optional<Commitment>> {
    SN37_ASSIGN_OR_RETURN(std::optional<Commitment> newest,
                          CommitmentOf(client, netuid, hotkey.address()));
    const bool mine = newest.has_value() && newest->text == text &&
                      newest->block >= start.number;
    if (!mine) return std::nullopt;
    return newest;
  };
  return WriteAndConfirm<Commitment>(
      {kCommitmentSetRateLimitExceeded, kSpaceLimitExceeded}, write, read_back,
      wait);
}

absl::StatusOr<std::vector<Weight>> SetSharesAndConfirm(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    absl::Span<const Share> shares, uint64_t version_key, WaitToRetry wait) {
  SN37_ASSIGN_OR_RETURN(const Block start, client.Head());
  SN37_ASSIGN_OR_RETURN(const Hyperparameters rules,
                        client.GetHyperparameters(netuid));
  if (rules.commit_reveal) {
    return absl::FailedPreconditionError(
        absl::StrCat(kCommitRevealEnabled, ": hide the weights first"));
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<Weight> weights,
                        Quantize(shares, rules));
  const std::vector<Weight> wanted = MaxUpscale(weights);
  const auto write = [&] {
    return client.SetWeights(hotkey, netuid, weights, version_key);
  };
  const auto read_back =
      [&]() -> absl::StatusOr<std::optional<std::vector<Weight>>> {
    SN37_ASSIGN_OR_RETURN(const Neuron neuron,
                          NeuronOf(client, netuid, hotkey.address()));
    SN37_ASSIGN_OR_RETURN(std::vector<Weight> stored,
                          client.GetWeights(netuid, neuron.uid));
    if (neuron.last_update < start.number || stored != wanted) {
      return std::nullopt;
    }
    return stored;
  };
  return WriteAndConfirm<std::vector<Weight>>({kSettingWeightsTooFast}, write,
                                              read_back, wait);
}

absl::StatusOr<HiddenWeights> HideShares(Client& client, uint16_t netuid,
                                         absl::Span<const Share> shares,
                                         uint64_t version_key) {
  SN37_ASSIGN_OR_RETURN(const Hyperparameters rules,
                        client.GetHyperparameters(netuid));
  SN37_ASSIGN_OR_RETURN(std::vector<Weight> weights, Quantize(shares, rules));
  return HiddenWeights{std::move(weights), NewSalt(), version_key};
}

absl::StatusOr<WeightsCommit> HideAndConfirm(Client& client,
                                             const Keypair& hotkey,
                                             uint16_t netuid,
                                             const HiddenWeights& hidden,
                                             WaitToRetry wait) {
  const WeightsHash hash = HashOf(hotkey.public_key(), netuid, hidden);
  const auto read_back = [&] {
    return FindCommit(client, netuid, hotkey, hash);
  };
  SN37_ASSIGN_OR_RETURN(const std::optional<WeightsCommit> before, read_back());
  if (before.has_value()) return *before;
  const auto write = [&] { return client.CommitWeights(hotkey, netuid, hash); };
  return WriteAndConfirm<WeightsCommit>({kCommittingWeightsTooFast}, write,
                                        read_back, wait);
}

absl::StatusOr<std::vector<Weight>> RevealAndConfirm(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    const HiddenWeights& hidden, WaitToRetry wait) {
  const WeightsHash hash = HashOf(hotkey.public_key(), netuid, hidden);
  const std::vector<Weight> wanted = MaxUpscale(hidden.weights);
  const auto read_back =
      [&]() -> absl::StatusOr<std::optional<std::vector<Weight>>> {
    SN37_ASSIGN_OR_RETURN(const std::optional<WeightsCommit> commit,
                          FindCommit(client, netuid, hotkey, hash));
    SN37_ASSIGN_OR_RETURN(const Neuron neuron,
                          NeuronOf(client, netuid, hotkey.address()));
    SN37_ASSIGN_OR_RETURN(std::vector<Weight> stored,
                          client.GetWeights(netuid, neuron.uid));
    if (commit.has_value() || stored != wanted) return std::nullopt;
    return stored;
  };
  SN37_ASSIGN_OR_RETURN(const std::optional<std::vector<Weight>> before,
                        read_back());
  if (before.has_value()) return *before;
  const auto write = [&] {
    return client.RevealWeights(hotkey, netuid, hidden);
  };
  return WriteAndConfirm<std::vector<Weight>>({kRevealTooEarly}, write,
                                              read_back, wait);
}

}  // namespace sn37::chain
