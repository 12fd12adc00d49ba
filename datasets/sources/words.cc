#include "datasets/sources/words.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr uint64_t kMaxListBytes = 64 << 20;

bool IsCommonWord(absl::string_view word) {
  return word.size() >= 3 &&
         std::all_of(word.begin(), word.end(), absl::ascii_islower);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadWords(const SourceContext& context,
                                                   size_t at_least) {
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> files,
                        FindInput(context, "words"));
  std::vector<std::string> words;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& file : files) {
    SN37_ASSIGN_OR_RETURN(std::string text, ReadFile(file, kMaxListBytes));
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      const std::string word(absl::StripAsciiWhitespace(line));
      if (IsCommonWord(word) && seen.insert(word).second) words.push_back(word);
    }
  }
  if (words.size() < at_least) {
    return absl::InvalidArgumentError(
        absl::StrCat("the input \"words\" has ", words.size(),
                     " words of three or more lower-case letters; at least ",
                     at_least, " are needed"));
  }
  return words;
}

std::vector<size_t> DrawPlaces(size_t size, size_t count,
                               CounterRandom& random) {
  SN37_CHECK(count <= size);
  // The first `count` steps of a shuffle of 0 … size-1, of which only the
  // places that moved are kept.
  absl::flat_hash_map<size_t, size_t> moved;
  const auto at = [&moved](size_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::vector<size_t> drawn;
  for (size_t i = 0; i < count; ++i) {
    const size_t place = i + random.Below(size - i);
    drawn.push_back(at(place));
    moved[place] = at(i);
  }
  return drawn;
}

}  // namespace sn37::datasets
