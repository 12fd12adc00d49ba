#include "sn37/hub/fetch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/hub/retry.h"
#include "sn37/hub/url.h"

namespace sn37 {
namespace {

constexpr int kMaxRedirects = 10;
constexpr size_t kMaxErrorBytes = 64 << 10;
constexpr size_t kMaxTokenBytes = 1024;
constexpr size_t kShownColumns = 300;
constexpr char kHttpStatus[] = "http-status";  // a payload
constexpr char kUserAgent[] = "User-Agent: sn37/1";

bool IsSuccess(const HttpHead& head) { return head.status / 100 == 2; }

bool IsRedirect(const HttpHead& head) {
  constexpr int kRedirects[] = {301, 302, 303, 307, 308};
  return std::find(std::begin(kRedirects), std::end(kRedirects), head.status) !=
         std::end(kRedirects);
}

absl::StatusCode CodeOf(int status) {
  switch (status) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 410:
      return absl::StatusCode::kNotFound;
    default:
      return IsTransient(status) ? absl::StatusCode::kUnavailable
                                 : absl::StatusCode::kInvalidArgument;
  }
}

// What the server says is wrong: a header, else the body's "error".
std::string ServersWords(const HttpHead& head, const std::string& body) {
  std::string words(head.Header("x-error-message"));
  if (words.empty()) {
    const auto json = ParseJson(body, {.bytes = kMaxErrorBytes, .depth = 8});
    if (json.ok() && json->is_object()) {
      words = GetStringOr(*json, "error", kMaxErrorBytes, "").value_or("");
    }
  }
  return Truncate(Printable(words), kShownColumns);
}

absl::Status ErrorOf(const std::string& url, const HttpHead& head,
                     const std::string& body, bool with_token) {
  std::string message =
      absl::StrCat(Printable(WithoutQuery(url)), ": HTTP ", head.status);
  const std::string words = ServersWords(head, body);
  if (!words.empty()) absl::StrAppend(&message, ", ", words);
  const absl::string_view request = head.Header("x-request-id");
  if (!request.empty()) {
    absl::StrAppend(&message, " (request ", Truncate(Printable(request), 80),
                    ")");
  }
  if (head.status == 401) {
    absl::StrAppend(&message, with_token ? "; check the token"
                                         : "; it is missing, or needs a token");
  }
  absl::Status status(CodeOf(head.status), message);
  status.SetPayload(kHttpStatus, absl::Cord(absl::StrCat(head.status)));
  return status;
}

// Where in the file the answer's body begins; the answer is to a request for
// the bytes from `from` on.
absl::StatusOr<uint64_t> BodyStart(const HttpHead& head,
                                   const Fetcher::Range& range, uint64_t from) {
  const absl::string_view encoding = head.Header("content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    return absl::DataLossError(
        absl::StrCat("the answer is encoded as ", Printable(encoding)));
  }
  if (head.status == 206) {
    const absl::string_view given = head.Header("content-range");
    const std::string start = absl::StrCat("bytes ", from, "-");
    const std::string total = absl::StrCat("/", range.size);
    uint64_t last;
    absl::string_view middle = given;
    if (!absl::ConsumePrefix(&middle, start) ||
        !absl::ConsumeSuffix(&middle, total) ||
        !absl::SimpleAtoi(middle, &last) || last >= range.end) {
      return absl::DataLossError(absl::StrCat(
          "asked for bytes ", from, "-", range.end - 1, " of ", range.size,
          ", got '", Truncate(Printable(given), 80), "'"));
    }
    return from;
  }
  if (range.begin != 0 || range.end != range.size) {
    return absl::FailedPreconditionError(
        "the server cannot send parts of a file; download the whole");
  }
  const absl::string_view length = head.Header("content-length");
  if (!length.empty() && length != absl::StrCat(range.size)) {
    return absl::DataLossError(
        absl::StrCat("has ", Truncate(Printable(length), 40), " bytes where ",
                     range.size, " were expected"));
  }
  return 0;
}

absl::Status CheckCommit(absl::string_view seen, absl::string_view wanted) {
  if (seen == wanted) return absl::OkStatus();
  return absl::FailedPreconditionError(
      seen.empty()
          ? std::string("the answer names no commit; this is no hub")
          : absl::StrCat("the answer is from commit ",
                         Truncate(Printable(seen), 80), ", not ", wanted));
}

}  // namespace

int HttpStatusOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kHttpStatus);
  int number;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &number)) {
    return 0;
  }
  return number;
}

Fetcher::Fetcher(FetchOptions options, std::string endpoint)
    : options_(std::move(options)),
      endpoint_(std::move(endpoint)),
      origin_(Origin(endpoint_)),
      http_(options_.stall, options_.roots) {}

absl::StatusOr<std::unique_ptr<Fetcher>> Fetcher::Create(FetchOptions options) {
  absl::StatusOr<std::string> endpoint = ResolveUrl("", options.endpoint);
  SN37_RETURN_IF_ERROR(Annotate(endpoint.status(), "the hub's endpoint"));
  if (absl::StrContains(*endpoint, '?')) {
    return absl::InvalidArgumentError("the hub's endpoint has a query");
  }
  const std::string& token = options.token;
  if (token.size() > kMaxTokenBytes ||
      !std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::InvalidArgumentError(
        "the hub's token is too long, or has a space or a line end in it");
  }
  if (!token.empty() && !absl::StartsWith(*endpoint, "https:") &&
      !IsLoopback(*endpoint)) {
    return absl::InvalidArgumentError(
        "a token is not sent without encryption; give an https endpoint");
  }
  while (absl::EndsWith(*endpoint, "/")) endpoint->pop_back();
  return std::unique_ptr<Fetcher>(
      new Fetcher(std::move(options), *std::move(endpoint)));
}

std::string Fetcher::Url(absl::string_view path) const {
  return absl::StrCat(endpoint_, path);
}

Fetcher::Try Fetcher::Ask(const std::string& url,
                          const std::vector<std::string>& headers,
                          const HttpBody& body) {
  HttpRequest request{
      .url = url, .headers = headers, .deadline = options_.deadline};
  request.headers.push_back(kUserAgent);
  request.headers.push_back("Accept-Encoding: identity");
  const bool with_token = !options_.token.empty() && Origin(url) == origin_;
  if (with_token) {
    request.headers.push_back(
        absl::StrCat("Authorization: Bearer ", options_.token));
  }
  std::string error;
  bool refused = false;  // by us, so that another try is of no use
  const auto receive = [&](const HttpHead& head,
                           absl::string_view bytes) -> absl::Status {
    absl::Status status;
    if ((received_ += bytes.size()) > options_.max_bytes) {
      status = absl::ResourceExhaustedError(absl::StrCat(
          "more than the ", options_.max_bytes, " bytes that are allowed"));
    } else if (IsSuccess(head)) {
      status = Annotate(body(head, bytes), Printable(WithoutQuery(url)));
    } else if (error.size() < kMaxErrorBytes) {
      absl::StrAppend(&error, bytes.substr(0, kMaxErrorBytes - error.size()));
    } else {
      status = absl::DataLossError(
          absl::StrCat(Printable(WithoutQuery(url)), ": HTTP ", head.status,
                       " with more than ", kMaxErrorBytes, " bytes"));
    }
    refused = !status.ok();
    return status;
  };
  const absl::StatusOr<HttpHead> head = http_.Get(request, receive);
  Try result;
  if (!head.ok()) {
    result.status = head.status();
    result.again = !refused && absl::IsUnavailable(head.status());
    return result;
  }
  result.head = *head;
  if (!IsSuccess(*head) && !IsRedirect(*head)) {
    result.status = ErrorOf(url, *head, error, with_token);
    result.again = IsTransient(head->status);
  }
  return result;
}

Fetcher::Try Fetcher::Follow(const std::string& url,
                             const std::vector<std::string>& headers,
                             std::string* commit, const HttpBody& body) {
  std::string at = url;
  bool at_hub = true;
  const auto note_commit = [&](const HttpHead& head) {
    const absl::string_view seen = head.Header("x-repo-commit");
    if (at_hub && !seen.empty()) *commit = std::string(seen);
  };
  const auto receive = [&](const HttpHead& head, absl::string_view bytes) {
    note_commit(head);
    return body(head, bytes);
  };
  for (int hop = 0; hop < kMaxRedirects; ++hop) {
    at_hub = Origin(at) == origin_;
    Try result = Ask(at, headers, receive);
    note_commit(result.head);
    // A signed address elsewhere has lapsed: the hub gives a new one.
    if (result.head.status == 403 && !at_hub) result.again = true;
    if (!result.status.ok() || IsSuccess(result.head)) return result;
    const absl::StatusOr<std::string> next =
        ResolveUrl(at, result.head.Header("location"));
    if (!next.ok()) {
      result.status = absl::DataLossError(
          absl::StrCat(Printable(WithoutQuery(at)),
                       " redirects: ", next.status().message()));
      return result;
    }
    if (absl::StartsWith(at, "https:") && !absl::StartsWith(*next, "https:")) {
      result.status = absl::FailedPreconditionError(
          absl::StrCat(Printable(WithoutQuery(at)), " redirects to ",
                       Printable(WithoutQuery(*next)), ", without encryption"));
      return result;
    }
    at = *next;
  }
  return {.status = absl::DataLossError(
              absl::StrCat(Printable(WithoutQuery(url)), ": more than ",
                           kMaxRedirects, " redirects")),
          .head = {}};
}

absl::Status Fetcher::Repeat(const std::function<Try()>& once) {
  for (int failures = 0;;) {
    if (absl::Now() >= options_.deadline) {
      return absl::DeadlineExceededError("the hub's deadline has passed");
    }
    const Try result = once();
    if (result.status.ok() || !result.again) return result.status;
    failures = result.progress ? 1 : failures + 1;
    if (failures > options_.max_retries) {
      return absl::Status(result.status.code(),
                          absl::StrCat(result.status.message(),
                                       "; gave up after ", failures, " tries"));
    }
    const absl::Duration wait = RetryDelay(failures, result.head);
    if (wait > options_.max_wait) {
      return absl::UnavailableError(absl::StrCat(result.status.message(),
                                                 "; asks to come back in ",
                                                 absl::FormatDuration(wait)));
    }
    if (absl::Now() + wait >= options_.deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          result.status.message(), "; the next try would be too late"));
    }
    options_.sleep(wait);
  }
}

absl::StatusOr<Fetcher::Text> Fetcher::GetText(const std::string& url,
                                               uint64_t max_bytes) {
  Text text;
  SN37_RETURN_IF_ERROR(Repeat([&] {
    std::string commit;
    text.body.clear();
    Try result =
        Follow(url, {}, &commit,
               [&](const HttpHead&, absl::string_view bytes) -> absl::Status {
                 if (bytes.size() > max_bytes - text.body.size()) {
                   return absl::DataLossError(absl::StrCat(
                       "an answer of more than ", max_bytes, " bytes"));
                 }
                 absl::StrAppend(&text.body, bytes);
                 return absl::OkStatus();
               });
    text.head = result.head;
    return result;
  }));
  return text;
}

absl::Status Fetcher::GetBytes(const std::string& url, absl::string_view commit,
                               const Range& range, const ByteSink& sink) {
  if (range.next == range.end) return absl::OkStatus();
  uint64_t next = range.next;
  return Repeat([&] {
    const uint64_t from = next;
    std::vector<std::string> headers;
    if (from != 0 || range.end != range.size) {
      headers.push_back(
          absl::StrCat("Range: bytes=", from, "-", range.end - 1));
    }
    std::string seen_commit;
    // Of the next byte of this answer's body; absent before its first piece.
    std::optional<uint64_t> position;
    const auto receive = [&](const HttpHead& head,
                             absl::string_view bytes) -> absl::Status {
      if (!position.has_value()) {
        SN37_RETURN_IF_ERROR(CheckCommit(seen_commit, commit));
        SN37_ASSIGN_OR_RETURN(position, BodyStart(head, range, from));
      }
      const uint64_t known = next - std::min(next, *position);
      *position += bytes.size();
      bytes.remove_prefix(std::min<uint64_t>(bytes.size(), known));
      if (bytes.size() > range.end - next) {
        return absl::DataLossError("sends more than was asked for");
      }
      if (bytes.empty()) return absl::OkStatus();
      SN37_RETURN_IF_ERROR(sink(bytes));
      next += bytes.size();
      return absl::OkStatus();
    };
    Try result = Follow(url, headers, &seen_commit, receive);
    result.progress = next > from;
    if (result.status.ok() && next < range.end) {
      result.again = true;
      result.status = absl::UnavailableError(
          absl::StrCat(Printable(WithoutQuery(url)), ": ended at byte ", next,
                       " of ", range.end));
    }
    return result;
  });
}

}  // namespace sn37
