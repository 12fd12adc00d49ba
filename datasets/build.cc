#include "datasets/build.h"

#include <algorithm>
#include <functional>
#include <future>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "datasets/json_keys.h"
#include "datasets/manifest.h"
#include "datasets/side_by_side.h"
#include "datasets/snapshot_writer.h"
#include "datasets/sources/registry.h"
#include "sn37/base/file.h"
#include "sn37/base/file_states.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxSpecBytes = 1 << 20;
constexpr size_t kMaxTextBytes = 4096;
constexpr size_t kMaxItems = 100000;
constexpr int64_t kMaxRows = int64_t{1} << 40;
// So many repeated rows one after the other mean that a generator has no more
// different ones.
constexpr int64_t kMaxRepeats = 10000;
constexpr uint64_t kProgressRows = 256;
// Rows that are prepared side by side.
constexpr int64_t kBatchRows = 1024;

template <typename Item, typename Parse>
absl::Status ParseItems(const json& object, absl::string_view key,
                        const Parse& parse, std::vector<Item>& items) {
  const json* array = FindField(object, key);
  if (array == nullptr || !array->is_array() || array->size() > kMaxItems) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", key, "\" must be an array of at most ", kMaxItems, " items"));
  }
  for (const json& value : *array) {
    absl::StatusOr<Item> item = parse(value);
    SN37_RETURN_IF_ERROR(
        Annotate(item.status(), absl::StrCat(key, "[", items.size(), "]")));
    items.push_back(*std::move(item));
  }
  return absl::OkStatus();
}

absl::StatusOr<InputSpec> ParseInput(const json& object) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(object, {"name", "origin", "revision", "license"}));
  InputSpec input;
  SN37_ASSIGN_OR_RETURN(input.name, GetString(object, "name", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(input.origin,
                        GetString(object, "origin", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(input.revision,
                        GetString(object, "revision", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(input.license,
                        GetString(object, "license", kMaxTextBytes));
  return input;
}

absl::StatusOr<ConfigSpec> ParseConfig(const json& object) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(object, {"name", "source", "parameters", "rows"}));
  ConfigSpec config;
  SN37_ASSIGN_OR_RETURN(config.name, GetString(object, "name", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(config.source,
                        GetString(object, "source", kMaxTextBytes));
  if (const json* parameters = FindField(object, "parameters")) {
    config.parameters = *parameters;
  }
  if (FindField(object, "rows") != nullptr) {
    SN37_ASSIGN_OR_RETURN(config.rows, GetInt(object, "rows", 1, kMaxRows));
  }
  return config;
}

std::string FileName(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

// Without the files' sizes and digests.
absl::StatusOr<InputInfo> DescribeInput(const InputSpec& spec,
                                        const std::vector<std::string>& paths) {
  InputInfo input = {.name = spec.name,
                     .origin = spec.origin,
                     .revision = spec.revision,
                     .license = spec.license,
                     .files = {}};
  for (const std::string& path : paths) {
    SN37_RETURN_IF_ERROR(OpenForReading(path).status());
    input.files.emplace_back().name = FileName(path);
  }
  return input;
}

// Adds sizes and digests.
absl::StatusOr<std::vector<InputInfo>> DigestInputs(
    const InputFiles& files, std::vector<InputInfo> inputs) {
  for (InputInfo& input : inputs) {
    const std::vector<std::string>& paths = files.at(input.name);
    for (size_t i = 0; i < paths.size(); ++i) {
      InputFileInfo& file = input.files[i];
      SN37_ASSIGN_OR_RETURN(file.sha256,
                            Sha256File(paths[i], [&file](uint64_t bytes) {
                              file.bytes += static_cast<int64_t>(bytes);
                            }));
    }
  }
  return inputs;
}

// Paths of all inputs.
std::vector<std::string> AllFiles(const InputFiles& inputs) {
  std::vector<std::string> all;
  for (const auto& [name, files] : inputs) {
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

// Everything of the manifest but the shards and what DigestInputs adds.
absl::StatusOr<Manifest> DescribeBuild(const BuildSpec& spec,
                                       const InputFiles& inputs) {
  Manifest head;
  head.name = spec.name;
  head.license = spec.license;
  head.seed = spec.seed;
  std::set<std::string> named;
  for (const InputSpec& input : spec.inputs) {
    named.insert(input.name);
    const auto files = inputs.find(input.name);
    if (files == inputs.end() || files->second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no files were given for the input \"", Printable(input.name), "\""));
    }
    SN37_ASSIGN_OR_RETURN(InputInfo info, DescribeInput(input, files->second));
    head.inputs.push_back(std::move(info));
  }
  for (const auto& [name, files] : inputs) {
    if (named.count(name) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("files were given for \"", Printable(name),
                       "\", which is no input of the specification"));
    }
  }
  for (const ConfigSpec& config : spec.configs) {
    SN37_ASSIGN_OR_RETURN(const Source* source, FindSource(config.source));
    if (!IsName(config.name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", Printable(config.name), "\" cannot be the name of a config"));
    }
    if (source->endless && !config.rows.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("config ", config.name,
                       ": \"rows\" is missing; the "
                       "source ",
                       config.source, " never ends"));
    }
    absl::StatusOr<Sample::BodyCase> kind =
        KindOfRows(*source, config.parameters);
    SN37_RETURN_IF_ERROR(
        Annotate(kind.status(), absl::StrCat("config ", config.name)));
    head.configs.push_back({.name = config.name,
                            .kind = *kind,
                            .source = config.source,
                            .parameters = config.parameters,
                            .shards = {}});
  }
  return head;
}

// The whole head and what else decides which rows there are.
std::string BuildKey(const Manifest& head, const BuildSpec& spec,
                     const FileStates& files) {
  json rows = json::array();
  for (const ConfigSpec& config : spec.configs) {
    rows.push_back(config.rows.value_or(0));
  }
  return absl::StrCat(ManifestToJson(head), "\n", CanonicalJson(rows), "\n",
                      files.ToString());
}

// The next rows of a source, so many at most, and what follows them.
struct Batch {
  std::vector<Sample> samples;
  absl::Status error;
  bool last = false;  // an error or nothing
};

Batch ReadBatch(RowStream& rows, int64_t count) {
  Batch batch;
  while (static_cast<int64_t>(batch.samples.size()) < count) {
    absl::StatusOr<std::optional<Sample>> sample = rows.Next();
    batch.error = sample.status();
    batch.last = !sample.ok() || !sample->has_value();
    if (batch.last) break;
    batch.samples.push_back(**std::move(sample));
  }
  return batch;
}

// Adds the rows to the config. `repeats` is how many came again in a row.
absl::Status AddBatch(Batch& batch, const BuildOptions& options, int threads,
                      ConfigWriter& writer, int64_t& repeats) {
  std::vector<absl::StatusOr<ConfigWriter::Prepared>> prepared(
      batch.samples.size());
  constexpr size_t kPart = 64;
  const size_t parts = (prepared.size() + kPart - 1) / kPart;
  RunSideBySide(parts, threads, [&](size_t part) {
    const size_t end = std::min(prepared.size(), (part + 1) * kPart);
    for (size_t i = part * kPart; i < end; ++i) {
      prepared[i] = writer.Prepare(std::move(batch.samples[i]));
    }
  });
  for (auto& sample : prepared) {
    SN37_RETURN_IF_ERROR(
        Annotate(sample.status(), absl::StrCat("row ", writer.rows())));
    SN37_ASSIGN_OR_RETURN(const bool added, writer.Add(*std::move(sample)));
    repeats = added ? 0 : repeats + 1;
    if (added && options.progress && writer.rows() % kProgressRows == 0) {
      options.progress(kProgressRows);
    }
  }
  return absl::OkStatus();
}

// Builds one config.
absl::StatusOr<ConfigInfo> BuildConfig(const ConfigSpec& spec,
                                       const Digest& seed,
                                       const InputFiles& inputs,
                                       const BuildOptions& options, int threads,
                                       ConfigWriter writer) {
  SN37_ASSIGN_OR_RETURN(const Source* source, FindSource(spec.source));
  const SourceContext context = {.config = spec.name,
                                 .parameters = spec.parameters,
                                 .seed = seed,
                                 .inputs = &inputs,
                                 .hub = options.hub,
                                 .threads = threads};
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<RowStream> rows, source->open(context));
  const int64_t wanted = spec.rows.value_or(kMaxRows);
  int64_t repeats = 0;
  while (writer.rows() < wanted) {
    Batch batch =
        ReadBatch(*rows, std::min(kBatchRows, wanted - writer.rows()));
    SN37_RETURN_IF_ERROR(AddBatch(batch, options, threads, writer, repeats));
    SN37_RETURN_IF_ERROR(batch.error);
    if (batch.last) break;
    if (source->endless && repeats > kMaxRepeats) {
      return absl::InvalidArgumentError(
          absl::StrCat("has only ", writer.rows(), " different rows, ",
                       *spec.rows, " were asked for"));
    }
  }
  return writer.Finish();
}

absl::StatusOr<std::vector<ConfigInfo>> BuildConfigs(
    const BuildSpec& spec, const InputFiles& inputs,
    const BuildOptions& options, const SnapshotWriter& writer) {
  const Digest seed = Sha256(spec.seed);
  std::vector<absl::StatusOr<ConfigInfo>> results(spec.configs.size());
  // What each config may use of the threads, where there are few configs.
  const int side_by_side =
      std::clamp<int>(spec.configs.size(), 1, options.threads);
  const int each = options.threads / side_by_side;
  RunSideBySide(spec.configs.size(), options.threads, [&](size_t i) {
    results[i] = BuildConfig(spec.configs[i], seed, inputs, options, each,
                             writer.Config(i, each));
  });
  std::vector<ConfigInfo> configs;
  for (size_t i = 0; i < results.size(); ++i) {
    SN37_RETURN_IF_ERROR(
        Annotate(results[i].status(),
                 absl::StrCat("config ", spec.configs[i].name, " (source ",
                              spec.configs[i].source, ")")));
    configs.push_back(*std::move(results[i]));
  }
  return configs;
}

// Digests the inputs while rows are made of them.
absl::StatusOr<Digest> BuildWith(SnapshotWriter& writer, const BuildSpec& spec,
                                 const InputFiles& inputs,
                                 const FileStates& files,
                                 std::vector<InputInfo> described,
                                 const BuildOptions& options) {
  auto digested = std::async(std::launch::async, DigestInputs,
                             std::cref(inputs), std::move(described));
  absl::StatusOr<std::vector<ConfigInfo>> configs =
      BuildConfigs(spec, inputs, options, writer);
  absl::StatusOr<std::vector<InputInfo>> infos = digested.get();
  // First: it explains other errors.
  SN37_RETURN_IF_ERROR(files.CheckUnchanged());
  SN37_RETURN_IF_ERROR(configs.status());
  SN37_RETURN_IF_ERROR(infos.status());
  writer.SetInputs(*std::move(infos));
  return writer.Finish(*std::move(configs), options.keep);
}

}  // namespace

absl::StatusOr<BuildSpec> BuildSpecFromJson(absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(json object,
                        ParseJson(text, {.bytes = kMaxSpecBytes, .depth = 16}));
  SN37_RETURN_IF_ERROR(
      CheckKeys(object, {"name", "license", "seed", "inputs", "configs"}));
  BuildSpec spec;
  SN37_ASSIGN_OR_RETURN(spec.name, GetString(object, "name", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(spec.license,
                        GetString(object, "license", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(spec.seed, GetString(object, "seed", kMaxTextBytes));
  SN37_RETURN_IF_ERROR(ParseItems(object, "inputs", ParseInput, spec.inputs));
  SN37_RETURN_IF_ERROR(
      ParseItems(object, "configs", ParseConfig, spec.configs));
  return spec;
}

absl::StatusOr<BuildSpec> ReadBuildSpec(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(std::string json, ReadFile(path, kMaxSpecBytes));
  absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(json);
  SN37_RETURN_IF_ERROR(Annotate(spec.status(), Printable(path)));
  return spec;
}

absl::StatusOr<InputFiles> InputFilesFromWords(
    absl::Span<const std::string> words) {
  InputFiles inputs;
  for (const std::string& word : words) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", Printable(word), "\" is not NAME=FILE"));
    }
    inputs[parts.first].push_back(parts.second);
  }
  return inputs;
}

absl::StatusOr<Digest> BuildSnapshot(const BuildSpec& spec,
                                     const InputFiles& inputs,
                                     const std::string& folder,
                                     const BuildOptions& options) {
  SN37_ASSIGN_OR_RETURN(const FileStates files,
                        FileStates::Of(AllFiles(inputs)));
  SN37_ASSIGN_OR_RETURN(const Manifest head, DescribeBuild(spec, inputs));
  const std::string key = BuildKey(head, spec, files);
  if (options.keep) {
    const std::optional<Digest> found = SnapshotWriter::Finished(folder, key);
    if (found.has_value()) return *found;
  }
  SN37_ASSIGN_OR_RETURN(SnapshotWriter writer,
                        SnapshotWriter::Create(folder, head, key));
  absl::StatusOr<Digest> id =
      BuildWith(writer, spec, inputs, files, head.inputs, options);
  // What no later build can go on with.
  if (absl::IsInvalidArgument(id.status()) || absl::IsAborted(id.status())) {
    writer.Discard();
  }
  return id;
}

}  // namespace sn37::datasets
