// Which device a test runs on: the variable SN37_TEST_DEVICE.
//
//   cpu (or unset)      the best instruction set of this machine
//   cpu_avx2            the least of them
//   played_avx512bf16   the one with bfloat16 instructions, played on AVX-512
//   emulated_cuda       the GPU's kernels, played on the CPU
//   cuda                the GPU
#ifndef EVAL_KERNELS_TEST_DEVICE_H_
#define EVAL_KERNELS_TEST_DEVICE_H_

#include <memory>

#include "eval/kernels/ops.h"

namespace sn37::eval {

// Ends the program as failed, with a line "not run: …", where the machine has
// no such device: a test that did not run did not pass.
std::unique_ptr<Ops> NewTestDevice(int threads);

// Whether tests on the device are to be skipped: playing AVX-512's bfloat16
// instructions takes AVX-512, and a processor without it is good enough to pass
// all other tests.
bool SkipsTestDevice();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_TEST_DEVICE_H_
