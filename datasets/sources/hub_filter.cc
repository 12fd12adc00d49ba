#include "datasets/sources/hub_filter.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxHotkeys = 100000;

std::optional<absl::Time> ParseTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return std::nullopt;
  }
  return time;
}

absl::StatusOr<absl::Time> TimeParameter(const nlohmann::json& parameters,
                                         absl::string_view key,
                                         absl::Time otherwise) {
  if (FindField(parameters, key) == nullptr) return otherwise;
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        GetString(parameters, key, kMaxNameBytes));
  const std::optional<absl::Time> time = ParseTime(text);
  if (time.has_value()) return *time;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", key, "\" is no time like 2025-01-31T00:00:00Z"));
}

}  // namespace

absl::StatusOr<RowFilter> RowFilter::FromParameters(
    const nlohmann::json& parameters) {
  RowFilter filter;
  if (const nlohmann::json* hotkeys = FindField(parameters, "hotkeys")) {
    if (!hotkeys->is_array() || hotkeys->size() > kMaxHotkeys) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"hotkeys\" must be an array of at most ", kMaxHotkeys));
    }
    filter.hotkeys_.emplace();
    for (const nlohmann::json& hotkey : *hotkeys) {
      if (!hotkey.is_string()) {
        return absl::InvalidArgumentError("\"hotkeys\" must hold texts");
      }
      filter.hotkeys_->insert(hotkey.get<std::string>());
    }
  }
  SN37_ASSIGN_OR_RETURN(filter.time_,
                        GetStringOr(parameters, "time", kMaxNameBytes, ""));
  SN37_ASSIGN_OR_RETURN(filter.since_,
                        TimeParameter(parameters, "since", filter.since_));
  SN37_ASSIGN_OR_RETURN(filter.until_,
                        TimeParameter(parameters, "until", filter.until_));
  const bool bounded = filter.since_ != absl::InfinitePast() ||
                       filter.until_ != absl::InfiniteFuture();
  if (bounded && filter.time_.empty()) {
    return absl::InvalidArgumentError(
        "\"since\" and \"until\" need \"time\", the column to look at");
  }
  return filter;
}

std::vector<std::string> RowFilter::columns() const {
  std::vector<std::string> columns;
  if (hotkeys_.has_value()) columns.push_back("hotkey");
  if (!time_.empty()) columns.push_back(time_);
  return columns;
}

bool RowFilter::Accepts(const nlohmann::json& record) const {
  if (hotkeys_.has_value()) {
    const absl::StatusOr<std::string> hotkey =
        GetString(record, "hotkey", kMaxNameBytes);
    if (!hotkey.ok() || hotkeys_->count(*hotkey) == 0) return false;
  }
  if (time_.empty()) return true;
  const nlohmann::json* value = FindField(record, time_);
  std::optional<absl::Time> written;
  if (value != nullptr && value->is_number()) {
    written = absl::UnixEpoch() + absl::Seconds(value->get<double>());
  } else if (value != nullptr && value->is_string()) {
    written = ParseTime(value->get<std::string>());
  }
  return written.has_value() && *written >= since_ && *written < until_;
}

}  // namespace sn37::datasets
