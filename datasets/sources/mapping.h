// From a record of a file (named fields) to a sample: what the sources over
// files share.
//
// Parameters of such a source:
//   input    the name of the input whose files it reads; "rows" unless told
//   kind     the kind of the rows, any but instruction_following
//   columns  an object: a field of the sample's body in sample.proto → the
//            field of the record that holds it. Fields not named have the same
//            name in the record.
//
// These may be absent or null in a record: "system"; "choices", which are then
// A, B, C and D; "form" of a final answer ("text", "number" or "set"), which is
// then text. "choices", "items" and "relevant" are lists, or, for files that
// have no lists (CSV), the text of a JSON array.
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

  // The fields that Map reads of a record, each once.
  std::vector<std::string> columns() const;

  // The sample of a record, a JSON object whose values are strings and lists of
  // strings or numbers. Text comes through unchanged. kInvalidArgument names
  // the field that is missing or of another type; CheckSample is the caller's.
  absl::StatusOr<Sample> Map(const nlohmann::json& record) const;

 private:
  // The record's name for a field of the body.
  const std::string& Column(const std::string& field) const;
  absl::StatusOr<std::string> TextOf(const nlohmann::json& record,
                                     const std::string& field) const;
  absl::StatusOr<std::string> TextOf(const nlohmann::json& record,
                                     const std::string& field,
                                     absl::string_view otherwise) const;
  // An array; null where it is absent.
  absl::StatusOr<nlohmann::json> ListOf(const nlohmann::json& record,
                                        const std::string& field) const;
  absl::Status Fill(const nlohmann::json& record, MultipleChoice& body) const;
  absl::Status Fill(const nlohmann::json& record, Reference& body) const;
  absl::Status Fill(const nlohmann::json& record, Text& body) const;
  absl::Status Fill(const nlohmann::json& record, Preference& body) const;
  absl::Status Fill(const nlohmann::json& record, FinalAnswer& body) const;
  absl::Status Fill(const nlohmann::json& record, Ranking& body) const;

  std::vector<std::string> files_;
  Sample::BodyCase kind_ = Sample::BODY_NOT_SET;
  std::map<std::string, std::string> columns_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_MAPPING_H_
