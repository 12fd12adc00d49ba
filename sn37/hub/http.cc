#include "sn37/hub/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "sn37/base/check.h"
#include "sn37/base/text.h"
#include "sn37/hub/url.h"

namespace sn37 {
namespace {

constexpr size_t kMaxHeaderBytes = 256 << 10;
constexpr long kConnectSeconds = 10;
constexpr long kStallBytesPerSecond = 1000;

// What libcurl's callbacks share with Get.
struct Exchange {
  HttpHead head;
  const HttpBody& body;
  size_t header_bytes = 0;
  absl::Status failure;
};

// A line of the head. A new status line begins a new head (after "100
// Continue").
size_t OnHeader(char* data, size_t, size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kMaxHeaderBytes) {
    exchange.failure = absl::DataLossError(
        absl::StrCat("more than ", kMaxHeaderBytes, " bytes of headers"));
    return 0;
  }
  const absl::string_view line =
      absl::StripAsciiWhitespace(absl::string_view(data, size));
  const size_t colon = line.find(':');
  if (absl::StartsWith(line, "HTTP/")) {
    exchange.head = {};
    const absl::string_view code =
        line.substr(std::min(line.size(), line.find(' '))).substr(0, 4);
    if (!absl::SimpleAtoi(code, &exchange.head.status)) {
      exchange.failure = absl::DataLossError("an answer with no status");
      return 0;
    }
  } else if (colon != absl::string_view::npos) {
    exchange.head.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return size;
}

size_t OnBody(char* data, size_t, size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.failure =
      exchange.body(exchange.head, absl::string_view(data, size));
  return exchange.failure.ok() ? size : 0;
}

absl::StatusCode CodeOf(CURLcode code, const HttpRequest& request) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return absl::Now() >= request.deadline
                 ? absl::StatusCode::kDeadlineExceeded
                 : absl::StatusCode::kUnavailable;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return absl::StatusCode::kFailedPrecondition;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return absl::StatusCode::kInvalidArgument;
    case CURLE_WEIRD_SERVER_REPLY:
      return absl::StatusCode::kDataLoss;
    case CURLE_OUT_OF_MEMORY:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

std::string Remedy(CURLcode code, const std::string& roots) {
  if (code != CURLE_SSL_CACERT_BADFILE) return "";
  return roots.empty() ? "; install the system's ca-certificates"
                       : absl::StrCat("; ", Printable(roots),
                                      " must be a PEM file of certificates");
}

using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

HeaderList ToList(const std::vector<std::string>& headers) {
  HeaderList list(nullptr, curl_slist_free_all);
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    SN37_CHECK(longer != nullptr) << "out of memory";
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

void SetOptions(CURL* curl, const HttpRequest& request,
                const HeaderList& headers, absl::Duration stall,
                const std::string& roots, char* error, Exchange& exchange) {
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(curl, option, value);
    SN37_CHECK(code == CURLE_OK) << "option " << option << ": " << code;
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!roots.empty()) {
    set(CURLOPT_CAINFO, roots.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // the system's
  }
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_BUFFERSIZE, 256L << 10);
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  set(CURLOPT_LOW_SPEED_TIME,
      static_cast<long>(std::max<int64_t>(1, absl::ToInt64Seconds(stall))));
  if (request.deadline != absl::InfiniteFuture()) {
    set(CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::max<int64_t>(
            1, absl::ToInt64Milliseconds(request.deadline - absl::Now()))));
  }
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_HEADERFUNCTION, OnHeader);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, OnBody);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
}

}  // namespace

absl::string_view HttpHead::Header(absl::string_view lower_case_name) const {
  const auto header = headers.find(std::string(lower_case_name));
  return header == headers.end() ? absl::string_view() : header->second;
}

Http::~Http() {
  for (void* curl : idle_) curl_easy_cleanup(curl);
}

absl::StatusOr<HttpHead> Http::Get(const HttpRequest& request,
                                   const HttpBody& body) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  SN37_CHECK(started == CURLE_OK) << curl_easy_strerror(started);
  CURL* curl = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      curl = idle_.back();
      idle_.pop_back();
    }
  }
  if (curl == nullptr) curl = curl_easy_init();
  SN37_CHECK(curl != nullptr) << "out of memory";

  const HeaderList headers = ToList(request.headers);
  char error[CURL_ERROR_SIZE] = "";
  Exchange exchange{.head = {}, .body = body, .failure = {}};
  SetOptions(curl, request, headers, stall_, roots_, error, exchange);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_reset(curl);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(curl);
  }
  if (!exchange.failure.ok()) return exchange.failure;
  if (code == CURLE_OK) return exchange.head;
  const absl::string_view reason =
      error[0] == 0 ? curl_easy_strerror(code) : error;
  return absl::Status(CodeOf(code, request),
                      absl::StrCat(Printable(WithoutQuery(request.url)), ": ",
                                   Printable(reason), Remedy(code, roots_)));
}

}  // namespace sn37
