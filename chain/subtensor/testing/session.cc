#include "chain/subtensor/testing/session.h"

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "boost/asio/as_tuple.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/ssl.hpp"
#include "boost/beast/websocket.hpp"
#include "boost/beast/websocket/ssl.hpp"

namespace sn37::chain {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// The first byte says text, all of it in this frame; then the length, which
// 127 puts in the eight bytes after it.
std::string FrameHead(uint64_t size) {
  std::string head = "\x81\x7f";
  for (int shift = 56; shift >= 0; shift -= 8) {
    head.push_back(static_cast<char>(size >> shift));
  }
  return head;
}

template <typename Stream>
class SessionOver final : public Session {
 public:
  template <typename... Tls>
  explicit SessionOver(tcp::socket socket, Tls&... tls)
      : stream_(std::move(socket), tls...) {
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true));
  }

  Task<bool> Open() override {
    boost::system::error_code error;
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      std::tie(error) = co_await stream_.next_layer().async_handshake(
          asio::ssl::stream_base::server, kAwait);
      if (error) co_return false;
    }
    stream_.auto_fragment(false);
    std::tie(error) = co_await stream_.async_accept(kAwait);
    co_return !error;
  }

  Task<std::optional<std::string>> Read() override {
    std::string text;
    auto buffer = asio::dynamic_buffer(text);
    const auto [error, bytes] = co_await stream_.async_read(buffer, kAwait);
    if (error) co_return std::nullopt;
    co_return text;
  }

  void Close() override { beast::get_lowest_layer(stream_).close(); }

 protected:
  Task<bool> Write(const std::string& text) override {
    const auto [error, bytes] =
        co_await stream_.async_write(asio::buffer(text), kAwait);
    co_return !error;
  }

  Task<bool> WriteHalf(const std::string& text) override {
    const std::string half =
        FrameHead(text.size()) + text.substr(0, text.size() / 2);
    const auto [error, bytes] = co_await asio::async_write(
        stream_.next_layer(), asio::buffer(half), kAwait);
    co_return !error;
  }

 private:
  asio::any_io_executor executor() override { return stream_.get_executor(); }

  beast::websocket::stream<Stream> stream_;
};

}  // namespace

std::shared_ptr<Session> Session::Make(tcp::socket socket,
                                       asio::ssl::context* tls) {
  if (tls == nullptr) {
    return std::make_shared<SessionOver<beast::tcp_stream>>(std::move(socket));
  }
  return std::make_shared<SessionOver<TlsStream>>(std::move(socket), *tls);
}

void Session::Add(Item item) {
  outbox_.push_back(std::move(item));
  if (outbox_.size() > 1) return;  // WriteAll is at work
  asio::co_spawn(executor(), WriteAll(shared_from_this()), asio::detached);
}

Session::Task<void> Session::WriteAll(std::shared_ptr<Session> session) {
  std::deque<Item>& outbox = session->outbox_;
  bool ok = true;
  while (ok && !outbox.empty()) {
    const Item& item = outbox.front();
    if (item.kind == kText) ok = co_await session->Write(item.text);
    if (item.kind == kHalf) ok = co_await session->WriteHalf(item.text);
    if (item.kind == kEnd) ok = false;
    if (ok) outbox.pop_front();
  }
  if (!ok) session->Close();
}

}  // namespace sn37::chain
