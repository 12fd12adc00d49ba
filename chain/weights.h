// Weight vectors as the chain wants them: shares to u16 values and back. Pure
// arithmetic: u16 values equal the official client's and the runtime's.
//
//   std::vector<Weight> sent = QuantizeWeights(shares, limit);   // before
//   std::vector<Weight> stored = MaxUpscale(sent);               // on chain
#ifndef CHAIN_WEIGHTS_H_
#define CHAIN_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chain/client.h"

namespace sn37::chain {

// A neuron's share of the reward, in any unit; not negative, finite.
struct Share {
  uint16_t uid = 0;
  double value = 0;
};

// value = round(share / greatest share × 65535) in double, half to even; zero
// shares and values that round to zero are dropped, the order stays. Shares
// that exceed `max_weight_limit` / 65535 of the sum are clipped first
// (ClipToMaxWeight). InvalidArgument: a share negative, NaN or infinite, or a
// uid that occurs twice. All shares zero: an empty vector.
absl::StatusOr<std::vector<Weight>> QuantizeWeights(
    absl::Span<const Share> shares, uint16_t max_weight_limit);

// Scales `shares` to a sum of 1 so that none is above `limit`, by lowering the
// greatest to one common value; the others keep their proportions. Where that
// is impossible (limit × count ≤ 1) all become equal.
std::vector<double> ClipToMaxWeight(std::vector<double> shares, double limit);

// What the runtime stores: value × 65535 / greatest value, half up, so that the
// greatest is 65535. All zero: unchanged.
std::vector<Weight> MaxUpscale(std::vector<Weight> weights);

}  // namespace sn37::chain

#endif  // CHAIN_WEIGHTS_H_
