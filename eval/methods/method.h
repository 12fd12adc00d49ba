// What an eval method is: pure functions from samples to requests and from
// responses to scores. Lower scores are better. A runner joins a method with a
// model; stored responses can be judged again without one.
//
//   const Method* method = FindMethod("multiple_choice");  // methods.h
//   MethodOptions options = method->defaults;
//   options.sequence_length = 4096;
//   ASSIGN SampleRequests requests =
//       method->build(sample, index, tokenizer, options);
//   ... the engine answers; ToResponse (response.h) ...
//   ASSIGN SampleScore score = method->judge(sample, responses, options);
//   ... after all samples ...
//   TaskScore task = ScoreTask(*method, judged);  // score_task.h
//
// Whose fault an error is, eval/status.h tells by its code: what a tokenizer or
// a response makes impossible is the model's fault, a sample that does not fit
// its method (kInternal) is ours.
#ifndef EVAL_METHODS_METHOD_H_
#define EVAL_METHODS_METHOD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sample.pb.h"
#include "eval/engine/request.h"
#include "eval/methods/method.pb.h"
#include "eval/tokenizer/tokenizer.h"
#include "google/protobuf/repeated_field.h"

namespace sn37::eval {

// What a loss is counted in.
enum class LossUnit {
  // Comparable only between models that share a tokenizer.
  kNatsPerToken,
  // -log2 p over the bytes of the text: comparable between all models. The
  // tokenizer must give back every text that it is measured on, else the model
  // has failed: a loss per byte says nothing of bytes that its tokens lost.
  kBitsPerByte,
};

// What a competition or task may set.
struct MethodOptions {
  // Tokens of a prompt, of a text, or of a context with its reply at most;
  // >= 2. Only a longer reply exceeds it. Has no default.
  int64_t sequence_length = 0;
  // Of the losses. Other methods do not use it.
  LossUnit loss_unit = LossUnit::kNatsPerToken;
  // Of generated answers. Losses do not use them.
  int64_t max_new_tokens = 0;
  float repetition_penalty = 1.0f;
  // An answer ends with the token that completes one of these, which are part
  // of it.
  std::vector<std::string> stop_strings = {};
  // What no model's author could know: it goes into the placeholders that tell
  // whether a chat template reads what messages say (prompt.h). An honest
  // template's results do not depend on it.
  std::string salt = {};
};

// The requests of one sample. Its responses come in the same order, those to
// the score requests first.
struct SampleRequests {
  std::vector<ScoreRequest> score;
  // Bytes of the sample's text that the scored tokens of score[i] stand for.
  std::vector<int64_t> scored_bytes;
  std::vector<GenerateRequest> generate;
};

using Responses = google::protobuf::RepeatedPtrField<Response>;

// One sample of a task with what came of it. The pointers are borrowed.
struct JudgedSample {
  const datasets::Sample* sample;
  const Responses* responses;
  const SampleScore* score;  // null: the model failed the sample
};

// A method's duties:
//  1. All functions are pure; build gives the same requests for the same
//     sample, index, tokenizer and options. judge gets the options of build.
//  2. build checks that the sample has the method's body (else kInternal);
//     judge accepts exactly the responses to what build asked for, and refuses
//     others with kInvalidArgument.
//  3. build asks for no answer to a prompt of more than sequence_length tokens,
//     whatever the model's tokenizer and chat template make of the sample: it
//     cuts it, or fails with kOutOfRange.
//  4. judge gives as many items as item_count says, each at least 0 and at most
//     `worst`, and in `numbers` what they came from beyond the responses.
struct Method {
  // As schedules and records name it.
  absl::string_view name;
  MethodOptions defaults;
  // What one item of a sample that the model failed counts, and a task
  // without samples: the worst possible.
  double worst;
  // `index` is the sample's position in its task's sample set.
  absl::StatusOr<SampleRequests> (*build)(const datasets::Sample& sample,
                                          int64_t index,
                                          const Tokenizer& tokenizer,
                                          const MethodOptions& options);
  absl::StatusOr<SampleScore> (*judge)(const datasets::Sample& sample,
                                       const Responses& responses,
                                       const MethodOptions& options);
  int64_t (*item_count)(const datasets::Sample& sample);
  // Whether the whole task counts as worst possible whatever its items say.
  // The samples are all of the task's, in their order.
  bool (*is_void)(absl::Span<const JudgedSample> samples);
};

// For methods without a reason to void a task.
inline bool IsNeverVoid(absl::Span<const JudgedSample>) { return false; }

}  // namespace sn37::eval

#endif  // EVAL_METHODS_METHOD_H_
