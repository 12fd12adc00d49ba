// The end of the head: a tile of products becomes logits, and those one
// LogitFold per row, from the first ids to the last.
#ifndef EVAL_KERNELS_CUDA_FOLD_INL_H_
#define EVAL_KERNELS_CUDA_FOLD_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/numbers-inl.h"

namespace sn37::eval::SN37_GRID {

// Bit `id` of the set that begins at `words + begin`; none where begin is -1.
SN37_DEVICE bool HasId(const int64_t* words, int64_t begin, int64_t id) {
  return begin >= 0 &&
         (static_cast<uint64_t>(words[begin + id / 64]) >> (id % 64) & 1) != 0;
}

// One block folds one row.
struct Fold {
  static constexpr int kThreads = 256;
  struct Shared {
    float largest[kThreads];
    int32_t best[kThreads];
    int32_t insane[kThreads];
    float sum[kThreads];
    float before, now;  // the row's largest logit without and with this tile
  };

  FoldArgs a;

  // The logit of the row's id-th of this tile, as it counts for the largest.
  SN37_DEVICE float Penalised(int64_t row, int64_t id, float logit) const {
    if (a.seen != nullptr && HasId(a.words, a.seen[row], id)) {
      const float penalty = a.penalties[row];
      logit = logit < 0.0f ? logit * penalty : logit / penalty;
    }
    if (a.banned != nullptr && HasId(a.words, a.banned[row], id)) {
      logit = -Infinity();
    }
    return logit;
  }

  // Finishes every 256th logit from `thread` on and finds their largest.
  SN37_DEVICE void FinishLogits(int thread, int64_t row, Shared& shared) const {
    float* logits = a.logits + row * a.ids;
    float largest = -Infinity();
    int32_t best = -1, insane = 0;
    for (int64_t i = thread; i < a.ids; i += kThreads) {
      const int64_t id = a.first_id + i;
      float logit = logits[i];
      if (a.bias != nullptr) logit += a.bias[i];
      logit = SoftCapped(logit, a.soft_cap);
      if (!(logit < Infinity())) insane = 1;
      if (a.targets != nullptr && a.targets[row] == id) {
        a.folds[row].target = logit;
      }
      logit = Penalised(row, id, logit);
      logits[i] = logit;
      if (logit > largest) {
        largest = logit;
        best = static_cast<int32_t>(id);
      }
    }
    shared.largest[thread] = largest;
    shared.best[thread] = best;
    shared.insane[thread] = insane;
  }

  // Of two threads' largest, the larger, of equal ones the lower id.
  SN37_DEVICE void Merge(int to, int from, Shared& shared) const {
    shared.insane[to] |= shared.insane[from];
    const bool larger = shared.largest[from] > shared.largest[to];
    const bool earlier = shared.largest[from] == shared.largest[to] &&
                         shared.best[from] < shared.best[to];
    if (!larger && !earlier) return;
    shared.largest[to] = shared.largest[from];
    shared.best[to] = shared.best[from];
  }

  SN37_DEVICE void operator()(const Block& block, Shared& shared) const {
    const int64_t row = block.x;
    LogitFold& fold = a.folds[row];
    block.ForEachThread([&](int thread) { FinishLogits(thread, row, shared); });
    for (int half = kThreads / 2; half > 0; half /= 2) {
      block.ForEachThread([&](int thread) {
        if (thread < half) Merge(thread, thread + half, shared);
      });
    }
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      shared.before = fold.largest;
      fold.insane |= shared.insane[0];
      if (shared.largest[0] > fold.largest) {
        fold.largest = shared.largest[0];
        fold.best = shared.best[0];
      }
      shared.now = fold.largest;
    });
    if (a.targets == nullptr || shared.now == -Infinity()) return;
    block.ForEachThread([&](int thread) {
      const float* logits = a.logits + row * a.ids;
      float sum = 0.0f;
      for (int64_t i = thread; i < a.ids; i += kThreads) {
        sum += expf(logits[i] - shared.now);
      }
      shared.sum[thread] = sum;
    });
    SumParts(block, shared.sum);
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      fold.sum = fold.sum * expf(shared.before - shared.now) + shared.sum[0];
    });
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_FOLD_INL_H_
