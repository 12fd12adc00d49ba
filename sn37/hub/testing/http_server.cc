#include "sn37/hub/testing/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
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

}  // namespace

HttpServer::HttpServer(Handler handler)
    : handler_(std::move(handler)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  SN37_CHECK(bind(listener_.get(), any, size) == 0);
  SN37_CHECK(listen(listener_.get(), 64) == 0);
  SN37_CHECK(getsockname(listener_.get(), any, &size) == 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

HttpServer::~HttpServer() {
  shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& connection : connections_) connection.join();
}

std::string HttpServer::origin() const {
  return absl::StrCat("http://127.0.0.1:", port_);
}

void HttpServer::Accept() {
  while (true) {
    const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(fd);
    connections_.emplace_back([this, fd] { Serve(fd); });
  }
}

void HttpServer::Serve(int fd) {
  while (true) {
    const std::string head = ReadHead(fd);
    if (head.empty() || !Answer(fd, handler_(ParseHead(head)))) break;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(fd);
  close(fd);
}

// Whether the connection can be used again.
bool HttpServer::Answer(int fd, const TestAnswer& answer) {
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
  const absl::Time until = absl::Now() + answer.silence;
  while (absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(10));
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) break;
  }
  return false;
}

}  // namespace sn37
