#include "jobs/prefetch.h"

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jobs/plan.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/model_id.h"
#include "sn37/store/local_store.h"

namespace sn37::jobs {
namespace {

// What one call is sure to read: no device's limit is below it.
constexpr uint64_t kChunk = 128 << 10;

// More than a model has; a folder with more is not looked at.
constexpr size_t kMaxFiles = 10'000;

absl::Status BringNear(const std::string& models, const std::string& path,
                       int shard) {
  SN37_ASSIGN_OR_RETURN(const EpochPlan plan, ReadPlan(path));
  SN37_ASSIGN_OR_RETURN(const Shard entry, ShardAt(plan, shard));
  SN37_ASSIGN_OR_RETURN(const ModelId id,
                        ParseModelId(entry.model->commitment()));
  SN37_ASSIGN_OR_RETURN(const std::string folder, CommitFolder(models, id));
  SN37_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        ListFolder(folder, kMaxFiles));
  uint64_t left =
      static_cast<uint64_t>(entry.competition->constraints().max_bytes());
  for (const std::string& name : names) {
    SN37_ASSIGN_OR_RETURN(const auto opened,
                          OpenForReading(JoinPath(folder, name)));
    if (opened.second > left) return absl::OkStatus();
    left -= opened.second;
    for (uint64_t begin = 0; begin < opened.second; begin += kChunk) {
      posix_fadvise(opened.first.get(), static_cast<off_t>(begin), kChunk,
                    POSIX_FADV_WILLNEED);
    }
  }
  return absl::OkStatus();
}

}  // namespace

Prefetch::Prefetch(const std::string& models, const std::string& plan,
                   int shard)
    : thread_([models, plan, shard] {
        BringNear(models, plan, shard).IgnoreError();
      }) {}

Prefetch::~Prefetch() { thread_.join(); }

}  // namespace sn37::jobs
