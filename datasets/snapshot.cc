#include "datasets/snapshot.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/row.h"
#include "datasets/shard.h"
#include "datasets/side_by_side.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kRemedy = "; fetch or build the snapshot again";

// Size and digest first: nothing is decoded from a file whose bytes are not
// those of the manifest.
absl::Status CheckShard(const std::string& folder, const ShardInfo& shard,
                        const std::function<void(uint64_t)>& progress) {
  const std::string path = JoinPath(folder, shard.file);
  {
    SN37_ASSIGN_OR_RETURN(auto file, OpenForReading(path));
    if (file.second != static_cast<uint64_t>(shard.bytes)) {
      return absl::DataLossError(
          absl::StrCat(Printable(path), ": has ", file.second,
                       " bytes, the manifest says ", shard.bytes, kRemedy));
    }
  }
  SN37_ASSIGN_OR_RETURN(Digest digest, Sha256File(path, progress));
  if (digest != shard.sha256) {
    return absl::DataLossError(
        absl::StrCat(Printable(path), ": its SHA-256 is ", digest.hex(),
                     ", the manifest says ", shard.sha256.hex(), kRemedy));
  }
  SN37_ASSIGN_OR_RETURN(ShardReader reader, ShardReader::Open(path));
  if (reader.rows() != shard.rows) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": has ", reader.rows(),
                     " rows, the manifest says ", shard.rows));
  }
  return absl::OkStatus();
}

// A row that is asked for, and its place in the answer.
using AskedRow = std::pair<int64_t, size_t>;

// In ascending order.
std::vector<AskedRow> Sorted(absl::Span<const int64_t> rows) {
  std::vector<AskedRow> asked;
  asked.reserve(rows.size());
  for (int64_t row : rows) asked.emplace_back(row, asked.size());
  std::sort(asked.begin(), asked.end());
  return asked;
}

// The first row of each shard, and the number of rows at last.
std::vector<int64_t> Begins(const ConfigInfo& config) {
  std::vector<int64_t> begins = {0};
  for (const ShardInfo& shard : config.shards) {
    begins.push_back(begins.back() + shard.rows);
  }
  return begins;
}

std::string SampleId(const ConfigInfo& config, int64_t row) {
  return absl::StrCat(config.name, "/", row);
}

}  // namespace

absl::StatusOr<Snapshot> Snapshot::Open(
    const std::string& folder, const std::optional<Digest>& id,
    const std::function<void(uint64_t)>& progress) {
  const std::string path = JoinPath(folder, kManifestFile);
  SN37_ASSIGN_OR_RETURN(std::string json, ReadFile(path, kMaxManifestBytes));
  const Digest found = Sha256(json);
  if (id.has_value() && found != *id) {
    return absl::DataLossError(
        absl::StrCat(Printable(path), ": this is the snapshot ", found.hex(),
                     ", not ", id->hex(), kRemedy));
  }
  absl::StatusOr<Manifest> manifest = ManifestFromJson(json);
  SN37_RETURN_IF_ERROR(Annotate(manifest.status(), Printable(path)));
  for (const ConfigInfo& config : manifest->configs) {
    for (const ShardInfo& shard : config.shards) {
      SN37_RETURN_IF_ERROR(CheckShard(folder, shard, progress));
    }
  }
  return Snapshot(folder, found, *std::move(manifest));
}

absl::StatusOr<const ConfigInfo*> Snapshot::FindConfig(
    absl::string_view config) const {
  for (const ConfigInfo& known : manifest_.configs) {
    if (known.name == config) return &known;
  }
  return absl::NotFoundError(
      absl::StrCat("snapshot ", manifest_.name, " has no config \"",
                   Printable(config), "\"; it has ",
                   absl::StrJoin(manifest_.configs, ", ",
                                 [](std::string* out, const ConfigInfo& known) {
                                   absl::StrAppend(out, known.name);
                                 })));
}

absl::Status Snapshot::ReadShard(
    const ConfigInfo& config, const ShardInfo& shard,
    absl::Span<const int64_t> rows,
    const std::function<absl::Status(size_t i, Sample sample)>& found) const {
  const std::string path = JoinPath(folder_, shard.file);
  SN37_ASSIGN_OR_RETURN(ShardReader reader, ShardReader::Open(path));
  if (reader.rows() != shard.rows) {
    return absl::DataLossError(
        absl::StrCat(Printable(path), ": was changed", kRemedy));
  }
  return reader.Read(rows, [&](size_t i, Row row) {
    absl::Status status;
    if (row.config != config.name) {
      status = absl::InvalidArgumentError(
          absl::StrCat("is of config \"", Printable(row.config.value_or("")),
                       "\", not ", config.name));
    } else if (absl::StatusOr<Sample> sample =
                   FromRow(std::move(row), config.kind);
               sample.ok()) {
      return found(i, *std::move(sample));
    } else {
      status = sample.status();
    }
    return Annotate(status, absl::StrCat(Printable(path), ", row ", rows[i]));
  });
}

absl::StatusOr<std::vector<Sample>> Snapshot::Read(
    absl::string_view name, absl::Span<const int64_t> rows) const {
  SN37_ASSIGN_OR_RETURN(const ConfigInfo* config, FindConfig(name));
  const std::vector<AskedRow> asked = Sorted(rows);
  for (const auto& [row, place] : asked) {
    if (row < 0 || row >= config->rows()) {
      return absl::OutOfRangeError(
          absl::StrCat("config ", config->name, " has rows 0 to ",
                       config->rows() - 1, "; row ", row, " was asked for"));
    }
  }
  std::vector<Sample> samples(rows.size());
  std::vector<absl::Status> statuses(config->shards.size());
  const std::vector<int64_t> begins = Begins(*config);
  RunSideBySide(config->shards.size(), AllThreads(), [&](size_t s) {
    const auto first =
        std::lower_bound(asked.begin(), asked.end(), AskedRow(begins[s], 0));
    const auto last =
        std::lower_bound(first, asked.end(), AskedRow(begins[s + 1], 0));
    if (first == last) return;
    std::vector<int64_t> wanted;
    for (auto row = first; row != last; ++row) {
      wanted.push_back(row->first - begins[s]);
    }
    statuses[s] = ReadShard(*config, config->shards[s], wanted,
                            [&](size_t i, Sample sample) {
                              sample.set_id(SampleId(*config, first[i].first));
                              samples[first[i].second] = std::move(sample);
                              return absl::OkStatus();
                            });
  });
  for (const absl::Status& status : statuses) SN37_RETURN_IF_ERROR(status);
  return samples;
}

absl::Status Snapshot::VisitRows(
    absl::string_view name,
    const std::function<absl::Status(const Sample& sample)>& visit) const {
  SN37_ASSIGN_OR_RETURN(const ConfigInfo* config, FindConfig(name));
  int64_t begin = 0;
  for (const ShardInfo& shard : config->shards) {
    std::vector<int64_t> all(shard.rows);
    std::iota(all.begin(), all.end(), int64_t{0});
    SN37_RETURN_IF_ERROR(
        ReadShard(*config, shard, all, [&](size_t i, Sample sample) {
          sample.set_id(SampleId(*config, begin + all[i]));
          return visit(sample);
        }));
    begin += shard.rows;
  }
  return absl::OkStatus();
}

}  // namespace sn37::datasets
