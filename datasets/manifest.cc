#include "datasets/manifest.h"

#include <limits>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

constexpr size_t kMaxTextBytes = 4096;
constexpr size_t kMaxItems = 100000;  // of any array
constexpr int64_t kMaxRows = int64_t{1} << 40;
constexpr int64_t kMaxBytes = int64_t{1} << 50;

json SchemaJson() {
  json schema = json::array();
  for (const Column& column : Columns()) {
    schema.push_back(
        {{"name", std::string(column.name)},
         {"type", column.text != nullptr ? "string" : "list<string>"}});
  }
  return schema;
}

json ShardJson(const ShardInfo& shard) {
  return {{"bytes", shard.bytes},
          {"file", shard.file},
          {"rows", shard.rows},
          {"sha256", shard.sha256.hex()}};
}

json ConfigJson(const ConfigInfo& config) {
  json shards = json::array();
  for (const ShardInfo& shard : config.shards) {
    shards.push_back(ShardJson(shard));
  }
  return {{"kind", std::string(KindName(config.kind))},
          {"name", config.name},
          {"parameters", config.parameters},
          {"rows", config.rows()},
          {"shards", std::move(shards)},
          {"source", config.source}};
}

json InputJson(const InputInfo& input) {
  json files = json::array();
  for (const InputFileInfo& file : input.files) {
    files.push_back({{"bytes", file.bytes},
                     {"name", file.name},
                     {"sha256", file.sha256.hex()}});
  }
  return {{"files", std::move(files)},
          {"license", input.license},
          {"name", input.name},
          {"origin", input.origin},
          {"revision", input.revision}};
}

// A string of 1 to kMaxTextBytes bytes.
absl::StatusOr<std::string> GetText(const json& object, absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(std::string text,
                        GetString(object, key, kMaxTextBytes));
  if (text.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", key, "\" is empty"));
  }
  return text;
}

absl::StatusOr<std::string> GetName(const json& object, absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(std::string name, GetString(object, key, 64));
  if (!IsName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", key, "\" is \"", Printable(name),
        "\"; a name has letters, digits, _ . - and begins with one of the "
        "first two"));
  }
  return name;
}

absl::StatusOr<Digest> GetDigest(const json& object) {
  SN37_ASSIGN_OR_RETURN(std::string hex, GetString(object, "sha256", 64));
  absl::StatusOr<Digest> digest = Digest::FromHex(hex);
  SN37_RETURN_IF_ERROR(Annotate(digest.status(), "\"sha256\""));
  return digest;
}

// Parses each item of the array under `key` and refuses two that share a name.
template <typename Item, typename Parse, typename Name>
absl::Status ParseArray(const json& object, absl::string_view key,
                        const Parse& parse, const Name& name,
                        std::vector<Item>& items) {
  const json* array = FindField(object, key);
  if (array == nullptr || !array->is_array() || array->size() > kMaxItems) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", key, "\" must be an array of at most ", kMaxItems, " items"));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < array->size(); ++i) {
    const std::string place = absl::StrCat(key, "[", i, "]");
    absl::StatusOr<Item> item = parse((*array)[i]);
    SN37_RETURN_IF_ERROR(Annotate(item.status(), place));
    if (!names.insert(name(*item)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": \"", name(*item), "\" occurs twice"));
    }
    items.push_back(*std::move(item));
  }
  return absl::OkStatus();
}

absl::StatusOr<ShardInfo> ParseShard(const json& object) {
  SN37_RETURN_IF_ERROR(CheckKeys(object, {"bytes", "file", "rows", "sha256"}));
  ShardInfo shard;
  SN37_ASSIGN_OR_RETURN(shard.file, GetString(object, "file", 255));
  if (!IsPlainName(shard.file) || !absl::EndsWith(shard.file, ".parquet")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"file\" is \"", Printable(shard.file),
                     "\"; it must be a name that ends in .parquet and stays "
                     "in the snapshot's folder"));
  }
  SN37_ASSIGN_OR_RETURN(shard.rows, GetInt(object, "rows", 1, kMaxRows));
  SN37_ASSIGN_OR_RETURN(shard.bytes, GetInt(object, "bytes", 1, kMaxBytes));
  SN37_ASSIGN_OR_RETURN(shard.sha256, GetDigest(object));
  return shard;
}

absl::StatusOr<ConfigInfo> ParseConfig(const json& object) {
  SN37_RETURN_IF_ERROR(CheckKeys(
      object, {"kind", "name", "parameters", "rows", "shards", "source"}));
  ConfigInfo config;
  SN37_ASSIGN_OR_RETURN(config.name, GetName(object, "name"));
  SN37_ASSIGN_OR_RETURN(std::string kind, GetText(object, "kind"));
  config.kind = KindFromName(kind);
  if (config.kind == Sample::BODY_NOT_SET) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown kind \"", Printable(kind), "\""));
  }
  SN37_ASSIGN_OR_RETURN(config.source, GetText(object, "source"));
  const json* parameters = FindField(object, "parameters");
  if (parameters == nullptr || !parameters->is_object()) {
    return absl::InvalidArgumentError("\"parameters\" must be an object");
  }
  config.parameters = *parameters;
  SN37_RETURN_IF_ERROR(ParseArray(
      object, "shards", ParseShard,
      [](const ShardInfo& shard) { return shard.file; }, config.shards));
  SN37_ASSIGN_OR_RETURN(int64_t rows, GetInt(object, "rows", 1, kMaxRows));
  if (rows != config.rows()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"rows\" is ", rows, ", its shards have ", config.rows(), " in all"));
  }
  return config;
}

absl::StatusOr<InputFileInfo> ParseInputFile(const json& object) {
  SN37_RETURN_IF_ERROR(CheckKeys(object, {"bytes", "name", "sha256"}));
  InputFileInfo file;
  SN37_ASSIGN_OR_RETURN(file.name, GetText(object, "name"));
  SN37_ASSIGN_OR_RETURN(file.bytes, GetInt(object, "bytes", 0, kMaxBytes));
  SN37_ASSIGN_OR_RETURN(file.sha256, GetDigest(object));
  return file;
}

absl::StatusOr<InputInfo> ParseInput(const json& object) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(object, {"files", "license", "name", "origin", "revision"}));
  InputInfo input;
  SN37_ASSIGN_OR_RETURN(input.name, GetName(object, "name"));
  SN37_ASSIGN_OR_RETURN(input.origin, GetText(object, "origin"));
  SN37_ASSIGN_OR_RETURN(input.revision, GetText(object, "revision"));
  SN37_ASSIGN_OR_RETURN(input.license, GetText(object, "license"));
  SN37_RETURN_IF_ERROR(ParseArray(
      object, "files", ParseInputFile,
      [](const InputFileInfo& file) { return file.name; }, input.files));
  return input;
}

// Comes before everything else, since another version may mean anything.
absl::Status CheckVersion(const json& object) {
  SN37_ASSIGN_OR_RETURN(int64_t version, GetInt(object, "format", 0, kMaxRows));
  if (version != kFormatVersion) {
    return absl::InvalidArgumentError(absl::StrCat(
        "format version ", version, " is unknown; this program reads version ",
        kFormatVersion));
  }
  return absl::OkStatus();
}

// No two shards of the whole snapshot share a file.
absl::Status CheckShardFiles(const Manifest& manifest) {
  std::set<absl::string_view> files;
  for (const ConfigInfo& config : manifest.configs) {
    for (const ShardInfo& shard : config.shards) {
      if (!files.insert(shard.file).second) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the file \"", Printable(shard.file), "\" is listed twice"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

int64_t ConfigInfo::rows() const {
  int64_t rows = 0;
  for (const ShardInfo& shard : shards) rows += shard.rows;
  return rows;
}

bool IsName(absl::string_view name) {
  if (name.empty() || name.size() > 64 || !absl::ascii_isalnum(name[0])) {
    return false;
  }
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '.' && c != '-') {
      return false;
    }
  }
  return true;
}

std::string ManifestToJson(const Manifest& manifest) {
  json inputs = json::array();
  for (const InputInfo& input : manifest.inputs) {
    inputs.push_back(InputJson(input));
  }
  json configs = json::array();
  for (const ConfigInfo& config : manifest.configs) {
    configs.push_back(ConfigJson(config));
  }
  return CanonicalJson({{"builder", manifest.builder},
                        {"configs", std::move(configs)},
                        {"format", kFormatVersion},
                        {"inputs", std::move(inputs)},
                        {"license", manifest.license},
                        {"name", manifest.name},
                        {"schema", SchemaJson()},
                        {"seed", manifest.seed}});
}

absl::StatusOr<Manifest> ManifestFromJson(absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(
      json object, ParseJson(text, {.bytes = kMaxManifestBytes, .depth = 16}));
  SN37_RETURN_IF_ERROR(CheckVersion(object));
  SN37_RETURN_IF_ERROR(
      CheckKeys(object, {"builder", "configs", "format", "inputs", "license",
                         "name", "schema", "seed"}));
  Manifest manifest;
  SN37_ASSIGN_OR_RETURN(manifest.builder, GetText(object, "builder"));
  SN37_ASSIGN_OR_RETURN(manifest.license, GetText(object, "license"));
  SN37_ASSIGN_OR_RETURN(manifest.name, GetName(object, "name"));
  SN37_ASSIGN_OR_RETURN(manifest.seed,
                        GetString(object, "seed", kMaxTextBytes));
  const json* schema = FindField(object, "schema");
  if (schema == nullptr || *schema != SchemaJson()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"schema\" must be ", CanonicalJson(SchemaJson())));
  }
  SN37_RETURN_IF_ERROR(ParseArray(
      object, "inputs", ParseInput,
      [](const InputInfo& input) { return input.name; }, manifest.inputs));
  SN37_RETURN_IF_ERROR(ParseArray(
      object, "configs", ParseConfig,
      [](const ConfigInfo& config) { return config.name; }, manifest.configs));
  if (manifest.configs.empty()) {
    return absl::InvalidArgumentError("the snapshot is empty: no configs");
  }
  SN37_RETURN_IF_ERROR(CheckShardFiles(manifest));
  if (ManifestToJson(manifest) != text) {
    return absl::InvalidArgumentError(
        "is not in canonical form (keys sorted, no spaces, nothing after it)");
  }
  return manifest;
}

}  // namespace sn37::datasets
