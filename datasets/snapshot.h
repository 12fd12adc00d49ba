// A snapshot: a folder with manifest.json and Parquet shards, named by the
// SHA-256 of its manifest. FORMAT.md is its specification.
//
//   SN37_ASSIGN_OR_RETURN(Snapshot snapshot,
//                         Snapshot::Open(folder, pinned_id));
//   SN37_ASSIGN_OR_RETURN(std::vector<Sample> samples,
//                         snapshot.Read("word_sorting", {7, 3}));
#ifndef SN37_DATASETS_SNAPSHOT_H_
#define SN37_DATASETS_SNAPSHOT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/manifest.h"
#include "datasets/sample.pb.h"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// An opened snapshot. Holds the manifest, no rows and no open file. A value
// that is not changed after Open: const calls are safe from any thread at once.
class Snapshot {
 public:
  // Opens a folder and checks all that can be checked without decoding rows:
  // the manifest by FORMAT.md, its digest against `id` where given, every
  // shard's size, SHA-256, columns and number of rows. Reads every byte once;
  // `progress`, where given, is called with the number of bytes after each
  // piece. Errors name the file:
  //   kNotFound         no manifest, or a shard is missing
  //   kDataLoss         a digest or size differs: damaged or changed
  //   kInvalidArgument  not a snapshot, or of an unknown version
  static absl::StatusOr<Snapshot> Open(
      const std::string& folder, const std::optional<Digest>& id = std::nullopt,
      const std::function<void(uint64_t bytes)>& progress = nullptr);

  // SHA-256 of manifest.json.
  const Digest& id() const { return id_; }
  const Manifest& manifest() const { return manifest_; }
  const std::string& folder() const { return folder_; }

  // A config by name; borrowed from this object. kNotFound lists the names.
  absl::StatusOr<const ConfigInfo*> FindConfig(absl::string_view config) const;

  // The samples at these rows of a config, in the order asked, with the id
  // "<config>/<row>". A row may be asked twice. Each page of a shard that holds
  // one of them is decompressed once, so asking for many rows together is far
  // cheaper than one by one; shards are read side by side on all of the
  // machine's threads. Memory is a group for each thread and the result.
  // kOutOfRange for a row that does not exist; an error in the data names file
  // and row (counted within that file).
  absl::StatusOr<std::vector<Sample>> Read(
      absl::string_view config, absl::Span<const int64_t> rows) const;

  // Decodes every row of a config in order and hands it to `visit`, with its
  // id; the first error, of the data or of `visit`, ends it.
  absl::Status VisitRows(
      absl::string_view config,
      const std::function<absl::Status(const Sample& sample)>& visit) const;

 private:
  Snapshot(std::string folder, Digest id, Manifest manifest)
      : folder_(std::move(folder)), id_(id), manifest_(std::move(manifest)) {}

  // Rows `rows` (ascending, within this shard) of one shard.
  absl::Status ReadShard(
      const ConfigInfo& config, const ShardInfo& shard,
      absl::Span<const int64_t> rows,
      const std::function<absl::Status(size_t i, Sample sample)>& found) const;

  std::string folder_;
  Digest id_;
  Manifest manifest_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SNAPSHOT_H_
