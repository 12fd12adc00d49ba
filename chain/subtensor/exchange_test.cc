#include "chain/subtensor/exchange.h"

#include <string>
#include <vector>

#include "chain/subtensor/rpc.h"
#include "gtest/gtest.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// The exchange and the other side of its connections.
class ExchangeTest : public testing::Test {
 protected:
  void Connect() {
    exchange_.Connected(
        [this](std::string text) { sent_.push_back(*ParseJson(text, {})); });
    exchange_.Ready();
  }
  // The methods sent since this was last asked.
  std::vector<std::string> Sent() {
    std::vector<std::string> methods;
    for (const json& request : std::exchange(sent_, {})) {
      methods.push_back(request.at("method"));
    }
    return methods;
  }
  std::shared_ptr<PendingCall> Ask(const char* method) {
    auto call = std::make_shared<PendingCall>(method, json::array());
    exchange_.Ask(call);
    return call;
  }
  std::shared_ptr<PendingCall> AskFor(const char* method) {
    auto call = std::make_shared<PendingCall>(std::make_shared<Stream>(
        method, json::array(), "unsubscribe", FeedLimits()));
    exchange_.Ask(call);
    return call;
  }
  absl::Status Answer(uint64_t id, const json& result) {
    return exchange_.Receive(
        json{{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}.dump());
  }
  absl::Status Notice(const json& id, const json& value) {
    return exchange_.Receive(
        json{{"jsonrpc", "2.0"},
             {"method", "m"},
             {"params", {{"subscription", id}, {"result", value}}}}
            .dump());
  }

  using Methods = std::vector<std::string>;
  const absl::Status lost_ = absl::UnavailableError("lost");
  Exchange exchange_;
  std::vector<json> sent_;
};

TEST_F(ExchangeTest, SendsWhenReadyAndAnswersById) {
  const auto a = Ask("a"), b = Ask("b");
  EXPECT_EQ(Sent(), Methods());
  Connect();
  EXPECT_EQ(Sent(), (Methods{"a", "b"}));
  const auto c = Ask("c");
  EXPECT_EQ(Sent(), Methods{"c"});
  EXPECT_TRUE(Answer(c->id, 3).ok());
  EXPECT_TRUE(Answer(a->id, 1).ok());
  EXPECT_EQ(a->outcome.value(), 1);
  EXPECT_FALSE(b->done.HasBeenNotified());
  EXPECT_EQ(c->outcome.value(), 3);
}

TEST_F(ExchangeTest, AnswerNobodyWaitsForIsNoBreach) {
  Connect();
  const auto call = Ask("a");
  EXPECT_TRUE(Answer(call->id, 1).ok());
  EXPECT_TRUE(Answer(call->id, 2).ok());
  EXPECT_EQ(call->outcome.value(), 1);
  EXPECT_TRUE(absl::IsInternal(Answer(call->id + 1, 1)));
  EXPECT_TRUE(absl::IsInternal(Answer(0, 1)));
}

TEST_F(ExchangeTest, OnlyReadsAreSentAgain) {
  Connect();
  const auto read = Ask("state_call"), write = Ask("author_submitExtrinsic");
  for (int sent = 1; sent < Exchange::kMaxTimesSent; ++sent) {
    exchange_.Disconnected(lost_);
    EXPECT_FALSE(read->done.HasBeenNotified());
    Sent();
    Connect();
    EXPECT_EQ(Sent(), Methods{"state_call"});
  }
  EXPECT_EQ(write->outcome.status().code(), absl::StatusCode::kUnavailable);
  exchange_.Disconnected(lost_);
  EXPECT_EQ(read->outcome.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ExchangeTest, BreachEndsAllThatWasSent) {
  Connect();
  const auto sent = Ask("state_call");
  exchange_.Disconnected(absl::InternalError("nonsense"));
  EXPECT_TRUE(absl::IsInternal(sent->outcome.status()));
  const auto waiting = Ask("state_call");
  exchange_.Disconnected(absl::InternalError("nonsense"));
  EXPECT_FALSE(waiting->done.HasBeenNotified());
}

TEST_F(ExchangeTest, AbandonedCallIsNeverSent) {
  const auto call = Ask("a");
  exchange_.Abandon(call);
  Connect();
  EXPECT_EQ(Sent(), Methods());
}

TEST_F(ExchangeTest, AbandonTellsOfNodeThatAnswersNothing) {
  Connect();
  const auto answered = Ask("a"), first = Ask("a"), second = Ask("a");
  EXPECT_TRUE(Answer(answered->id, 1).ok());
  EXPECT_FALSE(exchange_.Abandon(answered));
  EXPECT_FALSE(exchange_.Abandon(first));  // for another was answered since
  EXPECT_FALSE(exchange_.Abandon(second));
  const auto third = Ask("a"), fourth = Ask("a");
  EXPECT_TRUE(exchange_.Abandon(third));
  exchange_.Disconnected(lost_);
  EXPECT_FALSE(exchange_.Abandon(fourth));
  EXPECT_FALSE(exchange_.Abandon(Ask("a")));
}

TEST_F(ExchangeTest, NoticesReachTheirStream) {
  Connect();
  const auto a = AskFor("chain_subscribeA"), b = AskFor("chain_subscribeB");
  EXPECT_TRUE(Notice("b", 1).ok());  // before the answer
  EXPECT_TRUE(Answer(a->id, "a").ok());
  EXPECT_TRUE(Answer(b->id, "b").ok());
  EXPECT_TRUE(Notice("a", 2).ok());
  EXPECT_TRUE(Notice("unknown", 3).ok());
  EXPECT_EQ(b->stream->feed.Next(absl::InfinitePast())->value, 1);
  EXPECT_EQ(a->stream->feed.Next(absl::InfinitePast())->value, 2);
  EXPECT_FALSE(a->stream->feed.Next(absl::InfinitePast()).ok());
  EXPECT_FALSE(b->stream->feed.Next(absl::InfinitePast()).ok());
}

TEST_F(ExchangeTest, BadSubscriptionIdIsRefused) {
  Connect();
  const auto first = AskFor("chain_subscribeA");
  EXPECT_TRUE(Answer(first->id, "a").ok());
  for (const json& id : {json(), json::array(), json(1.5), json("a")}) {
    const auto call = AskFor("chain_subscribeA");
    EXPECT_TRUE(Answer(call->id, id).ok());
    EXPECT_TRUE(absl::IsInternal(call->outcome.status())) << id;
  }
  EXPECT_TRUE(Notice("a", 1).ok());
  EXPECT_TRUE(first->stream->feed.Next(absl::InfinitePast()).ok());
}

TEST_F(ExchangeTest, CancelledOrAbandonedStreamIsUnsubscribedOnce) {
  Connect();
  const auto cancelled = AskFor("chain_subscribeA");
  EXPECT_TRUE(Answer(cancelled->id, "a").ok());
  const auto abandoned = AskFor("chain_subscribeB");
  exchange_.Abandon(abandoned);
  Sent();
  exchange_.Cancel(cancelled->stream);
  exchange_.Cancel(cancelled->stream);
  EXPECT_TRUE(Answer(abandoned->id, "b").ok());
  EXPECT_EQ(Sent(), (Methods{"unsubscribe", "unsubscribe"}));
  EXPECT_TRUE(exchange_.streams().empty());
}

TEST_F(ExchangeTest, StreamsOutliveConnectionOnlyIfTheyMayRepeat) {
  Connect();
  const auto heads = AskFor("chain_subscribeNewHeads");
  const auto watch = AskFor("author_submitAndWatchExtrinsic");
  EXPECT_TRUE(Answer(heads->id, "a").ok());
  EXPECT_TRUE(Answer(watch->id, "b").ok());
  exchange_.Disconnected(lost_);
  ASSERT_EQ(exchange_.streams().size(), 1u);
  EXPECT_EQ(exchange_.streams()[0], heads->stream);
  EXPECT_TRUE(absl::IsUnavailable(
      watch->stream->feed.Next(absl::InfinitePast()).status()));
  EXPECT_TRUE(exchange_.Subscribed(heads->stream, json("c")).ok());
  EXPECT_TRUE(Notice("a", 1).ok());  // the old id means nothing now
  EXPECT_TRUE(Notice("c", 2).ok());
  const auto head = heads->stream->feed.Next(absl::InfinitePast());
  EXPECT_EQ(head->value, 2);
  EXPECT_TRUE(head->gap);
}

}  // namespace
}  // namespace sn37::chain
