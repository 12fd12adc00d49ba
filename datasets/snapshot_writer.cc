#include "datasets/snapshot_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

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

std::string ParentFolder(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file of the config's next shard.
std::string ShardFile(const ConfigInfo& config) {
  return absl::StrFormat("%s-%05d.parquet", config.name, config.shards.size());
}

}  // namespace

ConfigWriter::ConfigWriter(std::string folder, ConfigInfo config)
    : folder_(std::move(folder)), config_(std::move(config)) {}

std::string ConfigWriter::ShardPath() const {
  return JoinPath(folder_, ShardFile(config_));
}

absl::Status ConfigWriter::BeginShard() {
  begin_ = rows_;
  finished_ = 0;
  if (!FileExists(ShardPath())) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(ShardReader shard, ShardReader::Open(ShardPath()));
  finished_ = shard.rows();
  return absl::OkStatus();
}

void ConfigWriter::ListShard(int64_t bytes, const Digest& sha256) {
  config_.shards.push_back({.file = ShardFile(config_),
                            .rows = rows_ - begin_,
                            .bytes = bytes,
                            .sha256 = sha256});
  begin_ = -1;
}

absl::Status ConfigWriter::WriteShard() {
  SN37_ASSIGN_OR_RETURN(std::string bytes, shard_.Finish());
  SN37_RETURN_IF_ERROR(WriteFileWhole(ShardPath(), bytes));
  ListShard(static_cast<int64_t>(bytes.size()), Sha256(bytes));
  return absl::OkStatus();
}

absl::StatusOr<bool> ConfigWriter::Add(const Sample& sample) {
  if (sample.body_case() != config_.kind) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a sample of kind \"", KindName(sample.body_case()),
        "\" in a config of kind \"", KindName(config_.kind), "\""));
  }
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  // Serialised by one program in one run, equal messages are equal bytes.
  const Digest digest = Sha256(sample.SerializeAsString());
  if (!seen_.insert(std::string(digest.bytes().substr(0, 16))).second) {
    return false;
  }
  if (begin_ < 0) SN37_RETURN_IF_ERROR(BeginShard());
  ++rows_;
  if (finished_ == 0) {
    SN37_RETURN_IF_ERROR(shard_.Add(ToRow(sample, config_.name)));
    if (shard_.full()) SN37_RETURN_IF_ERROR(WriteShard());
  } else if (rows_ - begin_ == finished_) {
    SN37_ASSIGN_OR_RETURN(std::string bytes,
                          ReadFile(ShardPath(), kMaxShardFileBytes));
    ListShard(static_cast<int64_t>(bytes.size()), Sha256(bytes));
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
        Printable(ShardPath()), ": has ", finished_, " rows, but the source ",
        "ends earlier; remove the folder and build again"));
  }
  if (begin_ >= 0) SN37_RETURN_IF_ERROR(WriteShard());
  return std::move(config_);
}

absl::StatusOr<SnapshotWriter> SnapshotWriter::Create(
    const std::string& folder, Manifest head, absl::string_view build_key) {
  if (FileExists(folder)) {
    return absl::AlreadyExistsError(absl::StrCat(
        Printable(folder), ": exists; choose another folder or remove it"));
  }
  const std::string partial = absl::StrCat(folder, ".partial");
  SN37_RETURN_IF_ERROR(MakeFolder(partial));
  const std::string path = JoinPath(partial, kBuildFile);
  SN37_ASSIGN_OR_RETURN(FileDescriptor lock, Lock(path));
  SN37_ASSIGN_OR_RETURN(std::string found, ReadFile(path, kMaxManifestBytes));
  if (found != build_key) {
    SN37_RETURN_IF_ERROR(RemoveOthers(partial, {std::string(kBuildFile)}));
    // Not written whole: the file holds the lock. A torn one differs from the
    // key, which only means that the next build begins anew.
    if (ftruncate(lock.get(), 0) != 0) {
      return ErrnoStatus(errno, "empty", path);
    }
    SN37_RETURN_IF_ERROR(WriteAll(lock.get(), build_key, path));
  }
  return SnapshotWriter(folder, partial, std::move(head), std::move(lock));
}

void SnapshotWriter::Discard() {
  if (RemoveOthers(partial_, {}).ok()) rmdir(partial_.c_str());
}

ConfigWriter SnapshotWriter::Config(size_t i) const {
  return ConfigWriter(partial_, head_.configs[i]);
}

absl::StatusOr<Digest> SnapshotWriter::Finish(std::vector<ConfigInfo> configs) {
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
  SN37_RETURN_IF_ERROR(SyncFolder(ParentFolder(folder_)));
  const std::string build_file = JoinPath(folder_, kBuildFile);
  if (unlink(build_file.c_str()) != 0) {
    return ErrnoStatus(errno, "remove", build_file);
  }
  return Sha256(json);
}

}  // namespace sn37::datasets
