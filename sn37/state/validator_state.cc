#include "sn37/state/validator_state.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "chain/hidden_weights.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

// A step once released never changes. Version 2 remembers which weights were to
// be set: at most one row in intent, its weights by position. Version 3
// remembers weights that are to be revealed, as chain/hidden_weights.h writes
// them.
constexpr const char* kSteps[] = {R"sql(
  CREATE TABLE epoch (block INTEGER NOT NULL) STRICT;
  CREATE TABLE evaluation (
    competition INTEGER NOT NULL,
    hotkey TEXT NOT NULL,
    block INTEGER NOT NULL,
    score REAL NOT NULL,
    winner_block INTEGER NOT NULL,
    winner_score REAL NOT NULL,
    PRIMARY KEY (competition, hotkey, block)) STRICT;
  CREATE TABLE average (
    competition INTEGER NOT NULL,
    hotkey TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (competition, hotkey)) STRICT;
  CREATE TABLE seen (
    hotkey TEXT PRIMARY KEY,
    block INTEGER NOT NULL,
    text BLOB NOT NULL,
    misconfigured TEXT NOT NULL) STRICT;
  CREATE TABLE kept (
    competition INTEGER NOT NULL,
    hotkey TEXT NOT NULL,
    PRIMARY KEY (competition, hotkey)) STRICT;
  CREATE TABLE cache (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT;
)sql",
                                  R"sql(
  CREATE TABLE intent (
    sync_block INTEGER NOT NULL,
    netuid INTEGER NOT NULL,
    hotkey TEXT NOT NULL,
    version_key INTEGER NOT NULL) STRICT;  -- the 64 bits, unsigned
  CREATE TABLE intended_weight (
    position INTEGER PRIMARY KEY,
    uid INTEGER NOT NULL,
    value INTEGER NOT NULL) STRICT;
)sql",
                                  R"sql(
  CREATE TABLE hidden (
    sync_block INTEGER PRIMARY KEY,
    netuid INTEGER NOT NULL,
    hotkey TEXT NOT NULL,
    weights TEXT NOT NULL) STRICT;
)sql",
                                  R"sql(
  ALTER TABLE intent ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
  UPDATE intent SET since = sync_block;
)sql"};

constexpr DatabaseFormat kFormat = {0x73333776, "validator state", kSteps};

// SQLite has no NaN; a failure is an infinite score.
double Storable(double score) {
  return std::isnan(score) ? std::numeric_limits<double>::infinity() : score;
}

uint32_t CompetitionOf(const Statement& row) {
  return static_cast<uint32_t>(row.Int(0));
}

absl::StatusOr<std::optional<int64_t>> LastEpoch(Database& db) {
  SN37_ASSIGN_OR_RETURN(Statement row, db.Query("SELECT block FROM epoch"));
  SN37_ASSIGN_OR_RETURN(bool found, row.Next());
  if (!found) return std::nullopt;
  return row.Int(0);
}

// Calls `visit` for every row of a query.
template <typename Visit>
absl::Status ForEachRow(Database& db, absl::string_view sql, Visit visit) {
  SN37_ASSIGN_OR_RETURN(Statement row, db.Query(sql));
  while (true) {
    SN37_ASSIGN_OR_RETURN(bool found, row.Next());
    if (!found) return absl::OkStatus();
    visit(row);
  }
}

absl::Status WriteHistory(Database& db, const ValidatorState& state) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM evaluation"));
  for (const auto& [key, evaluations] : state.history) {
    for (const Evaluation& e : evaluations) {
      SN37_RETURN_IF_ERROR(
          db.Run("INSERT INTO evaluation VALUES (?, ?, ?, ?, ?, ?)",
                 {int64_t{key.first}, key.second, e.block, Storable(e.score),
                  e.winner_block, Storable(e.winner_score)}));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteAverages(Database& db, const ValidatorState& state) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM average"));
  for (const auto& [competition, weights] : state.averages) {
    for (const auto& [hotkey, weight] : weights) {
      SN37_RETURN_IF_ERROR(
          db.Run("INSERT INTO average VALUES (?, ?, ?)",
                 {int64_t{competition}, hotkey, double{weight}}));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteSeen(Database& db, const ValidatorState& state) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM seen"));
  for (const auto& [hotkey, seen] : state.seen) {
    SN37_RETURN_IF_ERROR(
        db.Run("INSERT INTO seen VALUES (?, ?, ?, ?)",
               {hotkey, seen.block, SqlBlob{seen.text}, seen.misconfigured}));
  }
  return absl::OkStatus();
}

absl::Status WriteKept(Database& db, const ValidatorState& state) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM kept"));
  for (const auto& [competition, hotkey] : state.kept) {
    SN37_RETURN_IF_ERROR(db.Run("INSERT INTO kept VALUES (?, ?)",
                                {int64_t{competition}, hotkey}));
  }
  return absl::OkStatus();
}

absl::Status WriteEpoch(Database& db, std::optional<int64_t> block) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM epoch"));
  if (!block.has_value()) return absl::OkStatus();
  return db.Run("INSERT INTO epoch VALUES (?)", {*block});
}

// Whether the intent is that of this sync block.
absl::StatusOr<bool> IsPending(Database& db, int64_t sync_block) {
  SN37_ASSIGN_OR_RETURN(
      Statement row,
      db.Query("SELECT 1 FROM intent WHERE sync_block = ?", {sync_block}));
  return row.Next();
}

absl::Status ForgetIntent(Database& db) {
  SN37_RETURN_IF_ERROR(db.Run("DELETE FROM intended_weight"));
  return db.Run("DELETE FROM intent");
}

absl::Status WriteIntent(Database& db, const WeightsIntent& intent) {
  SN37_RETURN_IF_ERROR(ForgetIntent(db));
  SN37_RETURN_IF_ERROR(
      db.Run("INSERT INTO intent VALUES (?, ?, ?, ?, ?)",
             {intent.sync_block, intent.netuid, intent.hotkey,
              static_cast<int64_t>(intent.version_key), intent.since}));
  for (const chain::Weight& weight : intent.weights) {
    SN37_RETURN_IF_ERROR(
        db.Run("INSERT INTO intended_weight (uid, value) VALUES (?, ?)",
               {weight.uid, weight.value}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StateFile> StateFile::Open(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(Database db, Database::Open(path, kFormat));
  return StateFile(std::move(db));
}

absl::StatusOr<ValidatorState> StateFile::Load() {
  SN37_ASSIGN_OR_RETURN(Transaction transaction, db_.BeginRead());
  ValidatorState state;
  SN37_ASSIGN_OR_RETURN(state.last_epoch, LastEpoch(db_));
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_,
      "SELECT competition, hotkey, block, score, winner_block, winner_score "
      "FROM evaluation ORDER BY block",
      [&](const Statement& row) {
        state.history[{CompetitionOf(row), row.Text(1)}].push_back(
            {row.Int(2), row.Real(3), row.Int(4), row.Real(5)});
      }));
  SN37_RETURN_IF_ERROR(
      ForEachRow(db_, "SELECT competition, hotkey, weight FROM average",
                 [&](const Statement& row) {
                   state.averages[CompetitionOf(row)][row.Text(1)] =
                       static_cast<float>(row.Real(2));
                 }));
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_, "SELECT hotkey, block, text, misconfigured FROM seen",
      [&](const Statement& row) {
        state.seen[row.Text(0)] = {row.Int(1), row.Blob(2), row.Text(3)};
      }));
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_, "SELECT competition, hotkey FROM kept", [&](const Statement& row) {
        state.kept.emplace(CompetitionOf(row), row.Text(1));
      }));
  return state;
}

absl::Status StateFile::Publish(const ValidatorState& state,
                                const std::optional<WeightsIntent>& intent) {
  if (intent.has_value() && intent->sync_block != state.last_epoch) {
    return absl::InvalidArgumentError(
        absl::StrCat("weights of epoch ", intent->sync_block,
                     " cannot be published with the state of another"));
  }
  SN37_ASSIGN_OR_RETURN(Transaction transaction, db_.Begin());
  SN37_ASSIGN_OR_RETURN(std::optional<int64_t> last, LastEpoch(db_));
  if (last.has_value() && state.last_epoch < last) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(db_.path()), " holds epoch ", *last,
                     " already; an older one cannot replace it"));
  }
  SN37_RETURN_IF_ERROR(WriteEpoch(db_, state.last_epoch));
  SN37_RETURN_IF_ERROR(WriteHistory(db_, state));
  SN37_RETURN_IF_ERROR(WriteAverages(db_, state));
  SN37_RETURN_IF_ERROR(WriteSeen(db_, state));
  SN37_RETURN_IF_ERROR(WriteKept(db_, state));
  if (intent.has_value()) SN37_RETURN_IF_ERROR(WriteIntent(db_, *intent));
  return transaction.Commit();
}

absl::StatusOr<std::optional<WeightsIntent>> StateFile::PendingIntent() {
  SN37_ASSIGN_OR_RETURN(Transaction transaction, db_.BeginRead());
  std::optional<WeightsIntent> intent;
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_, "SELECT sync_block, netuid, hotkey, version_key, since FROM intent",
      [&](const Statement& row) {
        intent.emplace();
        intent->sync_block = row.Int(0);
        intent->netuid = static_cast<uint16_t>(row.Int(1));
        intent->hotkey = row.Text(2);
        intent->version_key = static_cast<uint64_t>(row.Int(3));
        intent->since = row.Int(4);
      }));
  if (!intent.has_value()) return std::nullopt;
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_, "SELECT uid, value FROM intended_weight ORDER BY position",
      [&](const Statement& row) {
        intent->weights.push_back({static_cast<uint16_t>(row.Int(0)),
                                   static_cast<uint16_t>(row.Int(1))});
      }));
  return intent;
}

absl::Status StateFile::ResolveIntent(int64_t sync_block) {
  SN37_ASSIGN_OR_RETURN(Transaction transaction, db_.Begin());
  SN37_ASSIGN_OR_RETURN(bool pending, IsPending(db_, sync_block));
  if (!pending) return absl::OkStatus();
  SN37_RETURN_IF_ERROR(ForgetIntent(db_));
  return transaction.Commit();
}

absl::Status StateFile::Hide(const HiddenIntent& hidden) {
  SN37_ASSIGN_OR_RETURN(Transaction transaction, db_.Begin());
  SN37_RETURN_IF_ERROR(
      db_.Run("INSERT OR REPLACE INTO hidden VALUES (?, ?, ?, ?)",
              {hidden.sync_block, hidden.netuid, hidden.hotkey,
               chain::ToText(hidden.weights)}));
  SN37_ASSIGN_OR_RETURN(bool pending, IsPending(db_, hidden.sync_block));
  if (pending) SN37_RETURN_IF_ERROR(ForgetIntent(db_));
  return transaction.Commit();
}

absl::StatusOr<std::vector<HiddenIntent>> StateFile::Hidden() {
  std::vector<HiddenIntent> all;
  std::vector<std::string> texts;
  SN37_RETURN_IF_ERROR(ForEachRow(
      db_,
      "SELECT sync_block, netuid, hotkey, weights FROM hidden ORDER BY "
      "sync_block",
      [&](const Statement& row) {
        all.push_back(
            {row.Int(0), static_cast<uint16_t>(row.Int(1)), row.Text(2), {}});
        texts.push_back(row.Text(3));
      }));
  for (size_t i = 0; i < all.size(); ++i) {
    absl::StatusOr<chain::HiddenWeights> weights =
        chain::ParseHiddenWeights(texts[i]);
    SN37_RETURN_IF_ERROR(Annotate(weights.status(), Printable(db_.path())));
    all[i].weights = *std::move(weights);
  }
  return all;
}

absl::Status StateFile::ForgetHidden(int64_t sync_block) {
  return db_.Run("DELETE FROM hidden WHERE sync_block = ?", {sync_block});
}

absl::StatusOr<std::optional<std::string>> StateFile::CacheGet(
    const Digest& key) {
  SN37_ASSIGN_OR_RETURN(Statement row,
                        db_.Query("SELECT value FROM cache WHERE key = ?",
                                  {SqlBlob{key.bytes()}}));
  SN37_ASSIGN_OR_RETURN(bool found, row.Next());
  if (!found) return std::nullopt;
  return row.Blob(0);
}

absl::Status StateFile::CachePut(const Digest& key, absl::string_view value) {
  return db_.Run("INSERT OR REPLACE INTO cache VALUES (?, ?)",
                 {SqlBlob{key.bytes()}, SqlBlob{value}});
}

absl::Status StateFile::CacheClear() { return db_.Run("DELETE FROM cache"); }

}  // namespace sn37
