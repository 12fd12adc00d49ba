#include "eval/tokenizer/crates.h"

#include "absl/strings/str_cat.h"
#include "sn37/base/text.h"

namespace sn37::eval {

Sn37View ToView(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string TakeBytes(Sn37Bytes bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data), bytes.size);
  sn37_bytes_free(bytes);
  return text;
}

std::vector<int32_t> TakeIds(Sn37Ids ids) {
  std::vector<int32_t> taken(ids.data, ids.data + ids.size);
  sn37_ids_free(ids);
  return taken;
}

absl::Status ToStatus(int32_t code, Sn37Bytes error, absl::string_view what) {
  if (code == SN37_OK) return absl::OkStatus();
  const std::string message =
      absl::StrCat(what, ": ", Printable(TakeBytes(error)));
  switch (code) {
    case SN37_INVALID:
    case SN37_PANIC:
      return absl::InvalidArgumentError(message);
    case SN37_LIMIT:
      return absl::OutOfRangeError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace sn37::eval
