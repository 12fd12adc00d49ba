// A worse derivative of a model: the same folder with some decoder layers left
// out, so that the demo's miners have models that differ.
#ifndef SN37_JOBS_DEMO_DROP_LAYERS_H_
#define SN37_JOBS_DEMO_DROP_LAYERS_H_

#include <set>
#include <string>

#include "absl/status/status.h"

namespace sn37::jobs {

// Writes to the existing empty folder `to` the Hugging Face model in `from`
// without the decoder layers `dropped` (the rest renumbered). For models whose
// layers are named model.layers.N. and counted by num_hidden_layers; other
// files are copied. InvalidArgument when a layer is not there or none is left.
absl::Status DropLayers(const std::string& from, const std::string& to,
                        const std::set<int64_t>& dropped);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_DEMO_DROP_LAYERS_H_
