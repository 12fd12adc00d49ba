// generation_config.json: every id that is taken is of the vocabulary.
#include <cstddef>
#include <cstdint>

#include "eval/weights/model_config.h"
#include "sn37/base/check.h"
#include "sn37/base/fuzz_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& folder = *new sn37::FuzzFolder;
  static const auto& config = *new sn37::eval::ModelConfig{
      "config.json", {}, "LlamaForCausalLM", 512, {}};
  folder.Put("generation_config.json",
             {reinterpret_cast<const char*>(data), size});
  const auto ids = sn37::eval::ReadSpecialTokenIds(folder.path(), config);
  if (!ids.ok()) return 0;
  for (const int64_t id : ids->eos) SN37_CHECK(id >= 0 && id < 512) << id;
  for (const auto& id : {ids->bos, ids->pad}) {
    SN37_CHECK(!id.has_value() || (*id >= 0 && *id < 512));
  }
  return 0;
}
