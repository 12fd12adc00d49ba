// An interpreter for a small part of Python: what the programs of programs.cc
// are written in, so that their output is known without running Python.
//
//   a = 3
//   values = [4, a, -1]
//   for v in values:
//       if v % 2 == 0:
//           a += v * 2
//   print(a, len(values))
//
// Integers of 64 bits and lists of them; names. Statements: NAME = …, += -= *=
// //= %=, NAME.append(…), print(…, …), if / elif / else, while, for over a
// named list or range(…) of one to three arguments. Expressions: + - * // %
// (rounded as Python does), unary -, parentheses, [ … ], NAME[…] (from the end
// for a negative place), len, sum, max and min of a list, abs of a number.
// Conditions, after if, elif and while only: two numbers with one of
// == != < <= > >= between them. A block is indented by more spaces than its
// head, all its lines alike.
//
// Left out, since a simple interpreter would get them wrong: a second name for
// a list, and append to a list that a for goes through. So what runs here
// without an error prints the same in Python, lines that are never reached
// aside: nothing looks at those.
#ifndef SN37_DATASETS_SOURCES_TINY_PYTHON_H_
#define SN37_DATASETS_SOURCES_TINY_PYTHON_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::datasets {

// What the program prints. Runs at most `max_steps` lines. kInvalidArgument,
// naming the line, for what is not in the language; kOutOfRange where Python
// would fail (a place outside a list, division by zero, an empty range's max),
// for a number that needs more than 64 bits, and for too many steps.
absl::StatusOr<std::string> RunTinyPython(absl::string_view program,
                                          int64_t max_steps);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TINY_PYTHON_H_
