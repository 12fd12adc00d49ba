// The 13-grams of a text: what two texts have in common when one was copied
// from the other, whatever the layout.
//
// A word is a run of ASCII letters, digits and bytes of other scripts, with
// ASCII letters in lower case; everything else separates words. A 13-gram is 13
// words that follow each other, as a 128-bit hash: the words' FNV-1a hashes as
// the coefficients of two polynomials modulo 2^64. The same on every machine.
#ifndef SN37_DATASETS_NGRAMS_H_
#define SN37_DATASETS_NGRAMS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/strings/string_view.h"

namespace sn37::datasets {

inline constexpr size_t kNgramWords = 13;

// The second half is well mixed, so that the smallest ones are a fair sample.
using Ngram = std::pair<uint64_t, uint64_t>;

// Finds the n-grams of a text that comes in pieces, which may end within a
// word. One thread at a time.
class NgramStream {
 public:
  // `found` is called with every n-gram, as often as it occurs.
  explicit NgramStream(std::function<void(const Ngram& ngram)> found)
      : found_(std::move(found)) {}

  void Feed(absl::string_view piece);
  // Ends the text; the next piece begins another one.
  void Finish();

 private:
  void EndWord();

  const std::function<void(const Ngram& ngram)> found_;
  uint64_t word_ = 0;  // hash of the word so far; 0 between two
  std::array<uint64_t, kNgramWords> window_ = {};  // the last words, a ring
  uint64_t words_ = 0;                             // in this text
  uint64_t low_ = 0, high_ = 0;                    // the two polynomials
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_NGRAMS_H_
