// A grid of thread blocks: the GPU's, or played on the CPU by a loop.
//
// A kernel is a struct of its arguments with
//
//   static constexpr int kThreads;
//   struct Shared { … };                        // the block's shared memory
//   SN37_DEVICE void operator()(const Block& block, Shared& shared) const;
//
// written in phases, block.ForEachThread([&](int thread) { … }): when one
// begins, the one before it has ended in all threads of the block. What a
// thread keeps from phase to phase is in a PerThread. Code between phases runs
// in all threads, and may only read.
//
// Compiled by nvcc, Launch starts the kernel on the GPU; by another compiler it
// runs it here, block by block and thread by thread, so that a test without a
// GPU sees every index that the GPU would.
#ifndef EVAL_KERNELS_CUDA_GRID_H_
#define EVAL_KERNELS_CUDA_GRID_H_

#include <cstdint>

// The namespace of all that both compilers compile: a program may hold both,
// and the linker takes functions of one name for one function.
#ifdef __CUDACC__
#define SN37_GRID gpu_grid
#else
#define SN37_GRID emulated_grid
#endif

#ifdef __CUDACC__
#define SN37_DEVICE __device__ __forceinline__
// Before a loop over a thread's own array: only with numbers for indices is it
// in registers.
#define SN37_UNROLL _Pragma("unroll")
#else
#define SN37_DEVICE inline
#define SN37_UNROLL
#endif

namespace sn37::eval::SN37_GRID {

struct Block {
  int64_t x, y;  // its place in the grid
  int threads;

  template <typename Phase>
  SN37_DEVICE void ForEachThread(const Phase& phase) const {
#ifdef __CUDACC__
    phase(static_cast<int>(threadIdx.x));
    __syncthreads();
#else
    for (int thread = 0; thread < threads; ++thread) phase(thread);
#endif
  }
};

// A T of each thread: registers on the GPU.
template <typename T, int kThreads>
class PerThread {
 public:
#ifdef __CUDACC__
  SN37_DEVICE T& operator[](int) { return value_; }

 private:
  T value_;
#else
  T& operator[](int thread) { return values_[thread]; }

 private:
  T values_[kThreads];
#endif
};

// What a grid may have of blocks.
inline bool FitsGrid(int64_t x, int64_t y) {
  return x <= INT32_MAX && y <= 65535;
}

// Launch runs the kernel on (x, y) blocks and returns the CUDA error code, that
// of an invalid configuration where they do not fit a grid.
#ifdef __CUDACC__

template <typename Kernel>
__global__ void __launch_bounds__(Kernel::kThreads)
    RunKernel(const Kernel kernel) {
  __shared__ typename Kernel::Shared shared;
  kernel(Block{blockIdx.x, blockIdx.y, Kernel::kThreads}, shared);
}

template <typename Kernel>
int Launch(const Kernel& kernel, int64_t x, int64_t y = 1) {
  if (x == 0 || y == 0) return 0;
  if (!FitsGrid(x, y)) return cudaErrorInvalidConfiguration;
  RunKernel<<<dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)),
              Kernel::kThreads>>>(kernel);
  return cudaGetLastError();
}

#else

template <typename Kernel>
int Launch(const Kernel& kernel, int64_t x, int64_t y = 1) {
  if (!FitsGrid(x, y)) return 9;  // cudaErrorInvalidConfiguration
  for (int64_t i = 0; i < x * y; ++i) {
    typename Kernel::Shared shared;
    kernel(Block{i % x, i / x, Kernel::kThreads}, shared);
  }
  return 0;
}

#endif  // __CUDACC__

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_GRID_H_
