#include "sn37/base/random.h"

#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"

namespace sn37 {
namespace {

uint32_t LittleEndian32(absl::string_view bytes) {
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) {
    word |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  return word;
}

PhiloxKey DeriveKey(const Digest& seed, absl::string_view task) {
  const Digest digest = Sha256(absl::StrCat(seed.bytes(), task));
  return {LittleEndian32(digest.bytes().substr(0, 4)),
          LittleEndian32(digest.bytes().substr(4, 4))};
}

}  // namespace

PhiloxBlock Philox4x32(PhiloxBlock counter, PhiloxKey key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t p0 = kMultiplier0 * counter[0];
    const uint64_t p1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(p0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

CounterRandom::CounterRandom(const Digest& seed, absl::string_view task,
                             uint64_t index)
    : key_(DeriveKey(seed, task)), index_(index) {}

uint32_t CounterRandom::Next32() {
  if (used_ == 4) {
    block_ = Philox4x32(
        {static_cast<uint32_t>(next_block_),
         static_cast<uint32_t>(next_block_ >> 32),
         static_cast<uint32_t>(index_), static_cast<uint32_t>(index_ >> 32)},
        key_);
    ++next_block_;
    used_ = 0;
  }
  return block_[used_++];
}

uint64_t CounterRandom::Next64() {
  const uint64_t low = Next32();
  const uint64_t high = Next32();
  return low | (high << 32);
}

uint64_t CounterRandom::Below(uint64_t n) {
  SN37_CHECK(n > 0);
  const uint64_t excess = (0 - n) % n;  // 2^64 mod n
  uint64_t draw = Next64();
  while (draw < excess) draw = Next64();
  return draw % n;
}

KeyedPermutation::KeyedPermutation(const Digest& seed, absl::string_view task,
                                   uint64_t n)
    : key_(DeriveKey(
          seed, absl::StrCat(task, absl::string_view("\0", 1), "permutation"))),
      n_(n),
      half_bits_(1) {
  SN37_CHECK(n > 0 && n <= uint64_t{1} << 62) << "n = " << n;
  while ((uint64_t{1} << (2 * half_bits_)) < n) ++half_bits_;
}

uint64_t KeyedPermutation::Encrypt(uint64_t value) const {
  constexpr uint32_t kRounds = 8;
  const uint32_t mask = (uint64_t{1} << half_bits_) - 1;
  uint32_t left = static_cast<uint32_t>(value >> half_bits_);
  uint32_t right = static_cast<uint32_t>(value) & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const uint32_t mixed =
        left ^ (Philox4x32({right, round, 0, 0}, key_)[0] & mask);
    left = right;
    right = mixed;
  }
  return (uint64_t{left} << half_bits_) | right;
}

uint64_t KeyedPermutation::At(uint64_t i) const {
  SN37_CHECK(i < n_) << i << " of " << n_;
  uint64_t value = Encrypt(i);
  while (value >= n_) value = Encrypt(value);
  return value;
}

}  // namespace sn37
