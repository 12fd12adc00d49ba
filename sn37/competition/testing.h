// What the tests of this folder share: the vectors of testdata/.
#ifndef SN37_COMPETITION_TESTING_H_
#define SN37_COMPETITION_TESTING_H_

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37 {

// testdata/<name>, whole; a test fails where it is missing or holds no cases.
inline nlohmann::json ReadVectors(const std::string& name) {
  const auto text =
      ReadFile("sn37/competition/testdata/" + name, /*max_bytes=*/1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto vectors = ParseJson(text.value_or("{}"), {});
  EXPECT_TRUE(vectors.ok()) << vectors.status();
  EXPECT_NE(FindField(*vectors, "cases"), nullptr) << name;
  return vectors.value_or(nlohmann::json::object());
}

// A number of the vectors, where "NaN" and "Infinity" are strings.
inline double ToDouble(const nlohmann::json& value) {
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  return value.get<double>();
}

// A block of the vectors; "Infinity", a model without metadata, is later than
// every block.
inline int64_t ToBlock(const nlohmann::json& value) {
  if (value == "Infinity") return std::numeric_limits<int64_t>::max();
  return value.get<int64_t>();
}

}  // namespace sn37

#endif  // SN37_COMPETITION_TESTING_H_
