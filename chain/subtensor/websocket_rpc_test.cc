// The client against a node that fails as nodes and networks do.
#include "chain/subtensor/websocket_rpc.h"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "chain/subtensor/testing/scripted_node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// What a test that succeeds never waits for.
constexpr absl::Duration kLong = absl::Seconds(30);
// What a test that expects a deadline waits for.
constexpr absl::Duration kShort = absl::Milliseconds(500);

constexpr char kRead[] = "state_getStorage";
constexpr char kWrite[] = "author_submitExtrinsic";
constexpr char kHeads[] = "chain_subscribeNewHeads";
constexpr char kWatch[] = "author_submitAndWatchExtrinsic";

absl::Time Soon() { return absl::Now() + kLong; }

WebSocketRpcOptions To(std::vector<std::string> endpoints) {
  WebSocketRpcOptions options;
  options.endpoints = std::move(endpoints);
  options.call_timeout = kLong;
  options.connect_timeout = kLong;
  options.backoff_min = absl::Milliseconds(1);
  options.backoff_max = absl::Milliseconds(20);
  return options;
}

std::unique_ptr<Rpc> Connect(const WebSocketRpcOptions& options) {
  auto rpc = ConnectWebSocket(options);
  EXPECT_TRUE(rpc.ok()) << rpc.status();
  return rpc.ok() ? *std::move(rpc) : nullptr;
}

// What the client logs, to wait for.
class Log {
 public:
  std::function<void(absl::string_view)> Sink() {
    return [this](absl::string_view line) {
      absl::MutexLock lock(&mutex_);
      absl::StrAppend(&text_, line, "\n");
    };
  }
  void WaitFor(const std::string& part) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] { return absl::StrContains(text_, part); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&there), kLong))
        << part << " not in " << text_;
  }

 private:
  absl::Mutex mutex_;
  std::string text_;
};

// A node that answers kRead and kWrite with their parameters, and numbers what
// it says of subscriptions to heads.
class WebSocketRpcTest : public testing::Test {
 protected:
  WebSocketRpcTest() { Script(node_); }

  static void Script(ScriptedNode& node) {
    const auto echo = [](const json& params) { return params; };
    node.On(kRead, echo);
    node.On(kWrite, echo);
    for (const char* method : {kHeads, kWatch}) {
      node.OnSubscribe(method, "unsubscribe",
                       [](const json&, const std::string&) {
                         return std::vector<json>{"now"};
                       });
    }
  }

  ScriptedNode node_;
};

TEST_F(WebSocketRpcTest, Answers) {
  const auto rpc = Connect(To({node_.endpoint()}));
  const json params = {1, "2", nullptr, {{"a", 3}}, "\xc3\xa4"};
  EXPECT_EQ(rpc->Call(kRead, params).value(), params);
  EXPECT_EQ(rpc->Call(kRead, json::array()).value(), json::array());
}

TEST_F(WebSocketRpcTest, NodesErrorIsToldApart) {
  const RpcError stale{1010, "Invalid Transaction", "outdated nonce"};
  node_.On(kWrite, [&](const json&) { return RpcErrorStatus(stale); });
  const auto rpc = Connect(To({node_.endpoint()}));
  EXPECT_EQ(GetRpcError(rpc->Call(kWrite, {"0x"}).status()), stale);
  EXPECT_EQ(GetRpcError(rpc->Call("no_such", {1}).status())->code, -32601);
  EXPECT_EQ(
      GetRpcError(rpc->Subscribe("no_such", json::array(), "x").status())->code,
      -32601);
}

TEST_F(WebSocketRpcTest, ParametersMustBeArray) {
  const auto rpc = Connect(To({node_.endpoint()}));
  EXPECT_EQ(rpc->Call(kRead, "0x").status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Calls that are sent again, and the others; whatever the way in which the
// connection ended.
TEST_F(WebSocketRpcTest, ConnectionEndsAtCall) {
  const auto rpc = Connect(To({node_.endpoint()}));
  for (const Fault fault :
       {Fault::kDropUnheard, Fault::kDropUnanswered, Fault::kHalfAnswer}) {
    const size_t reads = node_.Requests(kRead).size();
    node_.Fail(kRead, fault);
    EXPECT_EQ(rpc->Call(kRead, {1}).value(), json({1}));
    EXPECT_EQ(node_.Requests(kRead).size(), reads + 2);

    const size_t writes = node_.Requests(kWrite).size();
    node_.Fail(kWrite, fault);
    const absl::Status status = rpc->Call(kWrite, {1}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr(kWrite));
    // Answered on the next connection, so that nothing is still on its way.
    EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
    EXPECT_EQ(node_.Requests(kWrite).size(), writes + 1);
  }
  // After the answer: neither notices.
  for (const char* method : {kRead, kWrite}) {
    node_.Fail(method, Fault::kDropAnswered);
    EXPECT_EQ(rpc->Call(method, {2}).value(), json({2}));
    EXPECT_EQ(rpc->Call(kRead, {3}).value(), json({3}));
  }
}

TEST_F(WebSocketRpcTest, ReadIsSentThreeTimesAtMost) {
  const auto rpc = Connect(To({node_.endpoint()}));
  node_.Fail(kRead, Fault::kDropUnanswered, 3);
  EXPECT_EQ(rpc->Call(kRead, {1}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(node_.Requests(kRead).size(), 3u);
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
}

TEST_F(WebSocketRpcTest, AnswerThatNeverComes) {
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.call_timeout = kShort;
  const auto rpc = Connect(options);
  for (const char* method : {kRead, kWrite}) {
    node_.Fail(method, Fault::kNoAnswer);
    const absl::Status status = rpc->Call(method, {1}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_THAT(std::string(status.message()), HasSubstr(method));
    EXPECT_EQ(rpc->Call(method, {2}).value(), json({2}));
    EXPECT_EQ(node_.Requests(method).size(), 2u);
  }
}

TEST_F(WebSocketRpcTest, NodeThatAnswersNothingIsLeft) {
  ScriptedNode other;
  Script(other);
  WebSocketRpcOptions options = To({node_.endpoint(), other.endpoint()});
  options.call_timeout = kShort;
  const auto rpc = Connect(options);
  node_.Fail(kRead, Fault::kNoAnswer);
  EXPECT_EQ(rpc->Call(kRead, {1}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(rpc->Call(kWrite, {2}).value(), json({2}));
  EXPECT_EQ(other.Requests(kWrite).size(), 1u);
}

TEST_F(WebSocketRpcTest, AnswersOutOfOrder) {
  const auto rpc = Connect(To({node_.endpoint()}));
  node_.Fail(kRead, Fault::kLateAnswer);
  std::thread first(
      [&] { EXPECT_EQ(rpc->Call(kRead, {"first"}).value(), json({"first"})); });
  EXPECT_TRUE(node_.WaitForRequests(kRead, 1));
  EXPECT_EQ(rpc->Call(kRead, {"second"}).value(), json({"second"}));
  first.join();
}

TEST_F(WebSocketRpcTest, AnswerAboveLimitIsRefused) {
  node_.On("state_getMetadata",
           [](const json&) { return std::string(100 << 20, 'x'); });
  const auto rpc = Connect(To({node_.endpoint()}));
  const absl::Status status =
      rpc->Call("state_getMetadata", json::array()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(node_.Requests("state_getMetadata").size(), 1u);
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
}

TEST_F(WebSocketRpcTest, AnswerAtLimitIsTaken) {
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.max_message_bytes = 100000;
  const auto rpc = Connect(options);
  const size_t frame = sizeof(R"({"id":1,"jsonrpc":"2.0","result":""})");
  const auto say = [&](size_t bytes) {
    node_.On(kRead, [=](const json&) { return std::string(bytes, 'x'); });
    return rpc->Call(kRead, {1}).status();
  };
  EXPECT_TRUE(say(100000 - frame - 10).ok());
  EXPECT_EQ(say(100000).code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(WebSocketRpcTest, NonsenseEndsConnectionAndIsTold) {
  const struct {
    const char* text;
    const char* why;
  } cases[] = {
      {"nonsense", "no JSON-RPC"},
      {"[]", "no JSON-RPC"},
      {R"({"jsonrpc":"2.0","result":1})", "\"id\" is missing"},
      {R"({"jsonrpc":"2.0","id":"1","result":1})", "must be an integer"},
      {R"({"jsonrpc":"2.0","id":999999,"result":1})", "was not made"},
      {R"({"jsonrpc":"2.0","id":0,"result":1})", "was not made"},
  };
  const auto rpc = Connect(To({node_.endpoint()}));
  for (const auto& c : cases) {
    const size_t before = node_.Requests(kWrite).size();
    node_.Fail(kWrite, Fault::kNoAnswer);
    std::thread speaker([&] {
      EXPECT_TRUE(node_.WaitForRequests(kWrite, before + 1));
      node_.SendText(c.text);
    });
    const absl::Status status = rpc->Call(kWrite, {1}).status();
    speaker.join();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
    EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  }
}

TEST_F(WebSocketRpcTest, NotificationsComeInOrder) {
  const auto rpc = Connect(To({node_.endpoint()}));
  const auto heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe");
  EXPECT_EQ(heads->Next(Soon())->value, "now");
  for (int i = 0; i < 10; ++i) node_.NotifyAll(kHeads, i);
  for (int i = 0; i < 10; ++i) {
    const auto head = heads->Next(Soon());
    EXPECT_EQ(head->value, i);
    EXPECT_FALSE(head->gap);
  }
  // One that stops does not end.
  EXPECT_EQ(heads->Next(absl::Now() + kShort).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  node_.NotifyAll(kHeads, 10);
  EXPECT_EQ(heads->Next(Soon())->value, 10);
}

TEST_F(WebSocketRpcTest, NotificationBeforeAnswerIsKept) {
  const auto rpc = Connect(To({node_.endpoint()}));
  node_.Fail(kHeads, Fault::kLateAnswer);
  std::unique_ptr<Subscription> heads;
  std::thread subscriber(
      [&] { heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe"); });
  EXPECT_TRUE(node_.WaitForRequests(kHeads, 1));
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  subscriber.join();
  EXPECT_EQ(heads->Next(Soon())->value, "now");
}

TEST_F(WebSocketRpcTest, SubscriptionsAreTakenUpAgain) {
  const auto rpc = Connect(To({node_.endpoint()}));
  const auto one = *rpc->Subscribe(kHeads, {"one"}, "unsubscribe");
  const auto two = *rpc->Subscribe(kHeads, {"two"}, "unsubscribe");
  for (const auto* heads : {&one, &two}) {
    EXPECT_EQ((*heads)->Next(Soon())->value, "now");
  }
  node_.DropConnections();
  for (const auto* heads : {&one, &two}) {
    const auto head = (*heads)->Next(Soon());
    EXPECT_EQ(head->value, "now");
    EXPECT_TRUE(head->gap);
  }
  node_.NotifyAll(kHeads, "later");
  EXPECT_EQ(one->Next(Soon())->value, "later");
  EXPECT_FALSE(two->Next(Soon())->gap);
  EXPECT_EQ(node_.Requests(kHeads).size(), 4u);
}

TEST_F(WebSocketRpcTest, SubscriptionThatSubmitsIsNotRepeated) {
  const auto rpc = Connect(To({node_.endpoint()}));
  const auto watch = *rpc->Subscribe(kWatch, {"0x"}, "unsubscribe");
  EXPECT_EQ(watch->Next(Soon())->value, "now");
  node_.DropConnections();
  EXPECT_EQ(watch->Next(Soon()).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  EXPECT_EQ(node_.Requests(kWatch).size(), 1u);
}

TEST_F(WebSocketRpcTest, NodeEndsSubscription) {
  std::string id;
  node_.OnSubscribe(kHeads, "unsubscribe",
                    [&](const json&, const std::string& given) {
                      id = given;
                      return std::vector<json>();
                    });
  const auto rpc = Connect(To({node_.endpoint()}));
  const auto heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe");
  const RpcError over{-32000, "too slow", nullptr};
  node_.Notify(id, "last");
  node_.EndSubscription(id, over);
  EXPECT_EQ(heads->Next(Soon())->value, "last");
  EXPECT_EQ(GetRpcError(heads->Next(Soon()).status()), over);
}

TEST_F(WebSocketRpcTest, NodeRefusesToTakeSubscriptionUpAgain) {
  const auto rpc = Connect(To({node_.endpoint()}));
  const auto heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe");
  EXPECT_TRUE(heads->Next(Soon()).ok());
  const RpcError no{-32000, "no more", nullptr};
  node_.OnSubscribe(
      kHeads, "unsubscribe",
      [&](const json&, const std::string&) { return RpcErrorStatus(no); });
  node_.DropConnections();
  EXPECT_EQ(GetRpcError(heads->Next(Soon()).status()), no);
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
}

TEST_F(WebSocketRpcTest, DestroyedSubscriptionIsUnsubscribed) {
  const auto rpc = Connect(To({node_.endpoint()}));
  rpc->Subscribe(kHeads, json::array(), "unsubscribe").value().reset();
  EXPECT_TRUE(node_.WaitForRequests("unsubscribe", 1));
  EXPECT_EQ(node_.Requests("unsubscribe")[0], json({"subscription-1"}));
  node_.DropConnections();
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  EXPECT_EQ(node_.Requests(kHeads).size(), 1u);
}

TEST_F(WebSocketRpcTest, CallsWaitForConnection) {
  Log log;
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.log = log.Sink();
  const auto rpc = Connect(options);
  node_.Listen(false);
  node_.DropConnections();
  log.WaitFor("Connection refused");
  std::thread write(
      [&] { EXPECT_EQ(rpc->Call(kWrite, {1}).value(), json({1})); });
  std::thread read(
      [&] { EXPECT_EQ(rpc->Call(kRead, {2}).value(), json({2})); });
  node_.Listen(true);
  write.join();
  read.join();
  EXPECT_EQ(node_.Requests(kWrite).size(), 1u);
}

TEST_F(WebSocketRpcTest, NoConnectionByDeadlineIsToldAndNothingSentLater) {
  Log log;
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.call_timeout = kShort;
  options.log = log.Sink();
  const auto rpc = Connect(options);
  node_.Listen(false);
  node_.DropConnections();
  log.WaitFor("Connection refused");
  const absl::Status status = rpc->Call(kWrite, {1}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr(absl::StrCat("there is no connection: ", node_.endpoint())));
  node_.Listen(true);
  EXPECT_TRUE(rpc->Call(kRead, {2}).ok());
  EXPECT_TRUE(node_.Requests(kWrite).empty());
}

TEST_F(WebSocketRpcTest, NextEndpointIsTaken) {
  ScriptedNode other;
  Script(other);
  const auto rpc = Connect(To({node_.endpoint(), other.endpoint()}));
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  node_.Listen(false);
  node_.DropConnections();
  EXPECT_TRUE(rpc->Call(kRead, {2}).ok());
  EXPECT_EQ(node_.Requests(kRead).size(), 1u);
  EXPECT_EQ(other.Requests(kRead).size(), 1u);
  // And back.
  node_.Listen(true);
  other.Listen(false);
  other.DropConnections();
  EXPECT_TRUE(rpc->Call(kRead, {3}).ok());
  EXPECT_EQ(node_.Requests(kRead).size(), 2u);
}

TEST_F(WebSocketRpcTest, NodeOfAnotherChainIsNoNode) {
  ScriptedNode genesis({.genesis = "0xother"});
  ScriptedNode name({.chain = "Other"});
  ScriptedNode last;
  for (ScriptedNode* node : {&genesis, &name, &last}) Script(*node);
  Log log;
  WebSocketRpcOptions options = To(
      {node_.endpoint(), genesis.endpoint(), name.endpoint(), last.endpoint()});
  options.log = log.Sink();
  const auto rpc = Connect(options);
  node_.Listen(false);
  node_.DropConnections();
  EXPECT_TRUE(rpc->Call(kRead, {1}).ok());
  EXPECT_EQ(last.Requests(kRead).size(), 1u);
  log.WaitFor("connected to " + node_.endpoint());
  log.WaitFor("Scripted with genesis 0xother, not Scripted");
  log.WaitFor("Other with genesis 0x111");
}

TEST_F(WebSocketRpcTest, ConnectTellsWhyNot) {
  ScriptedNode silent;
  silent.On("chain_getBlockHash", [](const json&) { return json(); });
  ScriptedNode strange;
  strange.On("system_chain",
             [](const json&) { return absl::InternalError("broken"); });
  const struct {
    std::vector<std::string> endpoints;
    absl::StatusCode code;
    const char* why;
  } cases[] = {
      {{}, absl::StatusCode::kInvalidArgument, "no endpoint"},
      {{"http://h"}, absl::StatusCode::kInvalidArgument, "must be ws://"},
      {{"ws://127.0.0.1:1"},
       absl::StatusCode::kUnavailable,
       "ws://127.0.0.1:1: no connection: Connection refused"},
      {{silent.endpoint()},
       absl::StatusCode::kUnavailable,
       "it is no node of a chain"},
      {{strange.endpoint(), "ws://127.0.0.1:1"},
       absl::StatusCode::kUnavailable,
       "system_chain: the node answers -32603"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ConnectWebSocket(To(c.endpoints)).status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
  }
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.genesis = "0xmine";
  EXPECT_THAT(std::string(ConnectWebSocket(options).status().message()),
              HasSubstr("another chain"));
}

// It takes the connection and says nothing.
class SilentServer {
 public:
  SilentServer()
      : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {}
  std::string endpoint() const {
    return absl::StrCat("ws://127.0.0.1:", acceptor_.local_endpoint().port());
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

TEST_F(WebSocketRpcTest, SilentEndpointIsLeft) {
  SilentServer silent;
  WebSocketRpcOptions options = To({silent.endpoint(), node_.endpoint()});
  options.connect_timeout = kShort;
  EXPECT_TRUE(Connect(options)->Call(kRead, {1}).ok());
  options.endpoints.pop_back();
  EXPECT_THAT(std::string(ConnectWebSocket(options).status().message()),
              HasSubstr("not ready within 500ms"));
}

TEST_F(WebSocketRpcTest, NodeThatDoesNotTakeSubscriptionsUpIsLeft) {
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.connect_timeout = kShort;
  const auto rpc = Connect(options);
  const auto heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe");
  EXPECT_TRUE(heads->Next(Soon()).ok());
  node_.Fail(kHeads, Fault::kNoAnswer, 2);
  node_.DropConnections();
  EXPECT_TRUE(heads->Next(Soon())->gap);
  EXPECT_EQ(node_.Requests(kHeads).size(), 4u);
}

TEST_F(WebSocketRpcTest, ConnectionThatFellSilentIsLeft) {
  ScriptedNode other;
  Script(other);
  absl::Notification over;
  node_.On(kRead, [&](const json& params) {
    over.WaitForNotification();  // no ping is answered meanwhile
    return params;
  });
  WebSocketRpcOptions options = To({node_.endpoint(), other.endpoint()});
  options.idle_timeout = kShort;
  const auto rpc = Connect(options);
  EXPECT_EQ(rpc->Call(kRead, {1}).value(), json({1}));
  EXPECT_EQ(other.Requests(kRead).size(), 1u);
  over.Notify();
}

TEST_F(WebSocketRpcTest, PingsKeepConnectionOnWhichNothingIsSaid) {
  WebSocketRpcOptions options = To({node_.endpoint()});
  options.idle_timeout = kShort;
  const auto rpc = Connect(options);
  const auto heads = *rpc->Subscribe(kHeads, json::array(), "unsubscribe");
  EXPECT_TRUE(heads->Next(Soon()).ok());
  EXPECT_FALSE(heads->Next(absl::Now() + 3 * kShort).ok());
  EXPECT_EQ(node_.Requests("system_chain").size(), 1u);
}

TEST_F(WebSocketRpcTest, ManyThreadsManyCalls) {
  constexpr int kThreads = 16, kCalls = 200;
  WebSocketRpcOptions options = To({node_.endpoint()});
  const auto rpc = Connect(options);
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto heads = rpc->Subscribe(kHeads, {t}, "unsubscribe");
      for (int i = 0; i < kCalls; ++i) {
        const json params = {t, i};
        answered += rpc->Call(kRead, params).value() == params;
      }
      EXPECT_TRUE((*heads)->Next(Soon()).ok());
    });
  }
  // In the middle of it all.
  EXPECT_TRUE(node_.WaitForRequests(kRead, kThreads * kCalls / 2));
  node_.DropConnections();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads * kCalls);
}

TEST_F(WebSocketRpcTest, DestructionNeedsNoConnection) {
  for (const bool listening : {true, false}) {
    node_.Listen(true);
    const auto rpc = Connect(To({node_.endpoint()}));
    node_.Listen(listening);
    node_.DropConnections();
  }
}

}  // namespace
}  // namespace sn37::chain
