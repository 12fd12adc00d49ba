// Where an epoch's files lie: <home>/epochs/<sync block>/. Names only; whoever
// writes a file writes it whole, the logs excepted.
#ifndef SN37_JOBS_EPOCH_FOLDER_H_
#define SN37_JOBS_EPOCH_FOLDER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

namespace sn37::jobs {

class EpochFolder {
 public:
  EpochFolder(absl::string_view home, uint64_t sync_block)
      : EpochFolder(
            JoinPath(JoinPath(home, "epochs"), absl::StrCat(sync_block))) {}
  explicit EpochFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string plan() const { return JoinPath(path_, "plan.pb"); }
  // What the examine stage works in; gone when it is done.
  std::string examined() const { return JoinPath(path_, "examined"); }
  std::string draft() const { return JoinPath(examined(), "draft.pb"); }
  std::string examination(int model) const {
    return JoinPath(examined(), absl::StrCat(model, ".pb"));
  }
  std::string logs() const { return JoinPath(path_, "log"); }
  // One append-only log per evaluated model.
  std::string log(uint32_t competition, absl::string_view digest) const {
    return JoinPath(logs(), absl::StrCat(competition, "-", digest, ".log"));
  }
  std::string results() const { return JoinPath(path_, "results.parquet"); }
  std::string decision() const { return JoinPath(path_, "decision.pb"); }
  std::string report() const { return JoinPath(path_, "report.html"); }

 private:
  std::string path_;
};

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EPOCH_FOLDER_H_
