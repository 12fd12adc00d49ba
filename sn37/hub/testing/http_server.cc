#include "sn37/hub/testing/http_server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/check.h"

namespace sn37 {
namespace {

constexpr size_t kMaxHeadBytes = 64 << 10;

// The head of a request; empty at the end of the connection.
std::string ReadHead(int fd) {
  std::string head;
  char c;
  while (head.size() < kMaxHeadBytes && recv(fd, &c, 1, 0) == 1) {
    head.push_back(c);
    if (absl::string_view(head).substr(
            head.size() - std::min<size_t>(head.size(), 4)) == "\r\n\r\n") {
      return head;
    }
  }
  return "";
}

TestRequest ParseHead(const std::string& head) {
  TestRequest request;
  const std::vector<std::string> lines = absl::StrSplit(head, "\r\n");
  const std::vector<std::string> words = absl::StrSplit(lines.front(), ' ');
  SN37_CHECK(words.size() == 3) << lines.front();
  request.method = words[0];
  request.target = words[1];
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header =
        absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    request.headers[absl::AsciiStrToLower(header.first)] = header.second;
  }
  return request;
}

bool SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(n);
  }
  return true;
}

// Whether the connection can be used again.
bool Answer(int fd, const TestAnswer& answer) {
  std::string head = absl::StrCat("HTTP/1.1 ", answer.status, " Some\r\n");
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  if (!answer.no_length) {
    absl::StrAppend(&head, "Content-Length: ", answer.body.size(), "\r\n");
  }
  // In one piece where nothing is in between: two would be 40 ms apart.
  absl::StrAppend(&head, "\r\n");
  const absl::string_view body = answer.body;
  const size_t bytes = answer.cut_after.value_or(body.size());
  if (answer.silence == absl::ZeroDuration()) {
    absl::StrAppend(&head, body.substr(0, bytes));
    return SendAll(fd, head) && bytes == body.size() && !answer.no_length;
  }
  SendAll(fd, head);
  pollfd end = {fd, /*events=*/0, 0};  // the server's or the connection's
  poll(&end, 1, static_cast<int>(absl::ToInt64Milliseconds(answer.silence)));
  return false;
}

}  // namespace

HttpServer::HttpServer(Handler handler)
    : handler_(std::move(handler)), server_([this](int fd) { Serve(fd); }) {}

std::string HttpServer::origin() const {
  return absl::StrCat("http://127.0.0.1:", server_.port());
}

void HttpServer::Serve(int fd) {
  while (true) {
    const std::string head = ReadHead(fd);
    if (head.empty() || !Answer(fd, handler_(ParseHead(head)))) return;
  }
}

}  // namespace sn37
