#include "eval/engine/generator.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/engine/block_pool.h"
#include "eval/engine/check_request.h"
#include "eval/engine/text_state.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// A text in the batch.
struct Active {
  size_t index;  // of its request
  TextState text;
  std::vector<int32_t> blocks;  // enough for all it may become
  int64_t cached = 0;           // tokens whose keys and values are there
};

// The cache blocks that a request may come to need. Its last token is never
// fed.
int64_t BlocksOf(const GenerateRequest& request, int64_t max_positions) {
  const int64_t prompt = static_cast<int64_t>(request.prompt.size());
  return BlocksFor(
      prompt + std::min(request.max_new_tokens - 1, max_positions - prompt));
}

class Generator {
 public:
  Generator(Decoder& decoder, absl::Span<const GenerateRequest> requests,
            const BatchLimits& limits, std::vector<size_t> waiting)
      : decoder_(decoder),
        requests_(requests),
        limits_(limits),
        waiting_(std::move(waiting)),
        pool_(PlanBlocks()),
        cache_(decoder.NewCache(decoder.config().layers, pool_.available())) {}

  absl::Status Run(Engine::GenerateDone done) {
    while (entered_ < waiting_.size() || !active_.empty()) {
      Admit();
      SN37_RETURN_IF_ERROR(Step(done));
    }
    return absl::OkStatus();
  }

 private:
  // Blocks for as many of the largest requests as may be in flight, but not
  // more than the limit, unless one alone needs them. Memory is taken only as
  // blocks are used.
  int64_t PlanBlocks() const {
    std::vector<int64_t> needs;
    for (size_t index : waiting_) {
      needs.push_back(
          BlocksOf(requests_[index], decoder_.config().max_positions));
    }
    std::sort(needs.rbegin(), needs.rend());
    const size_t most = std::min<size_t>(needs.size(), limits_.sequences);
    const int64_t wanted =
        std::accumulate(needs.begin(), needs.begin() + most, int64_t{0});
    const int64_t affordable = limits_.cache_bytes / decoder_.CacheBlockBytes();
    return std::min(wanted, std::max(affordable, needs[0]));
  }

  // Lets waiting requests in, in order, as far as they fit.
  void Admit() {
    int64_t rows = static_cast<int64_t>(active_.size());
    while (entered_ < waiting_.size() &&
           static_cast<int64_t>(active_.size()) < limits_.sequences) {
      const size_t index = waiting_[entered_];
      const GenerateRequest& request = requests_[index];
      const DecoderConfig& config = decoder_.config();
      const int64_t blocks = BlocksOf(request, config.max_positions);
      rows += static_cast<int64_t>(request.prompt.size());
      const bool fits = rows <= limits_.rows || active_.empty();
      if (!fits || blocks > pool_.available()) return;
      active_.push_back(
          {index, TextState(request, config.vocabulary, config.max_positions),
           pool_.Take(blocks)});
      decoder_.ClearBlocks(cache_, active_.back().blocks);
      ++entered_;
    }
  }

  // Appends the tokens of a text that are not cached yet.
  void Feed(Active& active, Batch& batch) {
    const std::vector<int32_t>& tokens = active.text.tokens();
    const int64_t size = static_cast<int64_t>(tokens.size());
    int64_t prompt_length = active.text.prompt_size();
    if (active.cached > 0 && decoder_.rotary().ChangesAfter(active.cached)) {
      active.cached = 0;  // all again, as in a text of the new length
      prompt_length = size;
    }
    Segment segment;
    segment.first_row = batch.rows();
    segment.rows = size - active.cached;
    segment.first_position = active.cached;
    segment.blocks = active.blocks;
    for (int64_t p = active.cached; p < size; ++p) {
      batch.ids.push_back(tokens[p]);
      batch.positions.push_back(p);
      batch.lengths.push_back(std::max(prompt_length, p + 1));
    }
    batch.segments.push_back(std::move(segment));
    active.cached = size;
  }

  // One token for every active text.
  absl::Status Step(Engine::GenerateDone done) {
    Batch batch;
    std::vector<int32_t> last_rows;
    std::vector<PickRule> rules;
    for (Active& active : active_) {
      Feed(active, batch);
      last_rows.push_back(static_cast<int32_t>(batch.rows() - 1));
      rules.push_back(active.text.rule());
    }
    const at::Tensor hidden = decoder_.Forward(batch, last_rows, cache_);
    const std::vector<int32_t> picked = decoder_.Pick(hidden, rules);
    std::vector<Active> still_active;
    for (size_t i = 0; i < active_.size(); ++i) {
      Active& active = active_[i];
      std::optional<absl::StatusOr<GenerateResponse>> result =
          Advance(active, picked[i]);
      if (!result.has_value()) {
        still_active.push_back(std::move(active));
        continue;
      }
      pool_.Return(active.blocks);
      SN37_RETURN_IF_ERROR(done(active.index, *std::move(result)));
    }
    active_ = std::move(still_active);
    return absl::OkStatus();
  }

  // The result if the text ends with this token.
  std::optional<absl::StatusOr<GenerateResponse>> Advance(Active& active,
                                                          int32_t token) {
    if (token < 0) {
      return absl::DataLossError(
          absl::StrCat("the model's logits for new token ",
                       active.text.generated(), " are not finite"));
    }
    const std::optional<FinishReason> reason = active.text.Append(token);
    if (!reason.has_value()) return std::nullopt;
    return active.text.Response(*reason);
  }

  Decoder& decoder_;
  const absl::Span<const GenerateRequest> requests_;
  const BatchLimits limits_;
  const std::vector<size_t> waiting_;
  size_t entered_ = 0;  // of waiting_
  BlockPool pool_;
  KvCache cache_;
  std::vector<Active> active_;
};

}  // namespace

absl::Status GenerateAll(Decoder& decoder,
                         absl::Span<const GenerateRequest> requests,
                         const BatchLimits& limits, Engine::GenerateDone done) {
  std::vector<size_t> waiting;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::Status status = CheckRequest(requests[i], decoder.config());
    if (status.ok()) {
      waiting.push_back(i);
    } else {
      SN37_RETURN_IF_ERROR(done(i, std::move(status)));
    }
  }
  if (waiting.empty()) return absl::OkStatus();
  return Generator(decoder, requests, limits, std::move(waiting)).Run(done);
}

}  // namespace sn37::eval
