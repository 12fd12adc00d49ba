// What the tests of this folder share: the vectors of testdata/.
#ifndef SN37_COMPETITION_TESTING_H_
#define SN37_COMPETITION_TESTING_H_

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37 {

// The cases of testdata/<name>; a test fails where there are none.
inline nlohmann::json ReadCases(const std::string& name) {
  const auto text =
      ReadFile("sn37/competition/testdata/" + name, /*max_bytes=*/1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto vectors = ParseJson(text.value_or("{}"), {});
  EXPECT_TRUE(vectors.ok()) << vectors.status();
  const nlohmann::json cases = vectors.value_or(nlohmann::json::object())
                                   .value("cases", nlohmann::json());
  EXPECT_FALSE(cases.empty()) << name;
  return cases;
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
