// How alike two replies are: the Ratcliff-Obershelp ratio 2 M / (|a| + |b|) of
// Python's difflib.SequenceMatcher, on code points, with its two heuristics:
// blanks and tabs of `b` are junk, and when `b` has 200 characters or more, one
// that occurs more than |b| / 100 + 1 times is popular. Neither starts a match;
// both may extend one. Not symmetric.
#ifndef EVAL_METHODS_SIMILARITY_H_
#define EVAL_METHODS_SIMILARITY_H_

#include <string_view>

namespace sn37::eval {

// In [0, 1]; two empty texts are equal (1). Pure. Time grows with |a| |b| / 100
// for each matching block: callers bound the lengths.
double Similarity(std::u32string_view a, std::u32string_view b);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_SIMILARITY_H_
