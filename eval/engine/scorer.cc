#include "eval/engine/scorer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/engine/block_pool.h"
#include "eval/engine/check_request.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

int64_t FedTokens(const ScoreRequest& request) {
  return static_cast<int64_t>(request.tokens.size()) - 1;
}

// Appends a request's rows to the batch; its keys and values go to blocks from
// `first_block` on. Returns the first block after them.
int64_t Append(const ScoreRequest& request, int64_t first_block, Batch& batch) {
  Segment segment;
  segment.first_row = batch.rows();
  segment.rows = FedTokens(request);
  const int64_t end_block = first_block + BlocksFor(segment.rows);
  for (int64_t block = first_block; block < end_block; ++block) {
    segment.blocks.push_back(static_cast<int32_t>(block));
  }
  for (int64_t p = 0; p < segment.rows; ++p) {
    batch.ids.push_back(request.tokens[p]);
    batch.positions.push_back(p);
    batch.lengths.push_back(static_cast<int64_t>(request.tokens.size()));
  }
  batch.segments.push_back(std::move(segment));
  return end_block;
}

// The response of the request whose first scored row is scored[0].
absl::StatusOr<ScoreResponse> Collect(const ScoreRequest& request,
                                      absl::Span<const Scored> scored) {
  ScoreResponse response;
  response.is_greedy = true;
  for (size_t i = 0; i < scored.size(); ++i) {
    if (!std::isfinite(scored[i].logprob)) {
      return absl::DataLossError(absl::StrCat("the model's logits for token ",
                                              request.score_from + i,
                                              " are not finite"));
    }
    response.logprobs.push_back(scored[i].logprob);
    response.is_greedy = response.is_greedy && scored[i].is_largest;
  }
  return response;
}

absl::Status ScoreBatch(Decoder& decoder,
                        absl::Span<const ScoreRequest> requests,
                        absl::Span<const size_t> chosen, KvCache& cache,
                        Engine::ScoreDone done) {
  Batch batch;
  std::vector<int32_t> rows, targets;
  std::vector<int32_t> last_blocks;  // the only ones not filled entirely
  int64_t next_block = 0;
  for (size_t index : chosen) {
    const ScoreRequest& request = requests[index];
    const int64_t first_row = batch.rows();
    next_block = Append(request, next_block, batch);
    last_blocks.push_back(static_cast<int32_t>(next_block - 1));
    for (int64_t t = request.score_from; t <= FedTokens(request); ++t) {
      rows.push_back(static_cast<int32_t>(first_row + t - 1));
      targets.push_back(request.tokens[t]);
    }
  }
  decoder.ClearBlocks(cache, last_blocks);
  const at::Tensor hidden = decoder.Forward(batch, rows, cache);
  const std::vector<Scored> scored = decoder.Score(hidden, targets);
  size_t begin = 0;
  for (size_t index : chosen) {
    const ScoreRequest& request = requests[index];
    const size_t count = FedTokens(request) + 1 - request.score_from;
    SN37_RETURN_IF_ERROR(done(
        index, Collect(request, absl::MakeSpan(scored).subspan(begin, count))));
    begin += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ScoreAll(Decoder& decoder, absl::Span<const ScoreRequest> requests,
                      const BatchLimits& limits, Engine::ScoreDone done) {
  std::vector<size_t> order;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::Status status = CheckRequest(requests[i], decoder.config());
    if (status.ok()) {
      order.push_back(i);
    } else {
      SN37_RETURN_IF_ERROR(done(i, std::move(status)));
    }
  }
  if (order.empty()) return absl::OkStatus();
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return requests[a].tokens.size() > requests[b].tokens.size();
  });
  // The fullest batch: all rows, and one block begun by each sequence.
  const int64_t most_rows =
      std::max(limits.rows, FedTokens(requests[order[0]]));
  KvCache cache = decoder.NewCache(1, BlocksFor(most_rows) + limits.sequences);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    int64_t rows = 0;
    while (end < order.size() &&
           static_cast<int64_t>(end - begin) < limits.sequences &&
           (end == begin ||
            rows + FedTokens(requests[order[end]]) <= limits.rows)) {
      rows += FedTokens(requests[order[end++]]);
    }
    SN37_RETURN_IF_ERROR(ScoreBatch(
        decoder, requests, absl::MakeSpan(order).subspan(begin, end - begin),
        cache, done));
    begin = end;
  }
  return absl::OkStatus();
}

}  // namespace sn37::eval
