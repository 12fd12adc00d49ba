// A decoder without an engine around it, for tests and benchmarks of what the
// engine does with one.
#ifndef EVAL_ENGINE_TESTING_LOAD_DECODER_H_
#define EVAL_ENGINE_TESTING_LOAD_DECODER_H_

#include <memory>
#include <string>
#include <utility>

#include "eval/models/archs.h"
#include "eval/models/decoder.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_source.h"
#include "sn37/base/check.h"

namespace sn37::eval {

// Ends the program where the folder holds no model for `ops`.
inline std::unique_ptr<Decoder> LoadDecoder(const std::string& folder,
                                            DType dtype, Ops& ops) {
  const auto file = ReadModelConfig(folder);
  SN37_CHECK(file.ok()) << file.status();
  const auto arch = FindArch(file->json);
  SN37_CHECK(arch.ok()) << arch.status();
  const auto config = ParseDecoderConfig(**arch, file->json);
  SN37_CHECK(config.ok()) << config.status();
  auto weights = SafeTensors::Open(folder);
  SN37_CHECK(weights.ok()) << weights.status();
  const SafeTensorsSource source(*std::move(weights));
  auto decoder = Decoder::Load(**arch, *config, source, dtype, ops);
  SN37_CHECK(decoder.ok()) << decoder.status();
  return *std::move(decoder);
}

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_TESTING_LOAD_DECODER_H_
