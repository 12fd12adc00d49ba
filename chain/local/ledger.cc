// The ledger's file, its clock and what can be read. Calls: ledger_calls.cc.
#include "chain/local/ledger.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

// Rows are only ever added (but for a commit's `revealed`), each with the block
// from which it counts: the state at a block is the newest row at or below it.
// Timelocked weights are rows of the block in which they are revealed. A
// subnet's `commit_reveal` is its WeightsMode. `clock` holds one row.

constexpr const char* kSteps[] = {
    R"sql(
CREATE TABLE clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  seed TEXT NOT NULL,
  head INTEGER NOT NULL
) STRICT;
CREATE TABLE subnet (
  netuid INTEGER PRIMARY KEY,
  tempo INTEGER NOT NULL,
  weights_rate_limit INTEGER NOT NULL,
  min_allowed_weights INTEGER NOT NULL,
  max_weight_limit INTEGER NOT NULL,
  weights_version INTEGER NOT NULL,  -- the 64 bits, unsigned
  commit_reveal INTEGER NOT NULL,
  commitment_rate_limit INTEGER NOT NULL,
  max_neurons INTEGER NOT NULL
) STRICT;
CREATE TABLE neuron (
  netuid INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  registered_at INTEGER NOT NULL,
  PRIMARY KEY (netuid, uid),
  UNIQUE (netuid, hotkey)
) STRICT;
CREATE TABLE stake (
  netuid INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  block INTEGER NOT NULL,
  rao INTEGER NOT NULL,
  validator_permit INTEGER NOT NULL,
  PRIMARY KEY (netuid, hotkey, block)
) STRICT;
CREATE TABLE commitment (
  netuid INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  block INTEGER NOT NULL,
  text BLOB NOT NULL,
  PRIMARY KEY (netuid, hotkey, block)
) STRICT;
CREATE TABLE weights (
  netuid INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  block INTEGER NOT NULL,
  weights BLOB NOT NULL,  -- (uid, value) pairs, four bytes each, little endian
  PRIMARY KEY (netuid, uid, block)
) STRICT;
CREATE TABLE call (
  signer TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  block INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (signer, nonce)
) STRICT;
)sql",
    // Version 2 knows who paid for a slot; NULL in rows of version 1.
    "ALTER TABLE neuron ADD COLUMN coldkey TEXT;",
    // Version 3 knows weights that are revealed after they were committed to.
    // `revealed` is of a commit the block of the reveal that ended it (of a
    // timelocked one: that will end it), of weights whether they came so: then
    // the commit was the update.
    R"sql(
ALTER TABLE subnet ADD COLUMN reveal_period INTEGER NOT NULL DEFAULT 1;
ALTER TABLE weights ADD COLUMN revealed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE weights_commit (
  netuid INTEGER NOT NULL,
  hotkey TEXT NOT NULL,
  number INTEGER NOT NULL,  -- 0, 1, … of the hotkey
  block INTEGER NOT NULL,
  hash BLOB NOT NULL,
  revealed INTEGER,
  PRIMARY KEY (netuid, hotkey, number)
) STRICT;
)sql",
};
constexpr DatabaseFormat kFormat = {0x736e3337, "sn37 ledger", kSteps};

constexpr uint64_t kMaxRevealPeriod = 100;  // epochs, as on the chain

std::string BlockHash(absl::string_view seed, uint64_t number) {
  return absl::StrCat(
      "0x",
      Sha256(absl::StrCat("sn37 ledger block\n", seed, "\n", number)).hex());
}

std::vector<Weight> DecodeWeights(absl::string_view bytes) {
  std::vector<Weight> weights;
  const auto u16 = [&bytes](size_t i) {
    return static_cast<uint16_t>(static_cast<uint8_t>(bytes[i]) |
                                 static_cast<uint8_t>(bytes[i + 1]) << 8);
  };
  for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    weights.push_back({u16(i), u16(i + 2)});
  }
  return weights;
}

// Sets each neuron's incentive: the mean of the validators' normalised weights,
// weighted by their stakes. A plain stand-in for the chain's own consensus,
// which clips outliers.
void SetIncentives(const std::vector<std::vector<Weight>>& weights,
                   std::vector<Neuron>& neurons) {
  std::vector<double> shares(neurons.size(), 0.0);
  double total = 0;
  for (size_t v = 0; v < neurons.size(); ++v) {
    if (!neurons[v].validator_permit) continue;
    double sum = 0;
    for (const Weight& weight : weights[v]) sum += weight.value;
    if (sum == 0) continue;
    const double stake = static_cast<double>(neurons[v].stake);
    for (const Weight& weight : weights[v]) {
      if (weight.uid < shares.size()) {
        shares[weight.uid] += stake * weight.value / sum;
      }
    }
    total += stake;
  }
  if (total == 0) return;
  for (size_t i = 0; i < neurons.size(); ++i) {
    neurons[i].incentive =
        static_cast<uint16_t>(std::nearbyint(shares[i] / total * 65535));
  }
}

// The ledger's seed; a new ledger takes what `genesis` says.
absl::StatusOr<std::string> SeedOrNew(Database& db, const Genesis& genesis) {
  {
    SN37_ASSIGN_OR_RETURN(Statement clock, db.Query("SELECT seed FROM clock"));
    SN37_ASSIGN_OR_RETURN(const bool found, clock.Next());
    if (found) return clock.Text(0);
  }
  SN37_RETURN_IF_ERROR(
      db.Run("INSERT INTO clock VALUES (1, ?, ?)",
             {genesis.seed, static_cast<int64_t>(genesis.block)}));
  return genesis.seed;
}

absl::Status NoSubnet(uint16_t netuid) {
  return absl::NotFoundError(
      absl::StrCat("SubnetNotExists: the ledger has no subnet ", netuid));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const std::string& path,
                                                     const Genesis& genesis) {
  if (genesis.block > kMaxBlock) {
    return absl::InvalidArgumentError(
        absl::StrCat("genesis block ", genesis.block, " is above ", kMaxBlock));
  }
  SN37_ASSIGN_OR_RETURN(Database db, Database::Open(path, kFormat));
  SN37_ASSIGN_OR_RETURN(const std::string seed, SeedOrNew(db, genesis));
  return absl::WrapUnique(new Ledger(std::move(db), seed, BlockHash(seed, 0)));
}

Block Ledger::BlockOf(uint64_t number) const {
  return {number, BlockHash(seed_, number)};
}

absl::StatusOr<uint64_t> Ledger::HeadNumber() {
  SN37_ASSIGN_OR_RETURN(Statement clock, db_.Query("SELECT head FROM clock"));
  SN37_RETURN_IF_ERROR(clock.Next().status());
  return static_cast<uint64_t>(clock.Int(0));
}

absl::StatusOr<uint64_t> Ledger::Resolve(std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  if (block.value_or(0) > head) {
    return absl::NotFoundError(absl::StrCat(
        "block ", *block, " does not exist yet, the head is ", head));
  }
  return block.value_or(head);
}

absl::StatusOr<SubnetOptions> Ledger::Subnet(uint16_t netuid) {
  SN37_ASSIGN_OR_RETURN(
      Statement row,
      db_.Query("SELECT tempo, weights_rate_limit, min_allowed_weights,"
                " max_weight_limit, weights_version, commit_reveal,"
                " commitment_rate_limit, max_neurons, reveal_period FROM subnet"
                " WHERE netuid = ?",
                {netuid}));
  SN37_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) return NoSubnet(netuid);
  SubnetOptions options;
  Hyperparameters& h = options.hyperparameters;
  h.tempo = static_cast<uint16_t>(row.Int(0));
  h.weights_rate_limit = static_cast<uint64_t>(row.Int(1));
  h.min_allowed_weights = static_cast<uint16_t>(row.Int(2));
  h.max_weight_limit = static_cast<uint16_t>(row.Int(3));
  h.weights_version = static_cast<uint64_t>(row.Int(4));
  h.weights_mode = static_cast<WeightsMode>(row.Int(5));
  options.commitment_rate_limit = static_cast<uint64_t>(row.Int(6));
  options.max_neurons = static_cast<uint16_t>(row.Int(7));
  h.reveal_period = static_cast<uint64_t>(row.Int(8));
  return options;
}

absl::StatusOr<Block> Ledger::Head() {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  return BlockOf(head);
}

absl::StatusOr<Block> Ledger::GetBlock(uint64_t number) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(number, Resolve(number));
  return BlockOf(number);
}

absl::StatusOr<Hyperparameters> Ledger::GetHyperparameters(uint16_t netuid) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const SubnetOptions options, Subnet(netuid));
  return options.hyperparameters;
}

absl::StatusOr<Metagraph> Ledger::GetMetagraph(uint16_t netuid,
                                               std::optional<uint64_t> block) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const Transaction read, db_.BeginRead());
  SN37_ASSIGN_OR_RETURN(const uint64_t number, Resolve(block));
  return MetagraphAt(netuid, number);
}

absl::StatusOr<Metagraph> Ledger::MetagraphAt(uint16_t netuid, uint64_t block) {
  SN37_RETURN_IF_ERROR(Subnet(netuid).status());
  SN37_ASSIGN_OR_RETURN(
      Statement rows,
      db_.Query(
          "SELECT n.uid, n.hotkey, n.registered_at, s.rao, s.validator_permit,"
          " max(n.registered_at,"
          "  (SELECT ifnull(max(block), 0) FROM weights WHERE"
          "   netuid = n.netuid AND uid = n.uid AND NOT revealed AND"
          "   block <= ?2),"
          "  (SELECT ifnull(max(block), 0) FROM weights_commit WHERE"
          "   netuid = n.netuid AND hotkey = n.hotkey AND block <= ?2)),"
          " w.weights, n.coldkey FROM neuron n"
          " LEFT JOIN stake s ON s.netuid = n.netuid AND s.hotkey = n.hotkey"
          " AND s.block = (SELECT max(block) FROM stake WHERE netuid = n.netuid"
          "  AND hotkey = n.hotkey AND block <= ?2)"
          " LEFT JOIN weights w ON w.netuid = n.netuid AND w.uid = n.uid"
          " AND w.block = (SELECT max(block) FROM weights WHERE"
          "  netuid = n.netuid AND uid = n.uid AND block <= ?2)"
          " WHERE n.netuid = ?1 AND n.registered_at <= ?2 ORDER BY n.uid",
          {netuid, static_cast<int64_t>(block)}));
  Metagraph graph = {netuid, BlockOf(block), {}};
  std::vector<std::vector<Weight>> weights;
  while (true) {
    SN37_ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) break;
    Neuron neuron;
    neuron.uid = static_cast<uint16_t>(rows.Int(0));
    neuron.hotkey = rows.Text(1);
    neuron.registered_at = static_cast<uint64_t>(rows.Int(2));
    neuron.stake = static_cast<uint64_t>(rows.Int(3));
    neuron.validator_permit = rows.Int(4) != 0;
    neuron.last_update = static_cast<uint64_t>(rows.Int(5));
    weights.push_back(DecodeWeights(rows.Blob(6)));
    if (!rows.IsNull(7)) neuron.coldkey = rows.Text(7);
    graph.neurons.push_back(std::move(neuron));
  }
  SetIncentives(weights, graph.neurons);
  return graph;
}

absl::StatusOr<Commitments> Ledger::GetCommitments(
    uint16_t netuid, std::optional<uint64_t> block) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const Transaction read, db_.BeginRead());
  SN37_ASSIGN_OR_RETURN(const uint64_t number, Resolve(block));
  SN37_RETURN_IF_ERROR(Subnet(netuid).status());
  // With max(), SQLite takes the other columns from the row that has it.
  SN37_ASSIGN_OR_RETURN(
      Statement rows,
      db_.Query("SELECT hotkey, max(block), text FROM commitment"
                " WHERE netuid = ? AND block <= ? GROUP BY hotkey"
                " ORDER BY hotkey",
                {netuid, static_cast<int64_t>(number)}));
  Commitments commitments = {BlockOf(number), {}};
  while (true) {
    SN37_ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) return commitments;
    commitments.commitments.push_back(
        {rows.Text(0), static_cast<uint64_t>(rows.Int(1)), rows.Blob(2)});
  }
}

absl::StatusOr<std::vector<Weight>> Ledger::GetWeights(
    uint16_t netuid, uint16_t uid, std::optional<uint64_t> block) {
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(const Transaction read, db_.BeginRead());
  SN37_ASSIGN_OR_RETURN(const uint64_t number, Resolve(block));
  SN37_RETURN_IF_ERROR(Subnet(netuid).status());
  SN37_ASSIGN_OR_RETURN(
      Statement row,
      db_.Query("SELECT (SELECT weights FROM weights WHERE netuid = ?1 AND"
                "  uid = ?2 AND block <= ?3 ORDER BY block DESC LIMIT 1)"
                " FROM neuron WHERE netuid = ?1 AND uid = ?2 AND"
                " registered_at <= ?3",
                {netuid, uid, static_cast<int64_t>(number)}));
  SN37_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) {
    return absl::NotFoundError(absl::StrCat("no uid ", uid, " on subnet ",
                                            netuid, " at block ", number));
  }
  return DecodeWeights(row.Blob(0));
}

absl::Status Ledger::AddSubnet(uint16_t netuid, const SubnetOptions& options) {
  const Hyperparameters& h = options.hyperparameters;
  if (h.weights_rate_limit > kMaxBlock ||
      options.commitment_rate_limit > kMaxBlock) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a rate limit of subnet ", netuid, " is above ", kMaxBlock, " blocks"));
  }
  if (h.reveal_period < 1 || h.reveal_period > kMaxRevealPeriod) {
    return absl::InvalidArgumentError(
        absl::StrCat("a reveal period of ", h.reveal_period,
                     " epochs; allowed are 1 to ", kMaxRevealPeriod));
  }
  absl::MutexLock lock(&mutex_);
  return db_.Run(
      "INSERT OR REPLACE INTO subnet VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {netuid, h.tempo, static_cast<int64_t>(h.weights_rate_limit),
       h.min_allowed_weights, h.max_weight_limit,
       static_cast<int64_t>(h.weights_version),
       static_cast<int64_t>(h.weights_mode),
       static_cast<int64_t>(options.commitment_rate_limit), options.max_neurons,
       static_cast<int64_t>(h.reveal_period)});
}

absl::Status Ledger::SetStake(uint16_t netuid, absl::string_view hotkey,
                              uint64_t stake, bool validator_permit) {
  SN37_RETURN_IF_ERROR(DecodeSs58(hotkey).status());
  if (stake > INT64_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("a stake of ", stake, " rao is more than exists"));
  }
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(Transaction write, db_.Begin());
  SN37_RETURN_IF_ERROR(Subnet(netuid).status());
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  SN37_RETURN_IF_ERROR(
      db_.Run("INSERT OR REPLACE INTO stake VALUES (?, ?, ?, ?, ?)",
              {netuid, hotkey, static_cast<int64_t>(head),
               static_cast<int64_t>(stake), int64_t{validator_permit}}));
  return write.Commit();
}

absl::Status Ledger::AdvanceTo(uint64_t block) {
  if (block > kMaxBlock) {
    return absl::InvalidArgumentError(
        absl::StrCat("block ", block, " is above ", kMaxBlock));
  }
  absl::MutexLock lock(&mutex_);
  SN37_ASSIGN_OR_RETURN(Transaction write, db_.Begin());
  SN37_ASSIGN_OR_RETURN(const uint64_t head, HeadNumber());
  if (block < head) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the clock cannot go back from block ", head, " to ", block));
  }
  if (block == head) return absl::OkStatus();
  SN37_RETURN_IF_ERROR(
      db_.Run("UPDATE clock SET head = ?", {static_cast<int64_t>(block)}));
  return write.Commit();
}

absl::Status Ledger::Advance(uint64_t blocks) {
  SN37_ASSIGN_OR_RETURN(const Block head, Head());
  return AdvanceTo(head.number + std::min(blocks, kMaxBlock + 1));
}

}  // namespace sn37::chain
