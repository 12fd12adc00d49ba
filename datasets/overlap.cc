#include "datasets/overlap.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "datasets/ngrams.h"
#include "datasets/row.h"
#include "datasets/sampling.h"
#include "datasets/snapshot_writer.h"
#include "sn37/base/file.h"
#include "sn37/base/file_states.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr size_t kMaxLineBytes = 64 << 20;

using ReadProgress = std::function<void(uint64_t bytes)>;
using FoundNgram = std::function<void(const Ngram& ngram)>;

// ---- Texts ------------------------------------------------------------------

// Calls `piece` with the file's bytes, block by block.
absl::Status ReadBlocks(const std::string& path, const ReadProgress& progress,
                        const std::function<void(absl::string_view)>& piece) {
  SN37_ASSIGN_OR_RETURN(const auto file, OpenForReading(path));
  std::string block(kBlockBytes, '\0');
  while (true) {
    const ssize_t got = read(file.first.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "read", path);
    if (got == 0) return absl::OkStatus();
    piece(absl::string_view(block.data(), got));
    if (progress) progress(got);
  }
}

void FeedStrings(const nlohmann::json& value, NgramStream& ngrams) {
  if (value.is_string()) {
    ngrams.Feed(value.get_ref<const std::string&>());
    ngrams.Finish();
  }
  if (!value.is_structured()) return;
  for (const auto& [key, item] : value.items()) FeedStrings(item, ngrams);
}

absl::Status ReadJsonLines(const std::string& path,
                           const ReadProgress& progress, NgramStream& ngrams) {
  int64_t number = 0;
  std::string line;
  absl::Status status;
  const auto end_line = [&] {
    ++number;
    const auto value = ParseJson(line, {.bytes = kMaxLineBytes});
    if (value.ok()) {
      FeedStrings(*value, ngrams);
    } else if (!line.empty()) {
      status.Update(Annotate(value.status(),
                             absl::StrCat(Printable(path), ", line ", number)));
    }
    line.clear();
  };
  SN37_RETURN_IF_ERROR(ReadBlocks(path, progress, [&](absl::string_view block) {
    while (status.ok() && !block.empty()) {
      const size_t end = block.find('\n');
      absl::StrAppend(&line, block.substr(0, end));
      if (line.size() > kMaxLineBytes) {
        status = absl::InvalidArgumentError(
            absl::StrCat(Printable(path), ", line ", number + 1,
                         ": has more than ", kMaxLineBytes, " bytes"));
      }
      if (end == absl::string_view::npos) break;
      end_line();
      block.remove_prefix(end + 1);
    }
  }));
  if (status.ok()) end_line();
  return status;
}

// The texts of a sample that a model sees, each on its own.
void FeedSample(const Sample& sample, NgramStream& ngrams) {
  // The measure is only a way to be shown them.
  SampleLength(sample, [&](absl::string_view text) -> absl::StatusOr<int64_t> {
    ngrams.Feed(text);
    ngrams.Finish();
    return 0;
  }).IgnoreError();
}

absl::Status FeedRows(const Snapshot& snapshot, NgramStream& ngrams) {
  for (const ConfigInfo& config : snapshot.manifest().configs) {
    SN37_RETURN_IF_ERROR(
        snapshot.VisitRows(config.name, [&](const Sample& sample) {
          FeedSample(sample, ngrams);
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

bool IsSnapshot(const std::string& path) {
  return FileExists(JoinPath(path, kManifestFile));
}

absl::Status ReadTexts(const std::vector<std::string>& texts,
                       const ReadProgress& progress, const FoundNgram& found) {
  NgramStream ngrams(found);
  for (const std::string& path : texts) {
    if (IsSnapshot(path)) {
      SN37_ASSIGN_OR_RETURN(const Snapshot other,
                            Snapshot::Open(path, std::nullopt, progress));
      SN37_RETURN_IF_ERROR(FeedRows(other, ngrams));
    } else if (absl::EndsWith(path, ".jsonl")) {
      SN37_RETURN_IF_ERROR(ReadJsonLines(path, progress, ngrams));
    } else {
      SN37_RETURN_IF_ERROR(
          ReadBlocks(path, progress,
                     [&](absl::string_view block) { ngrams.Feed(block); }));
      ngrams.Finish();
    }
  }
  return absl::OkStatus();
}

// The file whose digest stands for a text.
std::string DigestedFile(const std::string& text) {
  return IsSnapshot(text) ? JoinPath(text, kManifestFile) : text;
}

absl::StatusOr<InputInfo> DescribeTexts(const std::vector<std::string>& texts) {
  InputInfo input;
  input.name = "against";
  input.origin = "texts that no row may repeat";
  input.revision = "by digest";
  input.license = "not included";
  for (const std::string& path : texts) {
    InputFileInfo file;
    file.name = path.substr(path.find_last_of('/') + 1);
    SN37_ASSIGN_OR_RETURN(file.sha256,
                          Sha256File(DigestedFile(path), [&](uint64_t read) {
                            file.bytes += static_cast<int64_t>(read);
                          }));
    input.files.push_back(std::move(file));
  }
  return input;
}

// ---- Rows -------------------------------------------------------------------

std::set<Ngram> NgramsOf(const Sample& sample) {
  std::set<Ngram> ngrams;
  NgramStream stream([&](const Ngram& ngram) { ngrams.insert(ngram); });
  FeedSample(sample, stream);
  return ngrams;
}

// So many of the second halves, the smallest ones, or all of fewer.
std::vector<uint64_t> SketchOf(const std::set<Ngram>& ngrams, size_t size) {
  std::vector<uint64_t> hashes;
  for (const Ngram& ngram : ngrams) hashes.push_back(ngram.second);
  size = std::min(size, hashes.size());
  std::partial_sort(hashes.begin(), hashes.begin() + size, hashes.end());
  hashes.resize(size);
  return hashes;
}

// Whether each n-gram occurs in the texts.
template <typename Key>
using Occurs = absl::flat_hash_map<Key, bool>;

// Calls `visit(config, row, n-grams)` with every row.
template <typename Visit>
absl::Status VisitNgrams(const Snapshot& snapshot, const Visit& visit) {
  for (const ConfigInfo& config : snapshot.manifest().configs) {
    int64_t row = 0;
    SN37_RETURN_IF_ERROR(
        snapshot.VisitRows(config.name, [&](const Sample& sample) {
          visit(config.name, row++, NgramsOf(sample));
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

// Fills in what the report says of rows.
absl::Status MeasureRows(const Snapshot& snapshot,
                         const std::vector<std::string>& texts,
                         const ReadProgress& progress, OverlapReport& report) {
  const size_t size = SketchNgrams(report.max_overlap);
  Occurs<uint64_t> sketched;
  SN37_RETURN_IF_ERROR(VisitNgrams(
      snapshot, [&](const std::string&, int64_t, const std::set<Ngram>& row) {
        ++report.looked_at;
        report.too_short += row.empty();
        for (uint64_t hash : SketchOf(row, size)) sketched[hash] = false;
      }));
  SN37_RETURN_IF_ERROR(ReadTexts(texts, progress, [&](const Ngram& ngram) {
    const auto known = sketched.find(ngram.second);
    if (known != sketched.end()) known->second = true;
  }));
  const auto may_overlap = [&](const std::set<Ngram>& row) {
    const std::vector<uint64_t> sketch = SketchOf(row, size);
    return std::any_of(sketch.begin(), sketch.end(),
                       [&](uint64_t hash) { return sketched.at(hash); });
  };
  Occurs<Ngram> exact;
  SN37_RETURN_IF_ERROR(VisitNgrams(
      snapshot, [&](const std::string&, int64_t, const std::set<Ngram>& row) {
        if (!may_overlap(row)) return;
        for (const Ngram& ngram : row) exact[ngram] = false;
      }));
  if (exact.empty()) return absl::OkStatus();
  SN37_RETURN_IF_ERROR(ReadTexts(texts, progress, [&](const Ngram& ngram) {
    const auto known = exact.find(ngram);
    if (known != exact.end()) known->second = true;
  }));
  return VisitNgrams(snapshot, [&](const std::string& config, int64_t i,
                                   const std::set<Ngram>& row) {
    if (!may_overlap(row)) return;
    const auto common =
        std::count_if(row.begin(), row.end(),
                      [&](const Ngram& ngram) { return exact.at(ngram); });
    const double overlap = static_cast<double>(common) / row.size();
    if (overlap > report.max_overlap) {
      report.rows.push_back({config, i, overlap});
    }
  });
}

}  // namespace

size_t SketchNgrams(double max_overlap) {
  constexpr double kMaxMissed = 1.0 / 65536;
  constexpr size_t kAll = kMaxSampleBytes;  // a row has fewer words
  size_t size = 0;
  for (double missed = 1; missed > kMaxMissed && size < kAll; ++size) {
    missed *= 1 - max_overlap;
  }
  return size;
}

absl::StatusOr<OverlapReport> FindOverlaps(
    const Snapshot& snapshot, const std::vector<std::string>& texts,
    double max_overlap, const ReadProgress& progress) {
  if (!(max_overlap >= 0 && max_overlap <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the largest overlap is ", max_overlap, ", not 0 to 1"));
  }
  std::vector<std::string> digested;
  for (const std::string& text : texts) digested.push_back(DigestedFile(text));
  SN37_ASSIGN_OR_RETURN(const FileStates files,
                        FileStates::Of(std::move(digested)));
  OverlapReport report;
  report.max_overlap = max_overlap;
  SN37_ASSIGN_OR_RETURN(report.texts, DescribeTexts(texts));
  const absl::Status measured = MeasureRows(snapshot, texts, progress, report);
  SN37_RETURN_IF_ERROR(files.CheckUnchanged());  // it explains other errors
  SN37_RETURN_IF_ERROR(measured);
  return report;
}

absl::StatusOr<Digest> DropRows(const Snapshot& snapshot,
                                const OverlapReport& report,
                                const std::string& folder) {
  Manifest head = snapshot.manifest();
  head.inputs.push_back(report.texts);
  for (ConfigInfo& config : head.configs) {
    config.parameters["max_overlap"] = report.max_overlap;
    config.shards.clear();
  }
  std::set<std::pair<absl::string_view, int64_t>> dropped;
  for (const RowOverlap& row : report.rows)
    dropped.emplace(row.config, row.row);
  SN37_ASSIGN_OR_RETURN(
      SnapshotWriter writer,
      SnapshotWriter::Create(
          folder, head,
          absl::StrCat(ManifestToJson(head), "\n", snapshot.id().hex())));
  std::vector<ConfigInfo> configs;
  for (size_t c = 0; c < head.configs.size(); ++c) {
    const std::string& name = head.configs[c].name;
    ConfigWriter config = writer.Config(c);
    int64_t row = 0;
    SN37_RETURN_IF_ERROR(
        snapshot.VisitRows(name, [&](Sample sample) -> absl::Status {
          if (dropped.count({name, row++}) > 0) return absl::OkStatus();
          sample.clear_id();
          return config.Add(sample).status();
        }));
    absl::StatusOr<ConfigInfo> written = config.Finish();
    if (absl::IsInvalidArgument(written.status())) writer.Discard();
    SN37_RETURN_IF_ERROR(written.status());
    configs.push_back(*std::move(written));
  }
  return writer.Finish(std::move(configs));
}

}  // namespace sn37::datasets
