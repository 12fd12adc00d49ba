// The ledger's writes: signed calls, checked and applied.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "chain/codec/ss58.h"
#include "chain/hidden_weights.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "chain/local/reveal_rules.h"
#include "chain/local/weight_rules.h"
#include "chain/weights.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

constexpr size_t kMaxHiddenCommits = 10;  // of a hotkey, as on the chain

std::string EncodeWeights(absl::Span<const Weight> weights) {
  std::string bytes;
  const auto u16 = [&bytes](uint16_t value) {
    bytes.push_back(static_cast<char>(value & 0xff));
    bytes.push_back(static_cast<char>(value >> 8));
  };
  for (const Weight& weight : weights) {
    u16(weight.uid);
    u16(weight.value);
  }
  return bytes;
}

// A text that cannot be sent at all, whatever the chain's state.
absl::Status CheckText(absl::string_view text) {
  if (text.size() <= kMaxCommitmentBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a commitment of ", text.size(), " bytes: at most ",
                   kMaxCommitmentBytes, " fit"));
}

std::vector<WeightsCommit> DropExpired(std::vector<WeightsCommit> commits,
                                       uint64_t head) {
  const auto expired = [head](const WeightsCommit& commit) {
    return commit.last_reveal < head;
  };
  commits.erase(std::remove_if(commits.begin(), commits.end(), expired),
                commits.end());
  return commits;
}

// The commit to `hash`, if it may be revealed at block `head`.
absl::StatusOr<WeightsCommit> FindCommit(
    absl::Span<const WeightsCommit> commits, const WeightsHash& hash,
    uint64_t head) {
  bool any = false;
  for (const WeightsCommit& commit : commits) {
    if (commit.timelocked) continue;
    any = true;
    if (commit.hash != hash) continue;
    if (head < commit.first_reveal) {
      return Refused(kRevealTooEarly,
                     absl::StrCat("at block ", head, ", allowed from ",
                                  commit.first_reveal));
    }
    if (head > commit.last_reveal) {
      return Refused(kExpiredWeightCommit,
                     absl::StrCat("at block ", head, ", was allowed up to ",
                                  commit.last_reveal));
    }
    return commit;
  }
  return any ? Refused("InvalidRevealCommitHashNotMatch",
                       "these weights were not committed to")
             : Refused("NoWeightsCommitFound", "nothing is to be revealed");
}

// The rules of a reveal: those of its commit were checked before.
Hyperparameters AtReveal(Hyperparameters rules) {
  rules.weights_mode = WeightsMode::kPlain;
  rules.weights_rate_limit = 0;
  return rules;
}

}  // namespace

absl::StatusOr<uint64_t> Ledger::NonceOf(absl::string_view signer) {
  SN37_ASSIGN_OR_RETURN(
      Statement row,
      db_.Query("SELECT count(*) FROM call WHERE signer = ?", {signer}));
  SN37_RETURN_IF_ERROR(row.Next().status());
  return static_cast<uint64_t>(row.Int(0));
}

absl::StatusOr<uint64_t> Ledger::NextNonce(absl::string_view signer) {
  absl::MutexLock lock(&mutex_);
  return NonceOf(signer);
}

absl::Status Ledger::CheckSignature(const SignedCall& call) {
  SN37_ASSIGN_OR_RETURN(const AccountId account, DecodeSs58(call.signer));
  if (!VerifySignature(account, SigningPayload(genesis_hash_, call),
                       call.signature)) {
    return absl::UnauthenticatedError(
        absl::StrCat("the signature is not ", call.signer, "'s on this call"));
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t nonce, NonceOf(call.signer));
  if (call.nonce != nonce) {
    return absl::UnavailableError(
        absl::StrCat("nonce ", call.nonce, " of ", call.signer,
                     " is not its next, ", nonce, "; sign it again"));
  }
  return absl::OkStatus();
}

absl::Status Ledger::Submit(const SignedCall& call) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(Transaction write, db_.Begin());
  SN37_RETURN_IF_ERROR(CheckSignature(call));
  SN37_RETURN_IF_ERROR(std::visit(
      [&](const auto& c) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return Apply(call.signer, c);
      },
      call.call));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_RETURN_IF_ERROR(db_.Run(
      "INSERT INTO call VALUES (?, ?, ?, ?, ?)",
      {call.signer, static_cast<int64_t>(call.nonce),
       static_cast<int64_t>(head), SqlBlob{SigningPayload(genesis_hash_, call)},
       SqlBlob{call.signature}}));
  return write.Commit();
}

absl::Status Ledger::Send(const Keypair& signer, Call call) {
  SignedCall signed_call = {signer.address(), 0, std::move(call), ""};
  SN37_ASSIGN_OR_RETURN(signed_call.nonce, NextNonce(signed_call.signer));
  SN37_ASSIGN_OR_RETURN(
      const Signature signature,
      signer.Sign(SigningPayload(genesis_hash_, signed_call)));
  signed_call.signature.assign(signature.begin(), signature.end());
  return Submit(signed_call);
}

absl::StatusOr<std::optional<Neuron>> Ledger::FindNeuron(
    uint16_t netuid, absl::string_view hotkey) {
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(Metagraph graph, MetagraphAt(netuid, head));
  for (Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == hotkey) return std::move(neuron);
  }
  return std::nullopt;
}

absl::StatusOr<uint16_t> Ledger::Register(const Keypair& coldkey,
                                          uint16_t netuid,
                                          absl::string_view hotkey) {
  SN37_RETURN_IF_ERROR(
      Send(coldkey, RegisterCall{netuid, std::string(hotkey)}));
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const Transaction read, db_.BeginRead());
  SN37_ASSIGN_OR_RETURN(const std::optional<Neuron> neuron,
                        FindNeuron(netuid, hotkey));
  if (!neuron.has_value()) {
    return absl::InternalError(
        absl::StrCat("registered ", hotkey, ", which has no slot"));
  }
  return neuron->uid;
}

absl::Status Ledger::Apply(absl::string_view signer, const RegisterCall& call) {
  SN37_RETURN_IF_ERROR(DecodeSs58(call.hotkey).status());
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(call.netuid));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(const Metagraph graph, MetagraphAt(call.netuid, head));
  for (const Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == call.hotkey) {
      return Refused(kHotKeyAlreadyRegisteredInSubNet,
                     absl::StrCat(call.hotkey, " has uid ", neuron.uid));
    }
  }
  if (graph.neurons.size() >= subnet.max_neurons) {
    return Refused(
        "NoNeuronIdAvailable",
        absl::StrCat("all ", subnet.max_neurons, " slots are taken"));
  }
  return db_.Run("INSERT INTO neuron VALUES (?, ?, ?, ?, ?)",
                 {call.netuid, static_cast<int64_t>(graph.neurons.size()),
                  call.hotkey, static_cast<int64_t>(head), signer});
}

absl::Status Ledger::Commit(const Keypair& hotkey, uint16_t netuid,
                            absl::string_view text) {
  SN37_RETURN_IF_ERROR(CheckText(text));
  return Send(hotkey, CommitCall{netuid, std::string(text)});
}

absl::Status Ledger::Apply(absl::string_view signer, const CommitCall& call) {
  SN37_RETURN_IF_ERROR(CheckText(call.text));
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(call.netuid));
  SN37_ASSIGN_OR_RETURN(const std::optional<Neuron> neuron,
                        FindNeuron(call.netuid, signer));
  if (!neuron.has_value()) {
    return Refused(
        kAccountNotAllowedCommit,
        absl::StrCat(signer, " is not registered on subnet ", call.netuid));
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(
      Statement last,
      db_.Query("SELECT max(block) FROM commitment WHERE netuid = ? AND"
                " hotkey = ?",
                {call.netuid, signer}));
  SN37_RETURN_IF_ERROR(last.Next().status());
  const uint64_t allowed =
      static_cast<uint64_t>(last.Int(0)) + subnet.commitment_rate_limit;
  if (!last.IsNull(0) && head < allowed) {
    return Refused(kCommitmentSetRateLimitExceeded,
                   absl::StrCat("at block ", head, ", allowed from ", allowed));
  }
  return db_.Run(
      "INSERT OR REPLACE INTO commitment VALUES (?, ?, ?, ?)",
      {call.netuid, signer, static_cast<int64_t>(head), SqlBlob{call.text}});
}

absl::Status Ledger::SetWeights(const Keypair& hotkey, uint16_t netuid,
                                absl::Span<const Weight> weights,
                                uint64_t version_key) {
  return Send(
      hotkey,
      SetWeightsCall{netuid, version_key, {weights.begin(), weights.end()}});
}

absl::Status Ledger::Apply(absl::string_view signer,
                           const SetWeightsCall& call) {
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(call.netuid));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  return StoreWeights(signer, call, subnet.hyperparameters, head,
                      /*revealed=*/false);
}

absl::Status Ledger::StoreWeights(absl::string_view signer,
                                  const SetWeightsCall& call,
                                  const Hyperparameters& rules, uint64_t from,
                                  bool revealed) {
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(const Metagraph graph, MetagraphAt(call.netuid, head));
  SN37_ASSIGN_OR_RETURN(const std::optional<Neuron> sender,
                        FindNeuron(call.netuid, signer));
  SN37_RETURN_IF_ERROR(CheckSetWeights(sender, graph.neurons.size(), head,
                                       rules, call.weights, call.version_key));
  return db_.Run(
      "INSERT OR REPLACE INTO weights VALUES (?, ?, ?, ?, ?)",
      {call.netuid, sender->uid, static_cast<int64_t>(from),
       SqlBlob{EncodeWeights(MaxUpscale(call.weights))}, int64_t{revealed}});
}

absl::StatusOr<std::vector<WeightsCommit>> Ledger::CommitsOf(
    uint16_t netuid, absl::string_view hotkey, const Hyperparameters& rules) {
  SN37_ASSIGN_OR_RETURN(
      Statement rows,
      db_.Query("SELECT block, hash, revealed FROM weights_commit WHERE"
                " netuid = ? AND hotkey = ? AND (revealed IS NULL OR"
                " revealed > (SELECT head FROM clock)) ORDER BY number",
                {netuid, hotkey}));
  std::vector<WeightsCommit> commits;
  while (true) {
    SN37_ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) return commits;
    WeightsCommit commit;
    commit.block = static_cast<uint64_t>(rows.Int(0));
    const std::string hash = rows.Blob(1);
    std::copy_n(hash.begin(), std::min(hash.size(), commit.hash.size()),
                commit.hash.begin());
    std::tie(commit.first_reveal, commit.last_reveal) =
        RevealBlocks(commit.block, netuid, rules);
    commit.timelocked = !rows.IsNull(2);
    if (commit.timelocked) {
      commit.first_reveal = commit.last_reveal =
          static_cast<uint64_t>(rows.Int(2));
    }
    commits.push_back(commit);
  }
}

absl::StatusOr<std::vector<WeightsCommit>> Ledger::GetWeightsCommits(
    uint16_t netuid, absl::string_view hotkey) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const Transaction read, db_.BeginRead());
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(netuid));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(std::vector<WeightsCommit> commits,
                        CommitsOf(netuid, hotkey, subnet.hyperparameters));
  return DropExpired(std::move(commits), head);
}

absl::Status Ledger::CommitWeights(const Keypair& hotkey, uint16_t netuid,
                                   const WeightsHash& hash) {
  return Send(hotkey, CommitWeightsCall{netuid, hash});
}

absl::Status Ledger::Apply(absl::string_view signer,
                           const CommitWeightsCall& call) {
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(call.netuid));
  return StoreCommit(signer, call.netuid, subnet.hyperparameters, call.hash,
                     std::nullopt);
}

absl::Status Ledger::StoreCommit(absl::string_view signer, uint16_t netuid,
                                 const Hyperparameters& rules,
                                 const WeightsHash& hash,
                                 std::optional<uint64_t> reveal) {
  if (rules.weights_mode == WeightsMode::kPlain) {
    return Refused(kCommitRevealDisabled, "the subnet takes plain weights");
  }
  SN37_ASSIGN_OR_RETURN(const std::optional<Neuron> sender,
                        FindNeuron(netuid, signer));
  if (!sender.has_value()) {
    return Refused(kHotKeyNotRegisteredInSubNet, "register it first");
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  const uint64_t allowed = sender->last_update + rules.weights_rate_limit;
  if (sender->last_update != 0 && head < allowed) {
    return Refused(kCommittingWeightsTooFast,
                   absl::StrCat("at block ", head, ", allowed from ", allowed));
  }
  SN37_ASSIGN_OR_RETURN(std::vector<WeightsCommit> commits,
                        CommitsOf(netuid, signer, rules));
  if (DropExpired(std::move(commits), head).size() >= kMaxHiddenCommits) {
    return Refused("TooManyUnrevealedCommits",
                   absl::StrCat("reveal one of ", kMaxHiddenCommits));
  }
  return db_.Run(
      "INSERT INTO weights_commit SELECT ?1, ?2, count(*), ?3, ?4, ?5"
      " FROM weights_commit WHERE netuid = ?1 AND hotkey = ?2",
      {netuid, signer, static_cast<int64_t>(head),
       SqlBlob{std::string(hash.begin(), hash.end())},
       reveal ? SqlValue(static_cast<int64_t>(*reveal)) : nullptr});
}

absl::Status Ledger::RevealWeights(const Keypair& hotkey, uint16_t netuid,
                                   const HiddenWeights& hidden) {
  return Send(hotkey, RevealWeightsCall{netuid, hidden});
}

absl::Status Ledger::Apply(absl::string_view signer,
                           const RevealWeightsCall& call) {
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(call.netuid));
  const Hyperparameters& rules = subnet.hyperparameters;
  if (rules.weights_mode == WeightsMode::kPlain) {
    return Refused(kCommitRevealDisabled, "the subnet takes plain weights");
  }
  SN37_ASSIGN_OR_RETURN(const AccountId account, DecodeSs58(signer));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_ASSIGN_OR_RETURN(const std::vector<WeightsCommit> commits,
                        CommitsOf(call.netuid, signer, rules));
  SN37_ASSIGN_OR_RETURN(
      const WeightsCommit commit,
      FindCommit(commits, HashOf(account, call.netuid, call.hidden), head));
  SN37_RETURN_IF_ERROR(
      db_.Run("UPDATE weights_commit SET revealed = ?3 WHERE netuid = ?1 AND"
              " hotkey = ?2 AND revealed IS NULL AND block <= ?4",
              {call.netuid, signer, static_cast<int64_t>(head),
               static_cast<int64_t>(commit.block)}));
  return StoreWeights(
      signer, {call.netuid, call.hidden.version_key, call.hidden.weights},
      AtReveal(rules), head, /*revealed=*/true);
}

absl::Status Ledger::CommitTimelockedWeights(const Keypair& hotkey,
                                             uint16_t netuid,
                                             absl::Span<const Weight> weights,
                                             uint64_t version_key) {
  return Send(hotkey,
              CommitTimelockedWeightsCall{
                  {netuid, version_key, {weights.begin(), weights.end()}}});
}

absl::Status Ledger::Apply(absl::string_view signer,
                           const CommitTimelockedWeightsCall& call) {
  const auto& [netuid, version_key, weights] = call.weights;
  SN37_ASSIGN_OR_RETURN(const SubnetOptions subnet, Subnet(netuid));
  const Hyperparameters& rules = subnet.hyperparameters;
  if (rules.weights_mode == WeightsMode::kCommitReveal) {
    return Refused(kIncorrectCommitRevealVersion,
                   "the subnet takes no timelocked weights");
  }
  SN37_ASSIGN_OR_RETURN(const AccountId account, DecodeSs58(signer));
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  const uint64_t reveal = RevealBlocks(head, netuid, rules).first;
  SN37_RETURN_IF_ERROR(StoreCommit(
      signer, netuid, rules,
      HashOf(account, netuid, {weights, /*salt=*/{}, version_key}), reveal));
  return StoreWeights(signer, call.weights, AtReveal(rules), reveal,
                      /*revealed=*/true);
}

}  // namespace sn37::chain
