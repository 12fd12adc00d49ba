// From a record of a file (named fields) to a sample: what the sources over
// files share.
//
// Parameters of such a source:
//   input    the name of the input whose files it reads; "rows" unless told
//   kind     "reference", "multiple_choice" or "text"
//   columns  an object: a field of the sample's body in sample.proto → the
//            field of the record that holds it. Fields not named have the same
//            name in the record. "system" may be absent or null in a record;
//            "choices" is a list, A, B, C and D where it is absent or null.
#ifndef SN37_DATASETS_SOURCES_MAPPING_H_
#define SN37_DATASETS_SOURCES_MAPPING_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/sources/source.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

class Mapping {
 public:
  // Reads and checks the parameters above.
  static absl::StatusOr<Mapping> FromContext(const SourceContext& context);

  // The paths of the input's files.
  const std::vector<std::string>& files() const { return files_; }

  // The sample of a record, a JSON object whose values are strings and lists of
  // strings. Text comes through unchanged. kInvalidArgument names the field
  // that is missing or of another type; CheckSample is the caller's.
  absl::StatusOr<Sample> Map(const nlohmann::json& record) const;

 private:
  // The record's name for a field of the body.
  const std::string& Column(const std::string& field) const;
  absl::StatusOr<std::string> Text(const nlohmann::json& record,
                                   const std::string& field) const;

  std::vector<std::string> files_;
  Sample::BodyCase kind_ = Sample::BODY_NOT_SET;
  std::map<std::string, std::string> columns_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_MAPPING_H_
