#include "datasets/snapshot_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "datasets/row.h"
#include "sn37/base/check.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

// The build key, by which a later build knows that what lies in the partial
// folder is its own.
constexpr absl::string_view kBuildFile = "build.json";
constexpr size_t kMaxFiles = 1 << 20;
constexpr uint64_t kMaxShardFileBytes = uint64_t{1} << 30;

// Removes the files of a folder that are not in `keep`.
absl::Status RemoveOthers(const std::string& folder,
                          const std::set<std::string>& keep) {
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> names,
                        ListFolder(folder, kMaxFiles));
  for (const std::string& name : names) {
    if (keep.count(name) > 0) continue;
    const std::string path = JoinPath(folder, name);
    if (unlink(path.c_str()) != 0) return ErrnoStatus(errno, "remove", path);
  }
  return absl::OkStatus();
}

absl::StatusOr<FileDescriptor> Lock(const std::string& path) {
  FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) return ErrnoStatus(errno, "open", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        Printable(path), ": another process builds this snapshot"));
  }
  return file;
}

// Not written whole: the file holds the lock. A torn one differs from the key,
// which only means that the next build begins anew.
absl::Status WriteKey(int fd, absl::string_view key, const std::string& path) {
  if (ftruncate(fd, 0) != 0) return ErrnoStatus(errno, "empty", path);
  return WriteAll(fd, key, path);
}

std::string PartialFolder(absl::string_view folder) {
  return absl::StrCat(folder, ".partial");
}

ShardInfo Describe(absl::string_view file, int64_t rows,
                   absl::string_view bytes) {
  return {.file = std::string(file),
          .rows = rows,
          .bytes = static_cast<int64_t>(bytes.size()),
          .sha256 = Sha256(bytes)};
}

// Makes the file of a shard.
absl::StatusOr<ShardInfo> WriteShard(const std::string& folder,
                                     const std::string& file,
                                     ShardEncoder shard) {
  const int64_t rows = shard.rows();
  SN37_ASSIGN_OR_RETURN(const std::string bytes, shard.Finish());
  SN37_RETURN_IF_ERROR(WriteFileWhole(JoinPath(folder, file), bytes));
  return Describe(file, rows, bytes);
}

// A shard that an earlier build finished.
absl::StatusOr<ShardInfo> FindShard(const std::string& folder,
                                    const std::string& file, int64_t rows) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes,
                        ReadFile(JoinPath(folder, file), kMaxShardFileBytes));
  return Describe(file, rows, bytes);
}

// Equal samples have equal keys. Serialised by one program in one run, equal
// messages are equal bytes.
absl::uint128 KeyOf(const Sample& sample) {
  thread_local std::string bytes;  // there are many samples
  sample.SerializeToString(&bytes);
  const Digest digest = Sha256(bytes);
  uint64_t halves[2];
  std::memcpy(halves, digest.bytes().data(), sizeof(halves));
  return absl::MakeUint128(halves[0], halves[1]);
}

}  // namespace

ConfigWriter::ConfigWriter(std::string folder, ConfigInfo config, int at_once)
    : folder_(std::move(folder)),
      config_(std::move(config)),
      at_once_(at_once) {}

std::string ConfigWriter::ShardFile() const {
  return absl::StrFormat("%s-%05d.parquet", config_.name,
                         config_.shards.size() + files_.size());
}

absl::Status ConfigWriter::BeginShard() {
  begin_ = rows_;
  finished_ = 0;
  const std::string path = JoinPath(folder_, ShardFile());
  if (!FileExists(path)) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(ShardReader shard, ShardReader::Open(path));
  finished_ = shard.rows();
  return absl::OkStatus();
}

absl::Status ConfigWriter::EndShard() {
  if (files_.size() == at_once_) SN37_RETURN_IF_ERROR(ListShard());
  const std::string file = ShardFile();
  files_.push_back(
      finished_ > 0
          ? std::async(std::launch::async, FindShard, folder_, file, finished_)
          : std::async(std::launch::async, WriteShard, folder_, file,
                       std::exchange(shard_, ShardEncoder())));
  begin_ = -1;
  return absl::OkStatus();
}

absl::Status ConfigWriter::ListShard() {
  absl::StatusOr<ShardInfo> shard = files_.front().get();
  files_.pop_front();
  SN37_RETURN_IF_ERROR(shard.status());
  config_.shards.push_back(*std::move(shard));
  return absl::OkStatus();
}

absl::StatusOr<ConfigWriter::Prepared> ConfigWriter::Prepare(
    Sample sample) const {
  if (sample.body_case() != config_.kind) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a sample of kind \"", KindName(sample.body_case()),
        "\" in a config of kind \"", KindName(config_.kind), "\""));
  }
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const absl::uint128 key = KeyOf(sample);
  return Prepared{.row = ToRow(std::move(sample), config_.name), .key = key};
}

absl::StatusOr<bool> ConfigWriter::Add(Sample sample) {
  SN37_ASSIGN_OR_RETURN(Prepared prepared, Prepare(std::move(sample)));
  return Add(std::move(prepared));
}

absl::StatusOr<bool> ConfigWriter::Add(Prepared sample) {
  if (!seen_.insert(sample.key).second) return false;
  if (begin_ < 0) SN37_RETURN_IF_ERROR(BeginShard());
  ++rows_;
  if (finished_ == 0) {
    shard_.Add(std::move(sample.row));
    if (shard_.full()) SN37_RETURN_IF_ERROR(EndShard());
  } else if (rows_ - begin_ == finished_) {
    SN37_RETURN_IF_ERROR(EndShard());
  }
  return true;
}

absl::StatusOr<ConfigInfo> ConfigWriter::Finish() {
  if (rows_ == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("config ", config_.name, " has no rows"));
  }
  if (begin_ >= 0 && finished_ > 0) {
    return absl::DataLossError(absl::StrCat(
        Printable(JoinPath(folder_, ShardFile())), ": has ", finished_,
        " rows, but the source ends earlier; remove the folder and build ",
        "again"));
  }
  if (begin_ >= 0) SN37_RETURN_IF_ERROR(EndShard());
  while (!files_.empty()) SN37_RETURN_IF_ERROR(ListShard());
  return std::move(config_);
}

absl::StatusOr<SnapshotWriter> SnapshotWriter::Create(
    const std::string& folder, Manifest head, absl::string_view build_key) {
  if (FileExists(folder)) {
    return absl::AlreadyExistsError(absl::StrCat(
        Printable(folder), ": exists; choose another folder or remove it"));
  }
  const std::string partial = PartialFolder(folder);
  SN37_RETURN_IF_ERROR(MakeFolder(partial));
  const std::string path = JoinPath(partial, kBuildFile);
  SN37_ASSIGN_OR_RETURN(FileDescriptor lock, Lock(path));
  SN37_ASSIGN_OR_RETURN(std::string found, ReadFile(path, kMaxManifestBytes));
  if (found != build_key) {
    SN37_RETURN_IF_ERROR(RemoveOthers(partial, {std::string(kBuildFile)}));
    SN37_RETURN_IF_ERROR(WriteKey(lock.get(), build_key, path));
  }
  return SnapshotWriter(folder, partial, std::move(head), std::move(lock));
}

void SnapshotWriter::Discard() {
  if (RemoveOthers(partial_, {}).ok()) rmdir(partial_.c_str());
}

ConfigWriter SnapshotWriter::Config(size_t i, int at_once) const {
  return ConfigWriter(partial_, head_.configs[i], at_once);
}

std::optional<Digest> SnapshotWriter::Finished(const std::string& folder,
                                               absl::string_view build_key) {
  const auto found = ReadFile(JoinPath(folder, kBuildFile), kMaxManifestBytes);
  if (!found.ok() || *found != build_key) return std::nullopt;
  const auto manifest =
      ReadFile(JoinPath(folder, kManifestFile), kMaxManifestBytes);
  if (!manifest.ok()) return std::nullopt;
  return Sha256(*manifest);
}

absl::StatusOr<Digest> SnapshotWriter::Finish(std::vector<ConfigInfo> configs,
                                              bool keep_key) {
  SN37_CHECK(configs.size() == head_.configs.size());
  Manifest manifest = head_;
  manifest.configs = std::move(configs);
  const std::string json = ManifestToJson(manifest);
  // What a reader would refuse is not written.
  SN37_RETURN_IF_ERROR(ManifestFromJson(json).status());
  // The lock stays until the folder has its new name.
  std::set<std::string> keep = {std::string(kManifestFile),
                                std::string(kBuildFile)};
  for (const ConfigInfo& config : manifest.configs) {
    for (const ShardInfo& shard : config.shards) keep.insert(shard.file);
  }
  SN37_RETURN_IF_ERROR(WriteFileWhole(JoinPath(partial_, kManifestFile), json));
  SN37_RETURN_IF_ERROR(RemoveOthers(partial_, keep));
  SN37_RETURN_IF_ERROR(SyncFolder(partial_));
  if (rename(partial_.c_str(), folder_.c_str()) != 0) {
    return ErrnoStatus(errno, "rename to", folder_);
  }
  SN37_RETURN_IF_ERROR(SyncFolder(JoinPath(folder_, "..")));
  if (keep_key) return Sha256(json);
  const std::string build_file = JoinPath(folder_, kBuildFile);
  if (unlink(build_file.c_str()) != 0) {
    return ErrnoStatus(errno, "remove", build_file);
  }
  return Sha256(json);
}

}  // namespace sn37::datasets
