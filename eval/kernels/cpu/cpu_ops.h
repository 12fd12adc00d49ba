// The decoder's operations on the CPU, over the kernels of the best
// instruction set that the processor has.
//
// Layouts: a Matrix is ceil(outputs / 64) panels of (inputs, 64) (kernels.h);
// a cache block is, for each key-value head, a panel of keys (head_dim, 64)
// and ceil(head_dim / 64) panels of values (64, 64).
#ifndef EVAL_KERNELS_CPU_CPU_OPS_H_
#define EVAL_KERNELS_CPU_CPU_OPS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "eval/kernels/cpu/kernels.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// `threads` as in ThreadPool. kUnavailable when the
// processor lacks AVX2 and FMA.
absl::StatusOr<std::unique_ptr<Ops>> NewCpuOps(int threads);

// The same on a given table of kernels, for tests.
std::unique_ptr<Ops> NewCpuOps(int threads, const CpuKernels& kernels);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_CPU_OPS_H_
