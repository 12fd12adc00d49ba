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
#include "eval/engine/prefix.h"
#include "eval/engine/text_state.h"
#include "eval/models/decoder_memory.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// Guesses at one text.
constexpr int64_t kFirstDraft = 4;
constexpr int64_t kMostDraft = 8;

// A text in the batch.
struct Active {
  size_t index;  // of its request
  TextState text;
  std::vector<int32_t> blocks;  // enough for all it may become
  int64_t cached = 0;           // tokens whose keys and values are there
  int64_t draft_length = kFirstDraft;
  std::vector<int32_t> draft = {};  // tokens that are tried after the text
};

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
  // The beginning of a prompt that the cache holds already.
  struct Prefix {
    int64_t positions = 0;
    absl::Span<const int32_t> blocks;
  };

  int64_t MostFed(const GenerateRequest& request) const {
    return eval::MostFed(request, decoder_.config().max_positions);
  }

  // Blocks for as many of the largest requests as may be in flight, as far as
  // they are affordable, and for one of them in any case. Memory is taken only
  // as blocks are used.
  int64_t PlanBlocks() const {
    std::vector<int64_t> needs;
    for (size_t index : waiting_) {
      needs.push_back(BlocksFor(MostFed(requests_[index])));
    }
    std::sort(needs.rbegin(), needs.rend());
    const size_t most = std::min<size_t>(needs.size(), limits_.sequences);
    const int64_t wanted =
        std::accumulate(needs.begin(), needs.begin() + most, int64_t{0});
    const int64_t affordable =
        (limits_.memory_bytes -
         static_cast<int64_t>(PassBytes(decoder_.config(), limits_.rows))) /
        decoder_.CacheBlockBytes();
    return std::min(wanted, std::max(affordable, needs[0]));
  }

  // Whether the positions' angles stay as they are while the text grows.
  bool IsSteady(const GenerateRequest& request) const {
    const Rotary& rotary = decoder_.rotary();
    return rotary.AngleClass(std::ssize(request.prompt)) ==
           rotary.AngleClass(MostFed(request));
  }

  // The longest beginning that the prompt has in common with a text in flight.
  // At least the prompt's last token is left to be fed.
  Prefix FindPrefix(const GenerateRequest& request) const {
    Prefix best;
    if (!IsSteady(request)) return best;
    const Rotary& rotary = decoder_.rotary();
    const auto prompt = absl::MakeSpan(request.prompt);
    for (const Active& active : active_) {
      const GenerateRequest& other = requests_[active.index];
      if (!IsSteady(other) || rotary.AngleClass(std::ssize(other.prompt)) !=
                                  rotary.AngleClass(std::ssize(prompt))) {
        continue;
      }
      const int64_t shared =
          SharedPositions(prompt.first(prompt.size() - 1), other.prompt);
      if (shared <= best.positions) continue;
      best.positions = shared;
      best.blocks = absl::MakeSpan(active.blocks).first(BlocksFor(shared));
    }
    return best;
  }

  // Lets waiting requests in, in order, as far as they fit.
  void Admit() {
    int64_t rows = std::ssize(active_);
    while (entered_ < waiting_.size() &&
           std::ssize(active_) < limits_.sequences) {
      const size_t index = waiting_[entered_];
      const GenerateRequest& request = requests_[index];
      const Prefix prefix = FindPrefix(request);
      rows += std::ssize(request.prompt) - prefix.positions;
      const bool fits = rows <= limits_.rows || active_.empty();
      const int64_t own_blocks =
          BlocksFor(MostFed(request)) - std::ssize(prefix.blocks);
      if (!fits || own_blocks > pool_.available()) return;
      const std::vector<int32_t> own = pool_.Take(own_blocks);
      pool_.Share(prefix.blocks);
      std::vector<int32_t> blocks(prefix.blocks.begin(), prefix.blocks.end());
      blocks.insert(blocks.end(), own.begin(), own.end());
      const DecoderConfig& config = decoder_.config();
      active_.push_back(
          {index, TextState(request, config.vocabulary, config.max_positions),
           std::move(blocks), prefix.positions});
      ++entered_;
    }
  }

  // Guesses at the text's next tokens, none where angles would change on the
  // way.
  std::vector<int32_t> Draft(const Active& active) const {
    const int64_t size = active.text.size();
    if (active.text.generated() == 0) return {};
    std::vector<int32_t> draft = active.text.Draft(std::min(
        active.draft_length, limits_.draft_rows / std::ssize(active_) - 1));
    const Rotary& rotary = decoder_.rotary();
    const bool is_steady =
        rotary.AngleClass(size) == rotary.AngleClass(size + std::ssize(draft));
    return is_steady ? draft : std::vector<int32_t>();
  }

  // Appends the tokens of a text that are not cached yet, and its draft.
  void Feed(Active& active, Batch& batch) {
    const std::vector<int32_t>& tokens = active.text.tokens();
    const int64_t size = active.text.size();
    if (active.text.generated() > 0 &&
        decoder_.rotary().ChangesAfter(size - 1)) {
      active.cached = 0;  // all again, as in a text of the new length
    }
    Segment segment;
    segment.first_row = batch.rows();
    segment.first_position = active.cached;
    segment.blocks = active.blocks;
    batch.ids.insert(batch.ids.end(), tokens.begin() + active.cached,
                     tokens.end());
    batch.ids.insert(batch.ids.end(), active.draft.begin(), active.draft.end());
    segment.rows = batch.rows() - segment.first_row;
    for (int64_t row = 0; row < segment.rows; ++row) {
      const int64_t position = active.cached + row;
      batch.positions.push_back(position);
      batch.lengths.push_back(std::max(size, position + 1));
    }
    batch.segments.push_back(std::move(segment));
  }

  // At least one token for every active text.
  absl::Status Step(Engine::GenerateDone done) {
    Batch batch;
    std::vector<int32_t> rows;
    std::vector<PickRule> rules;
    for (Active& active : active_) {
      active.draft = Draft(active);
      Feed(active, batch);
      for (const PickRule& rule : active.text.Rules(active.draft)) {
        rules.push_back(rule);
      }
      const int64_t picks = std::ssize(active.draft) + 1;
      for (int64_t row = batch.rows() - picks; row < batch.rows(); ++row) {
        rows.push_back(static_cast<int32_t>(row));
      }
    }
    const at::Tensor hidden = decoder_.Forward(batch, rows, cache_);
    const std::vector<int32_t> picked = decoder_.Pick(hidden, rules);
    std::vector<Active> still_active;
    size_t first_pick = 0;
    for (Active& active : active_) {
      const size_t picks = active.draft.size() + 1;
      auto result =
          Advance(active, absl::MakeSpan(picked).subspan(first_pick, picks));
      first_pick += picks;
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

  // Appends what was picked, as far as the draft was right before it. The
  // result if the text ends with that.
  std::optional<absl::StatusOr<GenerateResponse>> Advance(
      Active& active, absl::Span<const int32_t> picked) {
    size_t right = 0;  // tokens of the draft
    for (;; ++right) {
      const int32_t token = picked[right];
      if (token < 0) {
        return absl::DataLossError(
            absl::StrCat("the model's logits for new token ",
                         active.text.generated(), " are not finite"));
      }
      const std::optional<FinishReason> reason = active.text.Append(token);
      if (reason.has_value()) return active.text.Response(*reason);
      if (right == active.draft.size() || active.draft[right] != token) break;
    }
    active.cached = active.text.size() - 1;
    if (!active.draft.empty()) {
      active.draft_length = std::clamp<int64_t>(2 * right, 1, kMostDraft);
    }
    return std::nullopt;
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
      const int64_t tokens =
          MostFed(requests[i], decoder.config().max_positions);
      const double cache =
          static_cast<double>(BlocksFor(tokens) * decoder.CacheBlockBytes());
      status = CheckMemory(
          tokens,
          PassBytes(decoder.config(), std::ssize(requests[i].prompt)) + cache,
          limits);
    }
    if (status.ok()) {
      waiting.push_back(i);
    } else {
      SN37_RETURN_IF_ERROR(done(i, std::move(status)));
    }
  }
  if (waiting.empty()) return absl::OkStatus();
  // Texts with the same beginning come together.
  std::stable_sort(waiting.begin(), waiting.end(), [&](size_t a, size_t b) {
    return requests[a].prompt < requests[b].prompt;
  });
  return Generator(decoder, requests, limits, std::move(waiting)).Run(done);
}

}  // namespace sn37::eval
