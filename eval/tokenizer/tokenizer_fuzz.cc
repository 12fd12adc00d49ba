// tokenizer.json. The crate that reads it is not instrumented by sanitizers and
// bounds its memory itself (tools/deps/crates/src/budget.rs).
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "eval/tokenizer/tokenizer.h"
#include "sn37/base/check.h"
#include "sn37/base/fuzz_folder.h"

namespace sn37::eval {
namespace {

void Read(absl::string_view text) {
  static const auto& folder = *new FuzzFolder;
  folder.Put("tokenizer.json", text);
  const auto tokenizer = Tokenizer::Load(folder.path());
  if (!tokenizer.ok()) return;
  const auto ids = tokenizer->Encode("abab 12 <s> \u00e9\n", AddSpecial::kYes);
  if (!ids.ok()) return;
  for (const int32_t id : *ids) {
    SN37_CHECK(id >= 0 && id <= tokenizer->max_id()) << id;
  }
  (void)tokenizer->Decode(*ids, SkipSpecial::kNo);
}

}  // namespace
}  // namespace sn37::eval

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::eval::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
