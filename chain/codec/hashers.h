// The hashes of the chain: Blake2b, and "twox", which is XXH64 with the seeds
// 0, 1, … one after another. Pure functions.
#ifndef CHAIN_CODEC_HASHERS_H_
#define CHAIN_CODEC_HASHERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sn37::chain {

// The digest of so many bytes. Blake2: 16 or 32; Twox: 8, 16 or 32.
std::string Blake2(absl::string_view bytes, size_t digest_bytes);
std::string Twox(absl::string_view bytes, size_t digest_bytes);

// How a part of a storage key is made from an argument; the numbers are the
// metadata's. Concat: the digest, then the argument itself.
enum class StorageHasher : uint8_t {
  kBlake2_128 = 0,
  kBlake2_256 = 1,
  kBlake2_128Concat = 2,
  kTwox128 = 3,
  kTwox256 = 4,
  kTwox64Concat = 5,
  kIdentity = 6,
};
inline constexpr uint8_t kStorageHashers = 7;

std::string HashArgument(StorageHasher hasher, absl::string_view argument);

// The bytes before the argument in what HashArgument makes; absent where the
// argument is not in it.
std::optional<size_t> BytesBeforeArgument(StorageHasher hasher);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_HASHERS_H_
