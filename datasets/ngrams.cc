#include "datasets/ngrams.h"

#include "absl/strings/ascii.h"

namespace sn37::datasets {
namespace {

constexpr uint64_t kFnvBasis = 0xcbf29ce484222325;
constexpr uint64_t kFnvPrime = 0x100000001b3;
// Odd numbers without pattern (the digits of pi and of e), where the
// polynomials are evaluated.
constexpr uint64_t kLowBase = 0x243f6a8885a308d3;
constexpr uint64_t kHighBase = 0xb7e151628aed2a6b;

constexpr uint64_t Power(uint64_t base, size_t exponent) {
  uint64_t power = 1;
  for (size_t i = 0; i < exponent; ++i) power *= base;
  return power;
}

// The finalizer of SplitMix64.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

bool IsWordByte(unsigned char c) { return c >= 0x80 || absl::ascii_isalnum(c); }

}  // namespace

void NgramStream::Feed(absl::string_view piece) {
  for (unsigned char c : piece) {
    if (IsWordByte(c)) {
      if (word_ == 0) word_ = kFnvBasis;
      word_ = (word_ ^ static_cast<unsigned char>(absl::ascii_tolower(c))) *
              kFnvPrime;
    } else if (word_ != 0) {
      EndWord();
    }
  }
}

void NgramStream::Finish() {
  if (word_ != 0) EndWord();
  words_ = 0;
  low_ = high_ = 0;
  window_ = {};
}

void NgramStream::EndWord() {
  uint64_t& slot = window_[words_++ % kNgramWords];
  const uint64_t gone = slot;  // 0 before the window is full
  slot = Mix(word_);
  word_ = 0;
  low_ = low_ * kLowBase + slot - gone * Power(kLowBase, kNgramWords);
  high_ = high_ * kHighBase + slot - gone * Power(kHighBase, kNgramWords);
  if (words_ >= kNgramWords) found_({Mix(low_), Mix(high_)});
}

}  // namespace sn37::datasets
