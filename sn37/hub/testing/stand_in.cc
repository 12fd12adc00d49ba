#include "sn37/hub/testing/stand_in.h"

#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/check.h"
#include "sn37/base/json.h"
#include "sn37/hub/url.h"

namespace sn37 {
namespace {

std::string GitBlob(const std::string& content) {
  const std::string blob = absl::StrCat("blob ", content.size(),
                                        absl::string_view("\0", 1), content);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(blob.data()), blob.size(),
       digest);
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(digest), sizeof(digest)});
}

std::string Folder(HubRepo::Kind kind) {
  return kind == HubRepo::kModel ? "/models/" : "/datasets/";
}

TestAnswer Error(int status, const std::string& code,
                 const std::string& message) {
  return {.status = status,
          .headers = {{"X-Error-Code", code},
                      {"X-Error-Message", message},
                      {"X-Request-Id", "Root=1-test"}},
          .body = nlohmann::json{{"error", message}}.dump()};
}

// Splits a target at its first question mark.
std::pair<std::string, std::string> Split(const std::string& target) {
  return absl::StrSplit(target, absl::MaxSplits('?', 1));
}

// `content`, or the range of it that the request asks for.
TestAnswer Content(const TestRequest& request, const std::string& content) {
  TestAnswer answer{.body = content};
  answer.headers.push_back({"Accept-Ranges", "bytes"});
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) return answer;
  const std::pair<std::string, std::string> ends =
      absl::StrSplit(range->second.substr(6), absl::MaxSplits('-', 1));
  size_t first, last;
  SN37_CHECK(absl::SimpleAtoi(ends.first, &first)) << range->second;
  if (!absl::SimpleAtoi(ends.second, &last)) last = content.size() - 1;
  if (first >= content.size()) return Error(416, "", "Range not satisfiable");
  last = std::min(last, content.size() - 1);
  answer.status = 206;
  answer.body = content.substr(first, last - first + 1);
  answer.headers.push_back(
      {"Content-Range",
       absl::StrCat("bytes ", first, "-", last, "/", content.size())});
  return answer;
}

}  // namespace

StandInHub::StandInHub(std::string token, size_t page_size)
    : token_(std::move(token)),
      page_size_(page_size),
      cdn_([this](const TestRequest& r) { return Handle("cdn", r); }),
      hub_([this](const TestRequest& r) { return Handle("hub", r); }) {}

HubFile StandInHub::Add(const HubRepo& repo, const std::string& path,
                        const std::string& content, bool lfs) {
  const std::lock_guard<std::mutex> lock(mutex_);
  HubFile file{.path = path,
               .bytes = content.size(),
               .git_blob = GitBlob(content),
               .sha256 = {}};
  const std::string folder =
      absl::StrCat(Folder(repo.kind), repo.id, "/", repo.commit);
  if (lfs) {
    file.sha256 = Sha256(content);
    file.git_blob = GitBlob("pointer to " + file.sha256->hex());
    contents_["/cdn/" + file.sha256->hex()] = content;
  } else {
    contents_[absl::StrCat("/api/resolve-cache", folder, "/",
                           EncodePath(path))] = content;
  }
  repos_[folder][path] = {file, content};
  return file;
}

void StandInHub::Spoil(const std::string& line, int times, Spoiler spoiler) {
  const std::lock_guard<std::mutex> lock(mutex_);
  faults_.push_back({line, times, std::move(spoiler)});
}

std::vector<std::string> StandInHub::Log() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return log_;
}

int StandInHub::LeakedTokens() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return leaked_tokens_;
}

TestAnswer StandInHub::Handle(const std::string& server,
                              const TestRequest& request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string line =
      absl::StrCat(server, " ", request.method, " ", request.target);
  const auto range = request.headers.find("range");
  log_.push_back(range == request.headers.end()
                     ? line
                     : absl::StrCat(line, " ", range->second));
  TestAnswer answer = server == "hub" ? AnswerHub(request) : AnswerCdn(request);
  for (Fault& fault : faults_) {
    if (fault.times > 0 && absl::StartsWith(line, fault.line)) {
      --fault.times;
      fault.spoiler(answer);
      break;
    }
  }
  return answer;
}

TestAnswer StandInHub::AnswerCdn(const TestRequest& request) {
  // A signed address and a token are too much for a store of objects.
  if (request.headers.count("authorization") > 0) {
    ++leaked_tokens_;
    return Error(400, "", "Only one auth mechanism allowed");
  }
  const auto [path, query] = Split(request.target);
  const auto content = contents_.find(path);
  if (content == contents_.end() || query != "Signature=1") {
    return Error(403, "", "Access denied");
  }
  TestAnswer answer = Content(request, content->second);
  answer.headers.push_back({"ETag", "\"another value\""});
  return answer;
}

TestAnswer StandInHub::AnswerHub(const TestRequest& request) {
  const auto authorization = request.headers.find("authorization");
  if (!token_.empty() && (authorization == request.headers.end() ||
                          authorization->second != "Bearer " + token_)) {
    return Error(401, "RepoNotFound", "Invalid username or password.");
  }
  const auto [path, query] = Split(request.target);
  // The hub's own store of small files, where resolve redirects to.
  if (const auto content = contents_.find(path); content != contents_.end()) {
    TestAnswer answer = Content(request, content->second);
    const std::vector<std::string> parts = absl::StrSplit(path, '/');
    // "/api/resolve-cache/models/ns/name/<commit>/…"
    answer.headers.push_back({"X-Repo-Commit", parts[6]});
    return answer;
  }
  for (const auto& [folder, files] : repos_) {
    const size_t slash = folder.rfind('/');
    const std::string repo = folder.substr(0, slash);
    const std::string commit = folder.substr(slash + 1);
    if (path == absl::StrCat("/api", repo, "/revision/main")) {
      return {.body = nlohmann::json{{"sha", commit}}.dump()};
    }
    if (path == absl::StrCat("/api", repo, "/tree/", commit)) {
      return Tree(folder, request.target);
    }
    const absl::string_view page = absl::StartsWith(repo, "/models/")
                                       ? absl::string_view(repo).substr(7)
                                       : absl::string_view(repo);
    for (const auto& [name, file] : files) {
      if (path ==
          absl::StrCat(page, "/resolve/", commit, "/", EncodePath(name))) {
        return Resolve(folder, name);
      }
    }
  }
  return Error(404, "RepoNotFound", "Repository not found");
}

// A page of a listing; the cursor is the number of entries before it.
TestAnswer StandInHub::Tree(const std::string& repo,
                            const std::string& target) const {
  size_t begin = 0;
  const std::vector<std::string> parts = absl::StrSplit(target, "&cursor=");
  if (parts.size() == 2) SN37_CHECK(absl::SimpleAtoi(parts[1], &begin));
  nlohmann::json entries = nlohmann::json::array();
  size_t i = 0;
  const auto& files = repos_.at(repo);
  for (const auto& [path, file] : files) {
    if (i++ < begin || entries.size() == page_size_) continue;
    nlohmann::json entry = {{"type", "file"},
                            {"path", path},
                            {"size", file.entry.bytes},
                            {"oid", file.entry.git_blob}};
    if (file.entry.sha256.has_value()) {
      entry["lfs"] = {{"oid", file.entry.sha256->hex()},
                      {"size", file.entry.bytes},
                      {"pointerSize", 130}};
    }
    entries.push_back(entry);
  }
  TestAnswer answer{.body = entries.dump()};
  if (begin + page_size_ < files.size()) {
    answer.headers.push_back(
        {"Link", absl::StrCat("<", endpoint(), parts[0], "&cursor=",
                              begin + page_size_, ">; rel=\"next\"")});
  }
  return answer;
}

TestAnswer StandInHub::Resolve(const std::string& repo,
                               const std::string& path) const {
  const HubFile& file = repos_.at(repo).at(path).entry;
  const std::string commit = repo.substr(repo.rfind('/') + 1);
  TestAnswer answer{.status = file.sha256.has_value() ? 302 : 307,
                    .body = "Redirecting"};
  answer.headers = {
      {"X-Repo-Commit", commit},
      {"X-Linked-Size", absl::StrCat(file.bytes)},
      {"Location",
       file.sha256.has_value()
           ? absl::StrCat(cdn(), "/cdn/", file.sha256->hex(), "?Signature=1")
           : absl::StrCat("/api/resolve-cache", repo, "/", EncodePath(path),
                          "?etag=x")}};
  return answer;
}

}  // namespace sn37
