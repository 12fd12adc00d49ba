// A few independent tasks on a few threads.
#ifndef SN37_DATASETS_SIDE_BY_SIDE_H_
#define SN37_DATASETS_SIDE_BY_SIDE_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace sn37::datasets {

// As many threads as the machine runs at once.
inline int AllThreads() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Runs task(i) for i below `count` on at most `threads` threads, of which the
// caller's is one; returns when all are done.
template <typename Task>
void RunSideBySide(size_t count, int threads, const Task& task) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next++) < count;) task(i);
  };
  std::vector<std::thread> others;
  for (size_t t = 1; t < std::min<size_t>(count, threads); ++t) {
    others.emplace_back(work);
  }
  work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SIDE_BY_SIDE_H_
