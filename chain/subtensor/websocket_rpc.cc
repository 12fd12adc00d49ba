#include "chain/subtensor/websocket_rpc.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "chain/subtensor/endpoint.h"
#include "chain/subtensor/exchange.h"
#include "chain/subtensor/message.h"
#include "chain/subtensor/web_socket.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr size_t kMaxShownName = 64;

std::string Shown(const std::string& text) {
  return Truncate(Printable(text), kMaxShownName);
}

// gcc 12 takes no such list where there is a co_await.
json FirstBlock() { return json::array({0}); }

class WebSocketRpc final : public Rpc {
 public:
  WebSocketRpc(WebSocketRpcOptions options, std::vector<Endpoint> endpoints,
               std::shared_ptr<asio::ssl::context> tls)
      : options_(std::move(options)),
        endpoints_(std::move(endpoints)),
        tls_(std::move(tls)),
        genesis_(options_.genesis),
        chain_(options_.chain) {}

  ~WebSocketRpc() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    socket_ = nullptr;  // belongs to io_
  }

  // Once, before all else: as ConnectWebSocket.
  absl::Status Start() {
    asio::co_spawn(io_, Run(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
    first_.WaitForNotification();
    return first_status_;
  }

  absl::StatusOr<json> Call(absl::string_view method, json params) override {
    return Ask(
        std::make_shared<PendingCall>(std::string(method), std::move(params)));
  }

  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      absl::string_view subscribe_method, json params,
      absl::string_view unsubscribe_method) override;

  void Cancel(std::shared_ptr<Stream> stream) {
    asio::post(io_, [this, stream] { exchange_.Cancel(stream); });
  }

 private:
  template <typename T>
  using Task = asio::awaitable<T>;

  absl::StatusOr<json> Ask(std::shared_ptr<PendingCall> call);
  absl::Status Late(const PendingCall& call);

  // Connections for ever, one after another.
  Task<void> Run();
  // One connection, from the beginning to its end.
  Task<absl::Status> Serve(const Endpoint& endpoint);
  Task<absl::Status> Prepare(WebSocket& socket);
  Task<absl::Status> Check(WebSocket& socket);
  Task<absl::Status> TakeUpStreams(WebSocket& socket);
  Task<absl::StatusOr<json>> Ask(WebSocket& socket, absl::string_view method,
                                 json params);
  absl::Duration Backoff(size_t round);
  // Ends the connection, of which nothing is to be hoped.
  void Drop();
  void Tell(const std::string& line);
  void Begun(absl::Status status);
  void SetTrouble(std::string trouble);

  const WebSocketRpcOptions options_;
  const std::vector<Endpoint> endpoints_;
  const std::shared_ptr<asio::ssl::context> tls_;  // null if none needs it

  // The connection's thread.
  Exchange exchange_;
  std::shared_ptr<WebSocket> socket_;  // that calls are sent on, or null
  absl::Status dropped_;               // why it was closed, if we did it
  std::string genesis_;                // empty until a node has said it
  std::string chain_;
  absl::BitGen random_;

  absl::Notification first_;  // a node is ready, or all have failed
  absl::Status first_status_;

  absl::Mutex mutex_;
  // Why there is no connection; empty while there is one.
  std::string trouble_ ABSL_GUARDED_BY(mutex_);

  // Last: what waits in it refers to the members above.
  asio::io_context io_{1};
  std::thread thread_;
};

class StreamReader final : public Subscription {
 public:
  StreamReader(WebSocketRpc& rpc, std::shared_ptr<Stream> stream)
      : rpc_(rpc), stream_(std::move(stream)) {}
  ~StreamReader() override { rpc_.Cancel(stream_); }

  absl::StatusOr<Notification> Next(absl::Time deadline) override {
    return stream_->feed.Next(deadline);
  }

 private:
  WebSocketRpc& rpc_;
  const std::shared_ptr<Stream> stream_;
};

absl::StatusOr<std::unique_ptr<Subscription>> WebSocketRpc::Subscribe(
    absl::string_view subscribe_method, json params,
    absl::string_view unsubscribe_method) {
  auto stream = std::make_shared<Stream>(
      std::string(subscribe_method), std::move(params),
      std::string(unsubscribe_method), options_.subscription);
  SN37_RETURN_IF_ERROR(Ask(std::make_shared<PendingCall>(stream)).status());
  return std::make_unique<StreamReader>(*this, std::move(stream));
}

absl::StatusOr<json> WebSocketRpc::Ask(std::shared_ptr<PendingCall> call) {
  if (!call->params.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(call->method, ": the parameters are no array"));
  }
  asio::post(io_, [this, call] { exchange_.Ask(call); });
  if (call->done.WaitForNotificationWithTimeout(options_.call_timeout)) {
    return std::move(call->outcome);
  }
  asio::post(io_, [this, call] {
    if (exchange_.Abandon(call)) Drop();
  });
  return Late(*call);
}

absl::Status WebSocketRpc::Late(const PendingCall& call) {
  absl::MutexLock lock(&mutex_);
  return absl::DeadlineExceededError(absl::StrCat(
      call.method, ": no answer within ",
      absl::FormatDuration(options_.call_timeout),
      trouble_.empty() ? "" : "; there is no connection: ", trouble_));
}

WebSocketRpc::Task<void> WebSocketRpc::Run() {
  size_t failures = 0;
  std::vector<std::string> reasons;
  asio::steady_timer timer(io_);
  for (size_t next = 0;; next = (next + 1) % endpoints_.size()) {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = co_await Serve(endpoints_[next]);
    const std::string reason =
        absl::StrCat(EndpointName(endpoints_[next]), ": ", status.message());
    Tell(reason);
    SetTrouble(reason);
    if (std::chrono::steady_clock::now() - start >
        absl::ToChronoNanoseconds(options_.backoff_max)) {
      failures = 0;
    }
    ++failures;
    if (!first_.HasBeenNotified()) {
      reasons.push_back(reason);
      if (reasons.size() == endpoints_.size()) {
        Begun(absl::UnavailableError(absl::StrJoin(reasons, "; ")));
      }
    }
    if (failures % endpoints_.size() != 0) continue;
    timer.expires_after(
        absl::ToChronoNanoseconds(Backoff(failures / endpoints_.size())));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

WebSocketRpc::Task<absl::Status> WebSocketRpc::Serve(const Endpoint& endpoint) {
  const auto socket = WebSocket::Make(
      io_, endpoint, tls_, {options_.max_message_bytes, options_.idle_timeout});
  asio::steady_timer watchdog(io_);
  watchdog.expires_after(absl::ToChronoNanoseconds(options_.connect_timeout));
  enum class State { kPreparing, kLate, kReady };
  const auto state = std::make_shared<State>(State::kPreparing);
  watchdog.async_wait([socket, state](boost::system::error_code) {
    if (*state != State::kPreparing) return;
    *state = State::kLate;
    socket->Close();
  });
  absl::Status status = co_await Prepare(*socket);
  if (*state == State::kLate) {
    status = absl::UnavailableError(absl::StrCat(
        "not ready within ", absl::FormatDuration(options_.connect_timeout)));
  }
  *state = State::kReady;
  watchdog.cancel();
  const bool prepared = status.ok();
  if (prepared) {
    Tell(absl::StrCat("connected to ", EndpointName(endpoint), ", chain ",
                      Shown(chain_)));
    SetTrouble("");
    socket_ = socket;
    exchange_.Ready();
    Begun(absl::OkStatus());
  }
  while (status.ok()) {
    const absl::StatusOr<std::string> text = co_await socket->Read();
    if (!dropped_.ok()) {
      status = std::exchange(dropped_, absl::OkStatus());
    } else {
      status = text.ok() ? exchange_.Receive(*text) : text.status();
    }
  }
  socket_ = nullptr;
  socket->Close();
  // Whoever waits for a connection is not to blame for one that came to
  // nothing.
  const absl::Status why =
      prepared ? status : absl::UnavailableError(status.message());
  exchange_.Disconnected(Annotate(why, EndpointName(endpoint)));
  co_return status;
}

WebSocketRpc::Task<absl::Status> WebSocketRpc::Prepare(WebSocket& socket) {
  absl::Status status = co_await socket.Open();
  if (!status.ok()) co_return status;
  status = co_await Check(socket);
  if (!status.ok()) co_return status;
  exchange_.Connected(
      [&socket](std::string text) { socket.Send(std::move(text)); });
  co_return co_await TakeUpStreams(socket);
}

WebSocketRpc::Task<absl::Status> WebSocketRpc::Check(WebSocket& socket) {
  const auto genesis = co_await Ask(socket, "chain_getBlockHash", FirstBlock());
  if (!genesis.ok()) co_return Annotate(genesis.status(), "chain_getBlockHash");
  const auto chain = co_await Ask(socket, "system_chain", json::array());
  if (!chain.ok()) co_return Annotate(chain.status(), "system_chain");
  if (!genesis->is_string() || !chain->is_string()) {
    co_return absl::UnavailableError("it is no node of a chain");
  }
  const auto& hash = genesis->get_ref<const std::string&>();
  const auto& name = chain->get_ref<const std::string&>();
  if ((!genesis_.empty() && hash != genesis_) ||
      (!chain_.empty() && name != chain_)) {
    co_return absl::UnavailableError(
        absl::StrCat("it is of another chain: ", Shown(name), " with genesis ",
                     Shown(hash), chain_.empty() ? "" : ", not ", Shown(chain_),
                     " with ", genesis_.empty() ? "any" : Shown(genesis_)));
  }
  genesis_ = hash;
  chain_ = name;
  co_return absl::OkStatus();
}

WebSocketRpc::Task<absl::Status> WebSocketRpc::TakeUpStreams(
    WebSocket& socket) {
  for (const std::shared_ptr<Stream>& stream : exchange_.streams()) {
    const auto outcome =
        co_await Ask(socket, stream->subscribe_method, stream->params);
    if (!outcome.ok() && !GetRpcError(outcome.status())) {
      co_return Annotate(outcome.status(), stream->subscribe_method);
    }
    // An error of the node's own ends the stream, and nothing else.
    exchange_.Subscribed(stream, outcome).IgnoreError();
  }
  co_return absl::OkStatus();
}

WebSocketRpc::Task<absl::StatusOr<json>> WebSocketRpc::Ask(
    WebSocket& socket, absl::string_view method, json params) {
  const uint64_t id = exchange_.NewId();
  socket.Send(RequestText(id, method, params));
  while (true) {
    const absl::StatusOr<std::string> text = co_await socket.Read();
    if (!text.ok()) co_return text.status();
    absl::StatusOr<Message> message = ParseMessage(*text);
    if (!message.ok()) co_return message.status();
    if (Answer* answer = std::get_if<Answer>(&*message);
        answer != nullptr && answer->id == id) {
      co_return std::move(answer->result);
    }
    const absl::Status status =
        exchange_.Receive(*std::move(message), text->size());
    if (!status.ok()) co_return status;
  }
}

absl::Duration WebSocketRpc::Backoff(size_t round) {
  const absl::Duration wait = std::min(
      options_.backoff_max,
      options_.backoff_min * std::exp2(static_cast<double>(round - 1)));
  return wait * absl::Uniform(random_, 0.5, 1.0);
}

void WebSocketRpc::Drop() {
  dropped_ = absl::UnavailableError("the node answers nothing any more");
  // Now, so that what is asked next waits for the next connection.
  exchange_.Disconnected(dropped_);
  socket_->Close();
}

void WebSocketRpc::Tell(const std::string& line) {
  if (options_.log) options_.log(line);
}

void WebSocketRpc::Begun(absl::Status status) {
  if (first_.HasBeenNotified()) return;
  first_status_ = std::move(status);
  first_.Notify();
}

void WebSocketRpc::SetTrouble(std::string trouble) {
  absl::MutexLock lock(&mutex_);
  trouble_ = std::move(trouble);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Rpc>> ConnectWebSocket(
    WebSocketRpcOptions options) {
  if (options.endpoints.empty()) {
    return absl::InvalidArgumentError("no endpoint of a chain is given");
  }
  std::vector<Endpoint> endpoints;
  std::shared_ptr<asio::ssl::context> tls;
  for (const std::string& text : options.endpoints) {
    SN37_ASSIGN_OR_RETURN(endpoints.emplace_back(), ParseEndpoint(text));
    if (endpoints.back().tls && tls == nullptr) {
      SN37_ASSIGN_OR_RETURN(tls, MakeTlsContext(options.roots_file));
    }
  }
  auto rpc = std::make_unique<WebSocketRpc>(
      std::move(options), std::move(endpoints), std::move(tls));
  SN37_RETURN_IF_ERROR(rpc->Start());
  return rpc;
}

}  // namespace sn37::chain
