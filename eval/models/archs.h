// All architectures of archs.inc, and finding one.
#ifndef EVAL_MODELS_ARCHS_H_
#define EVAL_MODELS_ARCHS_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/models/arch.h"
#include "nlohmann/json.hpp"

namespace sn37::eval {

#define ARCH(name) extern const ModelArch name;
#include "eval/models/archs.inc"
#undef ARCH

// In the table's order.
absl::Span<const ModelArch* const> AllArchs();

// The architecture that a config.json names. kFailedPrecondition lists what
// there is when it is not among them, or when the config names none or several.
absl::StatusOr<const ModelArch*> FindArch(const nlohmann::json& config);

// FindArch's parse, with every field accounted for and sizes checked.
absl::StatusOr<DecoderConfig> ParseDecoderConfig(const ModelArch& arch,
                                                 const nlohmann::json& config);

}  // namespace sn37::eval

#endif  // EVAL_MODELS_ARCHS_H_
