#include "datasets/sources/tables.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "datasets/arrow_status.h"
#include "datasets/row.h"
#include "datasets/sources/mapping.h"
#include "datasets/sources/records.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

class TableRows : public RowStream {
 public:
  TableRows(Mapping mapping, OpenTable open)
      : mapping_(std::move(mapping)), open_(open) {}

  absl::Status OpenFile() {
    row_ = 0;
    reader_.reset();
    return Annotate(RunArrow([this]() -> arrow::Status {
                      ARROW_ASSIGN_OR_RAISE(reader_,
                                            open_(path(), mapping_.columns()));
                      return arrow::Status::OK();
                    }),
                    Printable(path()));
  }

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    while (batch_ == nullptr || next_ == batch_->num_rows()) {
      SN37_ASSIGN_OR_RETURN(bool more, ReadBatch());
      if (more) continue;
      if (++file_ == mapping_.files().size()) return std::nullopt;
      SN37_RETURN_IF_ERROR(OpenFile());
    }
    absl::StatusOr<Sample> sample = MapRow(next_++);
    if (!sample.ok()) {
      return Annotate(sample.status(),
                      absl::StrCat(Printable(path()), ", row ", row_));
    }
    ++row_;
    return *std::move(sample);
  }

  const std::string& path() const { return mapping_.files()[file_]; }

  // False at the end of the file.
  absl::StatusOr<bool> ReadBatch() {
    batch_.reset();
    next_ = 0;
    SN37_RETURN_IF_ERROR(
        Annotate(RunArrow([this] { return reader_->ReadNext(&batch_); }),
                 absl::StrCat(Printable(path()), ", from row ", row_, " on")));
    return batch_ != nullptr;
  }

  absl::StatusOr<Sample> MapRow(int64_t i) const {
    absl::StatusOr<Sample> sample = MapCells(i);
    if (sample.ok()) SN37_RETURN_IF_ERROR(CheckSample(*sample));
    return sample;
  }

  absl::StatusOr<Sample> MapCells(int64_t i) const {
    if (const std::optional<FlatRecord> record = FlatRecordOf(*batch_, i)) {
      absl::StatusOr<Sample> sample = mapping_.Map(*record);
      if (sample.ok()) return sample;
    }
    SN37_ASSIGN_OR_RETURN(const json record, RecordOf(*batch_, i));
    return mapping_.Map(record);
  }

  const Mapping mapping_;
  const OpenTable open_;
  size_t file_ = 0;
  std::shared_ptr<arrow::RecordBatchReader> reader_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t next_ = 0;  // row of batch_
  int64_t row_ = 0;   // row of the file
};

}  // namespace

absl::StatusOr<std::unique_ptr<RowStream>> ReadTables(
    const SourceContext& context, OpenTable open) {
  SN37_ASSIGN_OR_RETURN(Mapping mapping, Mapping::FromContext(context));
  auto rows = std::make_unique<TableRows>(std::move(mapping), open);
  SN37_RETURN_IF_ERROR(rows->OpenFile());
  return rows;
}

}  // namespace sn37::datasets
