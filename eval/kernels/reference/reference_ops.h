// The decoder's operations as plainly as they can be written: one loop per
// sum, in double, one thread. What other devices are tested against, and a
// second implementation that keeps the interface honest. Never fast.
#ifndef EVAL_KERNELS_REFERENCE_REFERENCE_OPS_H_
#define EVAL_KERNELS_REFERENCE_REFERENCE_OPS_H_

#include <memory>

#include "eval/kernels/ops.h"

namespace sn37::eval {

// Matrices are (outputs, inputs) float32, values rounded to their dtype; cache
// layers (blocks · 64, kv_heads, head_dim).
std::unique_ptr<Ops> NewReferenceOps();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_REFERENCE_REFERENCE_OPS_H_
