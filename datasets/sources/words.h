// A list of common words, and drawing from it.
#ifndef SN37_DATASETS_SOURCES_WORDS_H_
#define SN37_DATASETS_SOURCES_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/sources/source.h"
#include "sn37/base/random.h"

namespace sn37::datasets {

// The words of the input "words" (one to a line) that have at least three
// letters and are all lower-case ASCII letters, so no proper names and no
// apostrophes; in the order of the files, each once. kInvalidArgument for fewer
// than `at_least`.
absl::StatusOr<std::vector<std::string>> ReadWords(const SourceContext& context,
                                                   size_t at_least);

// `count` different places below `size` in random order, each draw uniform
// among those not drawn yet. REQUIRES: count ≤ size.
std::vector<size_t> DrawPlaces(size_t size, size_t count,
                               CounterRandom& random);

// One item, uniformly. REQUIRES: not empty.
template <typename Items>
const auto& Pick(const Items& items, CounterRandom& random) {
  return items[random.Below(std::size(items))];
}

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_WORDS_H_
