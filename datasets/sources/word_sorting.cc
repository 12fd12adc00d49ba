// Words to be put into alphabetical order; the reference is the sorted list.
//
// Inputs: "words". Parameters: min_words, max_words (2 to 20 words a question,
// unless told).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/json_keys.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/words.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

Sample MakeSample(const std::vector<std::string>& words, size_t count,
                  CounterRandom& random) {
  std::vector<absl::string_view> chosen;
  for (size_t place : DrawPlaces(words.size(), count, random)) {
    chosen.push_back(words[place]);
  }
  Sample sample;
  Reference& body = *sample.mutable_reference();
  body.set_prompt(absl::StrCat(
      "Put these words into alphabetical order and write only the sorted "
      "words, with a space between them: ",
      absl::StrJoin(chosen, " "), "."));
  std::sort(chosen.begin(), chosen.end());
  body.set_reference(absl::StrJoin(chosen, " "));
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters, {"min_words", "max_words"}));
  SN37_ASSIGN_OR_RETURN(Range count, RangeParameter(context, "words", 1, 1000,
                                                    {.min = 2, .max = 20}));
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> words,
                        ReadWords(context, count.max));
  return Generate(context,
                  [count, words = std::move(words)](
                      CounterRandom& random) -> absl::StatusOr<Sample> {
                    const size_t wanted = count.Draw(random);
                    return MakeSample(words, wanted, random);
                  });
}

}  // namespace

const Source kWordSorting = {.name = "word_sorting",
                             .kind = Sample::kReference,
                             .endless = true,
                             .open = Open};

}  // namespace sn37::datasets
