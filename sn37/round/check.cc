#include "sn37/round/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "eval/models/archs.h"
#include "eval/models/decoder_memory.h"
#include "eval/tokenizer/tokenizer.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/weight_facts.h"
#include "sn37/base/status_macros.h"
#include "sn37/store/digest.h"

namespace sn37 {
namespace {

// Measuring reads memory and little else: more threads than this gain nothing.
constexpr unsigned kMaxThreads = 8;

Projection ProjectionOf(eval::Projection projection) {
  switch (projection) {
    case eval::Projection::kQuery:
      return Projection::kQuery;
    case eval::Projection::kKey:
      return Projection::kKey;
    case eval::Projection::kValue:
      return Projection::kValue;
    case eval::Projection::kOutput:
      return Projection::kOutput;
    case eval::Projection::kUp:
      return Projection::kUp;
    case eval::Projection::kDown:
      return Projection::kDown;
  }
  return Projection::kQuery;  // not reached: all kinds are above
}

// The tokens of the competition's tokenizer, or of the model's own, of which
// there are 0 where it has none.
absl::StatusOr<int64_t> TokenizerTokens(const std::string& model,
                                        const std::string& competitions) {
  const bool own = competitions.empty();
  const absl::StatusOr<eval::Tokenizer> tokenizer =
      eval::Tokenizer::Load(own ? model : competitions);
  if (tokenizer.ok()) return int64_t{tokenizer->max_id()} + 1;
  if (!own) {
    return absl::UnavailableError(absl::StrCat("the competition's tokenizer: ",
                                               tokenizer.status().message()));
  }
  if (absl::IsNotFound(tokenizer.status())) return 0;
  return tokenizer.status();
}

absl::Status AddWeightFacts(const std::string& folder,
                            const eval::ModelConfig& config,
                            ModelFacts& facts) {
  SN37_ASSIGN_OR_RETURN(const eval::SafeTensors weights,
                        eval::SafeTensors::Open(folder));
  const unsigned threads =
      std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  SN37_ASSIGN_OR_RETURN(
      const eval::WeightFacts measured,
      eval::MeasureWeights(weights, config, static_cast<int>(threads)));
  facts.parameters = measured.parameters;
  facts.vocabulary = measured.vocabulary;
  for (const eval::ProjectionNorm& norm : measured.norms) {
    facts.norms.push_back({ProjectionOf(norm.projection),
                           static_cast<int>(norm.layer), norm.norm});
  }
  return absl::OkStatus();
}

// A text may take this many times the bytes of the model's files and 1 GiB.
// Published models with full attention over 16,384 tokens take twice theirs.
constexpr double kTextBytesPerByte = 4;

// A prompt may be as long as the competition's sequences, its answer follows.
int64_t LongestText(const Competition& competition) {
  int64_t answer = 0;
  for (const Task& task : competition.tasks()) {
    answer = std::max<int64_t>(answer, task.max_new_tokens());
  }
  return competition.constraints().sequence_length() + answer;
}

// A text of so many tokens must not take so much memory that a machine which
// holds the weights cannot evaluate it: that would stop the epoch, for
// everyone.
absl::Status CheckMemory(const eval::DecoderConfig& decoder, int64_t longest,
                         int64_t bytes) {
  constexpr double kMiB = 1 << 20;
  const int64_t tokens = std::min(longest, decoder.max_positions);
  const double needed = eval::TextBytes(decoder, tokens) / kMiB;
  const double allowed =
      kTextBytesPerByte * static_cast<double>(bytes) / kMiB + 1024;
  if (needed <= allowed) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      "config.json: a text of ", tokens, " tokens takes ", std::ceil(needed),
      " MiB beside the weights; for files of this size ", std::floor(allowed),
      " MiB are allowed"));
}

}  // namespace

absl::StatusOr<std::vector<ConstraintResult>> CheckFolder(
    const std::string& folder, const Competition& competition,
    const std::string& tokenizer) {
  ModelFacts facts;
  SN37_ASSIGN_OR_RETURN(const eval::ModelConfig config,
                        eval::ReadModelConfig(folder));
  facts.architecture = config.architecture;
  SN37_RETURN_IF_ERROR(AddWeightFacts(folder, config, facts));
  SN37_ASSIGN_OR_RETURN(facts.tokenizer_tokens,
                        TokenizerTokens(folder, tokenizer));
  SN37_ASSIGN_OR_RETURN(const std::vector<ModelFile> files, ModelFiles(folder));
  for (const ModelFile& file : files) {
    facts.bytes += static_cast<int64_t>(file.bytes);
  }
  const absl::StatusOr<const eval::ModelArch*> arch =
      eval::FindArch(config.json);
  if (arch.ok()) {  // else a constraint says that the engine has it not
    SN37_ASSIGN_OR_RETURN(const eval::DecoderConfig decoder,
                          eval::ParseDecoderConfig(**arch, config.json));
    facts.positions = decoder.max_positions;
    SN37_RETURN_IF_ERROR(
        CheckMemory(decoder, LongestText(competition), facts.bytes));
  }
  return CheckModel(facts, competition.constraints());
}

}  // namespace sn37
