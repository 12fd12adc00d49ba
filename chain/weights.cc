#include "chain/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

constexpr double kMax = std::numeric_limits<uint16_t>::max();
// The official client's guard against rounding just above the limit.
constexpr double kClipMargin = 1e-7;

absl::Status CheckShares(absl::Span<const Share> shares) {
  std::set<uint16_t> seen;
  for (const Share& share : shares) {
    if (!std::isfinite(share.value) || share.value < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("uid ", share.uid, " has the share ", share.value,
                       "; shares are finite and not negative"));
    }
    if (!seen.insert(share.uid).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("uid ", share.uid, " occurs twice"));
    }
  }
  return absl::OkStatus();
}

// The value above which `sorted` (ascending, of sum 1) is cut so that the cut
// entries have `limit` of the new sum: with the k greatest cut and the others
// summing to s, cut / (s + k × cut) = limit.
double Cutoff(const std::vector<double>& sorted, double limit) {
  const size_t n = sorted.size();
  double below = 0;  // sum up to and including the i-th
  size_t kept = 0;
  double kept_sum = 0;
  for (size_t i = 0; i < n; ++i) {
    below += sorted[i];
    const double if_cut_here = static_cast<double>(n - i - 1) * sorted[i];
    if (sorted[i] / (if_cut_here + below + kClipMargin) < limit) {
      kept = i + 1;
      kept_sum = below;
    }
  }
  return (limit * kept_sum - kClipMargin) /
         (1 - limit * static_cast<double>(n - kept));
}

}  // namespace

std::vector<double> ClipToMaxWeight(std::vector<double> shares, double limit) {
  const auto normalise = [&shares] {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= sum;
  };
  const double n = static_cast<double>(shares.size());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (sum == 0 || n * limit <= 1) {
    return std::vector<double>(shares.size(), 1 / n);
  }
  normalise();
  std::vector<double> sorted = shares;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.back() <= limit) return shares;
  const double cutoff = Cutoff(sorted, limit);
  for (double& share : shares) share = std::min(share, cutoff);
  normalise();
  return shares;
}

absl::StatusOr<std::vector<Weight>> QuantizeWeights(
    absl::Span<const Share> shares, uint16_t max_weight_limit) {
  SN37_RETURN_IF_ERROR(CheckShares(shares));
  std::vector<double> values;
  for (const Share& share : shares) values.push_back(share.value);
  const auto greatest_of = [&values] {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  };
  if (greatest_of() == 0) return std::vector<Weight>();
  if (max_weight_limit < kMax) {
    values = ClipToMaxWeight(std::move(values), max_weight_limit / kMax);
  }
  const double greatest = greatest_of();
  std::vector<Weight> weights;
  for (size_t i = 0; i < values.size(); ++i) {
    // The default rounding mode of nearbyint is half to even.
    const double value = std::nearbyint(values[i] / greatest * kMax);
    if (value == 0) continue;
    weights.push_back({shares[i].uid, static_cast<uint16_t>(value)});
  }
  return weights;
}

std::vector<Weight> MaxUpscale(std::vector<Weight> weights) {
  uint64_t greatest = 0;
  for (const Weight& w : weights) {
    greatest = std::max<uint64_t>(greatest, w.value);
  }
  if (greatest == 0) return weights;
  for (Weight& w : weights) {
    w.value = static_cast<uint16_t>((2 * 65535 * uint64_t{w.value} + greatest) /
                                    (2 * greatest));
  }
  return weights;
}

}  // namespace sn37::chain
