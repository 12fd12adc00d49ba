#include "chain/subtensor/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/subtensor/rpc.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// Of notices that come before the answer to their subscription; honest ones are
// one or two blocks' headers.
constexpr size_t kMaxEarly = 16;
constexpr size_t kMaxEarlyBytes = 1 << 20;

void Finish(PendingCall& call, absl::StatusOr<json> outcome) {
  SN37_CHECK(!call.done.HasBeenNotified()) << call.method;
  call.outcome = std::move(outcome);
  call.done.Notify();
}

}  // namespace

void Exchange::Ask(std::shared_ptr<PendingCall> call) {
  call->id = NewId();
  calls_.emplace(call->id, call);
  if (ready_) SendCall(*call);
}

bool Exchange::Abandon(const std::shared_ptr<PendingCall>& call) {
  const bool sent = ready_ && call->times_sent > 0;
  const bool answered = !calls_.contains(call->id);
  // One that subscribes and was sent stays, for its answer tells what to
  // unsubscribe.
  if (call->stream == nullptr || call->times_sent == 0) calls_.erase(call->id);
  if (call->stream != nullptr) Cancel(call->stream);
  return sent && !answered && call->sent_after == answers_;
}

void Exchange::Cancel(const std::shared_ptr<Stream>& stream) {
  stream->cancelled = true;
  streams_.erase(stream);
  if (stream->id.is_null()) return;
  by_id_.erase(stream->id);
  Unsubscribe(*stream);
}

void Exchange::Connected(Send send) { send_ = std::move(send); }

void Exchange::Ready() {
  ready_ = true;
  for (const auto& [id, call] : calls_) SendCall(*call);
}

void Exchange::Disconnected(const absl::Status& why) {
  send_ = nullptr;
  ready_ = false;
  by_id_.clear();
  early_.clear();
  const bool breach = !absl::IsUnavailable(why);
  std::erase_if(calls_, [&](const auto& entry) {
    PendingCall& call = *entry.second;
    if (call.times_sent == 0) return false;
    if (call.stream != nullptr && call.stream->cancelled) return true;
    if (!breach && MayRepeat(call.method) && call.times_sent < kMaxTimesSent) {
      return false;
    }
    Finish(call, Annotate(why, call.method));
    return true;
  });
  std::erase_if(streams_, [&](const std::shared_ptr<Stream>& stream) {
    stream->id = nullptr;
    if (MayRepeat(stream->subscribe_method)) {
      stream->feed.MarkGap();
      return false;
    }
    stream->feed.End(Annotate(why, stream->subscribe_method));
    return true;
  });
}

absl::Status Exchange::Receive(absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(Message message, ParseMessage(text));
  return Receive(std::move(message), text.size());
}

absl::Status Exchange::Receive(Message message, size_t bytes) {
  if (auto* answer = std::get_if<Answer>(&message)) {
    return TakeAnswer(std::move(*answer));
  }
  TakeNotice(std::get<Notice>(std::move(message)), bytes);
  return absl::OkStatus();
}

std::vector<std::shared_ptr<Stream>> Exchange::streams() const {
  return {streams_.begin(), streams_.end()};
}

absl::Status Exchange::Subscribed(const std::shared_ptr<Stream>& stream,
                                  const absl::StatusOr<json>& outcome) {
  absl::Status status = outcome.status();
  if (status.ok() && !outcome->is_string() && !outcome->is_number_integer()) {
    status = absl::InternalError("the answer is no id of a subscription");
  }
  if (status.ok() && by_id_.contains(*outcome)) {
    status = absl::InternalError("the answer is another subscription's id");
  }
  if (!status.ok()) {
    stream->feed.End(Annotate(status, stream->subscribe_method));
    streams_.erase(stream);
    return status;
  }
  stream->id = *outcome;
  if (stream->cancelled) {
    Unsubscribe(*stream);
    return absl::OkStatus();
  }
  streams_.insert(stream);
  by_id_.emplace(stream->id, stream);
  std::deque<EarlyNotice> early;
  early.swap(early_);
  for (EarlyNotice& entry : early) {
    TakeNotice(std::move(entry.notice), entry.bytes);
  }
  return absl::OkStatus();
}

void Exchange::SendCall(PendingCall& call) {
  ++call.times_sent;
  call.sent_after = answers_;
  send_(RequestText(call.id, call.method, call.params));
}

void Exchange::Unsubscribe(Stream& stream) {
  const json id = std::exchange(stream.id, nullptr);
  if (send_ == nullptr) return;
  send_(RequestText(NewId(), stream.unsubscribe_method, json::array({id})));
}

absl::Status Exchange::TakeAnswer(Answer answer) {
  if (answer.id == 0 || answer.id > last_id_) {
    return absl::InternalError(
        absl::StrCat("an answer to call ", answer.id, ", which was not made"));
  }
  const auto entry = calls_.find(answer.id);
  ++answers_;
  // It may come too late, or again, or to an unsubscription.
  if (entry == calls_.end() || entry->second->times_sent == 0) {
    return absl::OkStatus();
  }
  const std::shared_ptr<PendingCall> call = std::move(entry->second);
  calls_.erase(entry);
  if (call->stream != nullptr) {
    const absl::Status status = Subscribed(call->stream, answer.result);
    if (!status.ok()) answer.result = status;
  }
  Finish(*call, std::move(answer.result));
  return absl::OkStatus();
}

void Exchange::TakeNotice(Notice notice, size_t bytes) {
  const auto entry = by_id_.find(notice.subscription);
  if (entry == by_id_.end()) {
    if (bytes > kMaxEarlyBytes) return;
    if (early_.size() == kMaxEarly) early_.pop_front();
    early_.push_back({std::move(notice), bytes});
    return;
  }
  const std::shared_ptr<Stream> stream = entry->second;
  if (notice.value.ok()) {
    stream->feed.Push(*std::move(notice.value), bytes);
    return;
  }
  stream->feed.End(notice.value.status());
  stream->id = nullptr;
  by_id_.erase(entry);
  streams_.erase(stream);
}

}  // namespace sn37::chain
