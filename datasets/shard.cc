#include "datasets/shard.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "arrow/array.h"
#include "arrow/builder.h"
#include "arrow/io/file.h"
#include "arrow/io/memory.h"
#include "arrow/record_batch.h"
#include "arrow/table.h"
#include "arrow/type.h"
#include "datasets/arrow_status.h"
#include "parquet/arrow/reader.h"
#include "parquet/arrow/writer.h"
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
      ->compression_level(3)
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
      bytes += (row.*column.text).value_or("").size();
    } else if ((row.*column.list).has_value()) {
      for (const std::string& item : *(row.*column.list)) bytes += item.size();
    }
  }
  return bytes;
}

arrow::Status AppendCell(const Row& row, const Column& column,
                         arrow::ArrayBuilder* builder) {
  if (column.text != nullptr) {
    const TextCell& cell = row.*column.text;
    auto* texts = static_cast<arrow::StringBuilder*>(builder);
    return cell.has_value() ? texts->Append(*cell) : texts->AppendNull();
  }
  const ListCell& cell = row.*column.list;
  auto* lists = static_cast<arrow::ListBuilder*>(builder);
  if (!cell.has_value()) return lists->AppendNull();
  ARROW_RETURN_NOT_OK(lists->Append());
  auto* items = static_cast<arrow::StringBuilder*>(lists->value_builder());
  return items->AppendValues(*cell);
}

// The cell at place i of a decoded column.
void ReadCell(const arrow::Array& array, int64_t i, const Column& column,
              Row& row) {
  if (column.text != nullptr) {
    if (array.IsNull(i)) return;
    const auto& texts = static_cast<const arrow::StringArray&>(array);
    row.*column.text = texts.GetString(i);
    return;
  }
  if (array.IsNull(i)) return;
  const auto& lists = static_cast<const arrow::ListArray&>(array);
  const auto& items = static_cast<const arrow::StringArray&>(*lists.values());
  std::vector<std::string>& cell = (row.*column.list).emplace();
  for (int64_t k = lists.value_offset(i); k < lists.value_offset(i + 1); ++k) {
    cell.push_back(items.GetString(k));
  }
}

}  // namespace

class ShardEncoder::Impl {
 public:
  arrow::Status Add(const Row& row) {
    if (builders_.empty()) ARROW_RETURN_NOT_OK(Begin());
    for (size_t c = 0; c < builders_.size(); ++c) {
      ARROW_RETURN_NOT_OK(AppendCell(row, Columns()[c], builders_[c].get()));
    }
    const int64_t bytes = TextBytes(row);
    ++rows_;
    ++group_rows_;
    bytes_ += bytes;
    group_bytes_ += bytes;
    if (group_rows_ == kGroupRows || group_bytes_ >= kGroupBytes) {
      return FlushGroup();
    }
    return arrow::Status::OK();
  }

  arrow::Status Finish(std::string* file) {
    if (builders_.empty()) ARROW_RETURN_NOT_OK(Begin());
    ARROW_RETURN_NOT_OK(FlushGroup());
    ARROW_RETURN_NOT_OK(AwaitGroup());
    ARROW_RETURN_NOT_OK(writer_->Close());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          sink_->Finish());
    *file = buffer->ToString();
    return arrow::Status::OK();
  }

  int64_t rows() const { return rows_; }
  bool full() const { return rows_ >= kShardRows || bytes_ >= kShardBytes; }

 private:
  arrow::Status Begin() {
    for (const auto& field : TableSchema()->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(),
                                             field->type(), &builder));
      builders_.push_back(std::move(builder));
    }
    ARROW_ASSIGN_OR_RAISE(sink_, arrow::io::BufferOutputStream::Create());
    ARROW_ASSIGN_OR_RAISE(
        writer_, parquet::arrow::FileWriter::Open(*TableSchema(),
                                                  arrow::default_memory_pool(),
                                                  sink_, FileSettings()));
    return arrow::Status::OK();
  }

  // Hands the group over to be encoded while the next one is put together.
  arrow::Status FlushGroup() {
    if (group_rows_ == 0) return arrow::Status::OK();
    arrow::ArrayVector arrays;
    for (auto& builder : builders_) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array,
                            builder->Finish());
      arrays.push_back(std::move(array));
    }
    auto table =
        arrow::Table::Make(TableSchema(), std::move(arrays), group_rows_);
    group_rows_ = 0;
    group_bytes_ = 0;
    ARROW_RETURN_NOT_OK(AwaitGroup());
    encoding_ = std::async(std::launch::async,
                           [writer = writer_.get(), table = std::move(table)] {
                             return writer->WriteTable(*table, kGroupRows);
                           });
    return arrow::Status::OK();
  }

  // The outcome of the group that was handed over last.
  arrow::Status AwaitGroup() {
    return encoding_.valid() ? encoding_.get() : arrow::Status::OK();
  }

  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::shared_ptr<arrow::io::BufferOutputStream> sink_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
  int64_t group_rows_ = 0;
  int64_t group_bytes_ = 0;
  std::future<arrow::Status> encoding_;  // uses writer_; destroyed before it
};

ShardEncoder::ShardEncoder() : impl_(std::make_unique<Impl>()) {}
ShardEncoder::~ShardEncoder() = default;
ShardEncoder::ShardEncoder(ShardEncoder&&) noexcept = default;
ShardEncoder& ShardEncoder::operator=(ShardEncoder&&) noexcept = default;

absl::Status ShardEncoder::Add(const Row& row) {
  SN37_CHECK(!full());
  return RunArrow([&] { return impl_->Add(row); });
}

int64_t ShardEncoder::rows() const { return impl_->rows(); }
bool ShardEncoder::full() const { return impl_->full(); }

absl::StatusOr<std::string> ShardEncoder::Finish() {
  std::string file;
  SN37_RETURN_IF_ERROR(RunArrow([&] { return impl_->Finish(&file); }));
  impl_ = std::make_unique<Impl>();
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
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(file), settings));
    ARROW_RETURN_NOT_OK(builder.Build(&reader_));
    ARROW_RETURN_NOT_OK(CheckSchema());
    return CheckGroups();
  }

  arrow::Status ReadGroup(size_t group,
                          std::shared_ptr<arrow::RecordBatch>* batch) {
    ARROW_ASSIGN_OR_RAISE(auto table,
                          reader_->ReadRowGroup(static_cast<int>(group)));
    if (table->num_rows() != group_begins_[group + 1] - group_begins_[group]) {
      return arrow::Status::Invalid("row group ", group, " has ",
                                    table->num_rows(), " rows");
    }
    ARROW_ASSIGN_OR_RAISE(*batch, table->CombineChunksToBatch());
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
    ARROW_RETURN_NOT_OK(reader_->GetSchema(&found));
    if (!found->Equals(*TableSchema(), /*check_metadata=*/false)) {
      return arrow::Status::Invalid(
          "its columns are (", found->ToString(/*show_metadata=*/false),
          "), not those of a snapshot (", TableSchema()->ToString(), ")");
    }
    return arrow::Status::OK();
  }

  // Fills group_begins_. The sizes are checked before anything is decoded, so
  // that a small file cannot ask for a large amount of memory.
  arrow::Status CheckGroups() {
    const auto metadata = reader_->parquet_reader()->metadata();
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
  std::unique_ptr<parquet::arrow::FileReader> reader_;
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
    std::shared_ptr<arrow::RecordBatch> batch;
    SN37_RETURN_IF_ERROR(
        Annotate(RunArrow([&] { return impl_->ReadGroup(group, &batch); }),
                 absl::StrCat(Printable(impl_->path()), ", rows ", begin,
                              " to ", end - 1)));
    for (; i < rows.size() && rows[i] < end; ++i) {
      SN37_CHECK(rows[i] >= begin) << "rows not ascending";
      Row row;
      for (size_t c = 0; c < Columns().size(); ++c) {
        ReadCell(*batch->column(static_cast<int>(c)), rows[i] - begin,
                 Columns()[c], row);
      }
      SN37_RETURN_IF_ERROR(found(i, row));
    }
  }
  return absl::OkStatus();
}

}  // namespace sn37::datasets
