#include "chain/subtensor/web_socket.h"

#include <chrono>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/ip/address.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl/host_name_verification.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/ssl.hpp"
#include "boost/beast/websocket.hpp"
#include "boost/beast/websocket/ssl.hpp"
#include "sn37/base/text.h"
#include "tools/deps/asio/server_name.h"

namespace sn37::chain {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// Errors as values.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

absl::Status Failure(absl::string_view what, const error_code& error) {
  return absl::UnavailableError(
      absl::StrCat(what, ": ", Printable(error.message())));
}

absl::Status ReadFailure(const error_code& error, size_t limit) {
  if (error == websocket::error::message_too_big ||
      error == websocket::error::buffer_overflow) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a message above the limit of ", limit, " bytes"));
  }
  return Failure("the connection ended", error);
}

template <typename Stream>
class WebSocketOver final : public WebSocket {
 public:
  template <typename... Arguments>
  WebSocketOver(asio::io_context& io, const Endpoint& endpoint,
                const WebSocketLimits& limits,
                std::shared_ptr<asio::ssl::context> tls, Arguments&... rest)
      : io_(io),
        endpoint_(endpoint),
        limits_(limits),
        tls_(std::move(tls)),
        resolver_(io),
        stream_(io, rest...) {}

  Task<absl::Status> Open() override {
    auto [error, addresses] = co_await resolver_.async_resolve(
        endpoint_.host, endpoint_.port, kAwait);
    if (error) co_return Failure("the host is not found", error);
    if (closed_) co_return absl::UnavailableError("closed");
    auto& transport = beast::get_lowest_layer(stream_);
    std::tie(error, std::ignore) =
        co_await transport.async_connect(addresses, kAwait);
    if (error) co_return Failure("no connection", error);
    transport.socket().set_option(tcp::no_delay(true), error);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      const absl::Status secure = co_await Secure(stream_.next_layer());
      if (!secure.ok()) co_return secure;
    }
    SetOptions();
    std::tie(error) = co_await stream_.async_handshake(
        HostHeader(), endpoint_.target, kAwait);
    if (error) co_return Failure("it speaks no WebSocket", error);
    co_return absl::OkStatus();
  }

  Task<absl::StatusOr<std::string>> Read() override {
    std::string text;
    auto buffer = asio::dynamic_buffer(text, limits_.message_bytes);
    const auto [error, bytes] = co_await stream_.async_read(buffer, kAwait);
    if (error) co_return ReadFailure(error, limits_.message_bytes);
    if (!stream_.got_text()) {
      co_return absl::InternalError("a message that is no text");
    }
    co_return text;
  }

  void Close() override {
    closed_ = true;
    resolver_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

 protected:
  Task<bool> Write(const std::string& text) override {
    const auto [error, bytes] =
        co_await stream_.async_write(asio::buffer(text), kAwait);
    co_return !error;
  }

 private:
  asio::io_context& io() override { return io_; }

  std::string HostHeader() const {
    const std::string name = EndpointName(endpoint_);
    return name.substr(name.find("://") + 3);
  }

  Task<absl::Status> Secure(TlsStream& tls) {
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls.set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
    error_code error;
    asio::ip::make_address(endpoint_.host, error);
    const bool is_name = static_cast<bool>(error);
    // An address is not a name that a server could choose a certificate for.
    if (is_name &&
        !SetServerName(tls.native_handle(), endpoint_.host.c_str())) {
      co_return absl::UnavailableError("the host's name cannot be asked for");
    }
    std::tie(error) =
        co_await tls.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (error) co_return Failure("no TLS", error);
    co_return absl::OkStatus();
  }

  void SetOptions() {
    websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = websocket::stream_base::none();
    timeout.idle_timeout = absl::ToChronoMilliseconds(limits_.idle);
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.set_option(
        websocket::stream_base::decorator([](websocket::request_type& request) {
          request.set(beast::http::field::user_agent, "sn37");
        }));
    stream_.read_message_max(limits_.message_bytes);
    stream_.auto_fragment(false);
  }

  asio::io_context& io_;
  const Endpoint endpoint_;
  const WebSocketLimits limits_;
  const std::shared_ptr<asio::ssl::context> tls_;  // outlives stream_
  bool closed_ = false;
  tcp::resolver resolver_;
  websocket::stream<Stream> stream_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<asio::ssl::context>> MakeTlsContext(
    const std::string& roots_file) {
  using asio::ssl::context;
  auto tls = std::make_shared<context>(context::tls_client);
  error_code error;
  tls->set_options(context::default_workarounds | context::no_sslv2 |
                       context::no_sslv3 | context::no_tlsv1 |
                       context::no_tlsv1_1,
                   error);
  if (!error && roots_file.empty()) tls->set_default_verify_paths(error);
  if (!error && !roots_file.empty()) tls->load_verify_file(roots_file, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("no TLS roots from ",
                     roots_file.empty() ? "the system" : Printable(roots_file),
                     ": ", Printable(error.message())));
  }
  return tls;
}

std::shared_ptr<WebSocket> WebSocket::Make(
    asio::io_context& io, const Endpoint& endpoint,
    std::shared_ptr<asio::ssl::context> tls, const WebSocketLimits& limits) {
  if (!endpoint.tls) {
    return std::make_shared<WebSocketOver<PlainStream>>(io, endpoint, limits,
                                                        nullptr);
  }
  asio::ssl::context& context = *tls;
  return std::make_shared<WebSocketOver<TlsStream>>(io, endpoint, limits,
                                                    std::move(tls), context);
}

void WebSocket::Send(std::string text) {
  outbox_.push_back(std::move(text));
  if (outbox_.size() > 1) return;  // WriteAll is at work
  asio::co_spawn(io(), WriteAll(shared_from_this()), asio::detached);
}

WebSocket::Task<void> WebSocket::WriteAll(std::shared_ptr<WebSocket> socket) {
  std::deque<std::string>& outbox = socket->outbox_;
  while (!outbox.empty()) {
    if (!co_await socket->Write(outbox.front())) break;
    outbox.pop_front();
  }
}

}  // namespace sn37::chain
