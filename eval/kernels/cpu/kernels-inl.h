// The kernels' code, once for all instruction sets: included by
// kernels_*.cc inside a namespace that has Lanes and
// its functions (simd_*.h) in scope. Uses nothing from the standard library
// that could be compiled into a shared inline function.

#include "eval/kernels/cpu/math-inl.h"

inline constexpr size_t kLanes = 16;
// Rows of a product's tile.
inline constexpr size_t kTileRows = 6;
// From this many rows on it pays to keep the weights that the first tile widens
// for the others; earlier where tiles are one vector wide, since those widen
// two for each that they use.
inline constexpr size_t kWidenRows = (kTileVectors == 1 ? 2 : 6) * kTileRows;

SN37_SIMD_INLINE size_t Smaller(size_t a, size_t b) { return a < b ? a : b; }
SN37_SIMD_INLINE size_t Larger(size_t a, size_t b) { return a < b ? b : a; }

// A panel in bfloat16, and where its weights go as they are widened.
struct Widening {
  const uint16_t* from;
  float* to;
};

// The weights of vectors first .. first + kTileVectors - 1 of a panel's row k.
SN37_SIMD_INLINE void LoadWeights(const float* panel, size_t k, size_t first,
                                  Lanes* w) {
  const float* row = panel + k * kPanelWidth;
  for (int v = 0; v < kTileVectors; ++v)
    w[v] = Load(row + (first + v) * kLanes);
}
SN37_SIMD_INLINE void LoadWeights(const uint16_t* panel, size_t k, size_t first,
                                  Lanes* w) {
  const uint16_t* row = panel + k * kPanelWidth;
  if constexpr (kTileVectors == 1) {
    Lanes pair[2];
    Widen(row + (first & ~size_t{1}) * kLanes, &pair[0], &pair[1]);
    w[0] = pair[first & 1];
  } else {
    for (int v = 0; v < kTileVectors; v += 2) {
      Widen(row + (first + v) * kLanes, &w[v], &w[v + 1]);
    }
  }
}
SN37_SIMD_INLINE void LoadWeights(const Widening& panel, size_t k, size_t first,
                                  Lanes* w) {
  LoadWeights(panel.from, k, first, w);
  for (int v = 0; v < kTileVectors; ++v) {
    Store(panel.to + k * kPanelWidth + (first + v) * kLanes, w[v]);
  }
}

#ifdef SN37_SIMD_PAIRS
SN37_SIMD_INLINE void LoadWeights(const uint32_t* panel, size_t k, size_t first,
                                  Pairs* w) {
  for (int v = 0; v < kTileVectors; ++v) {
    w[v] = LoadPairs(panel + k * kPanelWidth + (first + v) * kLanes);
  }
}

static void PairRow(const float* x, size_t n, void* out) {
  uint16_t* to = static_cast<uint16_t*>(out);
  for (size_t i = 0; i < n; i += kLanes) {
    Narrow(LoadFirst(x + i, Smaller(kLanes, n - i)), to + i);
  }
}
#else
static constexpr void (*PairRow)(const float*, size_t, void*) = nullptr;
#endif

// Weights that will be wanted after those at hand. They come from the third
// level or from memory, which can take a third of the time that the products of
// 64 rows take, and can take it meanwhile: one line for each input.
struct Ahead {
  const char* from;
  size_t lines;  // of 64 bytes
};

// c[r][j] = (add ? c[r][j] : 0) + Σ_k x[r][k] · panel[k][j], k in order, for
// kRows rows and the 64 outputs of a panel; c's rows are c_stride apart. Values
// and weights are numbers, or pairs of them in 32-bit words.
template <int kRows, typename Value, typename Weights>
__attribute__((noinline)) static void ProductTile(
    const Value* x, size_t x_stride, Weights panel, size_t depth, bool add,
    float* c, size_t c_stride, Ahead ahead) {
  using Factor = decltype(Broadcast(*x));
  constexpr size_t kInputs = __is_same(Value, uint32_t) ? 2 : 1;
  for (size_t first = 0; first < kPanelWidth / kLanes; first += kTileVectors) {
    Lanes sum[kRows][kTileVectors];
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kTileVectors; ++v) {
        sum[r][v] =
            add ? Load(c + r * c_stride + (first + v) * kLanes) : Zero();
      }
    }
    const size_t lines = first == 0 ? ahead.lines : size_t{0};
    for (size_t k = 0; k < depth; ++k) {
      for (size_t line = k * kInputs; line < (k + 1) * kInputs; ++line) {
        if (line < lines) Prefetch(ahead.from + line * 64);
      }
      Factor w[kTileVectors];
      LoadWeights(panel, k, first, w);
      for (int r = 0; r < kRows; ++r) {
        const Factor value = Broadcast(x[r * x_stride + k]);
        for (int v = 0; v < kTileVectors; ++v) {
          sum[r][v] = Fma(value, w[v], sum[r][v]);
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kTileVectors; ++v) {
        Store(c + r * c_stride + (first + v) * kLanes, sum[r][v]);
      }
    }
  }
}

template <typename Value, typename Weights>
static void ProductTileOfRows(size_t rows, const Value* x, size_t x_stride,
                              Weights panel, size_t depth, bool add, float* c,
                              size_t c_stride, Ahead ahead) {
  switch (rows) {
    case 1:
      return ProductTile<1>(x, x_stride, panel, depth, add, c, c_stride, ahead);
    case 2:
      return ProductTile<2>(x, x_stride, panel, depth, add, c, c_stride, ahead);
    case 3:
      return ProductTile<3>(x, x_stride, panel, depth, add, c, c_stride, ahead);
    case 4:
      return ProductTile<4>(x, x_stride, panel, depth, add, c, c_stride, ahead);
    case 5:
      return ProductTile<5>(x, x_stride, panel, depth, add, c, c_stride, ahead);
    default:
      return ProductTile<6>(x, x_stride, panel, depth, add, c, c_stride, ahead);
  }
}

SN37_SIMD_INLINE size_t ElementBytes(Layout layout) {
  return layout == Layout::kFloat32 ? 4 : 2;
}

// Part `part` of `parts` of what is used after the block at `k`: the panel's
// next block, or the first of the panel that comes next.
static Ahead AheadOf(Packed panel, size_t depth, size_t k, size_t part,
                     size_t parts) {
  const size_t row_bytes = kPanelWidth * ElementBytes(panel.layout);
  const size_t after = k + kDepthBlock;
  const bool stays = after < depth;
  const void* from = stays ? panel.data : panel.next;
  if (from == nullptr) return {nullptr, 0};
  const size_t first = stays ? after : 0;
  const size_t lines = Smaller(kDepthBlock, depth - first) * row_bytes / 64;
  const size_t begin = lines * part / parts;
  return {static_cast<const char*>(from) + first * row_bytes + begin * 64,
          lines * (part + 1) / parts - begin};
}

// c (rows, 64; c_stride) = or += x (rows, depth) · panel (depth, 64).
// `scratch` holds at least Smaller(depth, kDepthBlock) · 64 floats.
static void Product(Rows x, size_t rows, Packed panel, size_t depth, bool add,
                    float* c, size_t c_stride, float* scratch) {
  const size_t tiles = (rows + kTileRows - 1) / kTileRows;
  for (size_t k = 0; k < depth; k += kDepthBlock) {
    const size_t block = Smaller(kDepthBlock, depth - k);
    const char* weights = static_cast<const char*>(panel.data) +
                          k * kPanelWidth * ElementBytes(panel.layout);
    // Some tiles of rows, with `count` terms.
    const auto multiply = [&](size_t first, size_t end, const auto* from,
                              auto terms, size_t count) {
      for (size_t tile = first; tile < end; ++tile) {
        const size_t r = tile * kTileRows;
        ProductTileOfRows(Smaller(kTileRows, rows - r), from + r * x.stride,
                          x.stride, terms, count, add || k > 0,
                          c + r * c_stride, c_stride,
                          AheadOf(panel, depth, k, tile, tiles));
      }
    };
#ifdef SN37_SIMD_PAIRS
    if (panel.layout == Layout::kBFloat16Pairs) {
      multiply(0, tiles, static_cast<const uint32_t*>(x.data) + k / 2,
               reinterpret_cast<const uint32_t*>(weights), (block + 1) / 2);
      continue;
    }
#endif
    const float* from = static_cast<const float*>(x.data) + k;
    const uint16_t* halves = reinterpret_cast<const uint16_t*>(weights);
    if (panel.layout == Layout::kFloat32) {
      multiply(0, tiles, from, reinterpret_cast<const float*>(weights), block);
    } else if (rows < kWidenRows) {
      multiply(0, tiles, from, halves, block);
    } else {
      multiply(0, 1, from, Widening{halves, scratch}, block);
      multiply(1, tiles, from, static_cast<const float*>(scratch), block);
    }
  }
}

// One row of a linear layer's result, from its sums.
SN37_SIMD_INLINE void FinishRow(const LinearTask& task, const float* y,
                                const float* second, float* out) {
  for (size_t j = 0; j < task.columns; j += kLanes) {
    const size_t n = Smaller(kLanes, task.columns - j);
    Lanes value = Load(y + j);
    if (task.bias != nullptr) value = Add(value, LoadFirst(task.bias + j, n));
    value = Activate(task.activation, value);
    if (second != nullptr) {
      Lanes gate = Load(second + j);
      if (task.second_bias != nullptr) {
        gate = Add(gate, LoadFirst(task.second_bias + j, n));
      }
      value = Mul(value, gate);
    }
    if (task.add_to_out) value = Add(LoadFirst(out + j, n), value);
    StoreFirst(out + j, value, n);
  }
}

static void Linear(const LinearTask& task, float* memory) {
  float* y = memory;
  float* second = y + kMaxTaskRows * kPanelWidth;
  float* scratch = second + kMaxTaskRows * kPanelWidth;
  const bool gated = task.second_panel.data != nullptr;
  Product(task.x, task.rows, task.panel, task.depth, false, y, kPanelWidth,
          scratch);
  if (gated) {
    Product(task.x, task.rows, task.second_panel, task.depth, false, second,
            kPanelWidth, scratch);
  }
  for (size_t r = 0; r < task.rows; ++r) {
    FinishRow(task, y + r * kPanelWidth,
              gated ? second + r * kPanelWidth : nullptr,
              task.out + r * task.out_stride);
  }
}

// ---- Head ----------------------------------------------------------------

// Lowers the logits of seen ids and takes banned ones out, one panel's row.
static void Penalise(float* logits, uint64_t seen, uint64_t banned,
                     float penalty) {
  for (; seen != 0; seen &= seen - 1) {
    float* logit = logits + __builtin_ctzll(seen);
    *logit = *logit < 0 ? *logit * penalty : *logit / penalty;
  }
  for (; banned != 0; banned &= banned - 1) {
    logits[__builtin_ctzll(banned)] = -__builtin_inff();
  }
}

// Folds one panel's row of logits (padded to 64 with -inf) into `fold`.
static void FoldPanel(const float* logits, size_t first_id, bool with_sum,
                      HeadTask::Fold* fold) {
  Lanes v[4], largest = Broadcast(-__builtin_inff());
  for (int i = 0; i < 4; ++i) {
    v[i] = Load(logits + i * kLanes);
    largest = Max(largest, v[i]);
  }
  const float panel_largest = LargestLane(largest);
  if (panel_largest > fold->largest) {
    if (with_sum && fold->sum != 0) {
      float buffer[kLanes];
      Store(buffer, Exp(Broadcast(fold->largest - panel_largest)));
      fold->sum *= buffer[0];
    }
    fold->largest = panel_largest;
    const Lanes best = Broadcast(panel_largest);
    for (int i = 3; i >= 0; --i) {
      const uint32_t mask = EqualMask(v[i], best);
      if (mask != 0) {
        fold->best =
            static_cast<int32_t>(first_id + i * kLanes + __builtin_ctz(mask));
      }
    }
  }
  if (with_sum && fold->largest > -__builtin_inff()) {
    const Lanes shift = Broadcast(fold->largest);
    Lanes sum = Zero();
    for (int i = 0; i < 4; ++i) sum = Add(sum, Exp(Sub(v[i], shift)));
    fold->sum += Sum(sum);
  }
}

// The last steps from a product to logits; false if one is NaN or +inf.
SN37_SIMD_INLINE bool FinishLogits(const HeadTask& task, size_t id,
                                   float* logits) {
  const size_t columns = Smaller(kPanelWidth, task.ids - id);
  uint32_t sane = 0xffff;
  for (size_t j = 0; j < kPanelWidth; j += kLanes) {
    const size_t n = columns > j ? Smaller(kLanes, columns - j) : size_t{0};
    Lanes value = Load(logits + j);
    if (task.bias != nullptr && n > 0) {
      value = Add(value, LoadFirst(task.bias + id + j, n));
    }
    if (task.soft_cap != 0.0f) value = SoftCap(value, task.soft_cap);
    value = KeepFirst(value, n, -__builtin_inff());
    sane &= EqualMask(Min(Broadcast(3.4028235e38f), value), value);
    Store(logits + j, value);
  }
  return sane == 0xffff;
}

static void Head(const HeadTask& task, float* memory) {
  float* logits = memory;
  float* scratch = logits + 2 * kMaxTaskRows * kPanelWidth;
  for (size_t r = 0; r < task.rows; ++r) {
    task.folds[r] = {-__builtin_inff(), 0.0f, -1, true};
  }
  const size_t panel_bytes = PaddedDepth(task.panels.layout, task.depth) *
                             kPanelWidth * ElementBytes(task.panels.layout);
  for (size_t id = 0; id < task.ids; id += kPanelWidth) {
    const char* data = static_cast<const char*>(task.panels.data) +
                       id / kPanelWidth * panel_bytes;
    const Packed panel = {
        data, task.panels.layout,
        id + kPanelWidth < task.ids ? data + panel_bytes : nullptr};
    Product(task.x, task.rows, panel, task.depth, false, logits, kPanelWidth,
            scratch);
    const size_t global_id = task.first_id + id;
    for (size_t r = 0; r < task.rows; ++r) {
      float* row = logits + r * kPanelWidth;
      if (!FinishLogits(task, id, row)) task.folds[r].sane = false;
      if (task.targets != nullptr) {
        const size_t target = static_cast<size_t>(task.targets[r]) - global_id;
        if (target < kPanelWidth) task.target_logit[r] = row[target];
      }
      const size_t word = global_id / kPanelWidth;
      const bool penalised = task.seen != nullptr && task.seen[r] != nullptr;
      const bool has_bans = task.banned != nullptr && task.banned[r] != nullptr;
      Penalise(row, penalised ? task.seen[r][word] : 0,
               has_bans ? task.banned[r][word] : 0,
               penalised ? task.penalty[r] : 1.0f);
      FoldPanel(row, global_id, task.targets != nullptr, &task.folds[r]);
    }
  }
}

// ---- Attention -----------------------------------------------------------

// The scratch memory of an attend task, n = positions · heads rows.
struct AttendScratch {
  float* q;        // (n, head_dim)
  float* scores;   // (n, 64)
  float* out;      // (n, padded_dim)
  float* largest;  // (n)
  float* sum;      // (n)
  float* widened;  // (Larger(64, head_dim capped at kDepthBlock), 64)
};

SN37_SIMD_INLINE size_t PaddedDim(size_t head_dim) {
  return (head_dim + kPanelWidth - 1) / kPanelWidth * kPanelWidth;
}

SN37_SIMD_INLINE AttendScratch Divide(const AttendTask& task, float* memory) {
  const size_t n = task.positions * task.heads;
  AttendScratch s;
  s.widened = memory;
  s.scores =
      s.widened +
      Larger(kPanelWidth, Smaller(task.head_dim, kDepthBlock)) * kPanelWidth;
  s.out = s.scores + n * kPanelWidth;
  s.q = s.out + n * PaddedDim(task.head_dim);
  s.largest = s.q + n * task.head_dim;
  s.sum = s.largest + n;
  return s;
}

static size_t AttendScratchFloats(const AttendTask& task) {
  const AttendScratch s = Divide(task, nullptr);
  return static_cast<size_t>(s.sum - static_cast<float*>(nullptr)) +
         task.positions * task.heads;
}

// The first key that a position of the task sees.
SN37_SIMD_INLINE size_t LowestKey(const AttendTask& task, size_t position) {
  const size_t seen = task.first_position + position + 1;
  return task.window != 0 && seen > task.window ? seen - task.window
                                                : size_t{0};
}

// The keys [from, to) of a block that one position sees.
struct Visible {
  size_t from, to;
};

SN37_SIMD_INLINE Visible VisibleTo(const AttendTask& task, size_t position,
                                   size_t block) {
  const size_t first_key = block * kPanelWidth;
  const size_t lowest = LowestKey(task, position);
  return {lowest > first_key ? lowest - first_key : size_t{0},
          Smaller(kPanelWidth, task.first_position + position + 1 - first_key)};
}

// From products to probabilities (relative to the row's largest so far) for
// the visible keys of one block; updates the row's largest and sum, and returns
// the factor by which what was summed before has to shrink.
SN37_SIMD_INLINE float SoftmaxBlock(const AttendTask& task,
                                    const float* key_bias, Visible keys,
                                    float* scores, float* largest, float* sum) {
  Lanes v[4], top = Broadcast(*largest);
  for (size_t i = 0; i < 4; ++i) {
    v[i] = Mul(Load(scores + i * kLanes), Broadcast(task.scale));
    if (task.soft_cap != 0.0f) v[i] = SoftCap(v[i], task.soft_cap);
    if (key_bias != nullptr) v[i] = Add(v[i], Load(key_bias + i * kLanes));
    const size_t low = keys.from > i * kLanes
                           ? Smaller(kLanes, keys.from - i * kLanes)
                           : size_t{0};
    const size_t high = keys.to > i * kLanes
                            ? Smaller(kLanes, keys.to - i * kLanes)
                            : size_t{0};
    v[i] = KeepFirst(v[i], high, -__builtin_inff());
    if (low > 0) {
      Lanes hidden = Broadcast(-__builtin_inff());
      float buffer[kLanes];
      Store(buffer, v[i]);
      StoreFirst(buffer, hidden, low);
      v[i] = Load(buffer);
    }
    top = Max(top, v[i]);
  }
  const float before = *largest;
  const float now = LargestLane(top);
  float shrink = 1.0f;
  if (now != before) {
    float buffer[kLanes];
    Store(buffer, Exp(Broadcast(before - now)));
    shrink = buffer[0];
  }
  Lanes total = Zero();
  for (int i = 0; i < 4; ++i) {
    // Hidden keys are exp(-inf) = 0 exactly.
    v[i] = Exp(Sub(v[i], Broadcast(now)));
    Store(scores + i * kLanes, v[i]);
    total = Add(total, v[i]);
  }
  *largest = now;
  *sum = *sum * shrink + Sum(total);
  return shrink;
}

// Adds the values of the keys [from, to) of a block, times their
// probabilities, to what the positions [begin, end) have.
static void AddValues(const AttendTask& task, size_t block, size_t begin,
                      size_t end, Visible keys, const AttendScratch& s) {
  const size_t padded = PaddedDim(task.head_dim);
  const size_t row_bytes = kPanelWidth * ElementBytes(task.layout);
  const char* first = static_cast<const char*>(task.value_blocks[block]) +
                      keys.from * row_bytes;
  for (size_t column = 0; column < padded; column += kPanelWidth) {
    Product(
        {s.scores + begin * task.heads * kPanelWidth + keys.from, kPanelWidth},
        (end - begin) * task.heads, {first + column * row_bytes, task.layout},
        keys.to - keys.from, true, s.out + begin * task.heads * padded + column,
        padded, s.widened);
  }
}

// One block of keys and values for the positions [begin, end) of the task.
static void AttendBlock(const AttendTask& task, size_t block, size_t begin,
                        size_t end, const AttendScratch& s) {
  const size_t rows = (end - begin) * task.heads, row0 = begin * task.heads;
  const size_t padded = PaddedDim(task.head_dim);
  Product({s.q + row0 * task.head_dim, task.head_dim}, rows,
          {task.key_blocks[block], task.layout}, task.head_dim, false,
          s.scores + row0 * kPanelWidth, kPanelWidth, s.widened);
  for (size_t row = row0; row < row0 + rows; ++row) {
    const float* key_bias = task.key_bias == nullptr
                                ? nullptr
                                : task.key_bias +
                                      row % task.heads * task.key_bias_stride +
                                      block * kPanelWidth;
    const float shrink = SoftmaxBlock(
        task, key_bias, VisibleTo(task, row / task.heads, block),
        s.scores + row * kPanelWidth, s.largest + row, s.sum + row);
    if (shrink != 1.0f) {
      float* out = s.out + row * padded;
      for (size_t d = 0; d < padded; d += kLanes) {
        Store(out + d, Mul(Load(out + d), Broadcast(shrink)));
      }
    }
  }
  // Values that a position does not see are not multiplied: 0 times one that is
  // not finite would be NaN.
  const Visible first = VisibleTo(task, begin, block);
  const Visible last = VisibleTo(task, end - 1, block);
  if (first.to == kPanelWidth && last.from == 0) {
    AddValues(task, block, begin, end, {0, kPanelWidth}, s);
    return;
  }
  for (size_t position = begin; position < end; ++position) {
    AddValues(task, block, position, position + 1,
              VisibleTo(task, position, block), s);
  }
}

static void Attend(const AttendTask& task, float* scratch) {
  const AttendScratch s = Divide(task, scratch);
  const size_t padded = PaddedDim(task.head_dim);
  const size_t n = task.positions * task.heads;
  for (size_t i = 0; i < n; ++i) {
    const float* q = task.q + i / task.heads * task.q_stride +
                     i % task.heads * task.head_dim;
    __builtin_memcpy(s.q + i * task.head_dim, q, task.head_dim * sizeof(float));
    __builtin_memset(s.out + i * padded, 0, padded * sizeof(float));
    s.largest[i] = -__builtin_inff();
    s.sum[i] = 0.0f;
  }
  const size_t last = task.first_position + task.positions - 1;
  for (size_t block = LowestKey(task, 0) / kPanelWidth;
       block <= last / kPanelWidth; ++block) {
    const size_t first_key = block * kPanelWidth;
    // Positions before the block do not see it, nor do those whose window
    // begins after it.
    const size_t begin = first_key > task.first_position
                             ? first_key - task.first_position
                             : size_t{0};
    size_t end = task.positions;
    if (task.window != 0) {
      const size_t sees_until = first_key + kPanelWidth - 1 + task.window;
      end = sees_until > task.first_position
                ? Smaller(end, sees_until - task.first_position)
                : size_t{0};
    }
    if (begin < end) AttendBlock(task, block, begin, end, s);
  }
  for (size_t i = 0; i < n; ++i) {
    float* out = task.out + i / task.heads * task.out_stride +
                 i % task.heads * task.head_dim;
    const Lanes sum = Broadcast(s.sum[i]);
    for (size_t d = 0; d < task.head_dim; d += kLanes) {
      const size_t left = Smaller(kLanes, task.head_dim - d);
      StoreFirst(out + d, Div(Load(s.out + i * padded + d), sum), left);
    }
  }
}

// ---- Rows ----------------------------------------------------------------

static void RmsNorm(const float* x, size_t n, const float* weight,
                    float weight_offset, float epsilon, float* out) {
  Lanes squares = Zero();
  for (size_t i = 0; i < n; i += kLanes) {
    const Lanes v = LoadFirst(x + i, Smaller(kLanes, n - i));
    squares = Fma(v, v, squares);
  }
  const float mean = Sum(squares) / static_cast<float>(n);
  const Lanes factor = Broadcast(1.0f / __builtin_sqrtf(mean + epsilon));
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = Smaller(kLanes, n - i);
    const Lanes v = Mul(LoadFirst(x + i, left), factor);
    const Lanes w = Add(LoadFirst(weight + i, left), Broadcast(weight_offset));
    StoreFirst(out + i, Mul(v, w), left);
  }
}

static void LayerNorm(const float* x, size_t n, const float* weight,
                      const float* bias, float epsilon, float* out) {
  Lanes sum = Zero();
  for (size_t i = 0; i < n; i += kLanes) {
    sum = Add(sum, LoadFirst(x + i, Smaller(kLanes, n - i)));
  }
  const Lanes mean = Broadcast(Sum(sum) / static_cast<float>(n));
  Lanes squares = Zero();
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = Smaller(kLanes, n - i);
    const Lanes v = KeepFirst(Sub(LoadFirst(x + i, left), mean), left, 0.0f);
    squares = Fma(v, v, squares);
  }
  const float variance = Sum(squares) / static_cast<float>(n);
  const Lanes factor = Broadcast(1.0f / __builtin_sqrtf(variance + epsilon));
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = Smaller(kLanes, n - i);
    Lanes v = Mul(Sub(LoadFirst(x + i, left), mean), factor);
    v = Mul(v, LoadFirst(weight + i, left));
    if (bias != nullptr) v = Add(v, LoadFirst(bias + i, left));
    StoreFirst(out + i, v, left);
  }
}

static void Rotate(float* x, size_t n, const float* cosine, const float* sine) {
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = Smaller(kLanes, n - i);
    const Lanes a = LoadFirst(x + i, left), b = LoadFirst(x + n + i, left);
    const Lanes c = LoadFirst(cosine + i, left);
    const Lanes s = LoadFirst(sine + i, left);
    StoreFirst(x + i, Sub(Mul(a, c), Mul(b, s)), left);
    StoreFirst(x + n + i, Fma(b, c, Mul(a, s)), left);
  }
}

// The table of all of these.
static constexpr CpuKernels TableOf(const char* name, Layout bfloat16) {
  return {name,   bfloat16, AttendScratchFloats, PairRow, Linear, Head,
          Attend, RmsNorm,  LayerNorm,           Rotate};
}
