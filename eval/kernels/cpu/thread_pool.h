// A few threads that share the tasks of one step after another.
#ifndef EVAL_KERNELS_CPU_THREAD_POOL_H_
#define EVAL_KERNELS_CPU_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace sn37::eval {

// Which thread runs which task is left to chance; tasks must not care. Used by
// one thread at a time, which works along as worker 0.
class ThreadPool {
 public:
  // `threads` counts the caller; 0 or less: one per core this process may use.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  // Runs body(task, worker) for every task < tasks, each once, with worker in
  // [0, size()); returns when all have ended. An exception of body ends its own
  // task; the first is thrown on when no task runs any more (with one thread at
  // once). body must not call ForEach.
  using Body = absl::FunctionRef<void(size_t task, int worker)>;
  void ForEach(size_t tasks, Body body);

 private:
  void Work(int worker);
  void RunTasks(const Body& body, int worker);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // A new step is announced by raising step_ (under mutex_). Set before it,
  // constant during the step: body_, tasks_.
  std::atomic<uint64_t> step_{0};
  const Body* body_ = nullptr;
  size_t tasks_ = 0;
  std::atomic<size_t> next_{0};     // first task that nobody has taken
  std::atomic<int> unfinished_{0};  // workers still in this step
  std::exception_ptr failure_;      // the step's first; under mutex_
  std::atomic<bool> stop_{false};
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_THREAD_POOL_H_
