#include "datasets/compare.h"

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "datasets/manifest.h"
#include "sn37/base/digest.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

// An array of named objects as an object; the order of configs and inputs, and
// where they stand in it, make no path.
json ByName(const json& array) {
  json object = json::object();
  for (json item : array) {
    const std::string name = item["name"];
    item.erase("name");
    item.erase("shards");
    object[name] = std::move(item);
  }
  return object;
}

// Path → value of everything but the shards.
absl::StatusOr<json> Paths(const Manifest& manifest) {
  SN37_ASSIGN_OR_RETURN(json object, ParseJson(ManifestToJson(manifest),
                                               {.bytes = kMaxManifestBytes}));
  object["configs"] = ByName(object["configs"]);
  object["inputs"] = ByName(object["inputs"]);
  return object.flatten();
}

absl::Status CompareManifests(const Manifest& left, const Manifest& right,
                              std::vector<ManifestDifference>& differences) {
  SN37_ASSIGN_OR_RETURN(const json one, Paths(left));
  SN37_ASSIGN_OR_RETURN(const json other, Paths(right));
  json both = one;
  both.update(other);
  for (const auto& [path, unused] : both.items()) {
    const json a = one.value(path, json());
    const json b = other.value(path, json());
    if (a != b) differences.push_back({path, a, b});
  }
  return absl::OkStatus();
}

bool SameShards(const ConfigInfo& left, const ConfigInfo& right) {
  if (left.shards.size() != right.shards.size()) return false;
  for (size_t i = 0; i < left.shards.size(); ++i) {
    if (left.shards[i].sha256 != right.shards[i].sha256) return false;
  }
  return true;
}

// The first 16 bytes of the SHA-256 of a sample without its id.
std::string Content(Sample sample) {
  sample.clear_id();
  return std::string(Sha256(sample.SerializeAsString()).bytes().substr(0, 16));
}

absl::StatusOr<RowDifference> CompareRows(const Snapshot& left,
                                          const Snapshot& right,
                                          const std::string& config) {
  RowDifference difference;
  difference.config = config;
  absl::flat_hash_map<std::string, int64_t> places;
  SN37_RETURN_IF_ERROR(left.VisitRows(config, [&](const Sample& sample) {
    places.try_emplace(Content(sample), places.size());
    return absl::OkStatus();
  }));
  const int64_t all = static_cast<int64_t>(places.size());
  int64_t before = -1;
  SN37_RETURN_IF_ERROR(right.VisitRows(config, [&](const Sample& sample) {
    const auto found = places.find(Content(sample));
    if (found == places.end()) {
      ++difference.only_right;
      return absl::OkStatus();
    }
    ++difference.both;
    difference.same_order &= before < found->second;
    before = found->second;
    places.erase(found);
    return absl::OkStatus();
  }));
  difference.only_left = all - difference.both;
  return difference;
}

}  // namespace

absl::StatusOr<SnapshotDifference> CompareSnapshots(const Snapshot& left,
                                                    const Snapshot& right) {
  SnapshotDifference difference;
  SN37_RETURN_IF_ERROR(
      CompareManifests(left.manifest(), right.manifest(), difference.manifest));
  std::set<std::string> names;
  for (const Snapshot* side : {&left, &right}) {
    for (const ConfigInfo& config : side->manifest().configs) {
      names.insert(config.name);
    }
  }
  for (const std::string& name : names) {
    const auto one = left.FindConfig(name);
    const auto other = right.FindConfig(name);
    RowDifference rows;
    rows.config = name;
    if (!other.ok()) {
      rows.only_left = (*one)->rows();
    } else if (!one.ok()) {
      rows.only_right = (*other)->rows();
    } else if (SameShards(**one, **other)) {
      rows.both = (*one)->rows();
    } else {
      SN37_ASSIGN_OR_RETURN(rows, CompareRows(left, right, name));
    }
    difference.rows.push_back(std::move(rows));
  }
  return difference;
}

}  // namespace sn37::datasets
