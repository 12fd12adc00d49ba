// The calls and subscriptions of one client, over the connections that come and
// go. No network is here: texts go in and out. One thread, the connection's,
// but for what says otherwise.
//
//   exchange.Ask(call);               // waits for a connection
//   exchange.Connected(send);         // and for the node to be checked
//   exchange.Ready();                 // sends it
//   exchange.Receive(text);           // call->done
//   exchange.Disconnected(status);    // sent again, or over
#ifndef CHAIN_SUBTENSOR_EXCHANGE_H_
#define CHAIN_SUBTENSOR_EXCHANGE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "chain/subtensor/feed.h"
#include "chain/subtensor/message.h"
#include "nlohmann/json.hpp"

namespace sn37::chain {

// What was asked for, to be asked for again after a reconnect.
struct Stream {
  Stream(std::string subscribe_method, nlohmann::json params,
         std::string unsubscribe_method, FeedLimits limits)
      : subscribe_method(std::move(subscribe_method)),
        params(std::move(params)),
        unsubscribe_method(std::move(unsubscribe_method)),
        feed(limits) {}

  const std::string subscribe_method;
  const nlohmann::json params;
  const std::string unsubscribe_method;
  Feed feed;  // safe from any thread

  // The connection's thread only.
  nlohmann::json id;       // the node's; null while there is none
  bool cancelled = false;  // nobody reads it any more
};

struct PendingCall {
  PendingCall(std::string method, nlohmann::json params)
      : method(std::move(method)), params(std::move(params)) {}
  // A call that subscribes.
  explicit PendingCall(std::shared_ptr<Stream> stream)
      : method(stream->subscribe_method),
        params(stream->params),
        stream(std::move(stream)) {}

  const std::string method;
  const nlohmann::json params;
  const std::shared_ptr<Stream> stream;  // or null

  // For the thread that waits: the outcome, once there is one.
  absl::Notification done;
  absl::StatusOr<nlohmann::json> outcome;

  // The connection's thread only.
  uint64_t id = 0;
  int times_sent = 0;
  uint64_t sent_after = 0;  // answers on the connection
};

class Exchange {
 public:
  using Send = std::function<void(std::string text)>;

  // A call that MayRepeat is sent so many times in all.
  static constexpr int kMaxTimesSent = 3;

  // Sends the call now, or when a connection is ready.
  void Ask(std::shared_ptr<PendingCall> call);
  // Nobody waits for it any more: if it was not sent, it never will be; if it
  // subscribes, that is undone. True if it was sent and no call has been
  // answered since: the node hears nobody.
  bool Abandon(const std::shared_ptr<PendingCall>& call);
  // Unsubscribes.
  void Cancel(const std::shared_ptr<Stream>& stream);

  // A connection is there. `send` must not call back.
  void Connected(Send send);
  // All calls are sent, for the node is the right one.
  void Ready();
  // It is gone. Of the calls that were sent, those that MayRepeat wait for the
  // next one, unless the node broke the protocol (`why` is not Unavailable);
  // the others end with `why`. So do the streams that may not repeat.
  void Disconnected(const absl::Status& why);

  // What the node says. An error is a breach of the protocol: the connection
  // should end. Answers that nobody waits for any more are none.
  absl::Status Receive(absl::string_view text);

  // For what is said between Connected and Ready: the checks, and the streams
  // that are to be taken up again.
  uint64_t NewId() { return ++last_id_; }
  absl::Status Receive(Message message, size_t bytes);
  std::vector<std::shared_ptr<Stream>> streams() const;
  // The answer to a stream's subscription. Returns why there is none, with
  // which the stream has ended.
  absl::Status Subscribed(const std::shared_ptr<Stream>& stream,
                          const absl::StatusOr<nlohmann::json>& outcome);

 private:
  struct EarlyNotice {
    Notice notice;
    size_t bytes;
  };

  void SendCall(PendingCall& call);
  void Unsubscribe(Stream& stream);
  absl::Status TakeAnswer(Answer answer);
  void TakeNotice(Notice notice, size_t bytes);

  Send send_;  // null while there is no connection
  bool ready_ = false;
  uint64_t last_id_ = 0;
  uint64_t answers_ = 0;
  std::map<uint64_t, std::shared_ptr<PendingCall>> calls_;
  std::set<std::shared_ptr<Stream>> streams_;
  std::map<nlohmann::json, std::shared_ptr<Stream>> by_id_;
  // Some nodes notify before they answer the subscription.
  std::deque<EarlyNotice> early_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_EXCHANGE_H_
