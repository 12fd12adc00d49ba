#include "eval/kernels/cpu/thread_pool.h"

#include <atomic>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskOnceInEveryStep) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (size_t tasks : {0, 1, 2, 7, 300}) {
      for (int step = 0; step < 50; ++step) {
        std::vector<std::atomic<int>> runs(tasks);
        pool.ForEach(tasks, [&](size_t task, int worker) {
          EXPECT_GE(worker, 0);
          EXPECT_LT(worker, threads);
          runs[task].fetch_add(1);
        });
        for (const auto& count : runs) EXPECT_EQ(count.load(), 1);
      }
    }
  }
}

TEST(ThreadPoolTest, ZeroMeansTheCoresOfThisProcess) {
  EXPECT_GE(ThreadPool(0).size(), 1);
}

}  // namespace
}  // namespace sn37::eval
