// Writes to the chain: a call is signed, written down, sent once and watched to
// its end.
//
// At most one extrinsic of a write can take effect: another is only made where
// the node refused the one before and so has never had it. A write whose end
// stays unknown is in doubt; it is kept, in the journal too, and the signer's
// next write first asks the chain about it (Settle). Thread-safe: calls of
// several threads, also with one key, are in flight together.
#ifndef CHAIN_SUBTENSOR_SENDER_H_
#define CHAIN_SUBTENSOR_SENDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "chain/client.h"
#include "chain/codec/extrinsic.h"
#include "chain/journal.h"
#include "chain/keys/keypair.h"
#include "chain/subtensor/fate.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/runtime.h"
#include "sn37/base/json.h"

namespace sn37::chain {

struct SendOptions {
  // Blocks from the newest finalized one on in which the extrinsic is valid: a
  // power of two from 4. A doubt lasts at most so long, 13 minutes.
  uint64_t era_period = 64;
  // Done when the block is final. Else when a block has it: sooner, but a
  // reorganisation may undo what was said to be done, and reads, which are of
  // final blocks, do not show it yet.
  bool until_finalized = true;
  // From the start of a write to its DeadlineExceeded.
  absl::Duration timeout = absl::Minutes(5);
  // Between two looks for the end of a write that is not watched.
  absl::Duration poll = absl::Seconds(6);
};

// `rpc` and `runtimes` must outlive it.
class Sender {
 public:
  // Takes up what the journal has; without one, doubts end with the process.
  Sender(Rpc* rpc, Runtimes* runtimes, const BlockHash& genesis_hash,
         const SendOptions& options, std::optional<Journal> journal);

  // Sends {"Pallet": {"function": {…}}}; returns the block that has it where
  // the chain accepted it. Errors as client.h has them:
  //   FailedPrecondition  refused, by the dispatch or already by the node's
  //                       pool; the node has nothing more to do with it
  //   Unavailable, DeadlineExceeded
  //                       in doubt, unless the message says that it did not
  //                       happen. Also where an earlier write of the signer was
  //                       in doubt and turns out to have happened, or is still
  //                       in doubt: this one was not sent then
  absl::StatusOr<Block> Send(const Keypair& signer, const nlohmann::json& call);

  // Asks the chain once about each write in doubt. Those that are still open,
  // or of which the node cannot tell, stay.
  void Settle();

  std::vector<Write> in_doubt() const;

 private:
  struct Account {
    absl::Mutex submitting;  // from choosing a nonce to the node's acceptance
    uint64_t next_nonce ABSL_GUARDED_BY(submitting) = 0;
    int in_flight ABSL_GUARDED_BY(submitting) = 0;
  };
  struct Submitted {
    Write write;
    std::unique_ptr<Subscription> watch;
  };

  Account& AccountOf(const std::string& signer);
  absl::StatusOr<uint64_t> NextNonce(const std::string& signer,
                                     Account& account)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(account.submitting);
  absl::Status SettleSigner(const std::string& signer, absl::Time deadline);
  absl::StatusOr<Submitted> Submit(const Keypair& signer,
                                   const nlohmann::json& call,
                                   Account& account);
  absl::StatusOr<Submitted> SubmitOnce(const Keypair& signer,
                                       const nlohmann::json& call,
                                       const Runtime& runtime, Account& account)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(account.submitting);
  absl::StatusOr<Fate> Watch(Submitted& submitted, absl::Time deadline);
  absl::StatusOr<Fate> Poll(const Write& write, absl::Time deadline);

  absl::Status Record(const Write& write);
  void CrossOut(const std::string& extrinsic);
  void Doubt(const Write& write);

  Rpc& rpc_;
  Runtimes& runtimes_;
  const BlockHash genesis_hash_;
  const SendOptions options_;

  mutable absl::Mutex mutex_;
  std::optional<Journal> journal_ ABSL_GUARDED_BY(mutex_);
  std::vector<Write> in_doubt_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<Account>> accounts_
      ABSL_GUARDED_BY(mutex_);
};

// A pool's refusal (RpcError of a submission) as a status: FailedPrecondition
// with the runtime's name for what is wrong with the extrinsic, Unavailable
// where the pool has no room for it now.
absl::Status PoolRefusal(const RpcError& error);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_SENDER_H_
