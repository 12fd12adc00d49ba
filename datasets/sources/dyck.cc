// Bracket sequences to be completed: the words of the Dyck language over
// < > [ ] { } ( ), of which the last closing brackets are the reference.
//
// Parameters: min_pairs, max_pairs (2 to 20 pairs a word, unless told) and
// min_answer, max_answer (1 to 3 brackets of reference).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/json_keys.h"
#include "datasets/sources/sources.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kPairs[] = {"<>", "[]", "{}", "()"};

// A balanced word of `pairs` pairs whose last `answer` brackets all close.
// Opens while that is possible and the stack is empty, or no more than `answer`
// closings would be left, or a coin says so; closes the top otherwise.
std::string MakeWord(int64_t pairs, int64_t answer, CounterRandom& random) {
  std::string word;
  std::string stack;  // the brackets that will close what is open
  int64_t opened = 0;
  int64_t closed = 0;
  for (int64_t step = 0; step < 2 * pairs; ++step) {
    const bool open =
        opened < pairs &&
        (stack.empty() || pairs - closed == answer || random.Below(2) == 0);
    if (open) {
      const absl::string_view pair = kPairs[random.Below(std::size(kPairs))];
      word.push_back(pair[0]);
      stack.push_back(pair[1]);
      ++opened;
    } else {
      word.push_back(stack.back());
      stack.pop_back();
      ++closed;
    }
  }
  return word;
}

// The characters with a space between each two.
std::string Spaced(absl::string_view word) {
  return absl::StrJoin(word, " ",
                       [](std::string* out, char c) { out->push_back(c); });
}

Sample MakeSample(int64_t pairs, int64_t answer, CounterRandom& random) {
  const std::string word = MakeWord(pairs, answer, random);
  const absl::string_view given =
      absl::string_view(word).substr(0, word.size() - answer);
  Sample sample;
  Reference& body = *sample.mutable_reference();
  body.set_prompt(absl::StrCat(
      "Some brackets of this sequence are still open. Write the brackets that "
      "close them in the right order: ",
      Spaced(given)));
  body.set_reference(Spaced(absl::string_view(word).substr(given.size())));
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters,
                {"min_pairs", "max_pairs", "min_answer", "max_answer"}));
  SN37_ASSIGN_OR_RETURN(Range pairs, RangeParameter(context, "pairs", 1, 10000,
                                                    {.min = 2, .max = 20}));
  SN37_ASSIGN_OR_RETURN(
      Range answer,
      RangeParameter(context, "answer", 1, 10000, {.min = 1, .max = 3}));
  if (answer.max > pairs.max) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"max_answer\" is ", answer.max,
                     ", above \"max_pairs\", which is ", pairs.max));
  }
  return Generate(
      context,
      [pairs, answer](CounterRandom& random) -> absl::StatusOr<Sample> {
        const int64_t length = answer.Draw(random);
        const Range possible = {.min = std::max(length, pairs.min),
                                .max = pairs.max};
        const int64_t count = possible.Draw(random);
        return MakeSample(count, length, random);
      });
}

}  // namespace

const Source kDyck = {
    .name = "dyck", .kind = Sample::kReference, .endless = true, .open = Open};

}  // namespace sn37::datasets
