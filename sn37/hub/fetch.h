// GETs that come through: redirects followed by hand, what may pass repeated,
// a body that was cut continued where it ended, limits kept, and the token
// shown to nobody but the hub.
#ifndef SN37_HUB_FETCH_H_
#define SN37_HUB_FETCH_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "sn37/hub/http.h"

namespace sn37 {

// The hub's public address.
inline constexpr char kHubEndpoint[] = "https://huggingface.co";

struct FetchOptions {
  // The hub, or a mirror of it: "https://host[:port][/path]".
  std::string endpoint = kHubEndpoint;
  // Empty: anonymous. Sent over https, or to this machine.
  std::string token;
  // A PEM file of the certificates to trust; empty: the system's.
  std::string roots;
  // No call goes on after it.
  absl::Time deadline = absl::InfiniteFuture();
  // The most bytes that all answers of this object may have together.
  uint64_t max_bytes = std::numeric_limits<uint64_t>::max();
  // So often a request is repeated without a byte of progress.
  int max_retries = 5;
  // A server that wants a longer wait is given up: someone has to look at it.
  absl::Duration max_wait = absl::Minutes(10);
  // A connection that brings next to nothing for so long is taken for cut.
  absl::Duration stall = absl::Seconds(30);
  std::function<void(absl::Duration)> sleep = absl::SleepFor;  // for tests
};

// The status of the answer that an error is about, such as 404; 0 of others.
int HttpStatusOf(const absl::Status& status);

// Receives the bytes wanted, in order, each once. A failure ends the call.
using ByteSink = std::function<absl::Status(absl::string_view bytes)>;

// Errors, each with the URL (never its query, which may be a signature), the
// server's own words made harmless, and its request id:
//   kUnavailable         still failing after the retries; try again later
//   kDeadlineExceeded    the deadline passed, or would in the next wait
//   kUnauthenticated     the token is missing or wrong
//   kPermissionDenied    the token may not read this
//   kNotFound            no such repository, revision or file
//   kResourceExhausted   more than max_bytes
//   kFailedPrecondition  certificate not trusted; no hub answers there
//   kInvalidArgument     a request that the hub does not understand
//   kDataLoss            an answer that makes no sense
// HttpStatusOf tells them from errors of this machine. Safe from any thread.
class Fetcher {
 public:
  // Refuses an endpoint that is no URL, and a token that cannot be sent
  // safely.
  static absl::StatusOr<std::unique_ptr<Fetcher>> Create(FetchOptions options);

  // The endpoint with `path` ("/api/…", already encoded) after it.
  std::string Url(absl::string_view path) const;

  struct Text {
    HttpHead head;
    std::string body;
  };
  // A whole body of at most `max_bytes`.
  absl::StatusOr<Text> GetText(const std::string& url, uint64_t max_bytes);

  // Bytes [begin, end) of a file of `size` bytes, of which the caller has those
  // before `next` already. A server that ignores the range is an error where
  // that would mean more than the file from its start.
  struct Range {
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t size = 0;
    uint64_t next = 0;
  };
  // `commit` is what the hub must say that it answers from.
  absl::Status GetBytes(const std::string& url, absl::string_view commit,
                        const Range& range, const ByteSink& sink);

 private:
  // What one try came to.
  struct Try {
    absl::Status status;
    bool again = false;     // whether another may come to more
    bool progress = false;  // whether this one brought bytes
    HttpHead head;          // of the last answer
  };

  Fetcher(FetchOptions options, std::string endpoint);

  // Repeats `once` as options_ say.
  absl::Status Repeat(const std::function<Try()>& once);
  // One chain of redirects. `body` gets the bytes of the 2xx answer at its end;
  // `commit`, where not null, the last X-Repo-Commit that the hub sent.
  Try Follow(const std::string& url, const std::vector<std::string>& headers,
             std::string* commit, const HttpBody& body);
  // One exchange; what is no 2xx or redirect becomes an error.
  Try Ask(const std::string& url, const std::vector<std::string>& headers,
          const HttpBody& body);

  const FetchOptions options_;
  const std::string endpoint_;  // without a slash at its end
  const std::string origin_;
  Http http_;
  std::atomic<uint64_t> received_ = 0;
};

}  // namespace sn37

#endif  // SN37_HUB_FETCH_H_
