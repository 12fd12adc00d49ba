#include "sn37/hub/hub.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/hub/download.h"
#include "sn37/hub/url.h"

namespace sn37 {
namespace {

using nlohmann::json;

constexpr size_t kMaxIdBytes = 96;
constexpr size_t kMaxRevisionBytes = 256;
constexpr size_t kMaxPathBytes = 1024;
// 1,000 entries a page; an entry is some 400 bytes.
constexpr uint64_t kMaxPageBytes = 16 << 20;
constexpr uint64_t kMaxListingBytes = 64 << 20;
constexpr size_t kMaxPages = 1000;
constexpr size_t kMaxEntries = 100000;
// So large that no file is, so small that the sum of all entries fits.
constexpr int64_t kMaxFileBytes = int64_t{1} << 46;

bool IsHex(absl::string_view text, size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

// "name" or "namespace/name", as the hub allows them.
bool IsRepoId(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, '/');
  const auto is_word = [](char c) {
    return absl::ascii_isalnum(c) || c == '_';
  };
  const auto is_part = [&](absl::string_view part) {
    return !part.empty() && is_word(part.front()) && is_word(part.back()) &&
           std::all_of(part.begin(), part.end(), [&](char c) {
             return is_word(c) || c == '-' || c == '.';
           });
  };
  return id.size() <= kMaxIdBytes && parts.size() <= 2 &&
         std::all_of(parts.begin(), parts.end(), is_part) &&
         !absl::StrContains(id, "--") && !absl::StrContains(id, "..") &&
         !absl::EndsWith(id, ".git");
}

absl::Status CheckId(const HubRepo& repo) {
  if (IsRepoId(repo.id)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", Truncate(Printable(repo.id), 100), "' is no repository's id"));
}

absl::Status CheckRepo(const HubRepo& repo) {
  SN37_RETURN_IF_ERROR(CheckId(repo));
  if (IsHex(repo.commit, 40)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(repo.id, ": '", Truncate(Printable(repo.commit), 100),
                   "' is no commit (40 hex digits)"));
}

absl::string_view ApiFolder(const HubRepo& repo) {
  return repo.kind == HubRepo::kModel ? "/api/models/" : "/api/datasets/";
}

std::string Name(const HubRepo& repo) {
  return absl::StrCat(repo.kind == HubRepo::kModel ? "" : "datasets/", repo.id,
                      "@", repo.commit);
}

// The address of `rel="next"` in a Link header; empty where there is none.
absl::string_view NextPage(const HttpHead& head) {
  for (const absl::string_view link :
       absl::StrSplit(head.Header("link"), ',')) {
    const size_t begin = link.find('<');
    const size_t end = link.find('>');
    if (begin == link.npos || end == link.npos || begin > end) continue;
    if (absl::StrContains(link.substr(end), "rel=\"next\"")) {
      return link.substr(begin + 1, end - begin - 1);
    }
  }
  return "";
}

// An answer that makes no sense is the hub's fault, not the repository's.
absl::Status AsDamage(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? absl::DataLossError(status.message())
                                         : status;
}

// The file of an entry of a listing, its path not checked; absent for a folder.
absl::StatusOr<std::optional<HubFile>> ParseEntry(const json& entry) {
  SN37_ASSIGN_OR_RETURN(std::string type, GetString(entry, "type", 32));
  HubFile file;
  SN37_ASSIGN_OR_RETURN(file.path, GetString(entry, "path", kMaxPageBytes));
  if (type != "file") return std::nullopt;
  SN37_ASSIGN_OR_RETURN(file.bytes, GetInt(entry, "size", 0, kMaxFileBytes));
  SN37_ASSIGN_OR_RETURN(file.git_blob, GetString(entry, "oid", 64));
  if (!IsHex(file.git_blob, 40)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(file.path), ": \"oid\" is no SHA-1"));
  }
  if (const json* lfs = FindField(entry, "lfs")) {
    SN37_ASSIGN_OR_RETURN(std::string sha256, GetString(*lfs, "oid", 64));
    SN37_ASSIGN_OR_RETURN(file.sha256, Digest::FromHex(sha256));
  }
  return file;
}

absl::Status CheckPath(const std::string& path) {
  if (IsSafePath(path)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", Truncate(Printable(path), 200), "' is no safe path"));
}

absl::StatusOr<std::vector<HubFile>> ParseListing(absl::string_view text,
                                                  const HubRepo& repo) {
  SN37_ASSIGN_OR_RETURN(const json entries, ParseJson(text, {}));
  std::vector<HubFile> files;
  for (const json& entry : entries) {
    absl::StatusOr<std::optional<HubFile>> file = ParseEntry(entry);
    SN37_RETURN_IF_ERROR(Annotate(AsDamage(file.status()), Name(repo)));
    if (!file->has_value()) continue;
    SN37_RETURN_IF_ERROR(Annotate(CheckPath((*file)->path), Name(repo)));
    files.push_back(**std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const HubFile& a, const HubFile& b) { return a.path < b.path; });
  for (size_t i = 1; i < files.size(); ++i) {
    if (files[i].path == files[i - 1].path) {
      return absl::DataLossError(
          absl::StrCat(Name(repo), ": ", files[i].path, " comes twice"));
    }
  }
  return files;
}

}  // namespace

bool IsSafePath(absl::string_view path) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  return path.size() <= kMaxPathBytes && Printable(path) == path &&
         !absl::StrContains(path, '\\') && !absl::StrContains(path, ':') &&
         parts.front() != ".git" && parts.front() != ".cache" &&
         std::all_of(parts.begin(), parts.end(), IsPlainName);
}

absl::StatusOr<std::unique_ptr<Hub>> Hub::Create(const HubOptions& options) {
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<Fetcher> fetcher,
                        Fetcher::Create(options.fetch));
  return std::unique_ptr<Hub>(new Hub(options, std::move(fetcher)));
}

absl::Status Hub::CheckOnline(absl::string_view what) const {
  if (!offline_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      Printable(what), ": not in the cache, and the hub is not asked offline"));
}

absl::StatusOr<std::string> Hub::Resolve(const HubRepo& repo,
                                         absl::string_view revision) {
  SN37_RETURN_IF_ERROR(CheckId(repo));
  if (IsHex(revision, 40)) return std::string(revision);
  if (revision.empty() || revision.size() > kMaxRevisionBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(repo.id, ": the revision is empty or too long"));
  }
  SN37_RETURN_IF_ERROR(CheckOnline(absl::StrCat(repo.id, "@", revision)));
  SN37_ASSIGN_OR_RETURN(
      const Fetcher::Text answer,
      fetcher_->GetText(
          fetcher_->Url(absl::StrCat(ApiFolder(repo), repo.id, "/revision/",
                                     EncodeSegment(revision))),
          kMaxPageBytes));
  const absl::StatusOr<json> info = ParseJson(answer.body, {});
  SN37_RETURN_IF_ERROR(Annotate(info.status(), repo.id));
  const absl::StatusOr<std::string> commit = GetString(*info, "sha", 64);
  SN37_RETURN_IF_ERROR(Annotate(commit.status(), repo.id));
  if (!IsHex(*commit, 40)) {
    return absl::InvalidArgumentError(
        absl::StrCat(repo.id, ": \"sha\" is no commit"));
  }
  return *commit;
}

absl::StatusOr<std::string> Hub::ListPages(const HubRepo& repo) {
  SN37_RETURN_IF_ERROR(CheckOnline(Name(repo)));
  json entries = json::array();
  std::string url =
      fetcher_->Url(absl::StrCat(ApiFolder(repo), repo.id, "/tree/",
                                 repo.commit, "?recursive=true&expand=false"));
  for (size_t page = 0; page < kMaxPages; ++page) {
    SN37_ASSIGN_OR_RETURN(Fetcher::Text answer,
                          fetcher_->GetText(url, kMaxPageBytes));
    SN37_ASSIGN_OR_RETURN(json part, ParseJson(answer.body, {.depth = 8}));
    if (!part.is_array()) {
      return absl::InvalidArgumentError("the listing is no array");
    }
    if (entries.size() + part.size() > kMaxEntries) {
      return absl::OutOfRangeError(
          absl::StrCat("the listing has more than ", kMaxEntries, " entries"));
    }
    entries.insert(entries.end(), part.begin(), part.end());
    const absl::string_view next = NextPage(answer.head);
    if (next.empty()) return CanonicalJson(entries);
    SN37_ASSIGN_OR_RETURN(const std::string next_url, ResolveUrl(url, next));
    if (Origin(next_url) != Origin(url)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the listing goes on at another host, ",
                       Printable(WithoutQuery(next_url))));
    }
    url = next_url;
  }
  return absl::OutOfRangeError(
      absl::StrCat("the listing has more than ", kMaxPages, " pages"));
}

absl::StatusOr<std::vector<HubFile>> Hub::List(const HubRepo& repo) {
  SN37_RETURN_IF_ERROR(CheckRepo(repo));
  const std::string key = absl::StrCat("list ", Name(repo));
  std::optional<std::string> text = cache_.Get(key, kMaxListingBytes);
  const bool cached = text.has_value();
  if (!cached) {
    absl::StatusOr<std::string> pages = ListPages(repo);
    SN37_RETURN_IF_ERROR(Annotate(AsDamage(pages.status()), Name(repo)));
    text = *std::move(pages);
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<HubFile> files,
                        ParseListing(*text, repo));
  if (!cached) SN37_RETURN_IF_ERROR(cache_.Put(key, *text));
  return files;
}

std::string Hub::FileUrl(const HubRepo& repo, const HubFile& file) const {
  return fetcher_->Url(
      absl::StrCat(repo.kind == HubRepo::kModel ? "/" : "/datasets/", repo.id,
                   "/resolve/", repo.commit, "/", EncodePath(file.path)));
}

absl::StatusOr<std::string> Hub::Read(const HubRepo& repo, const HubFile& file,
                                      uint64_t offset, uint64_t length) {
  SN37_RETURN_IF_ERROR(CheckRepo(repo));
  SN37_CHECK(offset <= file.bytes && length <= file.bytes - offset)
      << offset << " + " << length << " of " << file.bytes;
  const std::string what = absl::StrCat(Name(repo), "/", file.path);
  const std::string key = absl::StrCat("read ", what, " ", offset, " ", length);
  if (auto kept = cache_.Get(key, length); kept && kept->size() == length) {
    return *std::move(kept);
  }
  SN37_RETURN_IF_ERROR(CheckOnline(what));
  std::string bytes;
  SN37_RETURN_IF_ERROR(fetcher_->GetBytes(FileUrl(repo, file), repo.commit,
                                          {.begin = offset,
                                           .end = offset + length,
                                           .size = file.bytes,
                                           .next = offset},
                                          [&](absl::string_view piece) {
                                            absl::StrAppend(&bytes, piece);
                                            return absl::OkStatus();
                                          }));
  SN37_RETURN_IF_ERROR(cache_.Put(key, bytes));
  return bytes;
}

absl::StatusOr<std::string> Hub::Keep(const HubRepo& repo,
                                      const HubFile& file) {
  SN37_RETURN_IF_ERROR(CheckRepo(repo));
  if (cache_.folder().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        Name(repo), "/", file.path, ": whole files need a cache folder"));
  }
  const std::string folder = JoinPath(cache_.folder(), "files");
  const std::string path = JoinPath(
      folder, file.sha256.has_value() ? file.sha256->hex() : file.git_blob);
  const std::lock_guard<std::mutex> lock(keeping_);
  if (FileExists(path)) return path;
  SN37_RETURN_IF_ERROR(MakeFolder(folder));
  SN37_RETURN_IF_ERROR(Download(repo, file, path));
  return path;
}

absl::Status Hub::Download(
    const HubRepo& repo, const HubFile& file, const std::string& path,
    const std::function<void(uint64_t bytes)>& progress) {
  SN37_RETURN_IF_ERROR(CheckRepo(repo));
  SN37_RETURN_IF_ERROR(CheckOnline(absl::StrCat(Name(repo), "/", file.path)));
  return DownloadFile(*fetcher_, FileUrl(repo, file), repo.commit, file, path,
                      progress);
}

}  // namespace sn37
