#include "datasets/shard.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "arrow/builder.h"
#include "arrow/io/file.h"
#include "arrow/io/interfaces.h"
#include "arrow/table.h"
#include "arrow/type.h"
#include "arrow/util/compression.h"
#include "datasets/arrow_status.h"
#include "datasets/column_chunk.h"
#include "parquet/arrow/schema.h"
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

// A page ends when it has this many bytes, which is looked at after so many
// rows. Reading one row decompresses one page of each column: much smaller ones
// take as long.
constexpr int64_t kPageBytes = 64 << 10;
constexpr int64_t kPageRows = 32;

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

// Every setting that shows in the bytes. Of zstd it is the Huffman code that
// counts, and of repetitions only long ones, for a draw decompresses nearly all
// of a snapshot: half as fast again as level 1, and more than twice as fast to
// make, for a quarter to a third more bytes of prose.
std::shared_ptr<parquet::WriterProperties> FileSettings() {
  constexpr int kLiteralCompression = 1002, kHuffman = 1;  // of zstd.h
  const auto zstd = std::make_shared<arrow::util::ZstdCodecOptions>();
  zstd->compression_level = -32;  // looks for repetitions every 32 bytes or so
  zstd->compression_context_params = {{kLiteralCompression, kHuffman}};
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)
      ->data_page_version(parquet::ParquetDataPageVersion::V2)
      ->compression(parquet::Compression::ZSTD)
      ->codec_options(zstd)
      ->data_pagesize(kPageBytes)
      ->write_batch_size(kPageRows)
      ->max_row_group_length(kGroupRows)
      ->disable_dictionary()
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

// A file in memory. Arrow's own would be copied once more at the end.
class StringStream : public arrow::io::OutputStream {
 public:
  explicit StringStream(std::string& file) : file_(file) {}

  arrow::Status Write(const void* data, int64_t size) override {
    file_.append(static_cast<const char*>(data), size);
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return file_.size(); }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }

 private:
  std::string& file_;
  bool closed_ = false;
};

arrow::Status EncodeShard(absl::Span<const Row> rows, std::string& file) {
  const auto sink = std::make_shared<StringStream>(file);
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
  return writer->Close();
}

}  // namespace

void ShardEncoder::Add(Row row) {
  SN37_CHECK(!full());
  bytes_ += TextBytes(row);
  rows_.push_back(std::move(row));
}

absl::StatusOr<std::string> ShardEncoder::Finish() {
  std::string file;
  file.reserve(bytes_);
  SN37_RETURN_IF_ERROR(RunArrow([&] { return EncodeShard(rows_, file); }));
  rows_.clear();
  bytes_ = 0;
  return file;
}

class ShardReader::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(file_, arrow::io::ReadableFile::Open(path_));
    metadata_ = parquet::ReadMetaData(file_);
    ARROW_RETURN_NOT_OK(CheckSchema());
    return CheckGroups();
  }

  // The rows at these places of a group, ascending.
  arrow::Status ReadGroup(size_t g, absl::Span<const int64_t> places,
                          std::vector<Row>& rows) {
    const auto group = metadata_->RowGroup(static_cast<int>(g));
    const int64_t count = group_begins_[g + 1] - group_begins_[g];
    rows.resize(places.size());
    for (int c = 0; c < static_cast<int>(Columns().size()); ++c) {
      ARROW_RETURN_NOT_OK(chunks_.Read(*file_, *group->ColumnChunk(c),
                                       *metadata_->schema()->Column(c),
                                       Columns()[c], count, places, rows));
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
    ARROW_RETURN_NOT_OK(
        parquet::arrow::FromParquetSchema(metadata_->schema(), &found));
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
    for (int g = 0; g < metadata_->num_row_groups(); ++g) {
      const auto group = metadata_->RowGroup(g);
      if (group->num_rows() < 1 || group->num_rows() > kGroupRows ||
          group->total_byte_size() < 0 ||
          group->total_byte_size() > kMaxGroupBytes) {
        return arrow::Status::Invalid("row group ", g, " has ",
                                      group->num_rows(), " rows and ",
                                      group->total_byte_size(), " bytes");
      }
      group_begins_.push_back(group_begins_.back() + group->num_rows());
    }
    if (metadata_->num_rows() != group_begins_.back()) {
      return arrow::Status::Invalid("its footer says ", metadata_->num_rows(),
                                    " rows, its groups ", group_begins_.back());
    }
    return arrow::Status::OK();
  }

  std::string path_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::vector<int64_t> group_begins_ = {0};  // and the number of rows at last
  ColumnChunkReader chunks_{kMaxGroupBytes};
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
    const std::function<absl::Status(size_t i, Row row)>& found) {
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
    for (Row& row : read) {
      SN37_RETURN_IF_ERROR(found(i++, std::move(row)));
    }
  }
  return absl::OkStatus();
}

}  // namespace sn37::datasets
