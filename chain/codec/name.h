// Names of the runtime in the spellings that clients use.
#ifndef CHAIN_CODEC_NAME_H_
#define CHAIN_CODEC_NAME_H_

#include "absl/strings/string_view.h"

namespace sn37::chain {

// Whether two names differ in case and underscores at most: "ip_type" and
// "ipType", "SubtensorModule" and "subtensorModule".
bool SameName(absl::string_view a, absl::string_view b);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_NAME_H_
