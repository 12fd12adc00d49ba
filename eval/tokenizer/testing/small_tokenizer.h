// A tokenizer of 262 tokens for tests that need one but no real model: every
// byte is a token, "ab" and "abab" are merged, and digits stand alone.
//   0 <s> (BOS)   1 </s> (EOS)   2 <pad>   3 to 258 the bytes, in the order of
//   the byte-level alphabet   259 "Ġa"   260 "ab"   261 "abab"
#ifndef EVAL_TOKENIZER_TESTING_SMALL_TOKENIZER_H_
#define EVAL_TOKENIZER_TESTING_SMALL_TOKENIZER_H_

#include <string>

#include "eval/tokenizer/gguf_tokenizer.h"

namespace sn37::eval {

inline constexpr int kSmallVocabulary = 262;

// Its values as a GGUF file would hold them, with a ChatML template.
GgufTokenizer SmallGgufTokenizer();

// Writes its files into an existing folder.
void WriteSmallTokenizer(const std::string& folder);

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_TESTING_SMALL_TOKENIZER_H_
