// Rows of JSON Lines files: an object on each line, read as mapping.h says.
// Empty lines are skipped.
#include <optional>
#include <utility>

#include "datasets/row.h"
#include "datasets/sources/flat_json.h"
#include "datasets/sources/lines.h"
#include "datasets/sources/mapping.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

// A line holds a sample in at most twice its bytes or so: every character may
// be escaped, but few are.
constexpr size_t kMaxLineBytes = 2 * kMaxSampleBytes;

class JsonLines : public RowStream {
 public:
  // Opens the first file.
  static absl::StatusOr<std::unique_ptr<RowStream>> Open(
      const SourceContext& context) {
    SN37_ASSIGN_OR_RETURN(Mapping mapping, Mapping::FromContext(context));
    SN37_ASSIGN_OR_RETURN(
        LineReader lines,
        LineReader::Open(mapping.files().front(), kMaxLineBytes));
    return std::make_unique<JsonLines>(std::move(mapping), std::move(lines));
  }

  JsonLines(Mapping mapping, LineReader lines)
      : mapping_(std::move(mapping)), lines_(std::move(lines)) {}

  absl::StatusOr<std::optional<Sample>> Next() override {
    while (true) {
      SN37_ASSIGN_OR_RETURN(std::optional<std::string> line, lines_.Next());
      if (line.has_value() && line->empty()) continue;
      if (line.has_value()) return Parse(*line);
      if (++file_ == mapping_.files().size()) return std::nullopt;
      SN37_ASSIGN_OR_RETURN(
          lines_, LineReader::Open(mapping_.files()[file_], kMaxLineBytes));
    }
  }

 private:
  absl::StatusOr<std::optional<Sample>> Parse(const std::string& line) {
    absl::StatusOr<Sample> sample = ParseSample(line);
    if (!sample.ok()) return Annotate(sample.status(), lines_.Place());
    return *std::move(sample);
  }

  absl::StatusOr<Sample> ParseSample(const std::string& line) const {
    std::optional<nlohmann::json> record = ParseFlatObject(line);
    if (!record.has_value()) {
      SN37_ASSIGN_OR_RETURN(
          record, ParseJson(line, {.bytes = kMaxLineBytes, .depth = 16}));
    }
    SN37_ASSIGN_OR_RETURN(Sample sample, mapping_.Map(*record));
    SN37_RETURN_IF_ERROR(CheckSample(sample));
    return sample;
  }

  const Mapping mapping_;
  LineReader lines_;
  size_t file_ = 0;  // that lines_ reads
};

}  // namespace

const Source kJsonLines = {.name = "json_lines",
                           .kind = Sample::BODY_NOT_SET,
                           .endless = false,
                           .open = JsonLines::Open};

}  // namespace sn37::datasets
