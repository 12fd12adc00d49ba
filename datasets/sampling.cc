#include "datasets/sampling.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "sn37/base/random.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

void HashNumber(uint64_t number, Sha256Hasher& hasher) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>(number >> (8 * i)));
  }
  hasher.Update(bytes);
}

void HashText(absl::string_view text, Sha256Hasher& hasher) {
  HashNumber(text.size(), hasher);
  hasher.Update(text);
}

void HashPresence(bool present, Sha256Hasher& hasher) {
  const char byte = present ? 1 : 0;
  hasher.Update({&byte, 1});
}

void HashCell(const Row& row, const Column& column, Sha256Hasher& hasher) {
  if (column.text != nullptr) {
    const TextCell& cell = row.*column.text;
    HashPresence(cell.has_value(), hasher);
    if (cell.has_value()) HashText(*cell, hasher);
    return;
  }
  const ListCell& cell = row.*column.list;
  HashPresence(cell.has_value(), hasher);
  if (!cell.has_value()) return;
  HashNumber(cell->size(), hasher);
  for (const std::string& text : *cell) HashText(text, hasher);
}

// The order of the rows of several configs; see sampling.h.
class MergedOrder {
 public:
  MergedOrder(const std::vector<Stratum>& strata, const Digest& seed,
              absl::string_view task)
      : strata_(strata), taken_(strata.size(), 0) {
    for (const Stratum& stratum : strata) {
      const std::string key =
          strata.size() == 1
              ? std::string(task)
              : absl::StrCat(task, absl::string_view("", 1), stratum.config);
      orders_.emplace_back(seed, key, stratum.rows);
    }
  }

  // Goes to sample `first` without making those before it.
  void SkipTo(int64_t first) {
    for (size_t c = 0; c < strata_.size(); ++c) {
      // The fewest rows of c of which the next one is not before `first`.
      int64_t low = 0, high = strata_[c].rows;
      while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (PlaceOf(c, middle) < first) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      taken_[c] = low;
    }
  }

  // REQUIRES: not all rows were taken.
  DrawnRow Next() {
    size_t best = strata_.size();
    for (size_t c = 0; c < strata_.size(); ++c) {
      if (taken_[c] == strata_[c].rows) continue;
      if (best == strata_.size() || Key(taken_[c]) * strata_[best].rows <
                                        Key(taken_[best]) * strata_[c].rows) {
        best = c;
      }
    }
    return {best, static_cast<int64_t>(orders_[best].At(taken_[best]++))};
  }

 private:
  // A row's place is Key / (2 · rows of its config).
  static absl::int128 Key(int64_t k) { return 2 * absl::int128(k) + 1; }

  // How many rows come before the k-th of config c: from each other config d
  // those j with (2j + 1) / rows of d below (2k + 1) / rows of c, or equal to
  // it where d comes first.
  absl::int128 PlaceOf(size_t c, int64_t k) const {
    absl::int128 before = k;
    for (size_t d = 0; d < strata_.size(); ++d) {
      if (d == c) continue;
      const absl::int128 unit = 2 * absl::int128(strata_[c].rows);
      const absl::int128 limit = Key(k) * strata_[d].rows - strata_[c].rows;
      // j · unit < limit, or ≤ where d comes first.
      const absl::int128 below = limit + (d < c ? unit : unit - 1);
      before += below > 0 ? below / unit : absl::int128(0);
    }
    return before;
  }

  const std::vector<Stratum>& strata_;
  std::vector<KeyedPermutation> orders_;
  std::vector<int64_t> taken_;  // rows of each config before the next sample
};

absl::Status CheckDraw(const std::vector<Stratum>& strata,
                       absl::string_view task, int64_t first, int64_t count) {
  if (first < 0 || count < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot draw ", count, " samples from number ", first, " on"));
  }
  int64_t rows = 0;
  for (const Stratum& stratum : strata) rows += stratum.rows;
  if (first > rows || count > rows - first) {
    return absl::OutOfRangeError(absl::StrCat(
        "task ", Printable(task), " asks for ", count, " samples from number ",
        first, " on; there are ", rows, " rows to draw from"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Stratum>> StrataOf(
    const Snapshot& snapshot, const std::vector<std::string>& configs) {
  std::vector<Stratum> strata;
  std::set<std::string> named;
  for (const std::string& config : configs) {
    SN37_ASSIGN_OR_RETURN(const ConfigInfo* info, snapshot.FindConfig(config));
    if (!named.insert(config).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the config ", config, " is named twice"));
    }
    strata.push_back({config, info->rows()});
  }
  if (strata.empty()) {
    return absl::InvalidArgumentError("there is no config to draw from");
  }
  return strata;
}

// The samples of drawn rows, in their order.
absl::StatusOr<std::vector<Sample>> ReadRows(
    const Snapshot& snapshot, const std::vector<Stratum>& strata,
    const std::vector<DrawnRow>& drawn) {
  if (strata.size() == 1) {
    std::vector<int64_t> rows;
    for (const DrawnRow& row : drawn) rows.push_back(row.row);
    return snapshot.Read(strata[0].config, rows);
  }
  std::vector<Sample> samples(drawn.size());
  for (size_t c = 0; c < strata.size(); ++c) {
    std::vector<int64_t> rows;
    std::vector<size_t> places;
    for (size_t i = 0; i < drawn.size(); ++i) {
      if (drawn[i].stratum != c) continue;
      rows.push_back(drawn[i].row);
      places.push_back(i);
    }
    SN37_ASSIGN_OR_RETURN(std::vector<Sample> found,
                          snapshot.Read(strata[c].config, rows));
    for (size_t i = 0; i < found.size(); ++i) {
      samples[places[i]] = std::move(found[i]);
    }
  }
  return samples;
}

// Walks the order from its begin, for only so it shows which rows fit.
absl::StatusOr<std::vector<Sample>> DrawWithin(
    const Snapshot& snapshot, const std::vector<Stratum>& strata,
    const Draw& draw) {
  constexpr int64_t kMaxBatch = 16384;  // rows held in memory at once
  int64_t left = 0;
  for (const Stratum& stratum : strata) left += stratum.rows;
  MergedOrder order(strata, draw.seed, draw.task);
  std::vector<Sample> samples;
  int64_t fitting = 0;
  for (int64_t batch = 64; fitting < draw.first + draw.count;
       batch = std::min(2 * batch, kMaxBatch)) {
    if (left == 0) {
      return absl::OutOfRangeError(
          absl::StrCat("task ", Printable(draw.task), " asks for ", draw.count,
                       " samples from number ", draw.first, " on; ", fitting,
                       " rows have a length of at most ", draw.limit->max));
    }
    std::vector<DrawnRow> rows;
    for (; left > 0 && rows.size() < static_cast<size_t>(batch); --left) {
      rows.push_back(order.Next());
    }
    SN37_ASSIGN_OR_RETURN(std::vector<Sample> candidates,
                          ReadRows(snapshot, strata, rows));
    for (Sample& sample : candidates) {
      absl::StatusOr<int64_t> length =
          SampleLength(sample, draw.limit->measure);
      SN37_RETURN_IF_ERROR(
          Annotate(length.status(), absl::StrCat("sample ", sample.id())));
      if (*length > draw.limit->max) continue;
      if (fitting++ < draw.first) continue;
      samples.push_back(std::move(sample));
      if (fitting == draw.first + draw.count) break;
    }
  }
  return samples;
}

}  // namespace

absl::StatusOr<int64_t> CountBytes(absl::string_view text) {
  return static_cast<int64_t>(text.size());
}

absl::StatusOr<int64_t> SampleLength(const Sample& sample,
                                     const MeasureText& measure) {
  Row row = ToRow(sample, "");
  row.rules.reset();
  int64_t length = 0;
  for (const Column& column : Columns()) {
    const std::vector<std::string> none;
    if (column.text != nullptr && (row.*column.text).has_value()) {
      SN37_ASSIGN_OR_RETURN(int64_t more, measure(*(row.*column.text)));
      length += more;
    } else if (column.list != nullptr) {
      for (const std::string& text : (row.*column.list).value_or(none)) {
        SN37_ASSIGN_OR_RETURN(int64_t more, measure(text));
        length += more;
      }
    }
  }
  return length;
}

absl::StatusOr<std::vector<DrawnRow>> DrawRows(
    const std::vector<Stratum>& strata, const Digest& seed,
    absl::string_view task, int64_t first, int64_t count) {
  SN37_RETURN_IF_ERROR(CheckDraw(strata, task, first, count));
  MergedOrder order(strata, seed, task);
  order.SkipTo(first);
  std::vector<DrawnRow> drawn;
  drawn.reserve(count);
  for (int64_t i = 0; i < count; ++i) drawn.push_back(order.Next());
  return drawn;
}

absl::StatusOr<std::vector<Sample>> DrawSamples(const Snapshot& snapshot,
                                                const Draw& draw) {
  SN37_ASSIGN_OR_RETURN(std::vector<Stratum> strata,
                        StrataOf(snapshot, draw.configs));
  SN37_RETURN_IF_ERROR(CheckDraw(strata, draw.task, draw.first, draw.count));
  if (draw.limit.has_value()) return DrawWithin(snapshot, strata, draw);
  SN37_ASSIGN_OR_RETURN(
      std::vector<DrawnRow> rows,
      DrawRows(strata, draw.seed, draw.task, draw.first, draw.count));
  return ReadRows(snapshot, strata, rows);
}

Digest SampleSetDigest(absl::Span<const Sample> samples) {
  Sha256Hasher hasher;
  hasher.Update("sn37 samples 1\n");
  for (const Sample& sample : samples) {
    HashText(sample.id(), hasher);
    HashText(KindName(sample.body_case()), hasher);
    const Row row = ToRow(sample, "");
    for (const Column& column : Columns().subspan(1)) {
      HashCell(row, column, hasher);
    }
  }
  return hasher.Finish();
}

}  // namespace sn37::datasets
