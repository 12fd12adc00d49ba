// Kernels that work row by row or element by element; kernels.h has what each
// computes.
#ifndef EVAL_KERNELS_CUDA_ROWS_INL_H_
#define EVAL_KERNELS_CUDA_ROWS_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/numbers-inl.h"

namespace sn37::eval::SN37_GRID {

// Calls element(i) for i < count, one per thread.
template <typename Element>
struct ForEach {
  static constexpr int kThreads = 256;
  struct Shared {};

  Element element;
  int64_t count;

  SN37_DEVICE void operator()(const Block& block, Shared&) const {
    block.ForEachThread([&](int thread) {
      const int64_t i = block.x * kThreads + thread;
      if (i < count) element(i);
    });
  }
};

template <typename Element>
int LaunchForEach(const Element& element, int64_t count) {
  const int threads = ForEach<Element>::kThreads;
  return Launch(ForEach<Element>{element, count},
                (count + threads - 1) / threads);
}

template <typename T>
struct EmbedElement {
  EmbedArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    const int64_t row = i / a.columns, column = i % a.columns;
    const T* table = static_cast<const T*>(a.table.data);
    const float value =
        ToFloat(table[a.ids[row] * a.columns + column]) * a.scale;
    a.out[i] = a.add ? a.out[i] + value : value;
  }
};

struct RoundElement {
  RoundArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    FromFloat(i < a.rows * a.columns ? a.x[i] : 0.0f,
              static_cast<Bf16*>(a.out) + i);
  }
};

struct FinishElement {
  FinishArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    const int64_t column = i % a.columns;
    float value = a.y[i];
    if (a.bias != nullptr) value += a.bias[column];
    value = Activated(a.activation, value);
    if (a.second != nullptr) {
      float gate = a.second[i];
      if (a.second_bias != nullptr) gate += a.second_bias[column];
      value *= gate;
    }
    a.out[i] = a.add_to_out ? a.out[i] + value : value;
  }
};

struct GatherElement {
  GatherArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    a.out[i] = a.x[a.ids[i / a.columns] * a.columns + i % a.columns];
  }
};

struct AddElement {
  AddArgs a;
  SN37_DEVICE void operator()(int64_t i) const { a.out[i] += a.x[i]; }
};

struct RotateElement {
  RotateArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    const int64_t pair = i % a.pairs, head = i / a.pairs % a.heads;
    const int64_t row = i / a.pairs / a.heads;
    float* x = a.x + row * a.stride + head * a.head_dim + pair;
    const float c = a.cosine[row * a.pairs + pair];
    const float s = a.sine[row * a.pairs + pair];
    const float first = x[0], second = x[a.pairs];
    x[0] = first * c - second * s;
    x[a.pairs] = fmaf(second, c, first * s);
  }
};

template <typename T>
struct StoreElement {
  StoreArgs a;
  SN37_DEVICE void operator()(int64_t i) const {
    const int64_t width = a.kv_heads * a.head_dim;
    const int64_t row = i / width, head = i % width / a.head_dim;
    const int64_t d = i % a.head_dim;
    if (a.slots[row] < 0) return;
    const float* key = a.keys + row * a.stride + i % width;
    const int64_t block = a.slots[row] / kCudaBlock;
    const int64_t place = a.slots[row] % kCudaBlock;
    const int64_t to =
        ((block * a.kv_heads + head) * kCudaBlock + place) * a.head_dim + d;
    FromFloat(key[0], static_cast<T*>(a.key_cache) + to);
    FromFloat(key[width], static_cast<T*>(a.value_cache) + to);
  }
};

struct StartFold {
  LogitFold* folds;
  SN37_DEVICE void operator()(int64_t i) const {
    folds[i] = {-Infinity(), 0.0f, 0.0f, -1, 0};
  }
};

// One block normalises one group of one row.
struct Norm {
  static constexpr int kThreads = 256;
  struct Shared {
    float part[kThreads];
  };

  NormArgs a;

  SN37_DEVICE void operator()(const Block& block, Shared& shared) const {
    const int64_t at =
        block.x / a.groups * a.stride + block.x % a.groups * a.columns;
    const float* x = a.x + at;
    float* out = a.out + at;
    const int64_t n = a.columns;
    const float count = static_cast<float>(n);
    float mean = 0.0f;
    if (a.layer) {
      block.ForEachThread([&](int thread) {
        float sum = 0.0f;
        for (int64_t i = thread; i < n; i += kThreads) sum += x[i];
        shared.part[thread] = sum;
      });
      SumParts(block, shared.part);
      mean = shared.part[0] / count;
      block.ForEachThread([](int) {});  // all have read it
    }
    block.ForEachThread([&](int thread) {
      float sum = 0.0f;
      for (int64_t i = thread; i < n; i += kThreads) {
        const float d = x[i] - mean;
        sum = fmaf(d, d, sum);
      }
      shared.part[thread] = sum;
    });
    SumParts(block, shared.part);
    const float factor = 1.0f / sqrtf(shared.part[0] / count + a.epsilon);
    block.ForEachThread([&](int thread) {
      for (int64_t i = thread; i < n; i += kThreads) {
        float value = (x[i] - mean) * factor * (a.weight[i] + a.offset);
        if (a.bias != nullptr) value += a.bias[i];
        out[i] = value;
      }
    });
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_ROWS_INL_H_
