#include "datasets/sampling.h"

#include <string>

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

}  // namespace

absl::StatusOr<std::vector<int64_t>> DrawRows(int64_t rows, const Digest& seed,
                                              absl::string_view task,
                                              int64_t first, int64_t count) {
  if (first < 0 || count < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot draw ", count, " samples from number ", first, " on"));
  }
  if (first > rows || count > rows - first) {
    return absl::OutOfRangeError(absl::StrCat(
        "task ", Printable(task), " asks for ", count, " samples from number ",
        first, " on; there are ", rows, " rows to draw from"));
  }
  std::vector<int64_t> drawn;
  if (count == 0) return drawn;
  const KeyedPermutation order(seed, task, rows);
  for (int64_t i = first; i < first + count; ++i) {
    drawn.push_back(static_cast<int64_t>(order.At(i)));
  }
  return drawn;
}

absl::StatusOr<std::vector<Sample>> DrawSamples(const Snapshot& snapshot,
                                                absl::string_view config,
                                                const Digest& seed,
                                                absl::string_view task,
                                                int64_t first, int64_t count) {
  SN37_ASSIGN_OR_RETURN(const ConfigInfo* info, snapshot.FindConfig(config));
  SN37_ASSIGN_OR_RETURN(std::vector<int64_t> rows,
                        DrawRows(info->rows(), seed, task, first, count));
  return snapshot.Read(config, rows);
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
