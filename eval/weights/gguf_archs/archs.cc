#include "eval/weights/gguf_archs/archs.h"

namespace sn37::eval {

absl::Span<const GgufArch* const> AllGgufArchs() {
  static constexpr const GgufArch* kArchs[] = {
#define GGUF_ARCH(name) &name,
#include "eval/weights/gguf_archs/archs.inc"
#undef GGUF_ARCH
  };
  return kArchs;
}

}  // namespace sn37::eval
