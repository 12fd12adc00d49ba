// The rules column: instruction-following rules as one JSON array in canonical
// form (sn37/base/json.h), for example
//
//   [{"count":30,"id":"WORD_COUNT_AT_MOST"},
//    {"id":"KEYWORD_FREQUENCY","keyword_counts":[2,1],"keywords":["sea","ice"]}]
//
// Keys are the fields of sn37/rules/rule.proto; a field that is empty or zero
// is left out. Pure functions; safe from any thread.
#ifndef SN37_DATASETS_RULES_JSON_H_
#define SN37_DATASETS_RULES_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "sn37/rules/rule.pb.h"

namespace sn37::datasets {

using Rules = google::protobuf::RepeatedPtrField<Rule>;

std::string RulesToJson(const Rules& rules);

// The other way. At most 64 KiB, 16 rules and 16 keywords a rule; an unknown
// key or id is an error, so that a rule is never judged by half. Whether each
// rule makes sense is sn37/rules' to say.
absl::StatusOr<Rules> RulesFromJson(absl::string_view json);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_RULES_JSON_H_
