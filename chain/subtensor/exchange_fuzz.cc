// A node that says anything at any time, between calls, subscriptions, readers
// that go and connections that end: no crash, no call with two outcomes, and
// none that is left without one.
//
// The input is lines: one letter is an event (below), else what the node says.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "chain/subtensor/exchange.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

class Play {
 public:
  ~Play() {
    exchange_.Disconnected(absl::InternalError("over"));
    for (const auto& call : calls_) {
      SN37_CHECK(call->done.HasBeenNotified() || call->times_sent == 0 ||
                 (call->stream != nullptr && call->stream->cancelled))
          << call->method;
    }
  }

  void Line(absl::string_view line) {
    if (line == "a") return Ask(Call("author_submitExtrinsic"));
    if (line == "r") return Ask(Call("state_call"));
    if (line == "h") return Ask(Subscribe("chain_subscribeNewHeads"));
    if (line == "w") return Ask(Subscribe("author_submitAndWatchExtrinsic"));
    if (line == "d") return exchange_.Disconnected(absl::UnavailableError(""));
    if (line == "c") return Connect();
    if (line == "x" && !calls_.empty()) return Leave();
    const absl::Status status = exchange_.Receive(line);
    if (!status.ok()) exchange_.Disconnected(status);
  }

 private:
  std::shared_ptr<PendingCall> Call(const char* method) {
    return std::make_shared<PendingCall>(method, json::array());
  }
  std::shared_ptr<PendingCall> Subscribe(const char* method) {
    return std::make_shared<PendingCall>(std::make_shared<Stream>(
        method, json::array(), "unsubscribe", FeedLimits{4, 1000}));
  }
  void Ask(std::shared_ptr<PendingCall> call) {
    exchange_.Ask(call);
    calls_.push_back(std::move(call));
  }
  void Connect() {
    exchange_.Disconnected(absl::UnavailableError(""));
    exchange_.Connected([](const std::string&) {});
    exchange_.Ready();
  }
  // As the last caller, whose deadline is over, or as the reader that it
  // became.
  void Leave() {
    const std::shared_ptr<PendingCall> call = std::move(calls_.back());
    calls_.pop_back();
    if (!call->done.HasBeenNotified()) {
      exchange_.Abandon(call);
    } else if (call->stream != nullptr) {
      (void)call->stream->feed.Next(absl::InfinitePast());
      exchange_.Cancel(call->stream);
    }
  }

  Exchange exchange_;
  std::vector<std::shared_ptr<PendingCall>> calls_;
};

}  // namespace
}  // namespace sn37::chain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::chain::Play play;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    play.Line(line);
  }
  return 0;
}
