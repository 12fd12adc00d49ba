// Reading repositories of the Hugging Face Hub: which files a commit has, parts
// of a file, whole files. How it goes over the wire is in README.md.
//
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Hub> hub, Hub::Create({}));
//   HubRepo repo{HubRepo::kDataset, "open-r1/codeforces-cots", commit};
//   SN37_ASSIGN_OR_RETURN(std::vector<HubFile> files, hub->List(repo));
//   SN37_ASSIGN_OR_RETURN(std::string magic, hub->Read(repo, files[0], 0, 4));
#ifndef SN37_HUB_HUB_H_
#define SN37_HUB_HUB_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/hub/cache.h"
#include "sn37/hub/fetch.h"
#include "sn37/hub/hub_file.h"

namespace sn37 {

// A repository at a commit: what is there never changes.
struct HubRepo {
  enum Kind { kModel, kDataset };
  Kind kind = kModel;
  std::string id;      // "namespace/name", or a name alone
  std::string commit;  // 40 hex digits in lower case
};

struct HubOptions {
  FetchOptions fetch;
  // A folder where listings, parts of files and whole files are kept: what is
  // at a commit is asked for once. Empty: nothing is kept.
  std::string cache;
  // Nothing is asked for: what the cache has not got is kUnavailable.
  bool offline = false;
};

// Whether a path from a listing may be joined to a folder: components that are
// plain names (sn37/base/file.h), printable UTF-8 without backslashes and
// colons, at most 1,024 bytes; the first is neither .git nor .cache.
bool IsSafePath(absl::string_view path);

// Safe from any thread. Errors are those of Fetcher (fetch.h), and
// kInvalidArgument for a repository whose id or commit is malformed.
class Hub {
 public:
  static absl::StatusOr<std::unique_ptr<Hub>> Create(const HubOptions& options);

  // Whether it shows no token. The hub then says of a repository that is not
  // there what it says of one that not everybody may read: kUnauthenticated.
  bool anonymous() const { return anonymous_; }

  // The commit that a branch, tag or commit stands for now; `repo.commit` is
  // not looked at.
  absl::StatusOr<std::string> Resolve(const HubRepo& repo,
                                      absl::string_view revision);

  // All files, in byte order of their paths. kInvalidArgument for a listing
  // with a path that is not safe, kOutOfRange for one with more than 100,000
  // entries: they are in the repository. kDataLoss for one that makes no sense.
  absl::StatusOr<std::vector<HubFile>> List(const HubRepo& repo);

  // `length` bytes of a file of the listing, from `offset` on. The bytes are
  // what the hub sends for that commit; a part has no digest to check.
  // REQUIRES: offset + length ≤ file.bytes.
  absl::StatusOr<std::string> Read(const HubRepo& repo, const HubFile& file,
                                   uint64_t offset, uint64_t length);

  // The path of the whole file in the cache, which has to have a folder;
  // brought there by Download where it is not yet, offline too where it is.
  absl::StatusOr<std::string> Keep(const HubRepo& repo, const HubFile& file);

  // The whole file as `path`, which appears when its digest (SHA-256, or the
  // git blob's SHA-1) is right. A download that was cut, even by the end of
  // this process, goes on where it was: until then the bytes are in
  // "<path>.<digest>.partial". kDataLoss, with nothing left behind, where the
  // digest is wrong; kUnavailable where another process downloads the same.
  // `progress`, where given, is called with the number of bytes of each piece.
  absl::Status Download(
      const HubRepo& repo, const HubFile& file, const std::string& path,
      const std::function<void(uint64_t bytes)>& progress = nullptr);

 private:
  Hub(const HubOptions& options, std::unique_ptr<Fetcher> fetcher)
      : fetcher_(std::move(fetcher)),
        cache_(options.cache),
        offline_(options.offline),
        anonymous_(options.fetch.token.empty()) {}

  // kUnavailable in offline mode, saying what is missing.
  absl::Status CheckOnline(absl::string_view what) const;
  // The entries of all pages of a listing, as one JSON array.
  absl::StatusOr<std::string> ListPages(const HubRepo& repo);
  std::string FileUrl(const HubRepo& repo, const HubFile& file) const;

  const std::unique_ptr<Fetcher> fetcher_;
  Cache cache_;
  const bool offline_;
  const bool anonymous_;
  std::mutex keeping_;  // held while a whole file is brought to the cache
};

}  // namespace sn37

#endif  // SN37_HUB_HUB_H_
