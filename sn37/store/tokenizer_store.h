// The tokenizers that competitions score every model with, in a folder of this
// machine: <root>/<owner>/<name>/ has the files that the hub has under that
// name. Whoever runs a validator puts them there.
#ifndef SN37_STORE_TOKENIZER_STORE_H_
#define SN37_STORE_TOKENIZER_STORE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sn37 {

// The folder of the tokenizer `name`, "owner/name". No error is a model's:
//   kFailedPrecondition  it is not there; the message says what to put where
//   kInvalidArgument     the name is none, or would leave the root
absl::StatusOr<std::string> TokenizerFolder(const std::string& root,
                                            const std::string& name);

}  // namespace sn37

#endif  // SN37_STORE_TOKENIZER_STORE_H_
