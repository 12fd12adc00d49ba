// tokenizer_config.json beside a small tokenizer.
#include <cstddef>
#include <cstdint>

#include "eval/tokenizer/testing/small_tokenizer.h"
#include "eval/tokenizer/tokenizer.h"
#include "sn37/base/fuzz_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sn37::FuzzFolder& folder = *[] {
    auto* made = new sn37::FuzzFolder;
    sn37::eval::WriteSmallTokenizer(made->path());
    return made;
  }();
  folder.Put("tokenizer_config.json",
             {reinterpret_cast<const char*>(data), size});
  const auto tokenizer = sn37::eval::Tokenizer::Load(folder.path());
  if (!tokenizer.ok()) return 0;
  (void)tokenizer->Encode("abab 12 <s>", sn37::eval::AddSpecial::kYes);
  (void)tokenizer->ApplyChatTemplate({{"user", "Hi"}}, true);
  return 0;
}
