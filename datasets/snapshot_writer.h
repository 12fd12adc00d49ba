// Writes a snapshot: shards whole and one after the other, the manifest last.
//
// Everything is written to a folder beside the target, "<folder>.partial",
// which is renamed to the target when it is complete: an interrupted build
// leaves no half snapshot. A later writer with the same build key finds the
// shards that were finished and does not write them again.
#ifndef SN37_DATASETS_SNAPSHOT_WRITER_H_
#define SN37_DATASETS_SNAPSHOT_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/manifest.h"
#include "datasets/sample.pb.h"
#include "datasets/shard.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {

// Writes the shards of one config, "<config>-00000.parquet" and so on. One
// thread at a time; the writers of several configs are independent.
class ConfigWriter {
 public:
  // `config` has a name, kind, source and parameters, and no shards yet.
  ConfigWriter(std::string folder, ConfigInfo config);

  // Adds a sample, unless it equals an earlier one of this config: then false,
  // and nothing is added, so that drawing without replacement never draws the
  // same question twice. kInvalidArgument for a sample of another kind or one
  // that fails CheckSample.
  absl::StatusOr<bool> Add(const Sample& sample);
  int64_t rows() const { return rows_; }

  // Writes what remains. The config with its shards; kInvalidArgument for one
  // without rows.
  absl::StatusOr<ConfigInfo> Finish();

 private:
  // Before the first row of a shard: whether an earlier build finished it.
  absl::Status BeginShard();
  absl::Status WriteShard();
  // Lists the file of the shard that ends with the last row.
  void ListShard(int64_t bytes, const Digest& sha256);
  std::string ShardPath() const;

  std::string folder_;
  ConfigInfo config_;
  int64_t rows_ = 0;
  int64_t begin_ = -1;    // first row of the present shard; -1 between two
  int64_t finished_ = 0;  // rows of that shard if it is there already, else 0
  ShardEncoder shard_;    // its rows otherwise
  // The first 16 bytes of the SHA-256 of every sample.
  absl::flat_hash_set<std::string> seen_;
};

// The writer of one snapshot. Not thread-safe.
class SnapshotWriter {
 public:
  // `head` is everything but the configs' shards; `build_key` is a text that
  // differs where any shard may differ. Locks the partial folder:
  // kFailedPrecondition while another process builds there; kAlreadyExists
  // where `folder` exists.
  static absl::StatusOr<SnapshotWriter> Create(const std::string& folder,
                                               Manifest head,
                                               absl::string_view build_key);

  // A writer for the head's config i.
  ConfigWriter Config(size_t i) const;

  // Completes the snapshot from what each ConfigWriter::Finish returned, in the
  // order of the head, and returns its id.
  absl::StatusOr<Digest> Finish(std::vector<ConfigInfo> configs);

  // Removes the partial folder, as far as it can: for a build that would fail
  // again. No other method may be called then.
  void Discard();

 private:
  SnapshotWriter(std::string folder, std::string partial, Manifest head,
                 FileDescriptor lock)
      : folder_(std::move(folder)),
        partial_(std::move(partial)),
        head_(std::move(head)),
        lock_(std::move(lock)) {}

  std::string folder_;
  std::string partial_;
  Manifest head_;
  FileDescriptor lock_;  // on build.json in partial_
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SNAPSHOT_WRITER_H_
