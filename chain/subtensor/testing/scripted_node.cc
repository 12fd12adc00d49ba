#include "chain/subtensor/testing/scripted_node.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/dispatch.hpp"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl/context.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "chain/subtensor/testing/session.h"
#include "sn37/base/check.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using nlohmann::json;

json ErrorJson(const absl::Status& status) {
  const RpcError error =
      GetRpcError(status).value_or(RpcError{-32603, status.ToString(), {}});
  json object = {{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) object["data"] = error.data;
  return object;
}

std::string NoticeText(const std::string& id, const char* outcome, json value) {
  json params = {{"subscription", id}};
  params[outcome] = std::move(value);
  return json{{"jsonrpc", "2.0"}, {"method", "scripted"}, {"params", params}}
      .dump();
}

void Say(Session& session, std::optional<Fault> fault, std::string answer) {
  if (!fault) {
    session.Send(std::move(answer));
    if (session.late) session.Send(*std::exchange(session.late, {}));
    return;
  }
  switch (*fault) {
    case Fault::kDropUnheard:
    case Fault::kDropUnanswered:
      return session.SendEnd();
    case Fault::kHalfAnswer:
      session.SendHalf(std::move(answer));
      return session.SendEnd();
    case Fault::kDropAnswered:
      session.Send(std::move(answer));
      return session.SendEnd();
    case Fault::kNoAnswer:
      return;
    case Fault::kLateAnswer:
      session.late = std::move(answer);
      return;
  }
}

}  // namespace

// What is behind it, with the thread on which all but the scripts live.
struct ScriptedNode::Server {
  template <typename T>
  using Task = asio::awaitable<T>;
  struct Method {
    Handler handler;             // one of the two
    SubscribeHandler subscribe;  // is set
  };
  struct Subscriber {
    std::string method;
    std::weak_ptr<Session> session;
  };

  explicit Server(const ScriptedNodeOptions& options);
  ~Server();

  // On the node's own thread, and waits for it.
  void Run(absl::FunctionRef<void()> function);
  // All of what follows is for that thread.
  void Listen();
  Task<void> Accept(std::shared_ptr<tcp::acceptor> acceptor);
  Task<void> Serve(std::shared_ptr<Session> session);
  void Handle(Session& session, const std::string& text);
  absl::StatusOr<json> Result(Session& session, const std::string& name,
                              const json& params,
                              std::vector<std::string>& first);
  std::optional<Fault> Record(const std::string& name, const json& params);

  std::optional<asio::ssl::context> tls;
  uint16_t port = 0;

  absl::Mutex mutex;
  std::map<std::string, Method> methods ABSL_GUARDED_BY(mutex);
  std::multimap<std::string, Fault> faults ABSL_GUARDED_BY(mutex);
  std::map<std::string, std::vector<json>> requests ABSL_GUARDED_BY(mutex);

  // The node's thread.
  std::shared_ptr<tcp::acceptor> acceptor;
  std::set<std::shared_ptr<Session>> sessions;
  std::map<std::string, Subscriber> subscribers;  // by id
  int last_subscription = 0;

  // What waits in it refers to the members above.
  asio::io_context io{1};
  std::thread thread;
};

ScriptedNode::Server::Server(const ScriptedNodeOptions& options) {
  if (!options.certificate.empty()) {
    tls.emplace(asio::ssl::context::tls_server);
    tls->use_certificate_chain(asio::buffer(options.certificate));
    tls->use_private_key(asio::buffer(options.key), asio::ssl::context::pem);
  }
  Listen();
  thread = std::thread([this] {
    const auto work = asio::make_work_guard(io);
    io.run();
  });
}

ScriptedNode::Server::~Server() {
  io.stop();
  thread.join();
  sessions.clear();
  acceptor.reset();
}

void ScriptedNode::Server::Run(absl::FunctionRef<void()> function) {
  absl::Notification done;
  asio::dispatch(io, [&] {
    function();
    done.Notify();
  });
  done.WaitForNotification();
}

void ScriptedNode::Server::Listen() {
  acceptor = std::make_shared<tcp::acceptor>(
      io, tcp::endpoint(asio::ip::address_v4::loopback(), port));
  port = acceptor->local_endpoint().port();
  asio::co_spawn(io, Accept(acceptor), asio::detached);
}

ScriptedNode::Server::Task<void> ScriptedNode::Server::Accept(
    std::shared_ptr<tcp::acceptor> acceptor) {
  while (true) {
    auto [error, socket] =
        co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    asio::co_spawn(
        io, Serve(Session::Make(std::move(socket), tls ? &*tls : nullptr)),
        asio::detached);
  }
}

ScriptedNode::Server::Task<void> ScriptedNode::Server::Serve(
    std::shared_ptr<Session> session) {
  if (!co_await session->Open()) co_return;
  sessions.insert(session);
  while (const auto text = co_await session->Read()) Handle(*session, *text);
  session->Close();
  sessions.erase(session);
  std::erase_if(subscribers, [&](const auto& entry) {
    return entry.second.session.lock() == session;
  });
}

// What our client sends is JSON-RPC, or else the test is over.
void ScriptedNode::Server::Handle(Session& session, const std::string& text) {
  const auto request = ParseJson(text, {});
  SN37_CHECK(request.ok()) << request.status() << ": " << text;
  const std::string name = GetString(*request, "method", 1000).value();
  const json& params = request->at("params");
  const std::optional<Fault> fault = Record(name, params);
  if (fault == Fault::kDropUnheard) return session.Close();
  std::vector<std::string> first;
  absl::StatusOr<json> result = Result(session, name, params, first);
  json answer = {{"jsonrpc", "2.0"}, {"id", request->at("id")}};
  if (result.ok()) {
    answer["result"] = *std::move(result);
  } else {
    answer["error"] = ErrorJson(result.status());
  }
  Say(session, fault, answer.dump());
  if (fault == Fault::kNoAnswer) return;
  for (std::string& notice : first) session.Send(std::move(notice));
}

absl::StatusOr<json> ScriptedNode::Server::Result(
    Session& session, const std::string& name, const json& params,
    std::vector<std::string>& first) {
  Method method;
  {
    absl::MutexLock lock(&mutex);
    const auto entry = methods.find(name);
    if (entry == methods.end()) {
      return RpcErrorStatus({-32601, "Method not found", nullptr});
    }
    method = entry->second;
  }
  if (method.handler) return method.handler(params);
  const std::string id = absl::StrCat("subscription-", ++last_subscription);
  subscribers[id] = {name, session.weak_from_this()};
  absl::StatusOr<std::vector<json>> values = method.subscribe(params, id);
  if (!values.ok()) {
    subscribers.erase(id);
    return values.status();
  }
  for (json& value : *values) {
    first.push_back(NoticeText(id, "result", std::move(value)));
  }
  return id;
}

std::optional<Fault> ScriptedNode::Server::Record(const std::string& name,
                                                  const json& params) {
  absl::MutexLock lock(&mutex);
  requests[name].push_back(params);
  const auto fault = faults.find(name);
  if (fault == faults.end()) return std::nullopt;
  return faults.extract(fault).mapped();
}

ScriptedNode::ScriptedNode(ScriptedNodeOptions options)
    : server_(std::make_unique<Server>(options)) {
  On("chain_getBlockHash", [genesis = options.genesis](const json& params) {
    return params == json::array({0}) ? json(genesis) : json();
  });
  On("system_chain",
     [chain = options.chain](const json&) { return json(chain); });
}

ScriptedNode::~ScriptedNode() = default;

std::string ScriptedNode::endpoint() const {
  return absl::StrCat(server_->tls ? "wss://localhost:" : "ws://127.0.0.1:",
                      server_->port);
}

void ScriptedNode::On(absl::string_view method, Handler handler) {
  absl::MutexLock lock(&server_->mutex);
  server_->methods[std::string(method)] = {std::move(handler), nullptr};
}

void ScriptedNode::OnSubscribe(absl::string_view subscribe_method,
                               absl::string_view unsubscribe_method,
                               SubscribeHandler handler) {
  On(unsubscribe_method, [this](const json& params) {
    const auto& id = params.at(0).get_ref<const std::string&>();
    return json(server_->subscribers.erase(id) == 1);
  });
  absl::MutexLock lock(&server_->mutex);
  server_->methods[std::string(subscribe_method)] = {nullptr,
                                                     std::move(handler)};
}

void ScriptedNode::Notify(const std::string& id, json value) {
  server_->Run([&] {
    const auto entry = server_->subscribers.find(id);
    if (entry == server_->subscribers.end()) return;
    if (const auto session = entry->second.session.lock()) {
      session->Send(NoticeText(id, "result", value));
    }
  });
}

void ScriptedNode::NotifyAll(absl::string_view subscribe_method, json value) {
  server_->Run([&] {
    for (const auto& [id, subscriber] : server_->subscribers) {
      if (subscriber.method == subscribe_method) Notify(id, value);
    }
  });
}

void ScriptedNode::EndSubscription(const std::string& id,
                                   const RpcError& error) {
  server_->Run([&] {
    const auto entry = server_->subscribers.find(id);
    if (entry == server_->subscribers.end()) return;
    if (const auto session = entry->second.session.lock()) {
      session->Send(NoticeText(id, "error", ErrorJson(RpcErrorStatus(error))));
    }
    server_->subscribers.erase(entry);
  });
}

void ScriptedNode::Fail(absl::string_view method, Fault fault, int times) {
  absl::MutexLock lock(&server_->mutex);
  for (int i = 0; i < times; ++i) {
    server_->faults.emplace(std::string(method), fault);
  }
}

void ScriptedNode::DropConnections() {
  server_->Run([&] {
    for (const auto& session : server_->sessions) session->Close();
  });
}

void ScriptedNode::Listen(bool listening) {
  server_->Run([&] {
    if (server_->acceptor != nullptr) server_->acceptor->close();
    server_->acceptor.reset();
    if (listening) server_->Listen();
  });
}

void ScriptedNode::SendText(std::string text) {
  server_->Run([&] {
    for (const auto& session : server_->sessions) session->Send(text);
  });
}

std::vector<json> ScriptedNode::Requests(absl::string_view method) const {
  absl::MutexLock lock(&server_->mutex);
  return server_->requests[std::string(method)];
}

bool ScriptedNode::WaitForRequests(absl::string_view method, size_t count,
                                   absl::Duration timeout) const {
  absl::MutexLock lock(&server_->mutex);
  const std::vector<json>& requests = server_->requests[std::string(method)];
  const auto enough = [&] { return requests.size() >= count; };
  return server_->mutex.AwaitWithTimeout(absl::Condition(&enough), timeout);
}

}  // namespace sn37::chain
