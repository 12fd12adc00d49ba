// Random numbers without state: each is a function of (seed, task, index) and
// of its place in that stream, so any sample can be drawn alone, in any order,
// on any machine.
//
// Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", 2011). The key is the first 8 bytes of
// SHA-256(seed's 32 bytes ‖ task's UTF-8 bytes), read as two little-endian
// 32-bit words. Block b (0, 1, …) of stream `index` has the counter
// (b mod 2^32, b div 2^32, index mod 2^32, index div 2^32) and gives four
// words, used in order.
#ifndef SN37_BASE_RANDOM_H_
#define SN37_BASE_RANDOM_H_

#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sn37/base/digest.h"

namespace sn37 {

using PhiloxKey = std::array<uint32_t, 2>;
using PhiloxBlock = std::array<uint32_t, 4>;

// One block of Philox4x32-10.
PhiloxBlock Philox4x32(PhiloxBlock counter, PhiloxKey key);

// The stream of one index. Copyable: a copy continues on its own from the same
// place. One thread at a time.
class CounterRandom {
 public:
  CounterRandom(const Digest& seed, absl::string_view task, uint64_t index);

  // 32 uniform bits.
  uint32_t Next32();
  // 64 uniform bits: two words, the low half first.
  uint64_t Next64();
  // Uniform in [0, n): Next64() mod n, drawn again while Next64() is below
  // 2^64 mod n. REQUIRES: n > 0.
  uint64_t Below(uint64_t n);

  // A uniform order of `items`: for i from the last to 1, swap items i and
  // Below(i + 1).
  template <typename T>
  void Shuffle(absl::Span<T> items) {
    for (size_t i = items.size(); i > 1; --i) {
      using std::swap;
      swap(items[i - 1], items[Below(i)]);
    }
  }

 private:
  PhiloxKey key_;
  uint64_t index_;
  uint64_t next_block_ = 0;
  PhiloxBlock block_ = {};
  int used_ = 4;  // words of block_ already given out
};

// A keyed order of the numbers below n that is evaluated at one place without
// making the others: drawing without repetition from a snapshot of any size.
//
// Feistel network of 8 rounds over 2h bits, the fewest with 2^(2h) ≥ n, walked
// until the value is below n (at most 4 steps on average). Round r maps halves
// (L, R) to (R, L xor (F(r, R) mod 2^h)), where F is the first word of the
// Philox block with counter (R, r, 0, 0) and the key of task ‖ "\0permutation"
// (a NUL byte, then that word), derived as above. Copyable; safe from any
// thread.
class KeyedPermutation {
 public:
  // REQUIRES: 0 < n ≤ 2^62.
  KeyedPermutation(const Digest& seed, absl::string_view task, uint64_t n);

  // The number at place `i`. Over all i below n each number comes once.
  // REQUIRES: i < n.
  uint64_t At(uint64_t i) const;

 private:
  uint64_t Encrypt(uint64_t value) const;

  PhiloxKey key_;
  uint64_t n_;
  int half_bits_;
};

}  // namespace sn37

#endif  // SN37_BASE_RANDOM_H_
