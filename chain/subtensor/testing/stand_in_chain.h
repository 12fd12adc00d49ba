// A chain for tests of the client of the real one: it answers a node's methods
// from the embedded ledger, in the encoding of a real runtime's metadata, and
// takes signed extrinsics, whose signature, nonce, era and version it checks.
//
//   StandInChain chain(ledger.get(), 37, TestMetadataBytes("461_v15"));
//   chain.AddKey("//test/miner");
//   auto client = Subtensor::Open(chain.NewRpc(), {});
//
// Each extrinsic makes a block, which is final at once. The ledger wants its
// own signature on each call, so the keys of all signers must be told. Epochs
// of runtimes that count them are those of the ledger.
//
// Of the beacon it knows one signature, of kBeaconRound. It decrypts timelocked
// weights when they are committed to, and the ledger shows them in their time;
// those of other rounds it takes for an empty vector, which is refused.
#ifndef CHAIN_SUBTENSOR_TESTING_STAND_IN_CHAIN_H_
#define CHAIN_SUBTENSOR_TESTING_STAND_IN_CHAIN_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/testing/stand_in_runtime.h"
#include "sn37/base/json.h"

namespace sn37::chain {

inline constexpr uint64_t kBeaconRound = 1000;

// Thread-safe.
class StandInChain {
 public:
  // `ledger`, which must outlive it, has the subnet.
  StandInChain(Ledger* ledger, uint16_t netuid, std::string metadata_bytes);

  // The methods that it knows, for Call; subscriptions for Watch.
  static std::vector<std::string> Methods();
  absl::StatusOr<nlohmann::json> Call(absl::string_view method,
                                      const nlohmann::json& params);
  // Takes an extrinsic; returns what its watcher is told of its life.
  absl::StatusOr<std::vector<nlohmann::json>> Watch(
      const nlohmann::json& params);

  // A connection in this process. Destroy it before the chain.
  std::unique_ptr<Rpc> NewRpc();

  // Called by NewRpc's connections before a request is heard and after it was
  // answered; an error takes the answer's place.
  using Fault = std::function<absl::Status(absl::string_view method)>;
  void SetFaults(Fault before, Fault after);

  // Lets the secret URI's key sign.
  Keypair AddKey(absl::string_view uri);
  // From the next block on the chain has another runtime.
  void Upgrade(std::string metadata_bytes);
  // The time of the newest block where it is of no age: at first the real one.
  absl::Time Now();
  // The time that blocks tell is so much before theirs.
  void SetAge(absl::Duration age);
  // From now on the clock is such that weights committed to in this epoch are
  // to be encrypted to kBeaconRound. Unimplemented where the runtime takes
  // none.
  absl::Status SetClockToBeacon();
  // The pool says this of the next extrinsic and then nothing; the extrinsic is
  // in no block.
  void DropNext(std::vector<nlohmann::json> life);
  // The watcher of the next extrinsic hears this after "ready" and before the
  // block that has it.
  void InsertNext(std::vector<nlohmann::json> life);
  // Extrinsics that were submitted, whatever became of them.
  int submissions() const;

 private:
  // A block that is not empty.
  struct Body {
    std::vector<std::string> extrinsics;  // hex
    nlohmann::json events;
    std::string signer;
  };
  // A timelocked commit.
  struct Locked {
    std::string signer;
    uint64_t block = 0;
    nlohmann::json encrypted;  // hex
    nlohmann::json round;
    uint64_t reveal = 0;  // block
  };

  const StandInRuntime& RuntimeAt(uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<uint64_t> NumberOf(const nlohmann::json& hash)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t Nonce(const std::string& signer, uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t Millis(uint64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StorageMap StorageAt(uint64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutSubnet(const StandInRuntime& runtime, uint64_t number,
                 StorageMap& storage) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutCommits(const StandInRuntime& runtime, const Metagraph& graph,
                  StorageMap& storage) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<nlohmann::json> StateCall(const nlohmann::json& params,
                                           uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  nlohmann::json MetagraphValue(const StandInRuntime& runtime, uint16_t netuid,
                                uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  nlohmann::json Header(uint64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<nlohmann::json> Answer(absl::string_view method,
                                        const nlohmann::json& params)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The signer of a decoded extrinsic that the pool takes.
  absl::StatusOr<std::string> CheckExtrinsic(const StandInRuntime& runtime,
                                             const nlohmann::json& extrinsic)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(const Keypair& signer, const nlohmann::json& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ApplyTimelocked(const Keypair& signer, uint16_t netuid,
                               const nlohmann::json& arguments)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Ledger& ledger_;
  const uint16_t netuid_;
  mutable absl::Mutex mutex_;
  std::map<uint64_t, std::unique_ptr<StandInRuntime>> runtimes_
      ABSL_GUARDED_BY(mutex_);  // by the first block that has it
  std::map<uint64_t, Body> bodies_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> numbers_
      ABSL_GUARDED_BY(mutex_);  // of hashes
  std::map<std::string, Keypair> keys_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::Time(uint64_t)> clock_ ABSL_GUARDED_BY(mutex_) =
      [](uint64_t) { return absl::Now(); };  // of blocks
  absl::Duration age_ ABSL_GUARDED_BY(mutex_);
  std::vector<Locked> locked_ ABSL_GUARDED_BY(mutex_);
  bool drop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<nlohmann::json> life_ ABSL_GUARDED_BY(mutex_);
  int submissions_ ABSL_GUARDED_BY(mutex_) = 0;
  Fault before_ ABSL_GUARDED_BY(mutex_), after_ ABSL_GUARDED_BY(mutex_);

  friend class StandInRpc;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_STAND_IN_CHAIN_H_
