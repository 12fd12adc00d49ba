#include "eval/kernels/cuda/open_gpu.h"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <gnu/libc-version.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "eval/kernels/cuda/cublas_lt.h"
#include "eval/kernels/cuda/cuda_ops.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {

absl::Status CheckGpu(const GpuDescription& gpu) {
  if (gpu.major >= 8) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      gpu.name, " has compute capability ", gpu.major, ".", gpu.minor,
      "; 8.0 is the least that has bfloat16; --device=cpu runs without a GPU"));
}

absl::Status LoadTorchCuda(const std::string& name) {
  if (dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat(
      "cannot load libtorch's CUDA library: ", dlerror(),
      "; put the folders torch/lib and nvidia/cu13/lib of a Python that has "
      "torch 2.11.0+cu130 into LD_LIBRARY_PATH"));
}

absl::Status CheckCublasLt(int64_t version) {
  constexpr int64_t kTorchs = 130100;
  if (version == kTorchs) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "cuBLASLt ", version, " is loaded, but torch 2.11.0+cu130 comes with ",
      kTorchs, "; name the folders of that torch alone in LD_LIBRARY_PATH"));
}

std::string GpuKind(const GpuDescription& gpu, int64_t cublas_lt_version) {
  return absl::StrCat("cuda-sm", gpu.major, gpu.minor, "x", gpu.multiprocessors,
                      "-cublaslt", cublas_lt_version, "-glibc",
                      gnu_get_libc_version());
}

absl::StatusOr<std::unique_ptr<Ops>> OpenGpu(const CudaKernels* kernels) {
  if (kernels == nullptr) {
    return absl::UnavailableError(
        "this program was built without CUDA; build it with --config=cuda");
  }
  GpuDescription gpu;
  if (const int error = kernels->describe(&gpu)) {
    return absl::UnavailableError(
        absl::StrCat("no GPU can be used: ", kernels->error_text(error),
                     "; --device=cpu runs without one"));
  }
  SN37_RETURN_IF_ERROR(CheckGpu(gpu));
  SN37_RETURN_IF_ERROR(LoadTorchCuda());
  if (!at::globalContext().hasCUDA()) {
    return absl::InternalError(
        "libtorch_cuda.so is loaded, but libtorch sees no CUDA");
  }
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<CublasLt> cublas_lt,
                        CublasLt::Create());
  SN37_RETURN_IF_ERROR(CheckCublasLt(cublas_lt->version()));
  std::string kind = GpuKind(gpu, cublas_lt->version());
  return NewCudaOps(*kernels, at::Device(at::kCUDA, 0), std::move(cublas_lt),
                    std::move(kind));
}

}  // namespace sn37::eval
