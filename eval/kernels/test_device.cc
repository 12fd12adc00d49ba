#include "eval/kernels/test_device.h"

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "eval/kernels/cpu/cpu_ops.h"
#include "eval/kernels/cpu/played_kernels.h"
#include "eval/kernels/cuda/cuda_ops.h"
#include "eval/kernels/cuda/emulated_kernels.h"
#include "eval/kernels/open_device.h"
#include "sn37/base/check.h"

namespace sn37::eval {
namespace {

std::string Name() {
  const char* variable = std::getenv("SN37_TEST_DEVICE");
  return variable == nullptr ? "cpu" : variable;
}

}  // namespace

bool SkipsTestDevice() {
  return Name() == "played_avx512bf16" && BestKernels() == Avx2Kernels();
}

std::unique_ptr<Ops> NewTestDevice(int threads) {
  const std::string name = Name();
  if (name == "cpu_avx2") return NewCpuOps(threads, *Avx2Kernels());
  if (name == "played_avx512bf16") {
    return NewCpuOps(threads, *PlayedAvx512Bf16Kernels());
  }
  if (name == "emulated_cuda") {
    return NewCudaOps(EmulatedKernels(), at::kCPU, nullptr, name);
  }
  const absl::StatusOr<Device> device = ParseDevice(name);
  SN37_CHECK(device.ok()) << device.status();
  absl::StatusOr<std::unique_ptr<Ops>> ops = OpenDevice(*device, threads);
  if (!ops.ok()) {
    std::cerr << "not run: " << ops.status().message() << std::endl;
    std::exit(1);
  }
  return *std::move(ops);
}

}  // namespace sn37::eval
