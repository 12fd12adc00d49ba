#include "eval/kernels/cpu/thread_pool.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>
#include <utility>

namespace sn37::eval {
namespace {

// A step of a small model lasts about 50 microseconds and the next one follows
// at once, so waiting threads spin for about that long before they sleep.
constexpr int kSpins = 2000;

int CoresOfThisProcess() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  const int size = threads > 0 ? threads : CoresOfThisProcess();
  workers_.reserve(size - 1);
  for (int worker = 1; worker < size; ++worker) {
    workers_.emplace_back([this, worker] { Work(worker); });
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    step_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::ForEach(size_t tasks, Body body) {
  if (workers_.empty() || tasks <= 1) {
    for (size_t task = 0; task < tasks; ++task) body(task, 0);
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    body_ = &body;
    tasks_ = tasks;
    next_ = 0;
    unfinished_ = static_cast<int>(workers_.size());
    step_.fetch_add(1);
  }
  wake_.notify_all();
  RunTasks(body, 0);
  for (int spins = 0; unfinished_.load() != 0; ++spins) {
    // The others are in their last task; if one lost its core, give it ours.
    if (spins < kSpins) {
      _mm_pause();
    } else {
      sched_yield();
    }
  }
  if (failure_ != nullptr) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

void ThreadPool::RunTasks(const Body& body, int worker) {
  for (size_t task; (task = next_.fetch_add(1)) < tasks_;) {
    try {
      body(task, worker);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (failure_ == nullptr) failure_ = std::current_exception();
    }
  }
}

void ThreadPool::Work(int worker) {
  uint64_t seen = 0;
  while (true) {
    for (int spins = 0; spins < kSpins && step_.load() == seen; ++spins) {
      _mm_pause();
    }
    if (step_.load() == seen) {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return step_.load() != seen; });
    }
    seen = step_.load();
    if (stop_) return;
    RunTasks(*body_, worker);
    unfinished_.fetch_sub(1);
  }
}

}  // namespace sn37::eval
