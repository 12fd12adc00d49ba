// The notifications of one subscription, from the thread of the connection to
// the thread that reads them.
#ifndef CHAIN_SUBTENSOR_FEED_H_
#define CHAIN_SUBTENSOR_FEED_H_

#include <cstddef>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "chain/subtensor/rpc.h"
#include "nlohmann/json.hpp"

namespace sn37::chain {

struct FeedLimits {
  size_t notifications = 1024;
  size_t bytes = 64 << 20;  // of their texts
};

// A queue with limits. Safe from any thread.
class Feed {
 public:
  explicit Feed(FeedLimits limits) : limits_(limits) {}

  // Adds a notification that took `bytes` on the wire. The oldest make room for
  // it where a limit is reached, and the one after them is marked.
  void Push(nlohmann::json value, size_t bytes);
  // The next one pushed is marked: some before it may be missing.
  void MarkGap();
  // No more will come. Only the first reason counts. REQUIRES: an error.
  void End(absl::Status why);

  // As Subscription::Next.
  absl::StatusOr<Notification> Next(absl::Time deadline);

 private:
  struct Entry {
    Notification notification;
    size_t bytes;
  };

  const FeedLimits limits_;
  absl::Mutex mutex_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool gap_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_FEED_H_
