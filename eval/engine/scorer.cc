#include "eval/engine/scorer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/engine/block_pool.h"
#include "eval/engine/check_request.h"
#include "eval/engine/prefix.h"
#include "eval/models/decoder_memory.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// The tokens that go through the model: the last one is only scored.
absl::Span<const int32_t> Fed(const ScoreRequest& request) {
  return absl::MakeSpan(request.tokens).first(request.tokens.size() - 1);
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

// Requests that go through the decoder in one pass.
class ScoreBatch {
 public:
  ScoreBatch(Decoder& decoder, KvCache& cache)
      : decoder_(decoder), cache_(cache) {}

  int64_t sequences() const { return std::ssize(placed_); }

  // How many rows there were with the request: one for each token that it does
  // not share with the last one added, and at the last layer one for each token
  // to score, shared or not.
  int64_t RowsWith(const ScoreRequest& request) const {
    return std::max<int64_t>(
        batch_.rows() + std::ssize(Fed(request)) - Shared(request),
        std::ssize(targets_) + std::ssize(request.tokens) - request.score_from);
  }

  void Add(size_t index, const ScoreRequest& request) {
    const int64_t shared = Shared(request);
    Placed placed{index, &request, {}, {}};
    if (shared > 0) {
      const Placed& last = placed_.back();
      placed.rows.assign(last.rows.begin(), last.rows.begin() + shared);
      placed.blocks.assign(last.blocks.begin(),
                           last.blocks.begin() + BlocksFor(shared));
    }
    AddRows(shared, placed);
    for (int64_t t = request.score_from; t < std::ssize(request.tokens); ++t) {
      scored_rows_.push_back(placed.rows[t - 1]);
      targets_.push_back(request.tokens[t]);
    }
    placed_.push_back(std::move(placed));
  }

  absl::Status Run(Engine::ScoreDone done) {
    const at::Tensor hidden = decoder_.Forward(batch_, scored_rows_, cache_);
    const std::vector<Scored> scored = decoder_.Score(hidden, targets_);
    size_t begin = 0;
    for (const Placed& placed : placed_) {
      const ScoreRequest& request = *placed.request;
      const size_t count = request.tokens.size() - request.score_from;
      SN37_RETURN_IF_ERROR(
          done(placed.index,
               Collect(request, absl::MakeSpan(scored).subspan(begin, count))));
      begin += count;
    }
    return absl::OkStatus();
  }

 private:
  // A request and where its fed tokens are.
  struct Placed {
    size_t index;
    const ScoreRequest* request;
    std::vector<int32_t> rows;    // by position
    std::vector<int32_t> blocks;  // of the cache
  };

  int64_t Shared(const ScoreRequest& request) const {
    if (placed_.empty()) return 0;
    const ScoreRequest& last = *placed_.back().request;
    const Rotary& rotary = decoder_.rotary();
    if (rotary.AngleClass(std::ssize(request.tokens)) !=
        rotary.AngleClass(std::ssize(last.tokens))) {
      return 0;
    }
    return SharedPositions(Fed(request), Fed(last));
  }

  // The tokens from position `first` on become a segment of their own.
  void AddRows(int64_t first, Placed& placed) {
    const absl::Span<const int32_t> fed = Fed(*placed.request);
    if (first == std::ssize(fed)) return;
    Segment segment;
    segment.first_row = batch_.rows();
    segment.rows = std::ssize(fed) - first;
    segment.first_position = first;
    for (int64_t p = first; p < std::ssize(fed); ++p) {
      placed.rows.push_back(static_cast<int32_t>(batch_.rows()));
      batch_.ids.push_back(fed[p]);
      batch_.positions.push_back(p);
      batch_.lengths.push_back(std::ssize(placed.request->tokens));
    }
    while (std::ssize(placed.blocks) < BlocksFor(std::ssize(fed))) {
      placed.blocks.push_back(next_block_++);
    }
    segment.blocks = placed.blocks;
    batch_.segments.push_back(std::move(segment));
  }

  Decoder& decoder_;
  KvCache& cache_;
  Batch batch_;
  std::vector<Placed> placed_;
  std::vector<int32_t> scored_rows_, targets_;
  int32_t next_block_ = 0;
};

}  // namespace

absl::Status ScoreAll(Decoder& decoder, absl::Span<const ScoreRequest> requests,
                      const BatchLimits& limits, Engine::ScoreDone done) {
  std::vector<size_t> order;
  int64_t longest = 0;
  // One layer's: the next one overwrites it.
  const int64_t block_bytes =
      decoder.CacheBlockBytes() / decoder.config().layers;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::Status status = CheckRequest(requests[i], decoder.config());
    const int64_t tokens = std::ssize(requests[i].tokens);
    if (status.ok()) {
      const double cache = static_cast<double>(BlocksFor(tokens) * block_bytes);
      status = CheckMemory(tokens, PassBytes(decoder.config(), tokens) + cache,
                           limits);
    }
    if (status.ok()) {
      order.push_back(i);
      longest = std::max(longest, tokens);
    } else {
      SN37_RETURN_IF_ERROR(done(i, std::move(status)));
    }
  }
  // Texts with the same beginning come together.
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return requests[a].tokens < requests[b].tokens;
  });
  // The fullest batch: all rows, and one block begun by each sequence.
  KvCache cache = decoder.NewCache(
      1, BlocksFor(std::max(limits.rows, longest)) + limits.sequences);
  for (size_t begin = 0; begin < order.size();) {
    ScoreBatch batch(decoder, cache);
    do {
      batch.Add(order[begin], requests[order[begin]]);
      ++begin;
    } while (begin < order.size() && batch.sequences() < limits.sequences &&
             batch.RowsWith(requests[order[begin]]) <= limits.rows);
    SN37_RETURN_IF_ERROR(batch.Run(done));
  }
  return absl::OkStatus();
}

}  // namespace sn37::eval
