// JSON objects of strings, read several times as fast as by ParseJson
// (sn37/base/json.h): what most lines of JSON Lines files are.
#ifndef SN37_DATASETS_SOURCES_FLAT_JSON_H_
#define SN37_DATASETS_SOURCES_FLAT_JSON_H_

#include <deque>
#include <string>

#include "absl/strings/string_view.h"
#include "datasets/sources/flat_record.h"

namespace sn37::datasets {

// Reads an object whose values are all strings without \u escapes. Strings with
// other escapes are kept here.
class FlatJsonReader {
 public:
  // What ParseJson returns for such a text, borrowed from it and from this
  // object until the next call; null for any other text, JSON or not.
  const FlatRecord* Read(absl::string_view text);

 private:
  FlatRecord record_;
  std::deque<std::string> unescaped_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_FLAT_JSON_H_
