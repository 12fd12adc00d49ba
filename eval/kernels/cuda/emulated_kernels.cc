#include "eval/kernels/cuda/emulated_kernels.h"

#include "eval/kernels/cuda/table-inl.h"

namespace sn37::eval {
namespace {

int Describe(GpuDescription* gpu) {
  *gpu = {"emulated", 9, 0, int64_t{4} << 30, int64_t{4} << 30};
  return 0;
}

const char* ErrorText(int) { return "no error"; }

}  // namespace

const CudaKernels& EmulatedKernels() {
  static const CudaKernels table = emulated_grid::TableOf(Describe, ErrorText);
  return table;
}

}  // namespace sn37::eval
