// The table of all sources (sources.inc).
#ifndef SN37_DATASETS_SOURCES_REGISTRY_H_
#define SN37_DATASETS_SOURCES_REGISTRY_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sources/source.h"

namespace sn37::datasets {

// In the order of sources.inc.
absl::Span<const Source* const> Sources();

// kNotFound lists the names.
absl::StatusOr<const Source*> FindSource(absl::string_view name);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_REGISTRY_H_
