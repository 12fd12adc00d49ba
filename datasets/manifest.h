// The manifest of a snapshot: what it holds, where that came from, and the
// digest of every file. FORMAT.md is the specification of its text.
#ifndef SN37_DATASETS_MANIFEST_H_
#define SN37_DATASETS_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"
#include "nlohmann/json.hpp"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// The version of the format, and who wrote it: a change of a source that gives
// other rows for the same parameters raises the builder's number.
inline constexpr int64_t kFormatVersion = 1;
inline constexpr absl::string_view kBuilder = "sn37 3";
inline constexpr absl::string_view kManifestFile = "manifest.json";
inline constexpr uint64_t kMaxManifestBytes = 16 << 20;

// One Parquet file.
struct ShardInfo {
  std::string file;  // a plain name in the snapshot's folder
  int64_t rows = 0;
  int64_t bytes = 0;
  Digest sha256;
};

// Rows of one kind from one source, in the order of its shards.
struct ConfigInfo {
  std::string name;
  Sample::BodyCase kind = Sample::BODY_NOT_SET;
  std::string source;  // of datasets/sources
  nlohmann::json parameters = nlohmann::json::object();
  std::vector<ShardInfo> shards;

  int64_t rows() const;
};

// One file that the build read.
struct InputFileInfo {
  std::string name;  // without its folder
  int64_t bytes = 0;
  Digest sha256;
};

// A named group of files that the build read, and where they come from.
struct InputInfo {
  std::string name;
  std::string origin;    // in words: a package and path, a hub repository
  std::string revision;  // the version or commit there
  std::string license;   // an SPDX expression or the licence's name
  std::vector<InputFileInfo> files;
};

struct Manifest {
  std::string name;
  std::string license;  // of the snapshot as a whole
  std::string builder = std::string(kBuilder);
  std::string seed;  // what generators draw their rows from
  std::vector<InputInfo> inputs;
  std::vector<ConfigInfo> configs;
};

// Names of snapshots, inputs and configs: 1 to 64 of A-Z a-z 0-9 _ . -, the
// first a letter or digit.
bool IsName(absl::string_view name);

// The text of manifest.json: canonical JSON and nothing after it. The same
// manifest gives the same bytes, and the SHA-256 of them is the snapshot's id.
std::string ManifestToJson(const Manifest& manifest);

// The other way, with every rule of FORMAT.md checked that the manifest alone
// can break. kInvalidArgument names the place ("configs[2].shards[0].file").
absl::StatusOr<Manifest> ManifestFromJson(absl::string_view json);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_MANIFEST_H_
