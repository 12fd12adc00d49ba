// Plain text from the hub: a column of the Parquet files of a dataset
// repository (FineWeb-edu's "text"), unchanged. Rows where it is empty or null
// are left out.
//
// Parameters: those of hub_rows.h, and
//   column     the name of the column; "text" where absent
//   max_bytes  longer texts are left out; 1 MiB where absent
#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "datasets/sources/hub_rows.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kMaxTextBytes = 1 << 20;
constexpr size_t kMaxCellBytes = 1 << 30;

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters,
                                 {SN37_HUB_PARAMETERS, "column", "max_bytes"}));
  SN37_ASSIGN_OR_RETURN(const std::string column,
                        GetStringOr(context.parameters, "column", 256, "text"));
  SN37_ASSIGN_OR_RETURN(
      const int64_t max_bytes,
      IntParameter(context, "max_bytes", 1, kMaxSampleBytes, kMaxTextBytes));
  const auto map = [column, max_bytes](const nlohmann::json& record)
      -> absl::StatusOr<std::optional<Sample>> {
    Sample sample;
    SN37_ASSIGN_OR_RETURN(std::string text,
                          GetStringOr(record, column, kMaxCellBytes, ""));
    if (text.empty() || text.size() > static_cast<uint64_t>(max_bytes)) {
      return std::nullopt;
    }
    *sample.mutable_text()->mutable_text() = std::move(text);
    return sample;
  };
  return OpenHubRows(context, {column}, map);
}

}  // namespace

const Source kHubText = {
    .name = "hub_text", .kind = Sample::kText, .endless = false, .open = Open};

}  // namespace sn37::datasets
