#include "chain/subtensor/feed.h"

#include <thread>

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

absl::StatusOr<Notification> Now(Feed& feed) {
  return feed.Next(absl::InfinitePast());
}

TEST(FeedTest, GivesInOrderThenWaits) {
  Feed feed({});
  feed.Push(1, 1);
  feed.Push(2, 1);
  EXPECT_EQ(Now(feed)->value, 1);
  EXPECT_EQ(Now(feed)->value, 2);
  EXPECT_EQ(Now(feed).status().code(), absl::StatusCode::kDeadlineExceeded);
  std::thread writer([&] { feed.Push(3, 1); });
  EXPECT_EQ(feed.Next(absl::InfiniteFuture())->value, 3);
  writer.join();
}

TEST(FeedTest, MarksOnlyTheNextAfterGap) {
  Feed feed({});
  feed.Push(1, 1);
  feed.MarkGap();
  feed.Push(2, 1);
  feed.Push(3, 1);
  EXPECT_FALSE(Now(feed)->gap);
  EXPECT_TRUE(Now(feed)->gap);
  EXPECT_FALSE(Now(feed)->gap);
}

TEST(FeedTest, DropsOldestAndMarksWhatFollows) {
  const struct {
    FeedLimits limits;
    int kept;
  } cases[] = {{{3, 1000}, 3}, {{1000, 20}, 2}, {{1, 1}, 1}};
  for (const auto& c : cases) {
    Feed feed(c.limits);
    for (int i = 0; i < 10; ++i) feed.Push(i, 10);
    for (int i = 10 - c.kept; i < 10; ++i) {
      const auto notification = Now(feed);
      EXPECT_EQ(notification->value, i);
      EXPECT_EQ(notification->gap, i == 10 - c.kept);
    }
    EXPECT_FALSE(Now(feed).ok());
  }
}

TEST(FeedTest, EndComesAfterWhatWasBefore) {
  Feed feed({});
  feed.Push(1, 1);
  feed.End(absl::UnavailableError("first"));
  feed.End(absl::InternalError("second"));
  feed.Push(2, 1);
  EXPECT_EQ(Now(feed)->value, 1);
  EXPECT_EQ(Now(feed).status(), absl::UnavailableError("first"));
  EXPECT_EQ(Now(feed).status(), absl::UnavailableError("first"));
}

}  // namespace
}  // namespace sn37::chain
