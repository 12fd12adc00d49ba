// Declares every verb that verbs.inc lists.
#ifndef TOOLS_SN37_VERBS_H_
#define TOOLS_SN37_VERBS_H_

#include "tools/sn37/verb.h"

namespace sn37::tools {

#define VERB(name) extern const Verb name;
#include "tools/sn37/verbs.inc"
#undef VERB

}  // namespace sn37::tools

#endif  // TOOLS_SN37_VERBS_H_
