#include "eval/kernels/cpu/thread_pool.h"

#include <atomic>
#include <new>
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

TEST(ThreadPoolTest, AnExceptionIsTheCallersWhenTheOthersHaveEnded) {
  for (int threads : {2, 5}) {
    ThreadPool pool(threads);
    for (size_t failing : {1, 2, 300}) {  // every so many-th task
      std::atomic<size_t> ended = 0;
      const auto body = [&](size_t task, int) {
        if (task % failing == 0) throw std::bad_alloc();
        ended.fetch_add(1);
      };
      EXPECT_THROW(pool.ForEach(300, body), std::bad_alloc);
      EXPECT_EQ(ended.load(), 300 - 300 / failing);
      pool.ForEach(300, [&](size_t, int) { ended.fetch_add(1); });
      EXPECT_EQ(ended.load(), 600 - 300 / failing) << "the next step is whole";
    }
  }
}

TEST(ThreadPoolTest, ZeroMeansTheCoresOfThisProcess) {
  EXPECT_GE(ThreadPool(0).size(), 1);
}

}  // namespace
}  // namespace sn37::eval
