// The demo's world, made on the first run: a ledger with five miners and a
// validator, and the miners' models in a local model store, all derived from
// one base model. The keys are development keys from secret URIs that everyone
// knows; they are used nowhere but on this ledger.
#ifndef SN37_JOBS_DEMO_DEMO_H_
#define SN37_JOBS_DEMO_DEMO_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace sn37::jobs {

// A miner's entry: the base model without the layers `dropped`, committed to
// one competition at a block.
struct DemoMiner {
  std::string uri;         // of the hotkey, e.g. //demo/miner1
  std::string repository;  // namespace/name
  uint32_t competition = 0;
  uint64_t block = 0;
  std::set<int64_t> dropped;
};

// The five miners of the demo, in the order of their blocks: two of them and a
// later copy of the first in competition 1, two in competition 2.
const std::vector<DemoMiner>& DemoMiners();

// The validator's hotkey.
inline constexpr char kDemoValidator[] = "//demo/validator";

// The head of a new ledger: the sync block of its first epoch.
inline constexpr uint64_t kDemoFirstBlock = 1440;

struct DemoWorld {
  std::string ledger;  // file
  std::string models;  // folder of the local model store
  // Makes the base model's folder (it does not exist yet); called only when a
  // model is missing.
  std::function<absl::Status(const std::string& folder)> make_base;
};

// Makes what is missing: models first, then the ledger, which appears whole and
// last. An existing ledger is left as it is.
absl::Status PrepareDemo(const DemoWorld& world, uint16_t netuid,
                         uint64_t version_key,
                         absl::Span<const DemoMiner> miners);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_DEMO_DEMO_H_
