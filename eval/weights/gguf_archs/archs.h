// All architectures of archs.inc.
#ifndef EVAL_WEIGHTS_GGUF_ARCHS_ARCHS_H_
#define EVAL_WEIGHTS_GGUF_ARCHS_ARCHS_H_

#include "absl/types/span.h"
#include "eval/weights/gguf_archs/arch.h"

namespace sn37::eval {

#define GGUF_ARCH(name) extern const GgufArch name;
#include "eval/weights/gguf_archs/archs.inc"
#undef GGUF_ARCH

// In the table's order.
absl::Span<const GgufArch* const> AllGgufArchs();

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_ARCHS_ARCHS_H_
