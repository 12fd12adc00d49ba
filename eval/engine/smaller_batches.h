// Going on when memory runs out.
#ifndef EVAL_ENGINE_SMALLER_BATCHES_H_
#define EVAL_ENGINE_SMALLER_BATCHES_H_

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/engine/batch_limits.h"

namespace sn37::eval {

// Calls run(requests, limits, done) and, when that gives kResourceExhausted,
// again with half the limits and the requests without a done(), until all are
// answered or no batch is smaller. `done` gets indices into `requests`; an
// error of its own ends everything.
template <typename Request, typename Response>
absl::Status WithSmallerBatches(
    absl::Span<const Request> requests, BatchLimits limits,
    absl::FunctionRef<absl::Status(size_t, absl::StatusOr<Response>)> done,
    absl::FunctionRef<absl::Status(
        absl::Span<const Request>, const BatchLimits&,
        absl::FunctionRef<absl::Status(size_t, absl::StatusOr<Response>)>)>
        run) {
  std::vector<Request> left(requests.begin(), requests.end());
  std::vector<size_t> indices(left.size());
  std::iota(indices.begin(), indices.end(), size_t{0});
  while (true) {
    std::vector<bool> answered(left.size());
    bool gave_up = false;
    const absl::Status status =
        run(left, limits, [&](size_t i, absl::StatusOr<Response> response) {
          answered[i] = true;
          absl::Status taken = done(indices[i], std::move(response));
          gave_up = gave_up || !taken.ok();
          return taken;
        });
    const BatchLimits smaller = limits.Halved();
    if (!absl::IsResourceExhausted(status) || gave_up || smaller == limits) {
      return status;
    }
    limits = smaller;
    size_t kept = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      if (answered[i]) continue;
      std::swap(left[kept], left[i]);
      indices[kept++] = indices[i];
    }
    left.resize(kept);
    indices.resize(kept);
  }
}

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_SMALLER_BATCHES_H_
