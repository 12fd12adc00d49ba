// Chat templates: parsed and rendered within their limits.
#include <cstddef>
#include <cstdint>

#include "eval/tokenizer/chat_template.h"
#include "sn37/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const sn37::eval::ChatTemplateLimits limits = {
      .instructions = 20'000, .memory_bytes = 4 << 20, .output_bytes = 1 << 16};
  const auto chat = sn37::eval::ChatTemplate::Parse(
      {reinterpret_cast<const char*>(data), size}, limits);
  if (!chat.ok()) return 0;
  const auto text = chat->Render({{"user", "Hi"}, {"assistant", "Yes"}}, true,
                                 {{"bos_token", "<s>"}});
  if (text.ok()) SN37_CHECK(text->size() <= limits.output_bytes);
  return 0;
}
