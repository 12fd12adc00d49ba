#include "eval/kernels/cuda/cuda_ops.h"

#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "eval/kernels/cuda/attend_plan.h"

namespace sn37::eval {
namespace {

// The head's tile: rows and ids whose logits exist at a time, 32 MiB of them.
// The ids are a constant of the answer, since the log-sum-exp is folded tile by
// tile; the rows are not.
constexpr int64_t kHeadRows = 1024;
constexpr int64_t kHeadIds = 8192;

// Memory left to what the plan does not count: roundings, products before they
// are added up, the allocator's own loss.
constexpr int64_t kFreeShareNumerator = 3, kFreeShareDenominator = 4;
// Activations of a pass; more rows make nothing faster.
constexpr int64_t kPassBytes = int64_t{1} << 30;

float* Floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }
const float* FloatsOrNull(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

Elements ElementsOf(const at::Tensor& tensor) {
  return {tensor.data_ptr(), tensor.scalar_type() == at::kBFloat16};
}

at::ScalarType TypeOf(DType dtype) {
  return dtype == DType::kBFloat16 ? at::kBFloat16 : at::kFloat;
}

int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// The rules of a pick in one array, to be copied to the device at once: where
// each row's seen and banned ids begin in it, or -1; the penalties; then the
// sets, each of equal ones once.
struct PickSets {
  std::vector<int64_t> words;
  size_t banned_begin, penalties_begin;

  PickSets(absl::Span<const PickRule> rules, int64_t vocabulary)
      : banned_begin(rules.size()), penalties_begin(2 * rules.size()) {
    static_assert(2 * sizeof(float) == sizeof(int64_t));
    words.resize(penalties_begin + (rules.size() + 1) / 2);
    absl::flat_hash_map<absl::Span<const uint64_t>, int64_t> placed;
    const auto place = [&](const uint64_t* ids) -> int64_t {
      if (ids == nullptr) return -1;
      const absl::Span<const uint64_t> set(ids, (vocabulary + 63) / 64);
      const auto [known, is_new] = placed.try_emplace(set, std::ssize(words));
      if (is_new) words.insert(words.end(), set.begin(), set.end());
      return known->second;
    };
    for (size_t i = 0; i < rules.size(); ++i) {
      words[i] = place(rules[i].seen);
      words[banned_begin + i] = place(rules[i].banned);
      std::memcpy(reinterpret_cast<float*>(&words[penalties_begin]) + i,
                  &rules[i].repetition_penalty, sizeof(float));
    }
  }
};

class CudaOps : public Ops {
 public:
  CudaOps(const CudaKernels& kernels, at::Device device,
          std::unique_ptr<CublasLt> cublas_lt, std::string device_kind)
      : kernels_(kernels),
        device_(device),
        cublas_lt_(std::move(cublas_lt)),
        device_kind_(std::move(device_kind)) {}

  std::string device_kind() const override { return device_kind_; }
  DeviceMemory memory() const override;

  at::Tensor ToDevice(const at::Tensor& tensor) override {
    return tensor.to(device_);
  }
  Matrix Pack(absl::Span<const RowSlice> slices, DType dtype) override;
  at::Tensor NewRows(int64_t rows, int64_t columns) override {
    return New({rows, columns}, at::kFloat);
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
  void Must(int error) const {
    TORCH_CHECK_WITH(OutOfMemoryError, error != kNoMemory,
                     "the GPU has no memory left");
    TORCH_CHECK(error == 0, "the GPU failed: ", kernels_.error_text(error));
  }
  at::Tensor New(at::IntArrayRef shape, at::ScalarType type) const {
    return at::empty(shape, at::TensorOptions().dtype(type).device(device_));
  }
  // A copy on the device, started without waiting for what runs there. What
  // starts on the default stream afterwards may use it, also when the tensor
  // ends before that has run.
  template <typename T>
  at::Tensor Upload(absl::Span<const T> values) const {
    const int64_t bytes = values.size() * sizeof(T);
    const at::Tensor copy = New({bytes}, at::kByte);
    Must(kernels_.upload(values.data(), bytes, copy.data_ptr()));
    return copy;
  }
  // What a product with a matrix of that dtype takes of x: x itself, or a copy
  // in bfloat16 whose rows are padded by zeros.
  at::Tensor Input(const at::Tensor& x, DType dtype) const;
  // (≥ rows, outputs) float32: input · wᵀ, w being `outputs` rows of the matrix
  // from `first` on.
  at::Tensor Multiply(const at::Tensor& input, int64_t rows,
                      const Matrix& matrix, int64_t first, int64_t outputs);
  // The folds of x's rows over the whole vocabulary; `fold` has what is asked
  // of each row.
  std::vector<LogitFold> RunHead(const at::Tensor& x, const Matrix& head,
                                 const HeadOptions& options, FoldArgs fold);

  const CudaKernels& kernels_;
  const at::Device device_;
  const std::unique_ptr<CublasLt> cublas_lt_;
  const std::string device_kind_;

  // The last plan of attention, for it is the same for all layers.
  AttendPlan plan_;
  at::Tensor plan_on_device_;
};

DeviceMemory CudaOps::memory() const {
  if (device_.is_cuda()) {
    // What libtorch keeps though nothing uses it any more is free too.
    c10::getDeviceAllocator(device_.type())->emptyCache();
  }
  int64_t free_bytes = 0;
  Must(kernels_.free_bytes(&free_bytes));
  return {free_bytes / kFreeShareDenominator * kFreeShareNumerator, kPassBytes};
}

Matrix CudaOps::Pack(absl::Span<const RowSlice> slices, DType dtype) {
  Matrix matrix;
  matrix.inputs = slices[0].tensor.size(1);
  matrix.dtype = dtype;
  for (const RowSlice& slice : slices) {
    matrix.outputs += slice.end - slice.begin;
  }
  matrix.data = New({matrix.outputs, matrix.inputs}, TypeOf(dtype));
  int64_t row = 0;
  for (const RowSlice& slice : slices) {
    const int64_t rows = slice.end - slice.begin;
    const at::Tensor from = slice.tensor.narrow(0, slice.begin, rows);
    const at::Tensor to = matrix.data.narrow(0, row, rows);
    if (from.scalar_type() == to.scalar_type()) {
      Must(kernels_.upload(from.data_ptr(), static_cast<int64_t>(from.nbytes()),
                           to.data_ptr()));
    } else {
      to.copy_(from);
    }
    row += rows;
  }
  return matrix;
}

CacheLayer CudaOps::NewCacheLayer(int64_t blocks, int64_t kv_heads,
                                  int64_t head_dim, DType dtype) {
  CacheLayer layer;
  layer.kv_heads = kv_heads;
  layer.head_dim = head_dim;
  layer.dtype = dtype;
  layer.keys = New({blocks * kv_heads * kCudaBlock, head_dim}, TypeOf(dtype));
  layer.values = New({blocks * kv_heads * kCudaBlock, head_dim}, TypeOf(dtype));
  return layer;
}

void CudaOps::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                    float scale, bool add, const at::Tensor& out) {
  const at::Tensor ids_on_device = Upload(ids);
  EmbedArgs args;
  args.table = ElementsOf(table.data);
  args.ids = static_cast<const int32_t*>(ids_on_device.data_ptr());
  args.rows = std::ssize(ids);
  args.columns = table.inputs;
  args.scale = scale;
  args.add = add;
  args.out = Floats(out);
  Must(kernels_.embed(args));
}

NormArgs ArgsOf(const NormWeights& weights) {
  NormArgs args;
  args.columns = weights.weight.size(0);
  args.layer = weights.kind == NormWeights::kLayer;
  args.weight = Floats(weights.weight);
  args.bias = FloatsOrNull(weights.bias);
  args.offset = weights.offset;
  args.epsilon = weights.epsilon;
  return args;
}

void CudaOps::Norm(const at::Tensor& x, const NormWeights& weights,
                   const at::Tensor& out) {
  NormArgs args = ArgsOf(weights);
  args.x = Floats(x);
  args.stride = x.size(1);
  args.rows = x.size(0);
  args.out = Floats(out);
  Must(kernels_.norm(args));
}

void CudaOps::NormGroups(const at::Tensor& x, int64_t first, int64_t groups,
                         const NormWeights& weights) {
  NormArgs args = ArgsOf(weights);
  args.x = Floats(x) + first;
  args.stride = x.size(1);
  args.rows = x.size(0);
  args.groups = groups;
  args.out = Floats(x) + first;
  Must(kernels_.norm(args));
}

at::Tensor CudaOps::Input(const at::Tensor& x, DType dtype) const {
  if (dtype == DType::kFloat32) return x;
  RoundArgs args;
  args.x = Floats(x);
  args.rows = x.size(0);
  args.padded_rows = RoundUp(args.rows, CublasLt::kRowMultiple);
  args.columns = x.size(1);
  const at::Tensor rounded =
      New({args.padded_rows, args.columns}, at::kBFloat16);
  args.out = rounded.data_ptr();
  Must(kernels_.round(args));
  return rounded;
}

at::Tensor CudaOps::Multiply(const at::Tensor& input, int64_t rows,
                             const Matrix& matrix, int64_t first,
                             int64_t outputs) {
  const at::Tensor w = matrix.data.narrow(0, first, outputs);
  const at::Tensor y = New({input.size(0), outputs}, at::kFloat);
  if (cublas_lt_ != nullptr && matrix.dtype == DType::kBFloat16) {
    const absl::StatusOr<bool> done =
        cublas_lt_->Multiply(input.data_ptr(), w.data_ptr(), input.size(0),
                             outputs, matrix.inputs, Floats(y));
    const std::string message(done.status().message());
    TORCH_CHECK_WITH(OutOfMemoryError,
                     !absl::IsResourceExhausted(done.status()), message);
    TORCH_CHECK(done.ok(), message);
    if (*done) return y;
  }
  ProductArgs args;
  args.x = ElementsOf(input);
  args.w = ElementsOf(w);
  args.rows = rows;
  args.outputs = outputs;
  args.inputs = matrix.inputs;
  args.y = Floats(y);
  Must(kernels_.product(args));
  return y;
}

void CudaOps::Linear(const at::Tensor& x, const Matrix& matrix,
                     const LinearOptions& options, const at::Tensor& out) {
  const int64_t rows = x.size(0);
  const at::Tensor input = Input(x, matrix.dtype);
  const at::Tensor y = Multiply(input, rows, matrix, 0, matrix.outputs);
  at::Tensor second;
  if (options.gated_by != nullptr) {
    second = Multiply(input, rows, *options.gated_by, 0, matrix.outputs);
  }
  FinishArgs args;
  args.y = Floats(y);
  args.second = FloatsOrNull(second);
  args.bias = FloatsOrNull(options.bias);
  args.second_bias = FloatsOrNull(options.gated_by_bias);
  args.activation = options.activation;
  args.add_to_out = options.add_to_out;
  args.rows = rows;
  args.columns = matrix.outputs;
  args.out = Floats(out);
  Must(kernels_.finish(args));
}

void CudaOps::Gather(const at::Tensor& x, absl::Span<const int32_t> rows,
                     const at::Tensor& out) {
  const at::Tensor ids = Upload(rows);
  GatherArgs args;
  args.x = Floats(x);
  args.ids = static_cast<const int32_t*>(ids.data_ptr());
  args.rows = std::ssize(rows);
  args.columns = x.size(1);
  args.out = Floats(out);
  Must(kernels_.gather(args));
}

void CudaOps::Add(const at::Tensor& x, const at::Tensor& out) {
  Must(kernels_.add({Floats(x), x.numel(), Floats(out)}));
}

void CudaOps::Rotate(const at::Tensor& x, int64_t first, int64_t heads,
                     int64_t head_dim, const at::Tensor& cosine,
                     const at::Tensor& sine) {
  RotateArgs args;
  args.x = Floats(x) + first;
  args.stride = x.size(1);
  args.rows = x.size(0);
  args.heads = heads;
  args.head_dim = head_dim;
  args.pairs = cosine.size(1);
  args.cosine = Floats(cosine);
  args.sine = Floats(sine);
  Must(kernels_.rotate(args));
}

void CudaOps::Attend(const at::Tensor& qkv, absl::Span<const Segment> segments,
                     const AttentionOptions& options, CacheLayer& cache,
                     const at::Tensor& out) {
  const int64_t group = options.heads / cache.kv_heads;
  AttendPlan plan = PlanAttention(segments, qkv.size(0), group);
  if (!(plan == plan_)) {
    plan_on_device_ = Upload(absl::MakeConstSpan(plan.words));
    plan_ = std::move(plan);
  }
  const int32_t* words =
      static_cast<const int32_t*>(plan_on_device_.data_ptr());

  StoreArgs store;
  store.keys = Floats(qkv) + options.heads * cache.head_dim;
  store.stride = qkv.size(1);
  store.slots = words;
  store.rows = qkv.size(0);
  store.kv_heads = cache.kv_heads;
  store.head_dim = cache.head_dim;
  store.bfloat16 = cache.dtype == DType::kBFloat16;
  store.key_cache = cache.keys.data_ptr();
  store.value_cache = cache.values.data_ptr();
  Must(kernels_.store(store));

  AttendArgs args;
  args.q = Floats(qkv);
  args.q_stride = qkv.size(1);
  args.keys = ElementsOf(cache.keys);
  args.values = ElementsOf(cache.values);
  args.tiles = reinterpret_cast<const AttendTile*>(words + plan_.tiles_begin);
  args.tile_count = plan_.tile_count();
  args.blocks = words + plan_.blocks_begin;
  args.kv_heads = cache.kv_heads;
  args.group = group;
  args.head_dim = cache.head_dim;
  args.window = options.window;
  args.scale = options.scale;
  args.soft_cap = options.soft_cap;
  if (options.key_bias.defined()) {
    args.key_bias = Floats(options.key_bias);
    args.key_bias_stride = options.key_bias.size(1);
  }
  args.out = Floats(out);
  args.out_stride = out.size(1);
  Must(kernels_.attend(args));
}

std::vector<LogitFold> CudaOps::RunHead(const at::Tensor& x, const Matrix& head,
                                        const HeadOptions& options,
                                        FoldArgs fold) {
  const int64_t count = x.size(0);
  std::vector<LogitFold> all(count);
  const at::Tensor folds =
      New({count * static_cast<int64_t>(sizeof(LogitFold))}, at::kByte);
  fold.folds = static_cast<LogitFold*>(folds.data_ptr());
  fold.soft_cap = options.soft_cap;
  Must(kernels_.start_folds(fold.folds, count));
  for (int64_t row = 0; row < count; row += kHeadRows) {
    fold.rows = std::min(kHeadRows, count - row);
    const at::Tensor input = Input(x.narrow(0, row, fold.rows), head.dtype);
    for (int64_t id = 0; id < head.outputs; id += kHeadIds) {
      fold.first_id = id;
      fold.ids = std::min(kHeadIds, head.outputs - id);
      const at::Tensor logits = Multiply(input, fold.rows, head, id, fold.ids);
      fold.logits = Floats(logits);
      fold.bias = options.bias.defined() ? Floats(options.bias) + id : nullptr;
      Must(kernels_.fold(fold));
    }
    fold.folds += fold.rows;
    if (fold.targets != nullptr) fold.targets += fold.rows;
    if (fold.seen != nullptr) {
      fold.seen += fold.rows;
      fold.banned += fold.rows;
      fold.penalties += fold.rows;
    }
  }
  const at::Tensor host = folds.to(at::kCPU);
  if (count > 0) std::memcpy(all.data(), host.data_ptr(), host.nbytes());
  return all;
}

std::vector<Scored> CudaOps::Score(const at::Tensor& x,
                                   absl::Span<const int32_t> targets,
                                   const Matrix& head,
                                   const HeadOptions& options) {
  const at::Tensor targets_on_device = Upload(targets);
  FoldArgs args;
  args.targets = static_cast<const int32_t*>(targets_on_device.data_ptr());
  const std::vector<LogitFold> folds = RunHead(x, head, options, args);
  std::vector<Scored> scored(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    const LogitFold& fold = folds[i];
    scored[i].is_largest = fold.best == targets[i];
    scored[i].logprob = fold.insane == 0
                            ? fold.target - (fold.largest + std::log(fold.sum))
                            : std::numeric_limits<float>::quiet_NaN();
  }
  return scored;
}

std::vector<int32_t> CudaOps::Pick(const at::Tensor& x,
                                   absl::Span<const PickRule> rules,
                                   const Matrix& head,
                                   const HeadOptions& options) {
  const PickSets sets(rules, head.outputs);
  const at::Tensor on_device = Upload(absl::MakeConstSpan(sets.words));
  FoldArgs args;
  args.words = static_cast<const int64_t*>(on_device.data_ptr());
  args.seen = args.words;
  args.banned = args.words + sets.banned_begin;
  args.penalties =
      reinterpret_cast<const float*>(args.words + sets.penalties_begin);
  const std::vector<LogitFold> folds = RunHead(x, head, options, args);
  std::vector<int32_t> picked(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    picked[i] = folds[i].insane == 0 ? folds[i].best : -1;
  }
  return picked;
}

}  // namespace

std::unique_ptr<Ops> NewCudaOps(const CudaKernels& kernels, at::Device device,
                                std::unique_ptr<CublasLt> cublas_lt,
                                std::string device_kind) {
  return std::make_unique<CudaOps>(kernels, device, std::move(cublas_lt),
                                   std::move(device_kind));
}

}  // namespace sn37::eval
