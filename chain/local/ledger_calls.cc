// The ledger's writes: signed calls, checked and applied.
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "chain/local/weight_rules.h"
#include "chain/weights.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

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
  if (const auto* c = std::get_if<RegisterCall>(&call.call)) {
    SN37_RETURN_IF_ERROR(Apply(call.signer, *c));
  } else if (const auto* c = std::get_if<CommitCall>(&call.call)) {
    SN37_RETURN_IF_ERROR(Apply(call.signer, *c));
  } else {
    SN37_RETURN_IF_ERROR(
        Apply(call.signer, std::get<SetWeightsCall>(call.call)));
  }
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
  SN37_ASSIGN_OR_RETURN(const Metagraph graph, MetagraphAt(call.netuid, head));
  SN37_ASSIGN_OR_RETURN(const std::optional<Neuron> sender,
                        FindNeuron(call.netuid, signer));
  SN37_RETURN_IF_ERROR(CheckSetWeights(sender, graph.neurons.size(), head,
                                       subnet.hyperparameters, call.weights,
                                       call.version_key));
  return db_.Run("INSERT OR REPLACE INTO weights VALUES (?, ?, ?, ?)",
                 {call.netuid, sender->uid, static_cast<int64_t>(head),
                  SqlBlob{EncodeWeights(MaxUpscale(call.weights))}});
}

}  // namespace sn37::chain
