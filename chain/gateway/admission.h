// Who may write through the gateway: a caller that signed this very request
// with a hotkey that the gateway holds, for this chain, this run of the gateway
// and not long from now, and that did so only once. gateway.proto has the
// signed text.
//
//   Admission admission(genesis_hash, std::move(hotkeys));
//   SN37_ASSIGN_OR_RETURN(const Keypair* key,
//                         admission.Admit(proof, CallText(call), head));
//   client.Commit(*key, …);
#ifndef CHAIN_GATEWAY_ADMISSION_H_
#define CHAIN_GATEWAY_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "chain/codec/ss58.h"
#include "chain/gateway/gateway.pb.h"
#include "chain/keys/keypair.h"

namespace sn37::chain {

// Ten minutes: what a caller may need for a retry, and how long a nonce must be
// remembered.
inline constexpr uint64_t kLongestValidity = 50;  // blocks

inline constexpr size_t kNonceBytes = 16;

// Proofs that are remembered at once; only holders of the gateway's own hotkeys
// can make one.
inline constexpr size_t kMaxRememberedProofs = 65536;

// The text that proves `call` (its line of the text).
std::string ProofText(const gateway::v1::Info& info,
                      const gateway::v1::Proof& proof, absl::string_view call);

// Thread-safe.
class Admission {
 public:
  // Draws the gateway's name for this run.
  Admission(absl::string_view genesis_hash, std::vector<Keypair> hotkeys);

  const gateway::v1::Info& info() const { return info_; }

  // The key of the proof's hotkey, if the proof is good for `call` at block
  // `head`; it is used up then, whatever becomes of the call.
  // kInvalidArgument: no address. kUnauthenticated: not signed, wrongly signed,
  // expired, too long valid, or used. kPermissionDenied: the gateway has no
  // such hotkey. kResourceExhausted: too many proofs are still valid.
  absl::StatusOr<const Keypair*> Admit(const gateway::v1::Proof& proof,
                                       absl::string_view call, uint64_t head);

 private:
  // Checks the proof's time, and that its nonce is new; remembers it.
  absl::Status UseUp(const gateway::v1::Proof& proof, uint64_t head);

  gateway::v1::Info info_;
  absl::flat_hash_map<AccountId, Keypair> hotkeys_;

  absl::Mutex mutex_;
  // The highest seen: a node that lags must not bring expired proofs back.
  uint64_t head_ ABSL_GUARDED_BY(mutex_) = 0;
  // Hotkey and nonce of each proof that has not expired, and when it does.
  absl::flat_hash_map<std::string, uint64_t> used_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_ADMISSION_H_
