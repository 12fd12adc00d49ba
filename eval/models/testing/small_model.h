// A model for tests that need one which answers, but no meaning in the answers:
// a Llama of two layers and 32 dimensions with fixed random weights, 512
// positions and the tokenizer of testing/small_tokenizer.h. It loads and
// answers in milliseconds.
#ifndef EVAL_MODELS_TESTING_SMALL_MODEL_H_
#define EVAL_MODELS_TESTING_SMALL_MODEL_H_

#include <string>

namespace sn37::eval {

// Writes its files into `folder`, which is made if it is missing. The same
// bytes each time.
void WriteSmallModel(const std::string& folder);

}  // namespace sn37::eval

#endif  // EVAL_MODELS_TESTING_SMALL_MODEL_H_
