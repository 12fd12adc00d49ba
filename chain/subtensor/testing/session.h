// One connection of a ScriptedNode, over TCP or TLS.
#ifndef CHAIN_SUBTENSOR_TESTING_SESSION_H_
#define CHAIN_SUBTENSOR_TESTING_SESSION_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "boost/asio/awaitable.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl/context.hpp"

namespace sn37::chain {

// On the thread of its socket.
class Session : public std::enable_shared_from_this<Session> {
 public:
  template <typename T>
  using Task = boost::asio::awaitable<T>;

  // Speaks TLS where there is a context, which must outlive it.
  static std::shared_ptr<Session> Make(boost::asio::ip::tcp::socket socket,
                                       boost::asio::ssl::context* tls);
  virtual ~Session() = default;

  // The handshakes; false if they fail.
  virtual Task<bool> Open() = 0;
  // The next text, or nothing at the end.
  virtual Task<std::optional<std::string>> Read() = 0;
  // One after another, in the order of these calls.
  void Send(std::string text) { Add({kText, std::move(text)}); }
  void SendHalf(std::string text) { Add({kHalf, std::move(text)}); }
  void SendEnd() { Add({kEnd, ""}); }
  virtual void Close() = 0;

  // An answer that comes after the next one.
  std::optional<std::string> late;

 protected:
  virtual Task<bool> Write(const std::string& text) = 0;
  // Half of one frame with the text.
  virtual Task<bool> WriteHalf(const std::string& text) = 0;

 private:
  enum Kind { kText, kHalf, kEnd };
  struct Item {
    Kind kind;
    std::string text;
  };

  void Add(Item item);
  static Task<void> WriteAll(std::shared_ptr<Session> session);
  virtual boost::asio::any_io_executor executor() = 0;

  std::deque<Item> outbox_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_SESSION_H_
