// Progress of a long step, for a person: a bar with rate and time left on a
// terminal, a plain line every few seconds elsewhere, and nothing at all where
// the work is over within two seconds.
//
//   Progress progress("hashing weights", total_bytes, "bytes");
//   ... progress.Advance(n);      // from any thread
#ifndef SN37_BASE_PROGRESS_H_
#define SN37_BASE_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sn37 {

struct ProgressOptions {
  std::FILE* out = stderr;       // borrowed; outlives the Progress
  std::optional<bool> terminal;  // absent: whether `out` is one
  // Seconds since any fixed point, never going back; absent: the steady clock.
  std::function<double()> now;
};

// Advance is safe from any thread. Destruction ends the bar with a last line
// that says how much was done and how long it took.
class Progress {
 public:
  // `total` units of work are ahead; 0 where that is not known, which shows a
  // count and a rate only. `unit` is a plural ("samples", "bytes").
  Progress(absl::string_view title, uint64_t total, absl::string_view unit,
           ProgressOptions options = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `n` more units are done. Draws at most a few times per second.
  void Advance(uint64_t n);

 private:
  std::string Line(double elapsed) const;
  void Draw(double now, bool last);

  const std::string title_;
  const uint64_t total_;
  const std::string unit_;
  const ProgressOptions options_;
  const bool terminal_;
  const double start_;

  std::mutex mutex_;  // guards what follows
  uint64_t done_ = 0;
  double next_draw_;
  bool drawn_ = false;
};

}  // namespace sn37

#endif  // SN37_BASE_PROGRESS_H_
