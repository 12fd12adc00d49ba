#include "sn37/hub/cache.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37 {

std::string Cache::Path(absl::string_view key) const {
  return JoinPath(folder_, Sha256(key).hex());
}

std::optional<std::string> Cache::Get(absl::string_view key,
                                      uint64_t max_bytes) {
  if (folder_.empty()) return std::nullopt;
  absl::StatusOr<std::string> entry =
      ReadFile(Path(key), max_bytes + Digest::kBytes);
  if (!entry.ok() || entry->size() < Digest::kBytes) return std::nullopt;
  std::string answer = entry->substr(Digest::kBytes);
  if (!absl::StartsWith(*entry, Sha256(answer).bytes())) return std::nullopt;
  return answer;
}

absl::Status Cache::Put(absl::string_view key, absl::string_view answer) {
  if (folder_.empty()) return absl::OkStatus();
  SN37_RETURN_IF_ERROR(MakeFolder(folder_));
  return WriteFileWhole(Path(key),
                        absl::StrCat(Sha256(answer).bytes(), answer));
}

}  // namespace sn37
