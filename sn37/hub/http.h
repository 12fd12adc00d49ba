// One HTTP exchange: a GET whose answer is handed on as it arrives. No
// redirect is followed, nothing is repeated, no cookie is kept: that is
// fetch.h's. HTTP/1.1 by libcurl; certificates are checked.
#ifndef SN37_HUB_HTTP_H_
#define SN37_HUB_HTTP_H_

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sn37 {

struct HttpRequest {
  std::string url;                   // a result of ResolveUrl (url.h)
  std::vector<std::string> headers;  // "Name: value"
  absl::Time deadline = absl::InfiniteFuture();
};

// The answer without its body.
struct HttpHead {
  int status = 0;
  // Names in lower case; the last of several.
  std::map<std::string, std::string> headers;

  // Empty where there is none.
  absl::string_view Header(absl::string_view lower_case_name) const;
};

// Receives a piece of the body. A failure ends the exchange with that status.
using HttpBody =
    std::function<absl::Status(const HttpHead& head, absl::string_view bytes)>;

// Keeps connections open between exchanges. Safe from any thread: each exchange
// has its own connection. A process that uses it ignores SIGPIPE in its main().
// A proxy named in the environment (https_proxy, no_proxy) is used.
class Http {
 public:
  // An exchange that gets fewer than 1,000 bytes per second for `stall` ends.
  // Trusts the certificates in the PEM file `roots`; empty: the system's.
  Http(absl::Duration stall, std::string roots)
      : stall_(stall), roots_(std::move(roots)) {}
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // The head of a whole answer, whatever its status; `body` has had all of it.
  //   kUnavailable         no connection, cut, stalled: may work again
  //   kDeadlineExceeded    the request's deadline passed
  //   kFailedPrecondition  the certificate is not trusted, or `roots` unusable
  //   kInvalidArgument     a URL that is none
  //   kDataLoss            no answer that HTTP allows, or too many headers
  absl::StatusOr<HttpHead> Get(const HttpRequest& request,
                               const HttpBody& body);

 private:
  const absl::Duration stall_;
  const std::string roots_;
  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL handles that no exchange uses; guarded
};

}  // namespace sn37

#endif  // SN37_HUB_HTTP_H_
