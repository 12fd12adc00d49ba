// sn37 snapshot: dataset snapshots by hand (datasets/README.md).
#include "datasets/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "datasets/build.h"
#include "datasets/compare.h"
#include "datasets/overlap.h"
#include "datasets/sampling.h"
#include "datasets/summary.h"
#include "eval/tokenizer/tokenizer.h"
#include "jobs/hub_flags.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "sn37/base/text.h"
#include "sn37/competition/sync_block.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(std::vector<std::string>, against, {},
          "build: texts that rows may not repeat: text files, *.jsonl files, "
          "folders of snapshots.");
ABSL_FLAG(double, max_overlap, 0.5,
          "build: the share of a row's 13-grams that may occur there.");
ABSL_FLAG(bool, drop, false, "build: drop the rows above --max_overlap.");
ABSL_FLAG(std::string, id, "",
          "verify, show, sample: the id that the snapshot must have.");
ABSL_FLAG(bool, every_row, false, "verify: decode every row as well.");
ABSL_FLAG(int64_t, rows, 2, "show: how many rows of each config.");
ABSL_FLAG(std::vector<std::string>, configs, {},
          "sample: the configs to draw from; by default all.");
ABSL_FLAG(std::string, seed, "",
          "sample: a sync block's hash, whose SHA-256 is the seed.");
ABSL_FLAG(std::string, task, "", "sample: the task's name.");
ABSL_FLAG(int64_t, first, 0, "sample: number of the first sample.");
ABSL_FLAG(int64_t, count, 10, "sample: how many samples.");
ABSL_FLAG(int64_t, max_bytes, 0, "sample: leave out rows of more bytes.");
ABSL_FLAG(int64_t, max_tokens, 0, "sample: leave out rows of more tokens.");
ABSL_FLAG(std::string, tokenizer, "",
          "sample: folder of the tokenizer that --max_tokens counts with.");

namespace sn37::tools {
namespace {

using datasets::Snapshot;
using nlohmann::json;
using Words = absl::Span<const std::string>;

constexpr char kHelp[] = R"(
Dataset snapshots: the samples of every competition, named by a digest.

  sn37 snapshot build SPEC DIR NAME=FILE …   a new snapshot in DIR;
      with --against TEXT,TEXT also the rows that repeat these texts, which
      --drop leaves out (the whole snapshot is in DIR.all meanwhile)
  sn37 snapshot verify DIR       every digest, schema and number of rows
  sn37 snapshot show DIR         a few rows and the lengths of all
  sn37 snapshot sample DIR --seed 0x… --task sorting --count 20
                                 the samples of a task, as JSON Lines
  sn37 snapshot diff DIR DIR     what two snapshots differ in

Exit status 1 where a snapshot is damaged, or two differ.)";

absl::StatusOr<Snapshot> OpenWithProgress(const std::string& folder) {
  std::optional<Digest> id;
  if (std::string hex = absl::GetFlag(FLAGS_id); !hex.empty()) {
    absl::StatusOr<Digest> digest = Digest::FromHex(hex);
    SN37_RETURN_IF_ERROR(Annotate(digest.status(), "--id"));
    id = *digest;
  }
  Progress progress("checking", 0, "bytes");
  return Snapshot::Open(folder, id,
                        [&](uint64_t bytes) { progress.Advance(bytes); });
}

int64_t RowsOf(const Snapshot& snapshot) {
  int64_t rows = 0;
  for (const auto& config : snapshot.manifest().configs) rows += config.rows();
  return rows;
}

void PrintSnapshot(const Snapshot& snapshot) {
  if (AsJson()) {
    PrintJsonLine({{"id", snapshot.id().hex()},
                   {"name", snapshot.manifest().name},
                   {"rows", RowsOf(snapshot)}});
    return;
  }
  std::cout << "Snapshot " << snapshot.manifest().name << ", "
            << snapshot.id().hex() << "\n"
            << datasets::ConfigTable(snapshot.manifest());
}

bool AsksTheHub(const datasets::BuildSpec& spec) {
  return std::any_of(spec.configs.begin(), spec.configs.end(),
                     [](const datasets::ConfigSpec& config) {
                       return absl::StartsWith(config.source, "hub_");
                     });
}

absl::Status BuildWithProgress(const std::string& spec_file,
                               const std::string& out, bool keep, Words files) {
  SN37_ASSIGN_OR_RETURN(datasets::BuildSpec spec,
                        datasets::ReadBuildSpec(spec_file));
  SN37_ASSIGN_OR_RETURN(datasets::InputFiles inputs,
                        datasets::InputFilesFromWords(files));
  Progress progress("building", 0, "rows");
  datasets::BuildOptions options;
  std::unique_ptr<Hub> hub;
  if (AsksTheHub(spec)) {
    SN37_ASSIGN_OR_RETURN(hub, jobs::NamedHub());
    options.hub = hub.get();
  }
  options.threads =
      static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.progress = [&](uint64_t rows) { progress.Advance(rows); };
  options.keep = keep;
  return datasets::BuildSnapshot(spec, inputs, out, options).status();
}

absl::StatusOr<datasets::OverlapReport> FindOverlaps(const Snapshot& snapshot) {
  Progress progress("reading texts", 0, "bytes");
  return datasets::FindOverlaps(
      snapshot, absl::GetFlag(FLAGS_against), absl::GetFlag(FLAGS_max_overlap),
      [&](uint64_t bytes) { progress.Advance(bytes); });
}

void PrintOverlaps(const datasets::OverlapReport& report) {
  Table table({{"row"}, {"overlap", Align::kRight}});
  for (const datasets::RowOverlap& row : report.rows) {
    const std::string id = absl::StrCat(row.config, "/", row.row);
    if (AsJson()) PrintJsonLine({{"row", id}, {"overlap", row.overlap}});
    table.AddRow({id, absl::StrFormat("%.0f %%", 100 * row.overlap)});
  }
  if (AsJson()) return;
  if (!report.rows.empty()) std::cout << table.ToString();
  std::cout << report.rows.size() << " of " << report.looked_at
            << " rows have an overlap of more than " << report.max_overlap
            << "; " << report.too_short << " are too short to tell\n";
}

// Writes the snapshot in `whole` without the rows that overlap to `out`.
absl::Status Drop(const std::string& whole, const std::string& out) {
  SN37_ASSIGN_OR_RETURN(const Snapshot snapshot, OpenWithProgress(whole));
  SN37_ASSIGN_OR_RETURN(const datasets::OverlapReport report,
                        FindOverlaps(snapshot));
  PrintOverlaps(report);
  return datasets::DropRows(snapshot, report, out).status();
}

// What is wrong with --against and --max_overlap, before anything is built.
absl::Status CheckOverlapFlags() {
  for (const std::string& text : absl::GetFlag(FLAGS_against)) {
    if (FileExists(text)) continue;
    return absl::NotFoundError(
        absl::StrCat("--against: there is no ", Printable(text)));
  }
  const double max_overlap = absl::GetFlag(FLAGS_max_overlap);
  if (max_overlap >= 0 && max_overlap <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--max_overlap is ", max_overlap, ", not from 0 to 1"));
}

// Builds the whole beside `out`, where it stays until `out` has what is left of
// it: so what was interrupted goes on in either step.
absl::Status BuildAndDrop(const std::string& spec_file, const std::string& out,
                          Words files) {
  if (absl::GetFlag(FLAGS_against).empty()) {
    return absl::InvalidArgumentError("--drop needs --against");
  }
  if (FileExists(out)) {
    return absl::AlreadyExistsError(absl::StrCat(
        Printable(out), ": exists; choose another folder or remove it"));
  }
  const std::string whole = absl::StrCat(out, ".all");
  SN37_RETURN_IF_ERROR(
      BuildWithProgress(spec_file, whole, /*keep=*/true, files));
  SN37_RETURN_IF_ERROR(Drop(whole, out));
  return RemoveTree(whole);
}

absl::StatusOr<int> Build(Words words) {
  if (words.size() < 2) {
    return absl::InvalidArgumentError(
        "build takes a specification and the folder to write");
  }
  SN37_RETURN_IF_ERROR(CheckOverlapFlags());
  const std::string out(absl::StripSuffix(words[1], "/"));
  if (absl::GetFlag(FLAGS_drop)) {
    SN37_RETURN_IF_ERROR(BuildAndDrop(words[0], out, words.subspan(2)));
  } else {
    SN37_RETURN_IF_ERROR(
        BuildWithProgress(words[0], out, /*keep=*/false, words.subspan(2)));
  }
  SN37_ASSIGN_OR_RETURN(const Snapshot snapshot, OpenWithProgress(out));
  if (!absl::GetFlag(FLAGS_against).empty() && !absl::GetFlag(FLAGS_drop)) {
    SN37_ASSIGN_OR_RETURN(const datasets::OverlapReport report,
                          FindOverlaps(snapshot));
    PrintOverlaps(report);
  }
  PrintSnapshot(snapshot);
  return kOk;
}

absl::StatusOr<int> Verify(Words words) {
  SN37_ASSIGN_OR_RETURN(Snapshot snapshot, OpenWithProgress(words[0]));
  if (absl::GetFlag(FLAGS_every_row)) {
    Progress progress("decoding", RowsOf(snapshot), "rows");
    SN37_RETURN_IF_ERROR(datasets::MeasureLengths(snapshot, [&](uint64_t rows) {
                           progress.Advance(rows);
                         }).status());
  }
  PrintSnapshot(snapshot);
  return kOk;
}

absl::StatusOr<int> Show(Words words) {
  constexpr size_t kColumns = 100;
  SN37_ASSIGN_OR_RETURN(Snapshot snapshot, OpenWithProgress(words[0]));
  std::vector<datasets::Lengths> lengths;
  {
    Progress progress("measuring", RowsOf(snapshot), "rows");
    SN37_ASSIGN_OR_RETURN(
        lengths, datasets::MeasureLengths(
                     snapshot, [&](uint64_t rows) { progress.Advance(rows); }));
  }
  PrintSnapshot(snapshot);
  for (const datasets::Lengths& config : lengths) {
    std::vector<int64_t> rows;
    while (static_cast<int64_t>(rows.size()) <
           std::min(absl::GetFlag(FLAGS_rows), config.rows)) {
      rows.push_back(static_cast<int64_t>(rows.size()));
    }
    SN37_ASSIGN_OR_RETURN(std::vector<datasets::Sample> samples,
                          snapshot.Read(config.config, rows));
    if (AsJson()) {
      PrintJsonLine(datasets::LengthsToJson(config));
    } else {
      std::cout << "\n" << datasets::HistogramText(config);
    }
    for (const datasets::Sample& sample : samples) {
      if (AsJson()) {
        SN37_ASSIGN_OR_RETURN(std::string line, datasets::SampleJson(sample));
        std::cout << line << "\n";
      } else {
        std::cout << datasets::SampleText(sample, kColumns);
      }
    }
  }
  return kOk;
}

// --max_bytes, or --max_tokens with --tokenizer.
absl::StatusOr<std::optional<datasets::LengthLimit>> LimitFromFlags() {
  std::optional<datasets::LengthLimit> limit;
  if (int64_t bytes = absl::GetFlag(FLAGS_max_bytes); bytes > 0) {
    limit.emplace().max = bytes;
  }
  const int64_t tokens = absl::GetFlag(FLAGS_max_tokens);
  const std::string folder = absl::GetFlag(FLAGS_tokenizer);
  if (tokens == 0 && folder.empty()) return limit;
  if (tokens <= 0 || folder.empty() || limit.has_value()) {
    return absl::InvalidArgumentError(
        "the limit is --max_bytes, or --max_tokens and --tokenizer together");
  }
  SN37_ASSIGN_OR_RETURN(eval::Tokenizer loaded, eval::Tokenizer::Load(folder));
  limit.emplace().max = tokens;
  limit->measure =
      [tokenizer = std::make_shared<const eval::Tokenizer>(std::move(loaded))](
          absl::string_view text) -> absl::StatusOr<int64_t> {
    SN37_ASSIGN_OR_RETURN(std::vector<int32_t> ids,
                          tokenizer->Encode(text, eval::AddSpecial::kNo));
    return static_cast<int64_t>(ids.size());
  };
  return limit;
}

absl::StatusOr<int> Sample(Words words) {
  if (absl::GetFlag(FLAGS_seed).empty() || absl::GetFlag(FLAGS_task).empty()) {
    return absl::InvalidArgumentError(
        "sample needs --seed and --task: they decide what is drawn");
  }
  SN37_ASSIGN_OR_RETURN(Snapshot snapshot, OpenWithProgress(words[0]));
  datasets::Draw draw;
  draw.configs = absl::GetFlag(FLAGS_configs);
  if (draw.configs.empty()) {
    for (const auto& config : snapshot.manifest().configs) {
      draw.configs.push_back(config.name);
    }
  }
  draw.seed = SeedFromBlockHash(absl::GetFlag(FLAGS_seed));
  draw.task = absl::GetFlag(FLAGS_task);
  draw.first = absl::GetFlag(FLAGS_first);
  draw.count = absl::GetFlag(FLAGS_count);
  SN37_ASSIGN_OR_RETURN(draw.limit, LimitFromFlags());
  SN37_ASSIGN_OR_RETURN(std::vector<datasets::Sample> samples,
                        datasets::DrawSamples(snapshot, draw));
  for (const datasets::Sample& sample : samples) {
    SN37_ASSIGN_OR_RETURN(std::string line, datasets::SampleJson(sample));
    std::cout << line << "\n";
  }
  return kOk;
}

void PrintDifference(const datasets::SnapshotDifference& difference) {
  Table manifest({{"manifest"}, {"left"}, {"right"}});
  for (const auto& value : difference.manifest) {
    if (AsJson()) {
      PrintJsonLine(
          {{"path", value.path}, {"left", value.left}, {"right", value.right}});
    }
    manifest.AddRow(
        {value.path, CanonicalJson(value.left), CanonicalJson(value.right)});
  }
  Table rows({{"config"},
              {"rows of both", Align::kRight},
              {"only left", Align::kRight},
              {"only right", Align::kRight},
              {"order"}});
  for (const auto& config : difference.rows) {
    if (AsJson()) {
      PrintJsonLine({{"config", config.config},
                     {"both", config.both},
                     {"only_left", config.only_left},
                     {"only_right", config.only_right},
                     {"same_order", config.same_order}});
    }
    rows.AddRow({config.config, absl::StrCat(config.both),
                 absl::StrCat(config.only_left),
                 absl::StrCat(config.only_right),
                 config.same_order ? "same" : "differs"});
  }
  if (!AsJson()) std::cout << manifest.ToString() << "\n" << rows.ToString();
}

absl::StatusOr<int> Diff(Words words) {
  SN37_ASSIGN_OR_RETURN(Snapshot left, OpenWithProgress(words[0]));
  SN37_ASSIGN_OR_RETURN(Snapshot right, OpenWithProgress(words[1]));
  if (left.id() == right.id()) {
    if (!AsJson()) std::cout << "Both are " << left.id().hex() << "\n";
    return kOk;
  }
  SN37_ASSIGN_OR_RETURN(datasets::SnapshotDifference difference,
                        datasets::CompareSnapshots(left, right));
  PrintDifference(difference);
  return kFailed;
}

struct Action {
  absl::string_view name;
  int folders;  // words that it takes; -1: any number
  absl::StatusOr<int> (*run)(Words words);
};
constexpr Action kActions[] = {{"build", -1, Build},
                               {"verify", 1, Verify},
                               {"show", 1, Show},
                               {"sample", 1, Sample},
                               {"diff", 2, Diff}};

int Run(Words words) {
  for (const Action& action : kActions) {
    if (words.empty() || words[0] != action.name) continue;
    words.remove_prefix(1);
    if (action.folders >= 0 &&
        words.size() != static_cast<size_t>(action.folders)) {
      break;
    }
    const absl::StatusOr<int> status = action.run(words);
    return status.ok() ? *status : Fail(status.status());
  }
  std::cerr << "sn37: snapshot takes build, verify, show, sample or diff, and "
               "their folders; see --help\n";
  return kUsage;
}

}  // namespace

const Verb kSnapshot = {
    "snapshot",
    "build, verify, show, sample, compare datasets",
    kHelp,
    {"tools/sn37/snapshot.cc", kOutputFlagFile, jobs::kHubFlagFile},
    Run};

}  // namespace sn37::tools
