#include "chain/operations.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
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

// What the chain shows of a hotkey's vector since block `since`: a timelocked
// commit that is none of `others`, or the weights. Nobody can read what such a
// commit is of; a validator makes one at a time.
absl::StatusOr<std::optional<PublishedWeights>> FindPublished(
    Client& client, uint16_t netuid, absl::string_view hotkey,
    absl::Span<const Weight> weights, uint64_t since,
    absl::Span<const WeightsCommit> others) {
  SN37_ASSIGN_OR_RETURN(const std::vector<WeightsCommit> commits,
                        client.GetWeightsCommits(netuid, hotkey));
  for (const WeightsCommit& commit : commits) {
    const bool is_new =
        std::none_of(others.begin(), others.end(), [&](const auto& other) {
          return other.block == commit.block && other.hash == commit.hash;
        });
    if (commit.timelocked && commit.block >= since && is_new) return commit;
  }
  SN37_ASSIGN_OR_RETURN(std::optional<std::vector<Weight>> stored,
                        StoredSince(client, netuid, hotkey, weights, since));
  if (!stored.has_value()) return std::nullopt;
  return *std::move(stored);
}

// The chain's own rule: the subnet's minimum, or all slots where it has fewer;
// a neuron alone may also name only itself.
absl::Status CheckCount(Client& client, uint16_t netuid,
                        absl::string_view hotkey, const Hyperparameters& rules,
                        absl::Span<const Weight> weights) {
  if (weights.size() >= rules.min_allowed_weights) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(const Metagraph graph, client.GetMetagraph(netuid));
  SN37_ASSIGN_OR_RETURN(const Neuron neuron, NeuronOf(graph, hotkey));
  if (weights.size() == 1 && weights[0].uid == neuron.uid) {
    return absl::OkStatus();
  }
  const size_t least =
      std::min<size_t>(rules.min_allowed_weights, graph.neurons.size());
  if (weights.size() >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("subnet ", netuid, " takes ", least,
                   " weights or more, these are ", weights.size()));
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

absl::StatusOr<Neuron> NeuronOf(const Metagraph& graph,
                                absl::string_view hotkey) {
  for (const Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == hotkey) return neuron;
  }
  return absl::NotFoundError(absl::StrCat(hotkey, " has no slot on subnet ",
                                          graph.netuid, " at block ",
                                          graph.block.number, "; register it"));
}

absl::StatusOr<Neuron> NeuronOf(Client& client, uint16_t netuid,
                                absl::string_view hotkey,
                                std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const Metagraph graph,
                        client.GetMetagraph(netuid, block));
  return NeuronOf(graph, hotkey);
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

absl::StatusOr<PublishedWeights> PublishWeights(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    const NewWeights& weights, KeepHidden keep, WaitToRetry wait) {
  const std::string address = hotkey.address();
  SN37_ASSIGN_OR_RETURN(const Hyperparameters rules,
                        client.GetHyperparameters(netuid));
  SN37_ASSIGN_OR_RETURN(const Block start, client.Head());
  SN37_ASSIGN_OR_RETURN(std::vector<WeightsCommit> others,
                        client.GetWeightsCommits(netuid, address));
  if (weights.since.has_value()) others.clear();
  const auto read_back = [&] {
    return FindPublished(client, netuid, address, weights.weights,
                         weights.since.value_or(start.number), others);
  };
  if (weights.since.has_value()) {
    SN37_ASSIGN_OR_RETURN(std::optional<PublishedWeights> before, read_back());
    if (before.has_value()) return *std::move(before);
  }
  SN37_RETURN_IF_ERROR(
      CheckCount(client, netuid, address, rules, weights.weights));
  if (rules.weights_mode == WeightsMode::kCommitReveal) {
    const HiddenWeights hidden = {weights.weights, NewSalt(),
                                  weights.version_key};
    SN37_RETURN_IF_ERROR(keep(hidden));
    return HideAndConfirm(client, hotkey, netuid, hidden, wait);
  }
  const auto write = [&] {
    return rules.weights_mode == WeightsMode::kTimelocked
               ? client.CommitTimelockedWeights(hotkey, netuid, weights.weights,
                                                weights.version_key)
               : client.SetWeights(hotkey, netuid, weights.weights,
                                   weights.version_key);
  };
  return WriteAndConfirm<PublishedWeights>(
      {kSettingWeightsTooFast, kCommittingWeightsTooFast}, write, read_back,
      wait);
}

absl::StatusOr<WeightsCommit> HideAndConfirm(Client& client,
                                             const Keypair& hotkey,
                                             uint16_t netuid,
                                             const HiddenWeights& hidden,
                                             WaitToRetry wait) {
  const WeightsHash hash = HashOf(hotkey.public_key(), netuid, hidden);
  const auto read_back = [&] {
    return CommitTo(client, hotkey.address(), netuid, hidden);
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
  const auto read_back =
      [&]() -> absl::StatusOr<std::optional<std::vector<Weight>>> {
    SN37_ASSIGN_OR_RETURN(const std::optional<WeightsCommit> commit,
                          CommitTo(client, hotkey.address(), netuid, hidden));
    if (commit.has_value()) return std::nullopt;
    return StoredSince(client, netuid, hotkey.address(), hidden.weights,
                       /*since=*/0);
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

absl::StatusOr<std::optional<WeightsCommit>> CommitTo(
    Client& client, absl::string_view hotkey, uint16_t netuid,
    const HiddenWeights& hidden) {
  SN37_ASSIGN_OR_RETURN(const AccountId account, DecodeSs58(hotkey));
  const WeightsHash hash = HashOf(account, netuid, hidden);
  SN37_ASSIGN_OR_RETURN(const std::vector<WeightsCommit> commits,
                        client.GetWeightsCommits(netuid, hotkey));
  for (const WeightsCommit& commit : commits) {
    if (commit.hash == hash) return commit;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<std::vector<Weight>>> StoredSince(
    Client& client, uint16_t netuid, absl::string_view hotkey,
    absl::Span<const Weight> weights, uint64_t since) {
  SN37_ASSIGN_OR_RETURN(const Neuron neuron, NeuronOf(client, netuid, hotkey));
  SN37_ASSIGN_OR_RETURN(std::vector<Weight> stored,
                        client.GetWeights(netuid, neuron.uid));
  const bool same = stored == MaxUpscale({weights.begin(), weights.end()});
  if (neuron.last_update < since || !same) return std::nullopt;
  return stored;
}

}  // namespace sn37::chain
