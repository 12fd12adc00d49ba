#include "eval/kernels/cpu/cpu_ops.h"

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <gnu/libc-version.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/kernels/cpu/layout.h"
#include "eval/kernels/cpu/linear_parts.h"
#include "eval/kernels/cpu/memory_limit.h"
#include "eval/kernels/cpu/thread_pool.h"

namespace sn37::eval {
namespace {

// Panels of the head per task: 1024 ids. A constant, because the order in
// which the log-sum-exp is folded depends on it.
constexpr size_t kHeadPanels = 16;
// Rows per task of the cheap row-wise operations.
constexpr size_t kRowsPerTask = 16;
// Activations of a pass.
constexpr int64_t kPassBytes = 64 << 20;

size_t CeilDivide(size_t a, size_t b) { return (a + b - 1) / b; }

float* Floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }
const float* FloatsOrNull(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

at::ScalarType ScalarTypeOf(DType dtype) {
  return dtype == DType::kBFloat16 ? at::kBFloat16 : at::kFloat;
}

bool IsBFloat16(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kBFloat16;
}

// Keys and values; products with them take no pairs.
Layout CacheLayout(const CacheLayer& cache) {
  return cache.dtype == DType::kBFloat16 ? Layout::kBFloat16 : Layout::kFloat32;
}

// How weights are held for runs in `dtype`. What is stored in bfloat16 stays
// so: widened as it is used it gives the same bits, and half as much is read.
at::ScalarType HeldIn(absl::Span<const RowSlice> slices, DType dtype) {
  const bool stored_so = std::all_of(
      slices.begin(), slices.end(),
      [](const RowSlice& slice) { return IsBFloat16(slice.tensor); });
  return stored_so ? at::kBFloat16 : ScalarTypeOf(dtype);
}

// Packs output `column` of a panel from input `first` on: the stored row, read
// once.
template <typename Stored, Layout kLayout>
void PackRow(const Stored* row, size_t first, size_t inputs, size_t column,
             Panel<kLayout> panel) {
  for (size_t k = 0; k < inputs; ++k) {
    panel.Put(first + k, column, static_cast<float>(row[k]));
  }
}

// The same for a whole panel in strips of inputs, so that the strided writes
// stay in the first-level cache.
template <Layout kLayout>
void PackPanel(absl::Span<const std::pair<const RowSlice*, int64_t>> rows,
               size_t inputs, Panel<kLayout> panel) {
  constexpr size_t kStrip = 64;
  const size_t depth = PaddedDepth(kLayout, inputs);
  if (rows.size() < kPanelWidth || depth != inputs) {
    std::memset(panel.data, 0, depth * kPanelWidth * sizeof(*panel.data));
  }
  for (size_t k = 0; k < inputs; k += kStrip) {
    const size_t n = std::min(kStrip, inputs - k);
    for (size_t j = 0; j < rows.size(); ++j) {
      const at::Tensor& tensor = rows[j].first->tensor;
      const size_t offset = rows[j].second * inputs + k;
      switch (tensor.scalar_type()) {
        case at::kFloat:
          PackRow(tensor.data_ptr<float>() + offset, k, n, j, panel);
          break;
        case at::kHalf:
          PackRow(tensor.data_ptr<at::Half>() + offset, k, n, j, panel);
          break;
        default:
          PackRow(tensor.data_ptr<at::BFloat16>() + offset, k, n, j, panel);
      }
    }
  }
}

// One position's key and value of one head, into a cache block's panels.
template <Layout kLayout>
void StoreKeyValue(const float* key, const float* value, size_t head_dim,
                   size_t place, Panel<kLayout> keys, Panel<kLayout> values) {
  // Each of a key's numbers goes to a line of its own.
  for (size_t d = 0; d < head_dim; ++d) {
    __builtin_prefetch(&keys.data[PanelOffset(kLayout, d, place)], 1);
  }
  for (size_t d = 0; d < head_dim; ++d) {
    keys.Put(d, place, key[d]);
    const Panel<kLayout> panel = {values.data +
                                  d / kPanelWidth * kPanelWidth * kPanelWidth};
    panel.Put(place, d % kPanelWidth, value[d]);
  }
}

// Elements of one head's keys, and of its values, in one block.
size_t KeyElements(const CacheLayer& cache) {
  return cache.head_dim * kPanelWidth;
}
size_t ValueElements(const CacheLayer& cache) {
  return CeilDivide(cache.head_dim, kPanelWidth) * kPanelWidth * kPanelWidth;
}

// Where a layer's blocks lie.
class CacheBlocks {
 public:
  explicit CacheBlocks(const CacheLayer& cache)
      : heads_(cache.kv_heads),
        key_bytes_(KeyElements(cache) * cache.keys.element_size()),
        value_bytes_(ValueElements(cache) * cache.values.element_size()),
        keys_(static_cast<char*>(cache.keys.data_ptr())),
        values_(static_cast<char*>(cache.values.data_ptr())) {}

  void* Keys(int32_t block, size_t kv_head) const {
    return keys_ + (block * heads_ + kv_head) * key_bytes_;
  }
  void* Values(int32_t block, size_t kv_head) const {
    return values_ + (block * heads_ + kv_head) * value_bytes_;
  }

 private:
  size_t heads_, key_bytes_, value_bytes_;
  char* keys_;
  char* values_;
};

// One position's keys and values, from where they lie beside each other.
void StoreRow(const float* keys, const Segment& segment, int64_t row,
              const CacheLayer& cache, const CacheBlocks& blocks) {
  const int64_t position = segment.first_position + row;
  const int32_t block = segment.blocks[position / kPanelWidth];
  const size_t place = position % kPanelWidth;
  const float* values = keys + cache.kv_heads * cache.head_dim;
  for (int64_t head = 0; head < cache.kv_heads; ++head) {
    const int64_t first = head * cache.head_dim;
    WithPanel(CacheLayout(cache), blocks.Keys(block, head), [&](auto panel) {
      const decltype(panel) value_panels = {
          static_cast<decltype(panel.data)>(blocks.Values(block, head))};
      StoreKeyValue(keys + first, values + first, cache.head_dim, place, panel,
                    value_panels);
    });
  }
}

// The rows from `first` on.
Rows From(Rows rows, size_t first) {
  return {static_cast<const uint32_t*>(rows.data) + first * rows.stride,
          rows.stride};
}

// Part of one segment's attention for one key-value head.
struct AttendPart {
  const Segment* segment;
  size_t first;  // of the segment's rows
  size_t rows;
  size_t kv_head;
};

// The cheapest order to fold partial results in that is always the same: from
// the first ids to the last.
HeadTask::Fold FoldAll(const HeadTask::Fold* folds, size_t count,
                       size_t stride) {
  HeadTask::Fold total = folds[0];
  for (size_t i = 1; i < count; ++i) {
    const HeadTask::Fold& next = folds[i * stride];
    const bool rises = next.largest > total.largest;
    const float low = rises ? total.largest : next.largest;
    const float high = rises ? next.largest : total.largest;
    const float shrink = std::isinf(low) ? 0.0f : std::exp(low - high);
    total.sum =
        rises ? next.sum + total.sum * shrink : total.sum + next.sum * shrink;
    if (rises) total.best = next.best;
    total.largest = high;
    total.sane = total.sane && next.sane;
  }
  return total;
}

class CpuOps : public Ops {
 public:
  CpuOps(int threads, const CpuKernels& kernels)
      : kernels_(kernels), pool_(threads), scratch_(pool_.size()) {
    for (at::Tensor& scratch : scratch_) {
      scratch = at::empty({static_cast<int64_t>(CpuKernels::kLinearScratch)},
                          at::kFloat);
    }
  }

  std::string device_kind() const override {
    // Logarithms and angles are the C library's.
    return absl::StrCat("cpu-", kernels_.name, "-glibc",
                        gnu_get_libc_version());
  }

  DeviceMemory memory() const override {
    return {MemoryLimit() / 2, kPassBytes};
  }

  at::Tensor ToDevice(const at::Tensor& tensor) override { return tensor; }
  Matrix Pack(absl::Span<const RowSlice> slices, DType dtype) override;
  at::Tensor NewRows(int64_t rows, int64_t columns) override {
    return at::empty({rows, columns}, at::kFloat);
  }
  CacheLayer NewCacheLayer(int64_t blocks, int64_t kv_heads, int64_t head_dim,
                           DType dtype) override;
  void Embed(const Matrix& table, absl::Span<const int32_t> ids, float scale,
             bool add, const at::Tensor& out) override;
  void Norm(const at::Tensor& x, const NormWeights& weights,
            const at::Tensor& out) override;
  void NormGroups(const at::Tensor& x, int64_t first, int64_t groups,
                  const NormWeights& weights) override;
  void Linear(const at::Tensor& x, const Matrix& matrix,
              const LinearOptions& options, const at::Tensor& out) override;
  void Gather(const at::Tensor& x, absl::Span<const int32_t> rows,
              const at::Tensor& out) override;
  void Add(const at::Tensor& x, const at::Tensor& out) override;
  void Rotate(const at::Tensor& x, int64_t first, int64_t heads,
              int64_t head_dim, const at::Tensor& cosine,
              const at::Tensor& sine) override;
  void Attend(const at::Tensor& qkv, absl::Span<const Segment> segments,
              const AttentionOptions& options, CacheLayer& cache,
              const at::Tensor& out) override;
  std::vector<Scored> Score(const at::Tensor& x,
                            absl::Span<const int32_t> targets,
                            const Matrix& head,
                            const HeadOptions& options) override;
  std::vector<int32_t> Pick(const at::Tensor& x,
                            absl::Span<const PickRule> rules,
                            const Matrix& head,
                            const HeadOptions& options) override;

 private:
  // How weights are packed that are held in `held` for runs in `dtype`.
  Layout LayoutFor(at::ScalarType held, DType dtype) const {
    if (held == at::kFloat) return Layout::kFloat32;
    return dtype == DType::kBFloat16 ? kernels_.bfloat16 : Layout::kBFloat16;
  }
  Packed PackedAt(const Matrix& matrix, size_t panel) const;
  // x as it goes into a product with `matrix`; valid until the next call.
  Rows Input(const at::Tensor& x, const Matrix& matrix);
  // Calls body(row) for each row, some rows per task.
  void ForEachRow(size_t rows, absl::FunctionRef<void(size_t)> body);
  // Normalises n floats.
  void NormRow(const float* x, size_t n, const NormWeights& weights,
               float* out) const;
  // The folds of all rows over the whole vocabulary; `task` has what is common
  // to all tasks.
  std::vector<HeadTask::Fold> RunHead(const at::Tensor& x, const Matrix& head,
                                      const HeadOptions& options,
                                      HeadTask task);

  const CpuKernels& kernels_;
  ThreadPool pool_;
  std::vector<at::Tensor> scratch_;  // per worker
  at::Tensor pairs_;                 // of Input
};

Packed CpuOps::PackedAt(const Matrix& matrix, size_t panel) const {
  const Layout layout = LayoutFor(matrix.data.scalar_type(), matrix.dtype);
  const size_t bytes = panel * PackedElements(layout, 1, matrix.inputs) *
                       matrix.data.element_size();
  return {static_cast<const char*>(matrix.data.data_ptr()) + bytes, layout};
}

Matrix CpuOps::Pack(absl::Span<const RowSlice> slices, DType dtype) {
  std::vector<std::pair<const RowSlice*, int64_t>> rows;
  for (const RowSlice& slice : slices) {
    for (int64_t row = slice.begin; row < slice.end; ++row) {
      rows.emplace_back(&slice, row);
    }
  }
  Matrix matrix;
  matrix.outputs = static_cast<int64_t>(rows.size());
  matrix.inputs = slices[0].tensor.size(1);
  matrix.dtype = dtype;
  const at::ScalarType held = HeldIn(slices, dtype);
  const Layout layout = LayoutFor(held, dtype);
  matrix.data = at::empty({static_cast<int64_t>(PackedElements(
                              layout, matrix.outputs, matrix.inputs))},
                          held);
  const size_t panels = CeilDivide(rows.size(), kPanelWidth);
  pool_.ForEach(panels, [&](size_t panel, int) {
    const size_t first = panel * kPanelWidth;
    const auto its_rows = absl::MakeSpan(rows).subspan(first, kPanelWidth);
    void* to = const_cast<void*>(PackedAt(matrix, panel).data);
    WithPanel(layout, to, [&](auto its_panel) {
      PackPanel(its_rows, matrix.inputs, its_panel);
    });
  });
  return matrix;
}

CacheLayer CpuOps::NewCacheLayer(int64_t blocks, int64_t kv_heads,
                                 int64_t head_dim, DType dtype) {
  CacheLayer layer;
  layer.kv_heads = kv_heads;
  layer.head_dim = head_dim;
  layer.dtype = dtype;
  const int64_t heads = blocks * kv_heads;
  const at::ScalarType type = ScalarTypeOf(dtype);
  layer.keys =
      at::empty({heads, static_cast<int64_t>(KeyElements(layer))}, type);
  layer.values =
      at::empty({heads, static_cast<int64_t>(ValueElements(layer))}, type);
  return layer;
}

void CpuOps::ForEachRow(size_t rows, absl::FunctionRef<void(size_t)> body) {
  pool_.ForEach(CeilDivide(rows, kRowsPerTask), [&](size_t task, int) {
    const size_t end = std::min(rows, (task + 1) * kRowsPerTask);
    for (size_t row = task * kRowsPerTask; row < end; ++row) body(row);
  });
}

Rows CpuOps::Input(const at::Tensor& x, const Matrix& matrix) {
  const size_t depth = x.size(1);
  const float* from = Floats(x);
  const Layout layout = LayoutFor(matrix.data.scalar_type(), matrix.dtype);
  if (layout != Layout::kBFloat16Pairs) return {from, depth};
  const size_t stride = PairWords(depth);
  const int64_t words = x.size(0) * static_cast<int64_t>(stride);
  if (!pairs_.defined() || pairs_.numel() < words) {
    pairs_ = at::Tensor();
    pairs_ = at::empty({words}, at::kInt);
  }
  int32_t* to = pairs_.data_ptr<int32_t>();
  ForEachRow(x.size(0), [&](size_t row) {
    kernels_.pair_row(from + row * depth, depth, to + row * stride);
  });
  return {to, stride};
}

void CpuOps::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                   float scale, bool add, const at::Tensor& out) {
  const size_t width = table.inputs;
  float* to = Floats(out);
  ForEachRow(ids.size(), [&](size_t row) {
    const Packed packed = PackedAt(table, ids[row] / kPanelWidth);
    WithPanel(packed.layout, const_cast<void*>(packed.data), [&](auto panel) {
      for (size_t k = 0; k < width; ++k) {
        const float value = panel.At(k, ids[row] % kPanelWidth) * scale;
        float& result = to[row * width + k];
        result = add ? result + value : value;
      }
    });
  });
}

void CpuOps::NormRow(const float* x, size_t n, const NormWeights& weights,
                     float* out) const {
  if (weights.kind == NormWeights::kRms) {
    kernels_.rms_norm(x, n, Floats(weights.weight), weights.offset,
                      weights.epsilon, out);
  } else {
    kernels_.layer_norm(x, n, Floats(weights.weight),
                        FloatsOrNull(weights.bias), weights.epsilon, out);
  }
}

void CpuOps::Norm(const at::Tensor& x, const NormWeights& weights,
                  const at::Tensor& out) {
  const size_t n = x.size(1);
  const float* from = Floats(x);
  float* to = Floats(out);
  ForEachRow(x.size(0), [&](size_t row) {
    NormRow(from + row * n, n, weights, to + row * n);
  });
}

void CpuOps::NormGroups(const at::Tensor& x, int64_t first, int64_t groups,
                        const NormWeights& weights) {
  const size_t n = weights.weight.size(0), stride = x.size(1);
  float* data = Floats(x) + first;
  ForEachRow(x.size(0), [&](size_t row) {
    for (int64_t group = 0; group < groups; ++group) {
      float* part = data + row * stride + group * n;
      NormRow(part, n, weights, part);
    }
  });
}

void CpuOps::Linear(const at::Tensor& x, const Matrix& matrix,
                    const LinearOptions& options, const at::Tensor& out) {
  const size_t rows = x.size(0), columns = matrix.outputs;
  const size_t panels = CeilDivide(columns, kPanelWidth);
  const float* bias = FloatsOrNull(options.bias);
  const float* gate_bias = FloatsOrNull(options.gated_by_bias);
  const size_t threads = pool_.size();
  const LinearParts parts(rows, panels, threads);
  const Rows input = Input(x, matrix);
  float* to = Floats(out);
  pool_.ForEach(parts.count(), [&](size_t i, int worker) {
    const auto [panel, first, part_rows] = parts.At(i);
    LinearTask task;
    task.x = From(input, first);
    task.rows = part_rows;
    task.depth = matrix.inputs;
    // The next task of this thread, if the others are as fast.
    const void* next = PackedAt(matrix, (panel + threads) % panels).data;
    task.panel = PackedAt(matrix, panel);
    task.panel.next = next;
    if (options.gated_by != nullptr) {
      task.second_panel = PackedAt(*options.gated_by, panel);
      task.second_panel.next = next;
      task.panel.next = task.second_panel.data;
    }
    if (bias != nullptr) task.bias = bias + panel * kPanelWidth;
    if (gate_bias != nullptr) {
      task.second_bias = gate_bias + panel * kPanelWidth;
    }
    task.activation = options.activation;
    task.add_to_out = options.add_to_out;
    task.out_stride = out.size(1);
    task.out = to + first * task.out_stride + panel * kPanelWidth;
    task.columns = std::min(kPanelWidth, columns - panel * kPanelWidth);
    kernels_.linear(task, Floats(scratch_[worker]));
  });
}

void CpuOps::Gather(const at::Tensor& x, absl::Span<const int32_t> rows,
                    const at::Tensor& out) {
  const size_t n = x.size(1);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(Floats(out) + i * n, Floats(x) + rows[i] * n,
                n * sizeof(float));
  }
}

void CpuOps::Add(const at::Tensor& x, const at::Tensor& out) {
  const size_t n = x.size(1);
  const float* from = Floats(x);
  float* to = Floats(out);
  ForEachRow(x.size(0), [&](size_t row) {
    for (size_t i = row * n; i < (row + 1) * n; ++i) to[i] += from[i];
  });
}

void CpuOps::Rotate(const at::Tensor& x, int64_t first, int64_t heads,
                    int64_t head_dim, const at::Tensor& cosine,
                    const at::Tensor& sine) {
  const size_t stride = x.size(1), n = cosine.size(1);
  float* data = Floats(x) + first;
  const float* c = Floats(cosine);
  const float* s = Floats(sine);
  ForEachRow(x.size(0), [&](size_t row) {
    for (int64_t head = 0; head < heads; ++head) {
      kernels_.rotate(data + row * stride + head * head_dim, n, c + row * n,
                      s + row * n);
    }
  });
}

void CpuOps::Attend(const at::Tensor& qkv, absl::Span<const Segment> segments,
                    const AttentionOptions& options, CacheLayer& cache,
                    const at::Tensor& out) {
  const size_t group = options.heads / cache.kv_heads;
  const size_t most = std::max<size_t>(1, kMaxAttendRows / group);
  std::vector<std::pair<const Segment*, int64_t>> rows;
  std::vector<AttendPart> parts;
  for (const Segment& segment : segments) {
    for (int64_t row = 0; row < segment.rows; ++row) {
      rows.emplace_back(&segment, row);
    }
    const size_t segment_rows = segment.rows;
    for (size_t first = 0; first < segment_rows; first += most) {
      for (int64_t head = 0; head < cache.kv_heads; ++head) {
        parts.push_back({&segment, first, std::min(most, segment_rows - first),
                         static_cast<size_t>(head)});
      }
    }
  }
  const CacheBlocks blocks(cache);
  const float* first_keys = Floats(qkv) + options.heads * cache.head_dim;
  const size_t stride = qkv.size(1);
  ForEachRow(rows.size(), [&](size_t i) {
    const auto& [segment, row] = rows[i];
    StoreRow(first_keys + (segment->first_row + row) * stride, *segment, row,
             cache, blocks);
  });
  const float* key_bias = FloatsOrNull(options.key_bias);
  pool_.ForEach(parts.size(), [&](size_t i, int worker) {
    const AttendPart& part = parts[i];
    std::vector<const void*> keys, values;
    for (int32_t block : part.segment->blocks) {
      keys.push_back(blocks.Keys(block, part.kv_head));
      values.push_back(blocks.Values(block, part.kv_head));
    }
    const size_t row = part.segment->first_row + part.first;
    const size_t column = part.kv_head * group * cache.head_dim;
    AttendTask task;
    task.q_stride = stride;
    task.q = Floats(qkv) + row * task.q_stride + column;
    task.positions = part.rows;
    task.first_position = part.segment->first_position + part.first;
    task.heads = group;
    task.head_dim = cache.head_dim;
    task.window = options.window;
    task.scale = options.scale;
    task.soft_cap = options.soft_cap;
    if (key_bias != nullptr) {
      task.key_bias_stride = options.key_bias.size(1);
      task.key_bias = key_bias + part.kv_head * group * task.key_bias_stride;
    }
    task.layout = CacheLayout(cache);
    task.key_blocks = keys.data();
    task.value_blocks = values.data();
    task.out_stride = out.size(1);
    task.out = Floats(out) + row * task.out_stride + column;
    at::Tensor& scratch = scratch_[worker];
    const int64_t needed = static_cast<int64_t>(kernels_.attend_scratch(task));
    if (scratch.numel() < needed) scratch = at::empty({needed}, at::kFloat);
    kernels_.attend(task, Floats(scratch));
  });
}

std::vector<HeadTask::Fold> CpuOps::RunHead(const at::Tensor& x,
                                            const Matrix& head,
                                            const HeadOptions& options,
                                            HeadTask common) {
  const size_t count = x.size(0);
  const size_t vocabulary = head.outputs;
  const size_t ids_per_task = kHeadPanels * kPanelWidth;
  const size_t chunks = CeilDivide(vocabulary, ids_per_task);
  const float* bias = FloatsOrNull(options.bias);
  const Rows input = Input(x, head);
  // (chunk, row)
  std::vector<HeadTask::Fold> folds(chunks * count);
  pool_.ForEach(
      CeilDivide(count, kMaxTaskRows) * chunks, [&](size_t i, int worker) {
        const size_t first = i / chunks * kMaxTaskRows, chunk = i % chunks;
        HeadTask task = common;
        task.x = From(input, first);
        task.rows = std::min(kMaxTaskRows, count - first);
        task.depth = head.inputs;
        task.first_id = chunk * ids_per_task;
        task.ids = std::min(ids_per_task, vocabulary - task.first_id);
        task.panels = PackedAt(head, chunk * kHeadPanels);
        if (bias != nullptr) task.bias = bias + task.first_id;
        task.soft_cap = options.soft_cap;
        if (task.targets != nullptr) {
          task.targets += first;
          task.target_logit += first;
        }
        if (task.seen != nullptr) {
          task.seen += first;
          task.banned += first;
          task.penalty += first;
        }
        task.folds = folds.data() + chunk * count + first;
        kernels_.head(task, Floats(scratch_[worker]));
      });
  std::vector<HeadTask::Fold> total(count);
  for (size_t i = 0; i < count; ++i) {
    total[i] = FoldAll(folds.data() + i, chunks, count);
  }
  return total;
}

std::vector<Scored> CpuOps::Score(const at::Tensor& x,
                                  absl::Span<const int32_t> targets,
                                  const Matrix& head,
                                  const HeadOptions& options) {
  std::vector<float> target_logits(targets.size());
  HeadTask task;
  task.targets = targets.data();
  task.target_logit = target_logits.data();
  const auto folds = RunHead(x, head, options, task);
  std::vector<Scored> scored(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    const HeadTask::Fold& fold = folds[i];
    scored[i].is_largest = fold.best == targets[i];
    scored[i].logprob =
        fold.sane ? target_logits[i] - (fold.largest + std::log(fold.sum))
                  : std::numeric_limits<float>::quiet_NaN();
  }
  return scored;
}

std::vector<int32_t> CpuOps::Pick(const at::Tensor& x,
                                  absl::Span<const PickRule> rules,
                                  const Matrix& head,
                                  const HeadOptions& options) {
  std::vector<const uint64_t*> seen, banned;
  std::vector<float> penalties;
  for (const PickRule& rule : rules) {
    seen.push_back(rule.seen);
    banned.push_back(rule.banned);
    penalties.push_back(rule.repetition_penalty);
  }
  HeadTask task;
  task.seen = seen.data();
  task.banned = banned.data();
  task.penalty = penalties.data();
  const auto folds = RunHead(x, head, options, task);
  std::vector<int32_t> picked(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    picked[i] = folds[i].sane ? folds[i].best : -1;
  }
  return picked;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ops>> NewCpuOps(int threads) {
  const CpuKernels* kernels = BestKernels();
  if (kernels == nullptr) {
    return absl::UnavailableError(
        "this processor has neither AVX-512 nor AVX2 with FMA; the evaluation "
        "kernel needs one of them");
  }
  return NewCpuOps(threads, *kernels);
}

std::unique_ptr<Ops> NewCpuOps(int threads, const CpuKernels& kernels) {
  return std::make_unique<CpuOps>(threads, kernels);
}

}  // namespace sn37::eval
