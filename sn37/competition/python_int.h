// Integers as the subnet's other programs read them from a commitment: Python's
// int(text), base 10.
#ifndef SN37_COMPETITION_PYTHON_INT_H_
#define SN37_COMPETITION_PYTHON_INT_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace sn37 {

// White space around, one sign, decimal digits of any script (Unicode 14) with
// single underscores between them; so " +1_0" is 10 and "٣" is 3. Absent for
// anything else, and for a number beyond int64, which no competition has.
std::optional<int64_t> ParsePythonInt(absl::string_view text);

}  // namespace sn37

#endif  // SN37_COMPETITION_PYTHON_INT_H_
