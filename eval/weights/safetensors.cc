#include "eval/weights/safetensors.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "eval/weights/safetensors_header.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr absl::string_view kSingle = "model.safetensors";
constexpr absl::string_view kIndex = "model.safetensors.index.json";
constexpr absl::string_view kExtension = ".safetensors";
constexpr uint64_t kMaxIndexBytes = uint64_t{16} << 20;
constexpr size_t kMaxShards = 1000;
constexpr size_t kMaxFiles = 10'000;

// Weights in formats that can run code, or that only other programs read.
constexpr absl::string_view kPickled[] = {".bin",  ".pt",  ".pth",
                                          ".ckpt", ".pkl", ".pickle"};

// True if there is anything of this name, a dangling link included.
bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// Why there are no safetensors in `folder`.
absl::Status NoWeights(const std::string& folder) {
  SN37_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        ListFolder(folder, kMaxFiles));
  std::string pickled;
  for (const std::string& name : names) {
    for (const absl::string_view extension : kPickled) {
      if (absl::EndsWith(name, extension)) pickled = name;
    }
  }
  if (!pickled.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        folder, "/", Printable(pickled),
        ": pickled weights are refused, because loading a pickle runs code; "
        "save the model with safe_serialization=True"));
  }
  return absl::NotFoundError(absl::StrCat(folder, ": has no weights: neither ",
                                          kSingle, " nor ", kIndex));
}

// A name that an index may give to a shard: a plain file of the same folder.
bool IsShardName(absl::string_view name) {
  return IsPlainName(name) && absl::EndsWith(name, kExtension) &&
         name.front() != '.' && Printable(name) == name;
}

using WeightMap = std::map<std::string, std::string>;  // tensor to shard

absl::StatusOr<WeightMap> ReadIndex(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(const WeightsFile file, WeightsFile::Open(path));
  const absl::string_view text(
      reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  const absl::StatusOr<nlohmann::json> parsed = ParseJson(
      text, {.bytes = kMaxIndexBytes, .depth = 8, .unique_keys = true});
  if (!parsed.ok()) return Annotate(parsed.status(), path);
  const nlohmann::json& json = *parsed;
  const auto error = [&](const auto&... parts) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", parts...));
  };
  if (!json.is_object() || !json.contains("weight_map") ||
      !json["weight_map"].is_object() || json["weight_map"].empty()) {
    return error("has no weight_map");
  }
  if (json["weight_map"].size() > kMaxTensors) {
    return error("weight_map has more than ", kMaxTensors, " entries");
  }
  WeightMap map;
  for (const auto& [tensor, shard] : json["weight_map"].items()) {
    if (!shard.is_string()) {
      return error("the shard of ", Printable(tensor), " is not a string");
    }
    const std::string& name = shard.get_ref<const std::string&>();
    if (!IsShardName(name)) {
      return error("tensor ", Printable(tensor), ": shard ", Printable(name),
                   " is not a *.safetensors file of the same folder");
    }
    map.emplace(tensor, name);
  }
  return map;
}

}  // namespace

absl::StatusOr<SafeTensors> SafeTensors::OpenFile(const std::string& path) {
  SafeTensors weights;
  weights.path_ = path;
  SN37_RETURN_IF_ERROR(weights.Add(path));
  return weights;
}

absl::StatusOr<SafeTensors> SafeTensors::Open(const std::string& folder) {
  const std::string single = JoinPath(folder, kSingle);
  const std::string index = JoinPath(folder, kIndex);
  if (Exists(single)) {
    // Which of the two a loader takes would be its own choice.
    if (Exists(index)) {
      return absl::InvalidArgumentError(
          absl::StrCat(folder, ": has both ", kSingle, " and ", kIndex,
                       "; remove the one that is not meant"));
    }
    SafeTensors weights;
    weights.path_ = folder;
    SN37_RETURN_IF_ERROR(weights.Add(single));
    return weights;
  }
  if (!Exists(index)) return NoWeights(folder);

  SN37_ASSIGN_OR_RETURN(const WeightMap map, ReadIndex(index));
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : map) shards.insert(shard);
  if (shards.size() > kMaxShards) {
    return absl::InvalidArgumentError(absl::StrCat(
        index, ": names ", shards.size(), " shards; at most ", kMaxShards));
  }
  SafeTensors weights;
  weights.path_ = folder;
  for (const std::string& shard : shards) {
    SN37_RETURN_IF_ERROR(weights.Add(JoinPath(folder, shard)));
    for (const std::string& name : weights.shards_.back().names) {
      const auto it = map.find(name);
      if (it == map.end() || it->second != shard) {
        return absl::InvalidArgumentError(
            absl::StrCat(folder, "/", shard, ": holds tensor ", Printable(name),
                         ", which ", kIndex, " does not place there"));
      }
    }
  }
  for (const auto& [tensor, shard] : map) {
    if (!weights.Has(tensor)) {
      return absl::InvalidArgumentError(
          absl::StrCat(index, ": tensor ", Printable(tensor), " is not in ",
                       folder, "/", shard));
    }
  }
  return weights;
}

absl::Status SafeTensors::Add(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(WeightsFile file, WeightsFile::Open(path));
  const std::span<const uint8_t> bytes = file.bytes();
  SN37_ASSIGN_OR_RETURN(SafeTensorsHeader header,
                        ParseSafeTensorsHeader(bytes, path));
  Shard shard{std::move(file), {}};
  for (auto& [name, entry] : header.tensors) {
    TensorView view{entry.type, std::move(entry.shape),
                    bytes.subspan(entry.begin, entry.end - entry.begin)};
    if (!tensors_.emplace(name, std::move(view)).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": tensor ", Printable(name), " is in another shard, too"));
    }
    shard_of_.emplace(name, shards_.size());
    shard.names.push_back(name);
  }
  shards_.push_back(std::move(shard));
  return absl::OkStatus();
}

std::vector<std::string> SafeTensors::names() const {
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const auto& [name, view] : tensors_) names.push_back(name);
  return names;
}

bool SafeTensors::Has(absl::string_view name) const {
  return tensors_.find(name) != tensors_.end();
}

absl::StatusOr<TensorView> SafeTensors::Get(absl::string_view name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end()) {
    return absl::NotFoundError(
        absl::StrCat(path_, ": has no tensor ", Printable(name)));
  }
  return it->second;
}

std::vector<std::string> SafeTensors::files() const {
  std::vector<std::string> files;
  for (const Shard& shard : shards_) files.push_back(shard.file.path());
  return files;
}

uint64_t SafeTensors::bytes() const {
  uint64_t bytes = 0;
  for (const auto& [name, view] : tensors_) bytes += view.data.size();
  return bytes;
}

void SafeTensors::Release(absl::string_view name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end()) return;
  shards_[shard_of_.find(name)->second].file.Release(it->second.data);
}

absl::Status SafeTensors::CheckUnchanged() const {
  for (const Shard& shard : shards_) {
    SN37_RETURN_IF_ERROR(shard.file.CheckUnchanged());
  }
  return absl::OkStatus();
}

}  // namespace sn37::eval
