#include "sn37/base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

constexpr double kSilentSeconds = 2.0;    // shorter work shows nothing
constexpr double kTerminalSeconds = 0.1;  // between two drawings of a bar
constexpr double kPlainSeconds = 5.0;     // between two plain lines
constexpr int kBarColumns = 20;

double SteadySeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

ProgressOptions WithClock(ProgressOptions options) {
  if (!options.now) options.now = SteadySeconds;
  return options;
}

// 1234567 as "1.23M"; below 10 000 as it is.
std::string Short(double value) {
  const char* suffixes[] = {"k", "M", "G", "T"};
  if (value < 10) return absl::StrFormat("%.3g", value);
  if (value < 10000) return absl::StrFormat("%.0f", value);
  int i = -1;
  while (value >= 1000 && i < 3) {
    value /= 1000;
    ++i;
  }
  return absl::StrFormat("%.3g%s", value, suffixes[i]);
}

// 75 as "1:15", 3700 as "1:01:40".
std::string Duration(double seconds) {
  const int64_t s = static_cast<int64_t>(seconds + 0.5);
  if (s < 3600) return absl::StrFormat("%d:%02d", s / 60, s % 60);
  return absl::StrFormat("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

std::string Bar(double share) {
  const int full = static_cast<int>(share * kBarColumns);
  return absl::StrCat("[", std::string(full, '#'),
                      std::string(kBarColumns - full, '.'), "] ");
}

}  // namespace

Progress::Progress(absl::string_view title, uint64_t total,
                   absl::string_view unit, ProgressOptions options)
    : title_(Printable(title)),
      total_(total),
      unit_(Printable(unit)),
      options_(WithClock(std::move(options))),
      terminal_(options_.terminal.value_or(isatty(fileno(options_.out)) == 1)),
      start_(options_.now()),
      next_draw_(start_ + kSilentSeconds) {}

Progress::~Progress() {
  std::lock_guard lock(mutex_);
  if (drawn_) Draw(options_.now(), /*last=*/true);
}

void Progress::Advance(uint64_t n) {
  std::lock_guard lock(mutex_);
  done_ += n;
  const double now = options_.now();
  if (now < next_draw_) return;
  Draw(now, /*last=*/false);
  next_draw_ = now + (terminal_ ? kTerminalSeconds : kPlainSeconds);
}

std::string Progress::Line(double elapsed) const {
  const double rate = elapsed > 0 ? done_ / elapsed : 0;
  std::string line = absl::StrCat(title_, ": ");
  if (total_ > 0) {
    const double share = std::min(1.0, double(done_) / total_);
    if (terminal_) line += Bar(share);
    absl::StrAppendFormat(&line, "%.0f%% ", share * 100);
  }
  line += Short(done_);
  if (total_ > 0) absl::StrAppend(&line, " of ", Short(total_));
  absl::StrAppend(&line, " ", unit_, ", ", Short(rate), " per second");
  return line;
}

void Progress::Draw(double now, bool last) {
  drawn_ = true;
  const double elapsed = now - start_;
  std::string line = Line(elapsed);
  if (last) {
    absl::StrAppend(&line, ", took ", Duration(elapsed));
  } else if (total_ > 0 && done_ > 0) {
    const double left = total_ > done_ ? total_ - done_ : 0;
    absl::StrAppend(&line, ", ", Duration(elapsed * left / done_), " left");
  }
  // On a terminal: to the line's start, the text, erase what is right of it.
  std::fprintf(options_.out, terminal_ ? "\r%s\x1b[K%s" : "%s%s", line.c_str(),
               terminal_ && !last ? "" : "\n");
  std::fflush(options_.out);
}

}  // namespace sn37
