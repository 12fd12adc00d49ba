// A small HTTP/1.1 server on the loopback, for tests of clients. It answers
// what a function says, and can be told to answer badly.
#ifndef SN37_HUB_TESTING_HTTP_SERVER_H_
#define SN37_HUB_TESTING_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sn37/hub/testing/loopback_server.h"

namespace sn37 {

struct TestRequest {
  std::string method;
  std::string target;                          // path and query, as sent
  std::map<std::string, std::string> headers;  // names in lower case
};

struct TestAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  // What a good answer has none of:
  std::optional<size_t> cut_after = {};  // bytes of the body; then the end
  bool no_length = false;       // no Content-Length; the end is the end
  absl::Duration silence = {};  // after the head; then the end
};

// Answers each connection in a thread of its own, GETs only. Destruction ends
// all of them.
class HttpServer {
 public:
  // Called from any thread.
  using Handler = std::function<TestAnswer(const TestRequest& request)>;
  explicit HttpServer(Handler handler);

  // "http://127.0.0.1:<port>".
  std::string origin() const;

 private:
  void Serve(int fd);

  const Handler handler_;
  LoopbackServer server_;
};

}  // namespace sn37

#endif  // SN37_HUB_TESTING_HTTP_SERVER_H_
