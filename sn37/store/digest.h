// The digest of a model: of those files of its folder that decide what it
// answers, and of nothing else in its repository.
#ifndef SN37_STORE_DIGEST_H_
#define SN37_STORE_DIGEST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sn37/base/digest.h"
#include "sn37/base/file_states.h"

namespace sn37 {

struct ModelFile {
  std::string name;
  uint64_t bytes = 0;
};

// The files that are part of a model, those that exist, in byte order of their
// names: config.json, generation_config.json, the weights (model.safetensors,
// or else model.safetensors.index.json with the shards that it names) and the
// tokenizer's files. kNotFound for a folder without config.json or weights;
// kInvalidArgument for a file that is no regular file or a symbolic link that
// eval/weights/model_file.h does not follow, or an index that names anything
// but shards in the folder.
absl::StatusOr<std::vector<ModelFile>> ModelFiles(const std::string& folder);

// How ModelFiles and their folder are now, to be checked before what was read
// of them since counts; its errors.
absl::StatusOr<FileStates> ModelFileStates(const std::string& folder);

// Where the files of a model are looked up that need not be in a folder of
// this machine yet.
struct ModelListing {
  std::string name;  // for errors
  // The size of a file; absent where there is none of that name.
  std::function<absl::StatusOr<std::optional<uint64_t>>(
      const std::string& file)>
      size;
  // The whole content of a file of at most `max_bytes`: of the index, where the
  // weights are in shards.
  std::function<absl::StatusOr<std::string>(const std::string& file,
                                            uint64_t max_bytes)>
      read;
};

// ModelFiles by a listing, with its errors.
absl::StatusOr<std::vector<ModelFile>> ModelFiles(const ModelListing& listing);

// DirectoryDigest over the tokenizer's files in a folder, those that exist.
// kNotFound where there is no tokenizer.json.
absl::StatusOr<Digest> TokenizerDigest(const std::string& folder);

// DirectoryDigest over ModelFiles. `progress`, where given, is called with the
// number of bytes after each piece.
absl::StatusOr<Digest> ModelDigest(
    const std::string& folder,
    const std::function<void(uint64_t bytes)>& progress = nullptr);

// SHA-256 over the base64 texts of the files' SHA-256 digests: the files of a
// folder in byte order of their names, then its subfolders likewise. Names are
// not hashed. Keys are paths with '/' between components, none empty.
Digest DirectoryDigest(const std::map<std::string, Digest>& files);

// How a local store names a model's commit: the first 40 hex digits of its
// digest, as long as a git commit's name.
std::string LocalCommitId(const Digest& digest);

}  // namespace sn37

#endif  // SN37_STORE_DIGEST_H_
