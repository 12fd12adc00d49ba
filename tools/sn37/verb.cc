#include "tools/sn37/verb.h"

#include "tools/sn37/verbs.h"

namespace sn37::tools {

const std::vector<const Verb*>& Verbs() {
  static const auto& verbs = *new std::vector<const Verb*>{
#define VERB(name) &name,
#include "tools/sn37/verbs.inc"
#undef VERB
  };
  return verbs;
}

const Verb* FindVerb(absl::string_view name) {
  for (const Verb* verb : Verbs()) {
    if (verb->name == name) return verb;
  }
  return nullptr;
}

}  // namespace sn37::tools
