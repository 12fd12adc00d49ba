#include "datasets/summary.h"

#include <algorithm>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "datasets/row.h"
#include "datasets/sampling.h"
#include "google/protobuf/util/json_util.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr int kBarColumns = 40;

int64_t BytesOf(const ConfigInfo& config) {
  int64_t bytes = 0;
  for (const ShardInfo& shard : config.shards) bytes += shard.bytes;
  return bytes;
}

void AddLength(int64_t length, Lengths& lengths) {
  // No sample is empty, so that the logarithm is that of a positive number.
  const size_t bucket = absl::bit_width(static_cast<uint64_t>(length)) - 1;
  if (lengths.histogram.size() <= bucket) lengths.histogram.resize(bucket + 1);
  ++lengths.histogram[bucket];
  lengths.shortest =
      lengths.rows == 0 ? length : std::min(lengths.shortest, length);
  lengths.longest = std::max(lengths.longest, length);
  lengths.bytes += length;
  ++lengths.rows;
}

}  // namespace

std::string ByteSize(int64_t bytes) {
  if (bytes < 1000) return absl::StrCat(bytes, " B");
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return absl::StrFormat(value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                         kUnits[unit]);
}

std::string ConfigTable(const Manifest& manifest) {
  Table table({{"config"},
               {"kind"},
               {"source"},
               {"rows", Align::kRight},
               {"shards", Align::kRight},
               {"size", Align::kRight}});
  int64_t rows = 0, bytes = 0;
  size_t shards = 0;
  for (const ConfigInfo& config : manifest.configs) {
    table.AddRow({config.name, std::string(KindName(config.kind)),
                  config.source, absl::StrCat(config.rows()),
                  absl::StrCat(config.shards.size()),
                  ByteSize(BytesOf(config))});
    rows += config.rows();
    shards += config.shards.size();
    bytes += BytesOf(config);
  }
  table.AddRow({"total", "", "", absl::StrCat(rows), absl::StrCat(shards),
                ByteSize(bytes)});
  return table.ToString();
}

absl::StatusOr<std::vector<Lengths>> MeasureLengths(
    const Snapshot& snapshot, const std::function<void(uint64_t)>& progress) {
  std::vector<Lengths> all;
  for (const ConfigInfo& config : snapshot.manifest().configs) {
    Lengths lengths;
    lengths.config = config.name;
    SN37_RETURN_IF_ERROR(snapshot.VisitRows(
        config.name, [&](const Sample& sample) -> absl::Status {
          SN37_ASSIGN_OR_RETURN(int64_t length,
                                SampleLength(sample, CountBytes));
          AddLength(length, lengths);
          if (progress) progress(1);
          return absl::OkStatus();
        }));
    all.push_back(std::move(lengths));
  }
  return all;
}

std::string HistogramText(const Lengths& lengths) {
  std::string text = absl::StrFormat(
      "%s: %d rows of %d to %d bytes, %d on average\n", lengths.config,
      lengths.rows, lengths.shortest, lengths.longest,
      lengths.rows == 0 ? 0 : lengths.bytes / lengths.rows);
  const int64_t most = lengths.histogram.empty()
                           ? 0
                           : *std::max_element(lengths.histogram.begin(),
                                               lengths.histogram.end());
  for (size_t bucket = 0; bucket < lengths.histogram.size(); ++bucket) {
    const int64_t rows = lengths.histogram[bucket];
    if (rows == 0) continue;
    const int64_t from = int64_t{1} << bucket;
    absl::StrAppend(
        &text, absl::StrFormat(
                   "  %8d to %8d  %9d  %s\n", from, 2 * from - 1, rows,
                   std::string((rows * kBarColumns + most - 1) / most, '#')));
  }
  return text;
}

nlohmann::json LengthsToJson(const Lengths& lengths) {
  return {{"config", lengths.config},   {"rows", lengths.rows},
          {"bytes", lengths.bytes},     {"shortest", lengths.shortest},
          {"longest", lengths.longest}, {"histogram", lengths.histogram}};
}

std::string SampleText(const Sample& sample, size_t columns) {
  const Row row = ToRow(sample, "");
  std::string text = absl::StrCat(Printable(sample.id()), "\n");
  const auto append = [&](absl::string_view name, absl::string_view cell) {
    const std::string line =
        absl::StrFormat("  %-9s  %s", name, Printable(cell));
    absl::StrAppend(&text, Truncate(line, columns), "\n");
  };
  for (const Column& column : Columns().subspan(1)) {
    if (column.text != nullptr) {
      if (row.*column.text) append(column.name, *(row.*column.text));
    } else if (row.*column.list) {
      for (const std::string& item : *(row.*column.list)) {
        append(column.name, item);
      }
    }
  }
  return text;
}

absl::StatusOr<std::string> SampleJson(const Sample& sample) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(sample, &json, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sample ", Printable(sample.id()), ": ", Printable(status.ToString())));
  }
  return json;
}

}  // namespace sn37::datasets
