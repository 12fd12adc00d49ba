// URLs of the hub: taken apart, put together, and never trusted. Pure
// functions; safe from any thread.
#ifndef SN37_HUB_URL_H_
#define SN37_HUB_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// The absolute URL that `reference`, absolute or relative, means at `base`
// (RFC 3986; an empty base for an absolute one). kInvalidArgument unless it is
// http or https, printable ASCII, without user or password, at most 16 KiB.
absl::StatusOr<std::string> ResolveUrl(absl::string_view base,
                                       absl::string_view reference);

// "scheme://host:port": whom a request for the URL goes to. REQUIRES: the
// result of ResolveUrl.
std::string Origin(const std::string& url);

// Whether the URL's host is this machine by name. REQUIRES: as Origin.
bool IsLoopback(const std::string& url);

// The URL as an error may show it: without its query, which may be a signature.
std::string WithoutQuery(absl::string_view url);

// Percent-encodes all but A-Z a-z 0-9 - . _ ~, so that the result is one
// segment of a path; EncodePath keeps the slashes.
std::string EncodeSegment(absl::string_view text);
std::string EncodePath(absl::string_view path);

}  // namespace sn37

#endif  // SN37_HUB_URL_H_
