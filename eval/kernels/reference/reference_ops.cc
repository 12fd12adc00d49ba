#include "eval/kernels/reference/reference_ops.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "eval/weights/element_type.h"

namespace sn37::eval {
namespace {

constexpr int64_t kBlock = 64;

float Rounded(float value, DType dtype) {
  return dtype == DType::kBFloat16 ? FloatFromBf16(Bf16FromFloat(value))
                                   : value;
}

double Activated(Activation activation, double x) {
  switch (activation) {
    case Activation::kIdentity:
      return x;
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
    case Activation::kGeluTanh:
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::kGeluErf:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::kRelu:
      return std::max(0.0, x);
  }
  return x;
}

double SoftCapped(double x, double cap) {
  return cap == 0 ? x : cap * std::tanh(x / cap);
}

double Dot(const float* a, const float* b, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

float* Row(const at::Tensor& tensor, int64_t row) {
  return tensor.data_ptr<float>() + row * tensor.stride(0);
}

void NormRow(const NormWeights& w, const float* x, int64_t n, float* out) {
  const float* weight = w.weight.data_ptr<float>();
  const float* bias = w.bias.defined() ? w.bias.data_ptr<float>() : nullptr;
  double mean = 0, variance = 0;
  if (w.kind == NormWeights::kLayer) {
    for (int64_t i = 0; i < n; ++i) mean += x[i] / static_cast<double>(n);
  }
  for (int64_t i = 0; i < n; ++i) {
    variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(n);
  }
  for (int64_t i = 0; i < n; ++i) {
    const double normed = (x[i] - mean) / std::sqrt(variance + w.epsilon);
    out[i] = static_cast<float>(normed * (weight[i] + w.offset) +
                                (bias != nullptr ? bias[i] : 0));
  }
}

class ReferenceOps : public Ops {
 public:
  std::string device_kind() const override { return "reference"; }
  DeviceMemory memory() const override { return {1 << 30, 1 << 30}; }

  at::Tensor ToDevice(const at::Tensor& tensor) override { return tensor; }

  Matrix Pack(absl::Span<const RowSlice> slices, DType dtype) override {
    Matrix matrix;
    matrix.dtype = dtype;
    matrix.inputs = slices[0].tensor.size(1);
    for (const RowSlice& s : slices) matrix.outputs += s.end - s.begin;
    matrix.data = at::empty({matrix.outputs, matrix.inputs}, at::kFloat);
    float* out = matrix.data.data_ptr<float>();
    for (const RowSlice& s : slices) {
      const at::Tensor rows =
          s.tensor.slice(0, s.begin, s.end).to(at::kFloat).contiguous();
      for (int64_t i = 0; i < rows.numel(); ++i) {
        *out++ = Rounded(rows.data_ptr<float>()[i], dtype);
      }
    }
    return matrix;
  }

  at::Tensor NewRows(int64_t rows, int64_t columns) override {
    return at::empty({rows, columns}, at::kFloat);
  }

  CacheLayer NewCacheLayer(int64_t blocks, int64_t kv_heads, int64_t head_dim,
                           DType dtype) override {
    CacheLayer layer;
    layer.kv_heads = kv_heads;
    layer.head_dim = head_dim;
    layer.dtype = dtype;
    layer.keys = at::zeros({blocks * kBlock, kv_heads * head_dim}, at::kFloat);
    layer.values =
        at::zeros({blocks * kBlock, kv_heads * head_dim}, at::kFloat);
    return layer;
  }

  void Embed(const Matrix& table, absl::Span<const int32_t> ids, float scale,
             bool add, const at::Tensor& out) override {
    for (size_t r = 0; r < ids.size(); ++r) {
      for (int64_t i = 0; i < table.inputs; ++i) {
        const float value = Row(table.data, ids[r])[i] * scale;
        Row(out, r)[i] = add ? Row(out, r)[i] + value : value;
      }
    }
  }

  void Norm(const at::Tensor& x, const NormWeights& weights,
            const at::Tensor& out) override {
    for (int64_t r = 0; r < x.size(0); ++r) {
      NormRow(weights, Row(x, r), x.size(1), Row(out, r));
    }
  }

  void NormGroups(const at::Tensor& x, int64_t first, int64_t groups,
                  const NormWeights& weights) override {
    const int64_t n = weights.weight.size(0);
    for (int64_t r = 0; r < x.size(0); ++r) {
      for (int64_t g = 0; g < groups; ++g) {
        float* part = Row(x, r) + first + g * n;
        NormRow(weights, part, n, part);
      }
    }
  }

  void Linear(const at::Tensor& x, const Matrix& matrix,
              const LinearOptions& options, const at::Tensor& out) override {
    const auto product = [&](int64_t r, const Matrix& m, const at::Tensor& bias,
                             int64_t j) {
      const double b = bias.defined() ? bias.data_ptr<float>()[j] : 0;
      return Dot(Row(x, r), Row(m.data, j), m.inputs) + b;
    };
    for (int64_t r = 0; r < x.size(0); ++r) {
      for (int64_t j = 0; j < matrix.outputs; ++j) {
        double y =
            Activated(options.activation, product(r, matrix, options.bias, j));
        if (options.gated_by != nullptr) {
          y *= product(r, *options.gated_by, options.gated_by_bias, j);
        }
        if (options.add_to_out) y += Row(out, r)[j];
        Row(out, r)[j] = static_cast<float>(y);
      }
    }
  }

  void Gather(const at::Tensor& x, absl::Span<const int32_t> rows,
              const at::Tensor& out) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      out.select(0, i).copy_(x.select(0, rows[i]));
    }
  }

  void Add(const at::Tensor& x, const at::Tensor& out) override {
    for (int64_t r = 0; r < x.size(0); ++r) {
      for (int64_t i = 0; i < x.size(1); ++i) Row(out, r)[i] += Row(x, r)[i];
    }
  }

  void Rotate(const at::Tensor& x, int64_t first, int64_t heads,
              int64_t head_dim, const at::Tensor& cosine,
              const at::Tensor& sine) override {
    const int64_t n = cosine.size(1);
    for (int64_t r = 0; r < x.size(0); ++r) {
      for (int64_t h = 0; h < heads; ++h) {
        float* head = Row(x, r) + first + h * head_dim;
        for (int64_t i = 0; i < n; ++i) {
          const double a = head[i], b = head[i + n];
          const double c = Row(cosine, r)[i], s = Row(sine, r)[i];
          head[i] = static_cast<float>(a * c - b * s);
          head[i + n] = static_cast<float>(b * c + a * s);
        }
      }
    }
  }

  void Attend(const at::Tensor& qkv, absl::Span<const Segment> segments,
              const AttentionOptions& options, CacheLayer& cache,
              const at::Tensor& out) override {
    const int64_t kv = cache.kv_heads * cache.head_dim;
    for (const Segment& segment : segments) {
      for (int64_t r = 0; r < segment.rows; ++r) {
        const float* key =
            Row(qkv, segment.first_row + r) + options.heads * cache.head_dim;
        const int64_t slot = Slot(segment, segment.first_position + r);
        for (int64_t i = 0; i < kv; ++i) {
          Row(cache.keys, slot)[i] = Rounded(key[i], cache.dtype);
          Row(cache.values, slot)[i] = Rounded(key[kv + i], cache.dtype);
        }
      }
      for (int64_t r = 0; r < segment.rows; ++r) {
        for (int64_t h = 0; h < options.heads; ++h) {
          AttendHead(Row(qkv, segment.first_row + r), segment,
                     segment.first_position + r, h, options, cache,
                     Row(out, segment.first_row + r));
        }
      }
    }
  }

  std::vector<Scored> Score(const at::Tensor& x,
                            absl::Span<const int32_t> targets,
                            const Matrix& head,
                            const HeadOptions& options) override {
    std::vector<Scored> scored;
    for (size_t i = 0; i < targets.size(); ++i) {
      const std::vector<double> logits = Logits(x, i, head, options);
      const auto best = std::max_element(logits.begin(), logits.end());
      double sum = 0;
      for (double logit : logits) sum += std::exp(logit - *best);
      const bool sane = std::all_of(logits.begin(), logits.end(), [](double l) {
        return l < std::numeric_limits<double>::infinity();
      });
      scored.push_back(
          {sane ? static_cast<float>(logits[targets[i]] - *best - std::log(sum))
                : std::numeric_limits<float>::quiet_NaN(),
           best - logits.begin() == targets[i]});
    }
    return scored;
  }

  std::vector<int32_t> Pick(const at::Tensor& x,
                            absl::Span<const PickRule> rules,
                            const Matrix& head,
                            const HeadOptions& options) override {
    std::vector<int32_t> picked;
    for (size_t i = 0; i < rules.size(); ++i) {
      const std::vector<double> logits = Logits(x, i, head, options);
      int32_t best = -1;
      double largest = -std::numeric_limits<double>::infinity();
      bool sane = true;
      for (size_t id = 0; id < logits.size(); ++id) {
        double logit = logits[id];
        sane = sane && logit < std::numeric_limits<double>::infinity();
        const PickRule& rule = rules[i];
        if (Has(rule.seen, id)) {
          logit = logit < 0 ? logit * rule.repetition_penalty
                            : logit / rule.repetition_penalty;
        }
        if (Has(rule.banned, id) || !(logit > largest)) continue;
        largest = logit;
        best = static_cast<int32_t>(id);
      }
      picked.push_back(sane ? best : -1);
    }
    return picked;
  }

 private:
  static bool Has(const uint64_t* set, size_t id) {
    return set != nullptr && (set[id / 64] >> (id % 64) & 1) != 0;
  }

  static int64_t Slot(const Segment& segment, int64_t position) {
    return segment.blocks[position / kBlock] * kBlock + position % kBlock;
  }

  static void AttendHead(const float* q_row, const Segment& segment,
                         int64_t position, int64_t h,
                         const AttentionOptions& options,
                         const CacheLayer& cache, float* out_row) {
    const int64_t d = cache.head_dim;
    const int64_t kv_head = h / (options.heads / cache.kv_heads);
    const int64_t first =
        options.window == 0
            ? 0
            : std::max<int64_t>(0, position + 1 - options.window);
    std::vector<double> weights;
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t p = first; p <= position; ++p) {
      const float* key = Row(cache.keys, Slot(segment, p)) + kv_head * d;
      double score = SoftCapped(Dot(q_row + h * d, key, d) * options.scale,
                                options.soft_cap);
      if (options.key_bias.defined()) {
        score += Row(options.key_bias, h)[p];
      }
      weights.push_back(score);
      largest = std::max(largest, score);
    }
    double sum = 0;
    for (double& weight : weights) sum += weight = std::exp(weight - largest);
    for (int64_t i = 0; i < d; ++i) {
      double value = 0;
      for (int64_t p = first; p <= position; ++p) {
        value += weights[p - first] *
                 Row(cache.values, Slot(segment, p))[kv_head * d + i];
      }
      out_row[h * d + i] = static_cast<float>(value / sum);
    }
  }

  static std::vector<double> Logits(const at::Tensor& x, int64_t row,
                                    const Matrix& head,
                                    const HeadOptions& options) {
    std::vector<double> logits(head.outputs);
    for (int64_t id = 0; id < head.outputs; ++id) {
      double logit = Dot(Row(x, row), Row(head.data, id), head.inputs);
      if (options.bias.defined()) logit += options.bias.data_ptr<float>()[id];
      logits[id] = SoftCapped(logit, options.soft_cap);
    }
    return logits;
  }
};

}  // namespace

std::unique_ptr<Ops> NewReferenceOps() {
  return std::make_unique<ReferenceOps>();
}

}  // namespace sn37::eval
