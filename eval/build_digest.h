// What this build of the evaluation engine is: part of every plan and of the
// result cache's keys.
#ifndef EVAL_BUILD_DIGEST_H_
#define EVAL_BUILD_DIGEST_H_

#include <string>

namespace sn37::eval {

// Hex SHA-256 over the sources of eval and of the round that asks it, the pins
// of their dependencies and compiler, .bazelrc and the compilation mode; not
// over the whole program, so that a help text voids no result. Flags that are
// given to Bazel by hand are not in it.
std::string BuildDigest();

}  // namespace sn37::eval

#endif  // EVAL_BUILD_DIGEST_H_
