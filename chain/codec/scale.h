// SCALE, the chain's binary format: what every value is made of. Integers are
// little-endian; a compact is an integer in the fewest bytes, whose two lowest
// bits say how many; a text or list begins with its length as a compact.
//
//   ScaleReader reader(bytes);
//   SN37_ASSIGN_OR_RETURN(uint32_t nonce, reader.Fixed<uint32_t>());
//   SN37_ASSIGN_OR_RETURN(absl::string_view name, reader.Text());
//   SN37_RETURN_IF_ERROR(reader.ExpectEnd());
#ifndef CHAIN_CODEC_SCALE_H_
#define CHAIN_CODEC_SCALE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

// Reads from the front of borrowed bytes, which outlive it and what it
// returns. Strict: whatever the encoder would not write is kInvalidArgument,
// and after an error the position is of no use. Copying marks a position.
class ScaleReader {
 public:
  explicit ScaleReader(absl::string_view bytes) : rest_(bytes) {}

  // What has not been read yet.
  absl::string_view rest() const { return rest_; }

  // The next `count` bytes.
  absl::StatusOr<absl::string_view> Bytes(size_t count);

  // An integer of sizeof(T) bytes, T unsigned.
  template <typename T>
  absl::StatusOr<T> Fixed() {
    auto bytes = Bytes(sizeof(T));
    if (!bytes.ok()) return bytes.status();
    T value = 0;
    for (size_t i = sizeof(T); i-- > 0;) {
      value =
          static_cast<T>((value << 7 << 1) | static_cast<uint8_t>((*bytes)[i]));
    }
    return value;
  }

  // A byte that is 0 or 1.
  absl::StatusOr<bool> Bool();

  // A compact below 256^max_bytes, in its shortest form. REQUIRES:
  // max_bytes <= 16.
  absl::StatusOr<absl::uint128> Compact(size_t max_bytes);
  absl::StatusOr<uint32_t> Compact32();

  // A length and that many bytes; Text demands UTF-8 of them.
  absl::StatusOr<absl::string_view> LengthAndBytes();
  absl::StatusOr<absl::string_view> Text();

  // An error unless everything was read.
  absl::Status ExpectEnd() const;

 private:
  // The `count` bytes of a compact of the largest mode, after its first.
  absl::StatusOr<absl::uint128> BigCompact(size_t count, size_t max_bytes);

  absl::string_view rest_;
};

// The counterparts, appending to `out`. The lowest `bytes` (at most 16) bytes
// of `value` are written.
void AppendFixed(absl::uint128 value, size_t bytes, std::string& out);
void AppendCompact(absl::uint128 value, std::string& out);
void AppendLengthAndBytes(absl::string_view bytes, std::string& out);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_SCALE_H_
