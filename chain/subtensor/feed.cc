#include "chain/subtensor/feed.h"

#include <utility>

namespace sn37::chain {

void Feed::Push(nlohmann::json value, size_t bytes) {
  absl::MutexLock lock(&mutex_);
  if (!end_.ok()) return;
  queue_.push_back({{std::move(value), std::exchange(gap_, false)}, bytes});
  bytes_ += bytes;
  // The newest always stays, so there is one to mark.
  while (queue_.size() > 1 &&
         (queue_.size() > limits_.notifications || bytes_ > limits_.bytes)) {
    bytes_ -= queue_.front().bytes;
    queue_.pop_front();
    queue_.front().notification.gap = true;
  }
}

void Feed::MarkGap() {
  absl::MutexLock lock(&mutex_);
  gap_ = true;
}

void Feed::End(absl::Status why) {
  absl::MutexLock lock(&mutex_);
  if (end_.ok()) end_ = std::move(why);
}

absl::StatusOr<Notification> Feed::Next(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !queue_.empty() || !end_.ok();
  };
  if (!mutex_.AwaitWithDeadline(absl::Condition(&ready), deadline)) {
    return absl::DeadlineExceededError("no notification by the deadline");
  }
  if (queue_.empty()) return end_;
  Entry entry = std::move(queue_.front());
  queue_.pop_front();
  bytes_ -= entry.bytes;
  return std::move(entry.notification);
}

}  // namespace sn37::chain
