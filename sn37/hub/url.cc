#include "sn37/hub/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sn37/base/check.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

constexpr size_t kMaxUrlBytes = 16 << 10;

using Handle = std::unique_ptr<CURLU, void (*)(CURLU*)>;

Handle Parse(const std::string& url) {
  Handle handle(curl_url(), curl_url_cleanup);
  SN37_CHECK(handle != nullptr) << "out of memory";
  if (curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    handle.reset();
  }
  return handle;
}

// A part of the URL; empty where it has none.
std::string Part(const Handle& handle, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), part, &text, CURLU_DEFAULT_PORT) !=
      CURLUE_OK) {
    return "";
  }
  std::string result = text;
  curl_free(text);
  return result;
}

std::string Encode(absl::string_view text, absl::string_view keep) {
  std::string result;
  for (const unsigned char c : text) {
    if (absl::ascii_isalnum(c) || absl::StrContains(keep, c)) {
      result.push_back(static_cast<char>(c));
    } else {
      absl::StrAppendFormat(&result, "%%%02X", c);
    }
  }
  return result;
}

}  // namespace

absl::StatusOr<std::string> ResolveUrl(absl::string_view base,
                                       absl::string_view reference) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", Truncate(Printable(WithoutQuery(reference)), 200), "' ", why));
  };
  if (reference.empty()) return refuse("is no URL");
  if (base.size() + reference.size() > kMaxUrlBytes) {
    return refuse("is too long for a URL");
  }
  if (!std::all_of(reference.begin(), reference.end(), absl::ascii_isgraph)) {
    return refuse("is no URL: it has a space or bytes beyond ASCII");
  }
  const std::string text(reference);
  const Handle handle = Parse(base.empty() ? text : std::string(base));
  if (handle == nullptr ||
      curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return refuse("is no URL");
  }
  const std::string scheme = Part(handle, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return refuse("is neither http nor https");
  }
  if (!Part(handle, CURLUPART_USER).empty() ||
      !Part(handle, CURLUPART_PASSWORD).empty()) {
    return refuse("has a user or a password in it");
  }
  curl_url_set(handle.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return Part(handle, CURLUPART_URL);
}

std::string Origin(const std::string& url) {
  const Handle handle = Parse(url);
  SN37_CHECK(handle != nullptr) << "no URL: " << url;
  return absl::StrCat(Part(handle, CURLUPART_SCHEME), "://",
                      absl::AsciiStrToLower(Part(handle, CURLUPART_HOST)), ":",
                      Part(handle, CURLUPART_PORT));
}

bool IsLoopback(const std::string& url) {
  const Handle handle = Parse(url);
  SN37_CHECK(handle != nullptr) << "no URL: " << url;
  const std::string host = Part(handle, CURLUPART_HOST);
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

std::string WithoutQuery(absl::string_view url) {
  return std::string(url.substr(0, url.find('?')));
}

std::string EncodeSegment(absl::string_view text) {
  return Encode(text, "-._~");
}

std::string EncodePath(absl::string_view path) { return Encode(path, "-._~/"); }

}  // namespace sn37
