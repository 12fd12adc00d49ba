// Answers kept in a folder by what was asked. Only for what never changes.
#ifndef SN37_HUB_CACHE_H_
#define SN37_HUB_CACHE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// An entry is a file named by the SHA-256 of its key: the SHA-256 of the answer
// (32 bytes), then the answer. Safe from any thread and process. The folder may
// be emptied at any time.
class Cache {
 public:
  // An empty folder's name: keeps nothing.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }

  // Absent where nothing whole of at most `max_bytes` is kept.
  std::optional<std::string> Get(absl::string_view key, uint64_t max_bytes);

  absl::Status Put(absl::string_view key, absl::string_view answer);

 private:
  std::string Path(absl::string_view key) const;

  const std::string folder_;
};

}  // namespace sn37

#endif  // SN37_HUB_CACHE_H_
