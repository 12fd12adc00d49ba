#include "chain/codec/hashers.h"

#include <xxhash.h>

#include <iterator>

#include "absl/strings/str_cat.h"
#include "chain/codec/scale.h"
#include "sn37/base/check.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

struct Hasher {
  std::string (*digest)(absl::string_view bytes, size_t digest_bytes);
  size_t digest_bytes;
  bool concat;
};

std::string Nothing(absl::string_view, size_t) { return ""; }

// In the order of StorageHasher.
constexpr Hasher kHashers[] = {
    {Blake2, 16, false}, {Blake2, 32, false}, {Blake2, 16, true},
    {Twox, 16, false},   {Twox, 32, false},   {Twox, 8, true},
    {Nothing, 0, true},
};
static_assert(std::size(kHashers) == kStorageHashers);

}  // namespace

std::string Blake2(absl::string_view bytes, size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  SN37_CHECK(crypto_generichash(
                 reinterpret_cast<unsigned char*>(digest.data()), digest_bytes,
                 reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size(), nullptr, 0) == 0);
  return digest;
}

std::string Twox(absl::string_view bytes, size_t digest_bytes) {
  std::string digest;
  for (uint64_t seed = 0; digest.size() < digest_bytes; ++seed) {
    AppendFixed(XXH64(bytes.data(), bytes.size(), seed), 8, digest);
  }
  return digest;
}

std::string HashArgument(StorageHasher hasher, absl::string_view argument) {
  const Hasher& h = kHashers[static_cast<uint8_t>(hasher)];
  std::string out = h.digest(argument, h.digest_bytes);
  if (h.concat) absl::StrAppend(&out, argument);
  return out;
}

std::optional<size_t> BytesBeforeArgument(StorageHasher hasher) {
  const Hasher& h = kHashers[static_cast<uint8_t>(hasher)];
  if (!h.concat) return std::nullopt;
  return h.digest_bytes;
}

}  // namespace sn37::chain
