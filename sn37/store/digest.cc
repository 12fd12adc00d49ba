#include "sn37/store/digest.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "eval/weights/model_file.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

constexpr char kWeights[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

constexpr char kConfig[] = "config.json";
constexpr char kGenerationConfig[] = "generation_config.json";
constexpr char kTokenizer[] = "tokenizer.json";

constexpr absl::string_view kTokenizerFiles[] = {
    "added_tokens.json",
    "chat_template.jinja",
    "merges.txt",
    "special_tokens_map.json",
    kTokenizer,
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
};

// The distinct shards that an index names.
absl::StatusOr<std::set<std::string>> ShardNames(const ModelListing& listing) {
  constexpr uint64_t kMaxIndexBytes = 64 << 20;
  const std::string path = JoinPath(listing.name, kIndex);
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        listing.read(kIndex, kMaxIndexBytes));
  absl::StatusOr<nlohmann::json> index = ParseJson(text, {});
  SN37_RETURN_IF_ERROR(Annotate(index.status(), path));
  const nlohmann::json* map = FindField(*index, "weight_map");
  if (map == nullptr || !map->is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": there is no object \"weight_map\""));
  }
  std::set<std::string> shards;
  for (const nlohmann::json& value : *map) {
    const std::string name =
        value.is_string() ? value.get<std::string>() : std::string();
    if (!IsPlainName(name) || !absl::EndsWith(name, ".safetensors")) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": '", Printable(name),
                       "' is no safetensors file of this folder"));
    }
    shards.insert(name);
  }
  return shards;
}

// The size of a model's file; absent when there is nothing of that name.
absl::StatusOr<std::optional<uint64_t>> SizeOf(const std::string& path) {
  const absl::StatusOr<std::string> real = eval::ResolveModelFile(path);
  if (absl::IsNotFound(real.status())) return std::nullopt;
  if (!real.ok()) return real.status();
  struct stat info;
  if (lstat(real->c_str(), &info) != 0) return ErrnoStatus(errno, "stat", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a regular file; copy the file itself there"));
  }
  return static_cast<uint64_t>(info.st_size);
}

// Adds `name` to `files` if it exists; tells whether it does.
absl::StatusOr<bool> AddIfThere(const ModelListing& listing,
                                const std::string& name,
                                std::vector<ModelFile>& files) {
  SN37_ASSIGN_OR_RETURN(std::optional<uint64_t> bytes, listing.size(name));
  if (bytes.has_value()) files.push_back({name, *bytes});
  return bytes.has_value();
}

absl::Status AddTokenizer(const ModelListing& listing,
                          std::vector<ModelFile>& files) {
  for (absl::string_view name : kTokenizerFiles) {
    SN37_RETURN_IF_ERROR(
        AddIfThere(listing, std::string(name), files).status());
  }
  return absl::OkStatus();
}

absl::Status AddWeights(const ModelListing& listing,
                        std::vector<ModelFile>& files) {
  SN37_ASSIGN_OR_RETURN(bool single, AddIfThere(listing, kWeights, files));
  if (single) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(bool sharded, AddIfThere(listing, kIndex, files));
  if (!sharded) {
    return absl::NotFoundError(
        absl::StrCat(listing.name, ": there is neither ", kWeights, " nor ",
                     kIndex, "; pickled weights (*.bin, *.pt) are refused"));
  }
  SN37_ASSIGN_OR_RETURN(std::set<std::string> shards, ShardNames(listing));
  for (const std::string& shard : shards) {
    SN37_ASSIGN_OR_RETURN(bool found, AddIfThere(listing, shard, files));
    if (!found) {
      return absl::NotFoundError(absl::StrCat(JoinPath(listing.name, kIndex),
                                              ": shard ", Printable(shard),
                                              " is missing"));
    }
  }
  return absl::OkStatus();
}

ModelListing ListingOf(const std::string& folder) {
  return {.name = folder,
          .size =
              [folder](const std::string& file) {
                return SizeOf(JoinPath(folder, file));
              },
          .read =
              [folder](const std::string& file, uint64_t max_bytes) {
                return ReadFile(JoinPath(folder, file), max_bytes);
              }};
}

absl::StatusOr<Digest> DigestOf(
    const std::string& folder, const std::vector<ModelFile>& files,
    const std::function<void(uint64_t bytes)>& progress) {
  std::map<std::string, Digest> digests;
  for (const ModelFile& file : files) {
    SN37_ASSIGN_OR_RETURN(digests[file.name],
                          Sha256File(JoinPath(folder, file.name), progress));
  }
  return DirectoryDigest(digests);
}

using FileIterator = std::map<std::string, Digest>::const_iterator;

// Hashes the files in [begin, end), whose paths share the first `prefix` bytes.
void HashFolder(FileIterator begin, FileIterator end, size_t prefix,
                Sha256Hasher& hasher) {
  auto slash = [&](FileIterator it) { return it->first.find('/', prefix); };
  for (FileIterator it = begin; it != end; ++it) {
    if (slash(it) == std::string::npos) hasher.Update(it->second.base64());
  }
  std::map<std::string, std::vector<FileIterator>> folders;
  for (FileIterator it = begin; it != end; ++it) {
    const size_t at = slash(it);
    if (at != std::string::npos) {
      folders[it->first.substr(prefix, at - prefix)].push_back(it);
    }
  }
  // Paths of one folder are neighbours: they share a prefix that ends in '/'.
  for (const auto& [name, files] : folders) {
    HashFolder(files.front(), std::next(files.back()), prefix + name.size() + 1,
               hasher);
  }
}

}  // namespace

absl::StatusOr<std::vector<ModelFile>> ModelFiles(const std::string& folder) {
  return ModelFiles(ListingOf(folder));
}

absl::StatusOr<std::vector<ModelFile>> ModelFiles(const ModelListing& listing) {
  std::vector<ModelFile> files;
  SN37_ASSIGN_OR_RETURN(bool found, AddIfThere(listing, kConfig, files));
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat(listing.name, ": there is no ", kConfig));
  }
  SN37_RETURN_IF_ERROR(AddIfThere(listing, kGenerationConfig, files).status());
  SN37_RETURN_IF_ERROR(AddTokenizer(listing, files));
  SN37_RETURN_IF_ERROR(AddWeights(listing, files));
  std::sort(
      files.begin(), files.end(),
      [](const ModelFile& a, const ModelFile& b) { return a.name < b.name; });
  return files;
}

absl::StatusOr<FileStates> ModelFileStates(const std::string& folder) {
  SN37_ASSIGN_OR_RETURN(const std::vector<ModelFile> files, ModelFiles(folder));
  std::vector<std::string> paths = {folder};
  for (const ModelFile& file : files) {
    paths.push_back(JoinPath(folder, file.name));
  }
  return FileStates::Of(std::move(paths));
}

absl::StatusOr<Digest> ModelDigest(
    const std::string& folder,
    const std::function<void(uint64_t bytes)>& progress) {
  SN37_ASSIGN_OR_RETURN(std::vector<ModelFile> files, ModelFiles(folder));
  return DigestOf(folder, files, progress);
}

absl::StatusOr<Digest> TokenizerDigest(const std::string& folder) {
  std::vector<ModelFile> files;
  SN37_RETURN_IF_ERROR(AddTokenizer(ListingOf(folder), files));
  for (const ModelFile& file : files) {
    if (file.name == kTokenizer) return DigestOf(folder, files, nullptr);
  }
  return absl::NotFoundError(
      absl::StrCat(folder, ": there is no ", kTokenizer));
}

Digest DirectoryDigest(const std::map<std::string, Digest>& files) {
  Sha256Hasher hasher;
  HashFolder(files.begin(), files.end(), 0, hasher);
  return hasher.Finish();
}

std::string LocalCommitId(const Digest& digest) {
  return digest.hex().substr(0, 40);
}

}  // namespace sn37
