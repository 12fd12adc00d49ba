#include "eval/engine/smaller_batches.h"

#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using Done = absl::FunctionRef<absl::Status(size_t, absl::StatusOr<int>)>;

// Doubles each request, until a batch is larger than `most`.
struct Worker {
  int64_t most;
  mutable std::vector<int64_t> tried = {};

  absl::Status operator()(absl::Span<const int> requests,
                          const BatchLimits& limits, Done done) const {
    tried.push_back(limits.sequences);
    int64_t answered = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (++answered > 2 && limits.sequences > most) {
        return absl::ResourceExhaustedError("out of memory");
      }
      absl::Status status = done(i, 2 * requests[i]);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
};

constexpr BatchLimits kLimits = {.sequences = 16, .rows = 1024};
const std::vector<int> kRequests = {10, 11, 12, 13, 14, 15,
                                    16, 17, 18, 19, 20, 21};

TEST(SmallerBatchesTest, AnswersEachRequestOnceThoughMemoryRunsOut) {
  const Worker worker{.most = 4};
  std::multiset<size_t> answered;
  const absl::Status status = WithSmallerBatches<int, int>(
      kRequests, kLimits,
      [&](size_t i, absl::StatusOr<int> response) {
        EXPECT_EQ(*response, 2 * kRequests[i]);
        answered.insert(i);
        return absl::OkStatus();
      },
      worker);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(answered,
            (std::multiset<size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(worker.tried, (std::vector<int64_t>{16, 8, 4}));
}

TEST(SmallerBatchesTest, EndsWhenNoBatchIsSmaller) {
  const Worker worker{.most = 0};
  const absl::Status status = WithSmallerBatches<int, int>(
      kRequests, kLimits,
      [](size_t, absl::StatusOr<int>) { return absl::OkStatus(); }, worker);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(worker.tried, (std::vector<int64_t>{16, 8, 4, 2, 1}));
}

TEST(SmallerBatchesTest, TheCallersOwnErrorEndsEverything) {
  const Worker worker{.most = 16};
  const absl::Status status = WithSmallerBatches<int, int>(
      kRequests, kLimits,
      [](size_t, absl::StatusOr<int>) {
        return absl::ResourceExhaustedError("disk full");
      },
      worker);
  EXPECT_EQ(status.message(), "disk full");
  EXPECT_EQ(worker.tried.size(), 1u);
}

}  // namespace
}  // namespace sn37::eval
