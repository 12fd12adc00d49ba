#include "sn37/competition/sync_block.h"

#include <algorithm>

#include "sn37/base/check.h"

namespace sn37 {
namespace {

// How far `block` is past the last sync block, also before genesis.
int64_t Past(int64_t block, int64_t genesis, int64_t cadence) {
  SN37_CHECK(cadence >= 1) << "cadence " << cadence;
  const int64_t remainder = (block - genesis) % cadence;
  return remainder < 0 ? remainder + cadence : remainder;
}

}  // namespace

int64_t SyncBlock(int64_t block, int64_t genesis, int64_t cadence) {
  return block - Past(block, genesis, cadence);
}

int64_t NextSyncBlock(int64_t block, int64_t genesis, int64_t cadence) {
  return SyncBlock(block, genesis, cadence) + cadence;
}

Digest SeedFromBlockHash(absl::string_view block_hash) {
  return Sha256(block_hash);
}

std::string SeedDecimal(const Digest& seed) {
  std::string digits = "0";  // least significant first
  for (const char byte : seed.bytes()) {
    // digits = digits · 256 + byte
    int carry = static_cast<unsigned char>(byte);
    for (char& digit : digits) {
      carry += (digit - '0') * 256;
      digit = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) digits += char('0' + carry % 10);
  }
  std::reverse(digits.begin(), digits.end());
  const size_t first = digits.find_first_not_of('0');
  return first == digits.npos ? "0" : digits.substr(first);
}

bool IsEligible(int64_t commit_block, int64_t delay, int64_t sync_block) {
  return sync_block - commit_block >= delay;
}

}  // namespace sn37
