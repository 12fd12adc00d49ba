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
#include "datasets/sources/flat_record.h"
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
  // The same of a record of texts. Its errors say less: whoever gets one maps
  // the record as JSON to learn what is wrong.
  absl::StatusOr<Sample> Map(const FlatRecord& record) const;

 private:
  // The record's name for a field of the body.
  const std::string& Column(const std::string& field) const;
  absl::StatusOr<std::string> TextOf(const nlohmann::json& record,
                                     const std::string& field) const;
  absl::StatusOr<std::string> TextOf(const FlatRecord& record,
                                     const std::string& field) const;
  // Whether it is there and not null.
  bool Has(const nlohmann::json& record, const std::string& field) const;
  bool Has(const FlatRecord& record, const std::string& field) const;
  // An array; null where it is absent.
  absl::StatusOr<nlohmann::json> ListOf(const nlohmann::json& record,
                                        const std::string& field) const;
  absl::StatusOr<nlohmann::json> ListOf(const FlatRecord& record,
                                        const std::string& field) const;

  template <typename Record>
  absl::Status Fill(const Record& record, MultipleChoice& body) const;
  template <typename Record>
  absl::Status Fill(const Record& record, Reference& body) const;
  template <typename Record>
  absl::Status Fill(const Record& record, Text& body) const;
  template <typename Record>
  absl::Status Fill(const Record& record, Preference& body) const;
  template <typename Record>
  absl::Status Fill(const Record& record, FinalAnswer& body) const;
  template <typename Record>
  absl::Status Fill(const Record& record, Ranking& body) const;
  // The optional system message.
  template <typename Record, typename Body>
  absl::Status FillSystem(const Record& record, Body& body) const;
  template <typename Record>
  absl::StatusOr<Sample> MapRecord(const Record& record) const;

  std::vector<std::string> files_;
  Sample::BodyCase kind_ = Sample::BODY_NOT_SET;
  std::map<std::string, std::string> columns_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_MAPPING_H_
