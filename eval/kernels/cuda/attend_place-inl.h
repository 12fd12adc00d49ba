// Where in a batch a block of threads attends: the rows of one tile, for one
// key-value head.
#ifndef EVAL_KERNELS_CUDA_ATTEND_PLACE_INL_H_
#define EVAL_KERNELS_CUDA_ATTEND_PLACE_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"

namespace sn37::eval::SN37_GRID {

struct AttendPlace {
  const AttendArgs& a;
  AttendTile tile;
  int64_t kv_head;
  int64_t rows;  // of the tile

  // x counts the tiles of the first key-value head, then of the next ….
  SN37_DEVICE AttendPlace(const AttendArgs& args, int64_t x)
      : a(args),
        tile(args.tiles[x % args.tile_count]),
        kv_head(x / args.tile_count) {
    const int64_t left = tile.rows * a.group - tile.first;
    rows = left < kCudaBlock ? left : kCudaBlock;
  }

  // Of a row of the tile.
  SN37_DEVICE int64_t RowOfBatch(int64_t row) const {
    return tile.row + (tile.first + row) / a.group;
  }
  SN37_DEVICE int64_t Head(int64_t row) const {
    return kv_head * a.group + (tile.first + row) % a.group;
  }
  SN37_DEVICE int64_t Position(int64_t row) const {
    return tile.position + (tile.first + row) / a.group;
  }
  SN37_DEVICE int64_t FirstKey(int64_t row) const {
    const int64_t end = Position(row) + 1;
    return a.window != 0 && end > a.window ? end - a.window : 0;
  }

  // Where a key's columns begin in the cache, and its value's.
  SN37_DEVICE int64_t CacheAt(int64_t key) const {
    const int64_t number = a.blocks[tile.blocks + key / kCudaBlock];
    return ((number * a.kv_heads + kv_head) * kCudaBlock + key % kCudaBlock) *
           a.head_dim;
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_ATTEND_PLACE_INL_H_
