#include "datasets/sources/source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

class GeneratedRows : public RowStream {
 public:
  GeneratedRows(
      const SourceContext& context,
      std::function<absl::StatusOr<Sample>(CounterRandom& random)> make)
      : seed_(context.seed), config_(context.config), make_(std::move(make)) {}

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    CounterRandom random(seed_, config_, next_++);
    SN37_ASSIGN_OR_RETURN(Sample sample, make_(random));
    return sample;
  }

  const Digest seed_;
  const std::string config_;
  const std::function<absl::StatusOr<Sample>(CounterRandom& random)> make_;
  uint64_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::optional<Sample>> RowStream::Next() {
  if (!ended_) {
    absl::StatusOr<std::optional<Sample>> row = Read();
    if (row.ok() && row->has_value()) return row;
    ended_ = true;
    end_ = row.status();
  }
  SN37_RETURN_IF_ERROR(end_);
  return std::nullopt;
}

absl::StatusOr<Sample::BodyCase> KindOfRows(const Source& source,
                                            const nlohmann::json& parameters) {
  if (source.kind != Sample::BODY_NOT_SET &&
      FindField(parameters, "kind") == nullptr) {
    return source.kind;
  }
  SN37_ASSIGN_OR_RETURN(std::string name, GetString(parameters, "kind", 64));
  const Sample::BodyCase kind = KindFromName(name);
  if (kind == Sample::BODY_NOT_SET) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown \"kind\" \"", Printable(name), "\""));
  }
  return kind;
}

std::unique_ptr<RowStream> Generate(
    const SourceContext& context,
    std::function<absl::StatusOr<Sample>(CounterRandom& random)> make) {
  return std::make_unique<GeneratedRows>(context, std::move(make));
}

absl::StatusOr<std::vector<std::string>> FindInput(const SourceContext& context,
                                                   absl::string_view name) {
  const auto input = context.inputs->find(std::string(name));
  if (input == context.inputs->end() || input->second.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "needs the input \"", Printable(name), "\", which was given no files"));
  }
  return input->second;
}

absl::StatusOr<int64_t> IntParameter(const SourceContext& context,
                                     absl::string_view name, int64_t min,
                                     int64_t max, int64_t otherwise) {
  return GetIntOr(context.parameters, name, min, max, otherwise);
}

int64_t Range::Draw(CounterRandom& random) const {
  return min + static_cast<int64_t>(random.Below(max - min + 1));
}

absl::StatusOr<Range> RangeParameter(const SourceContext& context,
                                     absl::string_view name, int64_t min,
                                     int64_t max, Range otherwise) {
  Range range;
  const std::string min_name = absl::StrCat("min_", name);
  const std::string max_name = absl::StrCat("max_", name);
  SN37_ASSIGN_OR_RETURN(
      range.min, IntParameter(context, min_name, min, max, otherwise.min));
  SN37_ASSIGN_OR_RETURN(
      range.max, IntParameter(context, max_name, min, max, otherwise.max));
  if (range.min > range.max) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", min_name, "\" is ", range.min, ", above \"",
                     max_name, "\", which is ", range.max));
  }
  return range;
}

}  // namespace sn37::datasets
