#include "chain/gateway/admission.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

namespace pb = ::sn37::gateway::v1;

std::string RandomName() {
  std::string bytes(kNonceBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return absl::BytesToHexString(bytes);
}

}  // namespace

std::string ProofText(const pb::Info& info, const pb::Proof& proof,
                      absl::string_view call) {
  return absl::StrCat("sn37 gateway request\ngateway ", info.gateway(),
                      "\ngenesis ", info.genesis_hash(), "\nhotkey ",
                      proof.hotkey(), "\nexpires ", proof.expires(), "\nnonce ",
                      absl::BytesToHexString(proof.nonce()), "\n", call);
}

Admission::Admission(absl::string_view genesis_hash,
                     std::vector<Keypair> hotkeys) {
  info_.set_gateway(RandomName());
  info_.set_genesis_hash(std::string(genesis_hash));
  info_.set_longest_validity(kLongestValidity);
  for (Keypair& key : hotkeys) {
    const AccountId account = key.public_key();
    hotkeys_.emplace(account, std::move(key));
  }
}

absl::StatusOr<const Keypair*> Admission::Admit(const pb::Proof& proof,
                                                absl::string_view call,
                                                uint64_t head) {
  if (proof.signature().empty()) {
    return absl::UnauthenticatedError(
        "the request is not signed; gateway.proto says how");
  }
  SN37_ASSIGN_OR_RETURN(const AccountId hotkey, DecodeSs58(proof.hotkey()));
  if (proof.nonce().size() != kNonceBytes ||
      !VerifySignature(hotkey, ProofText(info_, proof, call),
                       proof.signature())) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the signature is not ", proof.hotkey(), "'s for this request, chain ",
        info_.genesis_hash(), " and gateway ", info_.gateway()));
  }
  const auto key = hotkeys_.find(hotkey);
  if (key == hotkeys_.end()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the gateway does not hold the hotkey ", proof.hotkey()));
  }
  SN37_RETURN_IF_ERROR(UseUp(proof, head));
  return &key->second;
}

absl::Status Admission::UseUp(const pb::Proof& proof, uint64_t head) {
  absl::MutexLock lock(&mutex_);
  if (head > head_) {
    head_ = head;
    absl::erase_if(used_,
                   [head](const auto& entry) { return entry.second < head; });
  }
  if (proof.expires() < head_ || proof.expires() - head_ > kLongestValidity) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the request expires at block ", proof.expires(),
        ", which is not from ", head_, " to ", head_ + kLongestValidity));
  }
  if (used_.size() >= kMaxRememberedProofs) {
    return absl::ResourceExhaustedError(absl::StrCat(
        used_.size(), " requests are still valid: wait for the next block"));
  }
  if (!used_.emplace(proof.hotkey() + proof.nonce(), proof.expires()).second) {
    return absl::UnauthenticatedError("the request's nonce was used before");
  }
  return absl::OkStatus();
}

}  // namespace sn37::chain
