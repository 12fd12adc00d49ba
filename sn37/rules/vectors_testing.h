// Reading the vectors beside a test.
#ifndef SN37_RULES_VECTORS_TESTING_H_
#define SN37_RULES_VECTORS_TESTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37 {

// The JSON document at `path`, relative to the repository's root. A vector that
// is missing or malformed ends the test program.
inline nlohmann::json ReadVectors(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, 1 << 20);
  SN37_CHECK(text.ok()) << text.status();
  absl::StatusOr<nlohmann::json> vectors = ParseJson(*text, {});
  SN37_CHECK(vectors.ok()) << path << ": " << vectors.status();
  return *std::move(vectors);
}

}  // namespace sn37

#endif  // SN37_RULES_VECTORS_TESTING_H_
