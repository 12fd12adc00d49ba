// The table of eval methods, from methods.inc.
#ifndef EVAL_METHODS_METHODS_H_
#define EVAL_METHODS_METHODS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "eval/methods/method.h"

namespace sn37::eval {

// The method of that name, or null.
const Method* FindMethod(absl::string_view name);

// All of them, in the order of methods.inc.
absl::Span<const Method* const> AllMethods();

}  // namespace sn37::eval

#endif  // EVAL_METHODS_METHODS_H_
