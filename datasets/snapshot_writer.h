// Writes a snapshot: shards whole and one after the other, the manifest last.
//
// Everything is written to a folder beside the target, "<folder>.partial",
// which is renamed to the target when it is complete: an interrupted build
// leaves no half snapshot. A later writer with the same build key finds the
// shards that were finished and does not write them again.
#ifndef SN37_DATASETS_SNAPSHOT_WRITER_H_
#define SN37_DATASETS_SNAPSHOT_WRITER_H_

#include <cstdint>
#include <deque>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/manifest.h"
#include "datasets/sample.pb.h"
#include "datasets/shard.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {

// Writes the shards of one config, "<config>-00000.parquet" and so on, each
// encoded in a thread of its own while the rows of later ones come in. One
// thread at a time; the writers of several configs are independent. Memory: the
// rows of `at_once` + 1 shards, and 17 to 34 bytes for each row of the config.
class ConfigWriter {
 public:
  // A sample that was checked, and what it takes to add it.
  struct Prepared {
    Row row;
    absl::uint128 key;  // the first 16 bytes of the SHA-256 of its message
  };

  // `config` has a name, kind, source and parameters, and no shards yet; at
  // most `at_once` shards are encoded at the same time.
  ConfigWriter(std::string folder, ConfigInfo config, int at_once);

  // kInvalidArgument for a sample of another kind or one that fails
  // CheckSample. Most of the work; safe from any thread, beside Add too.
  absl::StatusOr<Prepared> Prepare(Sample sample) const;

  // Adds a sample, unless it equals an earlier one of this config: then false,
  // and nothing is added, so that drawing without replacement never draws the
  // same question twice.
  absl::StatusOr<bool> Add(Prepared sample);
  absl::StatusOr<bool> Add(Sample sample);
  int64_t rows() const { return rows_; }

  // Writes what remains. The config with its shards; kInvalidArgument for one
  // without rows.
  absl::StatusOr<ConfigInfo> Finish();

 private:
  // Before the first row of a shard: whether an earlier build finished it.
  absl::Status BeginShard();
  // After its last row: has the file made, or read where it is there already.
  absl::Status EndShard();
  // Waits for the file of the first shard that is not listed yet.
  absl::Status ListShard();
  // The file of the present or next shard, without its folder.
  std::string ShardFile() const;

  std::string folder_;
  ConfigInfo config_;
  size_t at_once_;
  int64_t rows_ = 0;
  int64_t begin_ = -1;    // first row of the present shard; -1 between two
  int64_t finished_ = 0;  // rows of that shard if it is there already, else 0
  ShardEncoder shard_;    // its rows otherwise
  // Of the shards that ended and are not in config_ yet, in order.
  std::deque<std::future<absl::StatusOr<ShardInfo>>> files_;
  absl::flat_hash_set<absl::uint128> seen_;  // keys of all samples
};

// The writer of one snapshot. Not thread-safe.
class SnapshotWriter {
 public:
  // `head` is everything but the configs' shards and what SetInputs adds;
  // `build_key` is a text that differs where any shard may differ. Locks the
  // partial folder: kFailedPrecondition while another process builds there;
  // kAlreadyExists where `folder` exists.
  static absl::StatusOr<SnapshotWriter> Create(const std::string& folder,
                                               Manifest head,
                                               absl::string_view build_key);

  // The head's inputs, with the digests that were not known yet.
  void SetInputs(std::vector<InputInfo> inputs) {
    head_.inputs = std::move(inputs);
  }

  // A writer for the head's config i; `at_once` as above.
  ConfigWriter Config(size_t i, int at_once = 1) const;

  // Completes the snapshot from what each ConfigWriter::Finish returned, in the
  // order of the head, and returns its id. With `keep_key` Finished will find
  // it.
  absl::StatusOr<Digest> Finish(std::vector<ConfigInfo> configs,
                                bool keep_key = false);

  // The id of the snapshot in `folder`, where a writer with that build key made
  // it and kept the key.
  static std::optional<Digest> Finished(const std::string& folder,
                                        absl::string_view build_key);

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
