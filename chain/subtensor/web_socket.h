// One WebSocket connection as a client (RFC 6455), over TCP or TLS, with Boost
// Beast. Not to be used again after it ended.
#ifndef CHAIN_SUBTENSOR_WEB_SOCKET_H_
#define CHAIN_SUBTENSOR_WEB_SOCKET_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ssl/context.hpp"
#include "chain/subtensor/endpoint.h"

namespace sn37::chain {

struct WebSocketLimits {
  size_t message_bytes;
  // Without a byte from the other side for half of it a ping is sent, for all
  // of it the connection is lost.
  absl::Duration idle;
};

// For clients: TLS 1.2 or newer; certificates must lead to one of the roots in
// the PEM file, the system's if empty.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const std::string& roots_file);

// On the thread of its io_context. Statuses: ResourceExhausted for a message
// above the limit, Internal for one that is no text, Unavailable for all else.
// After an error it is of no more use.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  template <typename T>
  using Task = boost::asio::awaitable<T>;

  // `tls` is null for an endpoint without it. The io_context must outlive it.
  static std::shared_ptr<WebSocket> Make(
      boost::asio::io_context& io, const Endpoint& endpoint,
      std::shared_ptr<boost::asio::ssl::context> tls,
      const WebSocketLimits& limits);
  virtual ~WebSocket() = default;

  // Finds the host, connects, makes sure of the host's name (TLS), and asks for
  // a WebSocket. Without a deadline: Close ends it.
  virtual Task<absl::Status> Open() = 0;
  // The next message. One at a time, and always one, for it answers pings.
  virtual Task<absl::StatusOr<std::string>> Read() = 0;
  // Sends after what was sent before. What cannot be sent is dropped; Read
  // tells of the reason.
  void Send(std::string text);
  // At once; whatever is under way ends with an error.
  virtual void Close() = 0;

 protected:
  virtual Task<bool> Write(const std::string& text) = 0;

 private:
  static Task<void> WriteAll(std::shared_ptr<WebSocket> socket);

  virtual boost::asio::io_context& io() = 0;

  std::deque<std::string> outbox_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_WEB_SOCKET_H_
