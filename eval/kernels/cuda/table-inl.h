// The table's functions over the kernels: which kernel, and how many blocks.
// Compiled by nvcc into the GPU's table and by the C++ compiler into the
// emulated one.
#ifndef EVAL_KERNELS_CUDA_TABLE_INL_H_
#define EVAL_KERNELS_CUDA_TABLE_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/attend-inl.h"
#include "eval/kernels/cuda/attend_mma-inl.h"
#include "eval/kernels/cuda/fold-inl.h"
#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/product-inl.h"
#include "eval/kernels/cuda/rows-inl.h"

namespace sn37::eval::SN37_GRID {

inline int LaunchEmbed(const EmbedArgs& a) {
  const int64_t count = a.rows * a.columns;
  return a.table.bfloat16 ? LaunchForEach(EmbedElement<Bf16>{a}, count)
                          : LaunchForEach(EmbedElement<float>{a}, count);
}

inline int LaunchNorm(const NormArgs& a) {
  return Launch(Norm{a}, a.rows * a.groups);
}

inline int LaunchRound(const RoundArgs& a) {
  return LaunchForEach(RoundElement{a}, a.padded_rows * a.columns);
}

// Rows go along the grid's y: 65535 · 64 at most.
inline int LaunchProduct(const ProductArgs& a) {
  constexpr int64_t kTile = Product<float>::kTile;
  const int64_t x = (a.outputs + kTile - 1) / kTile;
  const int64_t y = (a.rows + kTile - 1) / kTile;
  return a.w.bfloat16 ? Launch(Product<Bf16>{a}, x, y)
                      : Launch(Product<float>{a}, x, y);
}

inline int LaunchFinish(const FinishArgs& a) {
  return LaunchForEach(FinishElement{a}, a.rows * a.columns);
}

inline int LaunchGather(const GatherArgs& a) {
  return LaunchForEach(GatherElement{a}, a.rows * a.columns);
}

inline int LaunchAdd(const AddArgs& a) {
  return LaunchForEach(AddElement{a}, a.count);
}

inline int LaunchRotate(const RotateArgs& a) {
  return LaunchForEach(RotateElement{a}, a.rows * a.heads * a.pairs);
}

inline int LaunchStore(const StoreArgs& a) {
  const int64_t count = a.rows * a.kv_heads * a.head_dim;
  return a.bfloat16 ? LaunchForEach(StoreElement<Bf16>{a}, count)
                    : LaunchForEach(StoreElement<float>{a}, count);
}

template <typename T, int kWidth>
int LaunchAttendOf(const AttendArgs& a) {
  return Launch(Attend<T, kWidth>{a}, a.tile_count * a.kv_heads,
                (a.head_dim + kWidth - 1) / kWidth);
}

template <typename T>
int LaunchAttendIn(const AttendArgs& a) {
  if (a.head_dim <= 64) return LaunchAttendOf<T, 64>(a);
  if (a.head_dim <= 128) return LaunchAttendOf<T, 128>(a);
  return LaunchAttendOf<T, 256>(a);
}

template <int kWidth>
int LaunchAttendMma(const AttendArgs& a) {
  return Launch(AttendMma<kWidth>{a}, a.tile_count * a.kv_heads);
}

// Which kernel it is hangs on the model alone.
inline int LaunchAttend(const AttendArgs& a) {
  if (!a.keys.bfloat16) return LaunchAttendIn<float>(a);
  if (a.head_dim % 16 != 0 || a.head_dim > 256) return LaunchAttendIn<Bf16>(a);
  if (a.head_dim <= 64) return LaunchAttendMma<64>(a);
  if (a.head_dim <= 128) return LaunchAttendMma<128>(a);
  return LaunchAttendMma<256>(a);
}

inline int LaunchStartFolds(LogitFold* folds, int64_t rows) {
  return LaunchForEach(StartFold{folds}, rows);
}

inline int LaunchFold(const FoldArgs& a) { return Launch(Fold{a}, a.rows); }

inline CudaKernels TableOf(int (*describe)(GpuDescription*),
                           int (*free_bytes)(int64_t*),
                           const char* (*error_text)(int),
                           int (*upload)(const void*, int64_t, void*)) {
  return {describe,     free_bytes,   error_text,       upload,
          LaunchEmbed,  LaunchNorm,   LaunchRound,      LaunchProduct,
          LaunchFinish, LaunchGather, LaunchAdd,        LaunchRotate,
          LaunchStore,  LaunchAttend, LaunchStartFolds, LaunchFold};
}

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_TABLE_INL_H_
