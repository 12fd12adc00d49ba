// What a call of the Rust crates needs: views of bytes, and errors as statuses.
#ifndef CHAIN_KEYS_CRATES_CALL_H_
#define CHAIN_KEYS_CRATES_CALL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::chain {

inline Sn37View CratesView(absl::string_view bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

// Runs `call`, which gets a place for its message and returns its code.
template <typename F>
absl::Status CallCrates(F call) {
  Sn37Bytes error = {};
  const int32_t code = call(&error);
  if (code == SN37_OK) return absl::OkStatus();
  const std::string message(reinterpret_cast<char*>(error.data), error.size);
  sn37_bytes_free(error);
  return code == SN37_INVALID || code == SN37_LIMIT
             ? absl::InvalidArgumentError(message)
             : absl::InternalError(message);
}

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_CRATES_CALL_H_
