#include "datasets/shard.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "arrow/builder.h"
#include "arrow/io/file.h"
#include "arrow/io/memory.h"
#include "arrow/table.h"
#include "arrow/type.h"
#include "datasets/arrow_status.h"
#include "parquet/arrow/schema.h"
#include "parquet/arrow/writer.h"
#include "parquet/column_reader.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

// Any reader accepts at most this much more than what a writer puts into a
// group before it starts the next: one row of the largest size, and the
// encoding around the text.
constexpr int64_t kMaxGroupBytes = 2 * (kGroupBytes + int64_t{kMaxSampleBytes});

std::shared_ptr<arrow::DataType> ListType() {
  return arrow::list(
      arrow::field("element", arrow::utf8(), /*nullable=*/false));
}

const std::shared_ptr<arrow::Schema>& TableSchema() {
  static const auto& schema = *new std::shared_ptr<arrow::Schema>([] {
    arrow::FieldVector fields;
    for (const Column& column : Columns()) {
      fields.push_back(
          arrow::field(std::string(column.name),
                       column.text != nullptr ? arrow::utf8() : ListType(),
                       /*nullable=*/column.name != "config"));
    }
    return arrow::schema(std::move(fields));
  }());
  return schema;
}

// Every setting that shows in the bytes.
std::shared_ptr<parquet::WriterProperties> FileSettings() {
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)
      ->data_page_version(parquet::ParquetDataPageVersion::V1)
      ->compression(parquet::Compression::ZSTD)
      ->compression_level(1)
      ->data_pagesize(1 << 20)
      ->write_batch_size(kGroupRows)
      ->max_row_group_length(kGroupRows)
      ->disable_dictionary()
      ->enable_dictionary("config")
      ->disable_statistics()
      ->enable_page_checksum()
      ->created_by("sn37 version 1.0.0");
  return builder.build();
}

int64_t TextBytes(const Row& row) {
  int64_t bytes = 0;
  for (const Column& column : Columns()) {
    if (column.text != nullptr) {
      const TextCell& cell = row.*column.text;
      if (cell.has_value()) bytes += cell->size();
    } else if ((row.*column.list).has_value()) {
      for (const std::string& item : *(row.*column.list)) bytes += item.size();
    }
  }
  return bytes;
}

arrow::Status AppendCell(const TextCell& cell, arrow::StringBuilder& texts) {
  return cell.has_value() ? texts.Append(*cell) : texts.AppendNull();
}

arrow::Status AppendCell(const ListCell& cell, arrow::ListBuilder& lists) {
  if (!cell.has_value()) return lists.AppendNull();
  ARROW_RETURN_NOT_OK(lists.Append());
  return static_cast<arrow::StringBuilder&>(*lists.value_builder())
      .AppendValues(*cell);
}

// A column of the rows.
arrow::Result<std::shared_ptr<arrow::Array>> ToArray(absl::Span<const Row> rows,
                                                     const Column& column) {
  if (column.text != nullptr) {
    arrow::StringBuilder builder;
    for (const Row& row : rows) {
      ARROW_RETURN_NOT_OK(AppendCell(row.*column.text, builder));
    }
    return builder.Finish();
  }
  arrow::ListBuilder builder(arrow::default_memory_pool(),
                             std::make_shared<arrow::StringBuilder>(),
                             ListType());
  for (const Row& row : rows) {
    ARROW_RETURN_NOT_OK(AppendCell(row.*column.list, builder));
  }
  return builder.Finish();
}

// How many of the rows belong to one group.
size_t GroupSize(absl::Span<const Row> rows) {
  int64_t bytes = 0;
  size_t size = 0;
  while (size < rows.size() && size < kGroupRows && bytes < kGroupBytes) {
    bytes += TextBytes(rows[size++]);
  }
  return size;
}

arrow::Status EncodeShard(absl::Span<const Row> rows, std::string* file) {
  ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(
      auto writer,
      parquet::arrow::FileWriter::Open(
          *TableSchema(), arrow::default_memory_pool(), sink, FileSettings()));
  while (!rows.empty()) {
    const size_t size = GroupSize(rows);
    arrow::ArrayVector arrays;
    for (const Column& column : Columns()) {
      ARROW_ASSIGN_OR_RAISE(arrays.emplace_back(),
                            ToArray(rows.subspan(0, size), column));
    }
    const auto group =
        arrow::Table::Make(TableSchema(), std::move(arrays), size);
    ARROW_RETURN_NOT_OK(writer->WriteTable(*group, kGroupRows));
    rows.remove_prefix(size);
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(const auto buffer, sink->Finish());
  *file = buffer->ToString();
  return arrow::Status::OK();
}

// A column's values at some rows of a group, as they come from the file: adds
// them to these rows' cells.
class CellReader {
 public:
  // `places` are the rows within the group, ascending, of `count`; `rows` has
  // one for each.
  CellReader(const Column& column, int64_t count,
             absl::Span<const int64_t> places, std::vector<Row>& rows)
      : column_(column), count_(count), places_(places), rows_(rows) {}

  // The next value of the group. `first`: of its row; `null`: the cell itself;
  // `text`: nothing for null and for an empty list.
  arrow::Status Take(bool first, bool null,
                     std::optional<absl::string_view> text) {
    if (first) {
      ++row_;
      bytes_ = 0;
    }
    // A few bytes can stand for any number of values.
    bytes_ += 1 + text.value_or("").size();
    if (row_ == count_ || bytes_ > kMaxSampleBytes) {
      return arrow::Status::Invalid("column \"", column_.name,
                                    "\" has too many values");
    }
    while (next_ < places_.size() && places_[next_] < row_) ++next_;
    for (size_t i = next_; i < places_.size() && places_[i] == row_; ++i) {
      if (null) continue;
      if (column_.text != nullptr) {
        (rows_[i].*column_.text).emplace(*text);
        continue;
      }
      ListCell& cell = rows_[i].*column_.list;
      if (!cell.has_value()) cell.emplace();
      if (text.has_value()) cell->emplace_back(*text);
    }
    return arrow::Status::OK();
  }

  // After the last value.
  arrow::Status Finish() const {
    if (row_ + 1 == count_) return arrow::Status::OK();
    return arrow::Status::Invalid("column \"", column_.name, "\" has ",
                                  row_ + 1, " rows, not ", count_);
  }

 private:
  const Column& column_;
  const int64_t count_;
  const absl::Span<const int64_t> places_;
  std::vector<Row>& rows_;
  int64_t row_ = -1;    // of the last value
  uint64_t bytes_ = 0;  // of its cell so far
  size_t next_ = 0;     // the first of places_ that is not before row_
};

}  // namespace

void ShardEncoder::Add(Row row) {
  SN37_CHECK(!full());
  bytes_ += TextBytes(row);
  rows_.push_back(std::move(row));
}

absl::StatusOr<std::string> ShardEncoder::Finish() {
  std::string file;
  SN37_RETURN_IF_ERROR(RunArrow([&] { return EncodeShard(rows_, &file); }));
  rows_.clear();
  bytes_ = 0;
  return file;
}

class ShardReader::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path_));
    parquet::ReaderProperties settings;
    settings.set_page_checksum_verification(true);
    reader_ = parquet::ParquetFileReader::Open(std::move(file), settings);
    ARROW_RETURN_NOT_OK(CheckSchema());
    return CheckGroups();
  }

  // The rows at these places of a group, ascending. Goes below Arrow's tables,
  // which would copy every text of the group: twice as fast for a tenth of it.
  arrow::Status ReadGroup(size_t g, absl::Span<const int64_t> places,
                          std::vector<Row>& rows) {
    const auto group = reader_->RowGroup(static_cast<int>(g));
    const int64_t count = group_begins_[g + 1] - group_begins_[g];
    rows.resize(places.size());
    for (size_t c = 0; c < Columns().size(); ++c) {
      CellReader cells(Columns()[c], count, places, rows);
      ARROW_RETURN_NOT_OK(
          ReadColumn(*group->Column(static_cast<int>(c)), cells));
      ARROW_RETURN_NOT_OK(cells.Finish());
    }
    return arrow::Status::OK();
  }

  // The group that holds a row.
  size_t GroupOf(int64_t row) const {
    return std::upper_bound(group_begins_.begin(), group_begins_.end(), row) -
           group_begins_.begin() - 1;
  }
  int64_t group_begin(size_t group) const { return group_begins_[group]; }
  int64_t rows() const { return group_begins_.back(); }

 private:
  arrow::Status CheckSchema() {
    std::shared_ptr<arrow::Schema> found;
    ARROW_RETURN_NOT_OK(parquet::arrow::FromParquetSchema(
        reader_->metadata()->schema(), &found));
    if (!found->Equals(*TableSchema(), /*check_metadata=*/false)) {
      return arrow::Status::Invalid(
          "its columns are (", found->ToString(/*show_metadata=*/false),
          "), not those of a snapshot (", TableSchema()->ToString(), ")");
    }
    return arrow::Status::OK();
  }

  static arrow::Status ReadColumn(parquet::ColumnReader& any,
                                  CellReader& cells) {
    constexpr int64_t kBatch = kGroupRows;
    SN37_CHECK(any.type() == parquet::Type::BYTE_ARRAY);
    auto& reader = static_cast<parquet::ByteArrayReader&>(any);
    const int16_t max_defined = any.descr()->max_definition_level();
    const bool repeats = any.descr()->max_repetition_level() > 0;
    std::vector<int16_t> defined(kBatch, max_defined), repeated(kBatch, 0);
    std::vector<parquet::ByteArray> values(kBatch);
    while (reader.HasNext()) {
      // Of one page: the texts stay there until the next is read.
      int64_t texts;
      const int64_t count = reader.ReadBatch(
          kBatch, max_defined > 0 ? defined.data() : nullptr,
          repeats ? repeated.data() : nullptr, values.data(), &texts);
      const parquet::ByteArray* value = values.data();
      for (int64_t i = 0; i < count; ++i) {
        std::optional<absl::string_view> text;
        if (defined[i] == max_defined) {
          text.emplace(reinterpret_cast<const char*>(value->ptr), value->len);
          ++value;
        }
        ARROW_RETURN_NOT_OK(cells.Take(
            repeated[i] == 0, max_defined > 0 && defined[i] == 0, text));
      }
    }
    return arrow::Status::OK();
  }

  // Fills group_begins_. The sizes are checked before anything is decoded, so
  // that a small file cannot ask for a large amount of memory.
  arrow::Status CheckGroups() {
    const auto metadata = reader_->metadata();
    for (int g = 0; g < metadata->num_row_groups(); ++g) {
      const auto group = metadata->RowGroup(g);
      if (group->num_rows() < 1 || group->num_rows() > kGroupRows ||
          group->total_byte_size() < 0 ||
          group->total_byte_size() > kMaxGroupBytes) {
        return arrow::Status::Invalid("row group ", g, " has ",
                                      group->num_rows(), " rows and ",
                                      group->total_byte_size(), " bytes");
      }
      group_begins_.push_back(group_begins_.back() + group->num_rows());
    }
    if (metadata->num_rows() != group_begins_.back()) {
      return arrow::Status::Invalid("its footer says ", metadata->num_rows(),
                                    " rows, its groups ", group_begins_.back());
    }
    return arrow::Status::OK();
  }

  std::string path_;
  std::unique_ptr<parquet::ParquetFileReader> reader_;
  std::vector<int64_t> group_begins_ = {0};  // and the number of rows at last
};

ShardReader::ShardReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShardReader::~ShardReader() = default;
ShardReader::ShardReader(ShardReader&&) noexcept = default;
ShardReader& ShardReader::operator=(ShardReader&&) noexcept = default;

absl::StatusOr<ShardReader> ShardReader::Open(const std::string& path) {
  auto impl = std::make_unique<Impl>(path);
  SN37_RETURN_IF_ERROR(
      Annotate(RunArrow([&] { return impl->Open(); }), Printable(path)));
  return ShardReader(std::move(impl));
}

int64_t ShardReader::rows() const { return impl_->rows(); }

absl::Status ShardReader::Read(
    absl::Span<const int64_t> rows,
    const std::function<absl::Status(size_t i, const Row& row)>& found) {
  for (size_t i = 0; i < rows.size();) {
    const size_t group = impl_->GroupOf(rows[i]);
    const int64_t begin = impl_->group_begin(group);
    const int64_t end = impl_->group_begin(group + 1);
    std::vector<int64_t> places;
    for (size_t k = i; k < rows.size() && rows[k] < end; ++k) {
      SN37_CHECK(rows[k] >= (k == i ? begin : rows[k - 1]))
          << "rows not ascending";
      places.push_back(rows[k] - begin);
    }
    std::vector<Row> read;
    SN37_RETURN_IF_ERROR(Annotate(
        RunArrow([&] { return impl_->ReadGroup(group, places, read); }),
        absl::StrCat(Printable(impl_->path()), ", rows ", begin, " to ",
                     end - 1)));
    for (const Row& row : read) SN37_RETURN_IF_ERROR(found(i++, row));
  }
  return absl::OkStatus();
}

}  // namespace sn37::datasets
