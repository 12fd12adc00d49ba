#include "jobs/prefetch.h"

#include <fcntl.h>

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jobs/plan.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/model_id.h"
#include "sn37/store/digest.h"

namespace sn37::jobs {
namespace {

// What one call is sure to read: no device's limit is below it.
constexpr uint64_t kChunk = 128 << 10;

absl::Status BringNear(ModelStore& store, const std::string& path, int shard) {
  SN37_ASSIGN_OR_RETURN(const EpochPlan plan, ReadPlan(path));
  SN37_ASSIGN_OR_RETURN(const Shard entry, ShardAt(plan, shard));
  SN37_ASSIGN_OR_RETURN(const ModelId id,
                        ParseModelId(entry.model->commitment()));
  SN37_ASSIGN_OR_RETURN(
      const std::string folder,
      store.Fetch(id, entry.competition->constraints().max_bytes()));
  SN37_ASSIGN_OR_RETURN(const std::vector<ModelFile> files, ModelFiles(folder));
  for (const ModelFile& file : files) {
    SN37_ASSIGN_OR_RETURN(const auto opened,
                          OpenForReading(JoinPath(folder, file.name)));
    for (uint64_t begin = 0; begin < opened.second; begin += kChunk) {
      posix_fadvise(opened.first.get(), static_cast<off_t>(begin), kChunk,
                    POSIX_FADV_WILLNEED);
    }
  }
  return absl::OkStatus();
}

}  // namespace

Prefetch::Prefetch(ModelStore& store, const std::string& plan, int shard)
    : thread_([&store, plan, shard] {
        BringNear(store, plan, shard).IgnoreError();
      }) {}

Prefetch::~Prefetch() { thread_.join(); }

}  // namespace sn37::jobs
