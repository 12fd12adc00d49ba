// config.json, to the description of a decoder and its first rotation.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "eval/models/archs.h"
#include "eval/models/rotary.h"
#include "eval/weights/model_config.h"
#include "sn37/base/check.h"
#include "sn37/base/fuzz_folder.h"

namespace sn37::eval {
namespace {

void Read(absl::string_view text) {
  static const auto& folder = *new FuzzFolder;
  folder.Put("config.json", text);
  const auto config = ReadModelConfig(folder.path());
  if (!config.ok()) return;
  const auto arch = FindArch(config->json);
  if (!arch.ok()) return;
  const auto decoder = ParseDecoderConfig(**arch, config->json);
  if (!decoder.ok()) return;
  SN37_CHECK(decoder->windows.size() == static_cast<size_t>(decoder->layers));
  SN37_CHECK(decoder->vocabulary == config->vocab_size);
  const Rotary rotary(decoder->rotary);
  std::vector<float> cosine(rotary.pairs()), sine(rotary.pairs());
  rotary.Turn(1, 2, cosine.data(), sine.data());
}

}  // namespace
}  // namespace sn37::eval

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::eval::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
