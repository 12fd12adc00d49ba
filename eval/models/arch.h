// What an architecture is: how its config.json describes the one decoder, and
// what it calls the decoder's weights. llama.cc is the example; README.md of
// eval says how to add one.
#ifndef EVAL_MODELS_ARCH_H_
#define EVAL_MODELS_ARCH_H_

#include "absl/types/span.h"
#include "eval/models/config_reader.h"
#include "eval/models/decoder_config.h"

namespace sn37::eval {

struct ModelArch {
  // As in config.json's "architectures".
  const char* name;
  // Reads every field that the architecture has. Errors stay in the reader;
  // the caller calls Finish() and checks sizes (CheckDecoderConfig).
  DecoderConfig (*parse)(ConfigReader& reader);
  // All slots that its description can need.
  absl::Span<const SlotName> slots;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_ARCH_H_
