#include "datasets/column_chunk.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "parquet/column_page.h"
#include "parquet/column_reader.h"
#include "parquet/exception.h"
#include "parquet/properties.h"
#include "sn37/base/check.h"

namespace sn37::datasets {
namespace {

std::shared_ptr<arrow::Buffer> Borrow(const std::string& bytes) {
  return std::make_shared<arrow::Buffer>(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// A column's values as they come from the file: adds those of the wanted rows
// to these rows' cells.
class CellReader {
 public:
  CellReader(const Column& column, int64_t count,
             absl::Span<const int64_t> places, std::vector<Row>& rows)
      : column_(column),
        count_(count),
        places_(places),
        rows_(rows),
        end_(count) {}

  int64_t count() const { return count_; }

  // Whether a row from `begin` to before `end` is wanted. REQUIRES: ranges
  // ascending from call to call.
  bool Wants(int64_t begin, int64_t end) {
    while (wanted_ < places_.size() && places_[wanted_] < begin) ++wanted_;
    return wanted_ < places_.size() && places_[wanted_] < end;
  }

  // The next values are those of these rows.
  arrow::Status BeginRows(int64_t begin, int64_t end) {
    if (row_ >= 0) ARROW_RETURN_NOT_OK(Finish());
    row_ = begin - 1;
    end_ = end;
    return arrow::Status::OK();
  }

  // The next value. `first`: of its row; `null`: the cell itself; `text`:
  // nothing for null and for an empty list.
  arrow::Status Take(bool first, bool null,
                     std::optional<absl::string_view> text) {
    if (first) {
      ++row_;
      bytes_ = 0;
    }
    // A few bytes can stand for any number of values.
    bytes_ += 1 + text.value_or("").size();
    if (row_ >= end_ || bytes_ > kMaxSampleBytes) {
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

  // The cells of the next rows are null.
  void TakeNulls(int64_t rows) { row_ += rows; }

  // After the last value of the rows that were begun.
  arrow::Status Finish() const {
    if (row_ + 1 == end_) return arrow::Status::OK();
    return arrow::Status::Invalid("column \"", column_.name, "\" has ",
                                  row_ + 1, " rows where ", end_,
                                  " were announced");
  }

 private:
  const Column& column_;
  const int64_t count_;
  const absl::Span<const int64_t> places_;
  std::vector<Row>& rows_;
  int64_t end_;         // row after those that were begun
  int64_t row_ = -1;    // of the last value
  uint64_t bytes_ = 0;  // of its cell so far
  size_t next_ = 0;     // the first of places_ that is not before row_
  size_t wanted_ = 0;   // the first of places_ that is not before Wants' begin
};

}  // namespace

// Decompresses zstd pages into the reader's buffer: Parquet's own reader would
// make a context for each, which takes longer than a small page.
class PageUnpacker {
 public:
  explicit PageUnpacker(ColumnChunkReader& reader) : reader_(reader) {
    if (reader_.zstd_ != nullptr) return;
    PARQUET_ASSIGN_OR_THROW(
        auto codec, arrow::util::Codec::Create(arrow::Compression::ZSTD));
    PARQUET_ASSIGN_OR_THROW(reader_.zstd_, codec->MakeDecompressor());
  }

  // The page, decompressed, until the next call. Dictionaries do not come here.
  std::shared_ptr<parquet::Page> Unpack(
      const std::shared_ptr<parquet::Page>& page) {
    if (page->type() == parquet::PageType::DATA_PAGE) {
      const auto& data = static_cast<const parquet::DataPageV1&>(*page);
      return std::make_shared<parquet::DataPageV1>(
          Unpack(*page->buffer(), 0, data.uncompressed_size()),
          data.num_values(), data.encoding(), data.definition_level_encoding(),
          data.repetition_level_encoding(), data.uncompressed_size());
    }
    if (page->type() != parquet::PageType::DATA_PAGE_V2) {
      throw parquet::ParquetException("a page of an unexpected type");
    }
    const auto& data = static_cast<const parquet::DataPageV2&>(*page);
    if (!data.is_compressed()) return page;
    const int64_t levels = int64_t{data.definition_levels_byte_length()} +
                           data.repetition_levels_byte_length();
    return std::make_shared<parquet::DataPageV2>(
        Unpack(*page->buffer(), levels, data.uncompressed_size()),
        data.num_values(), data.num_nulls(), data.num_rows(), data.encoding(),
        data.definition_levels_byte_length(),
        data.repetition_levels_byte_length(), data.uncompressed_size());
  }

 private:
  // `plain`: so many bytes at the begin are not compressed.
  std::shared_ptr<arrow::Buffer> Unpack(const arrow::Buffer& packed,
                                        int64_t plain, int64_t size) {
    if (plain < 0 || plain > packed.size() || plain > size ||
        size > reader_.max_bytes_) {
      throw parquet::ParquetException("a page of an impossible size");
    }
    std::string& page = reader_.page_;
    page.resize(size);
    std::memcpy(page.data(), packed.data(), plain);
    if (size > plain) {
      PARQUET_THROW_NOT_OK(reader_.zstd_->Reset());
      PARQUET_ASSIGN_OR_THROW(
          const auto result,
          reader_.zstd_->Decompress(
              packed.size() - plain, packed.data() + plain, size - plain,
              reinterpret_cast<uint8_t*>(page.data()) + plain));
      if (result.bytes_written != size - plain ||
          !reader_.zstd_->IsFinished()) {
        throw parquet::ParquetException("a page of another size than it says");
      }
    }
    return Borrow(page);
  }

  ColumnChunkReader& reader_;
};

namespace {

// The pages of a chunk that hold a wanted row. Tells the cells which rows a
// page has; pages that do not say it are all given out.
class WantedPages : public parquet::PageReader {
 public:
  // `flat`: every value is a row. `unpacker`: null where `pages` decompresses.
  WantedPages(std::unique_ptr<parquet::PageReader> pages, bool flat,
              std::optional<PageUnpacker> unpacker, CellReader& cells)
      : pages_(std::move(pages)), unpacker_(unpacker), cells_(cells) {
    pages_->set_data_page_filter(
        [this, flat](const parquet::DataPageStats& page) {
          begin_ = end_;
          sized_ = flat || page.num_rows.has_value();
          if (!sized_) return false;
          end_ += page.num_rows.value_or(page.num_values);
          if (end_ < begin_ || end_ > cells_.count()) {
            throw parquet::ParquetException("pages have too many rows");
          }
          return !cells_.Wants(begin_, end_);
        });
  }

  std::shared_ptr<parquet::Page> NextPage() override {
    std::shared_ptr<parquet::Page> page = pages_->NextPage();
    if (page == nullptr) {
      if (sized_ && end_ != cells_.count()) {
        throw parquet::ParquetException("pages have too few rows");
      }
      return page;
    }
    if (sized_) PARQUET_THROW_NOT_OK(cells_.BeginRows(begin_, end_));
    return unpacker_.has_value() ? unpacker_->Unpack(page) : page;
  }

  void set_max_page_header_size(uint32_t size) override {
    pages_->set_max_page_header_size(size);
  }

 private:
  const std::unique_ptr<parquet::PageReader> pages_;
  std::optional<PageUnpacker> unpacker_;
  CellReader& cells_;
  bool sized_ = false;  // whether the last page says its rows
  int64_t begin_ = 0;   // the rows of the last page
  int64_t end_ = 0;
};

// Hands all values of the column to `cells`.
arrow::Status ReadValues(parquet::ColumnReader& any, CellReader& cells) {
  constexpr int64_t kBatch = 1024;
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
    if (texts == 0 && !repeats) {
      cells.TakeNulls(count);
      continue;
    }
    const parquet::ByteArray* value = values.data();
    for (int64_t i = 0; i < count; ++i) {
      std::optional<absl::string_view> text;
      if (defined[i] == max_defined) {
        text.emplace(reinterpret_cast<const char*>(value->ptr), value->len);
        ++value;
      }
      ARROW_RETURN_NOT_OK(cells.Take(repeated[i] == 0,
                                     max_defined > 0 && defined[i] == 0, text));
    }
  }
  return cells.Finish();
}

}  // namespace

arrow::Status ColumnChunkReader::Read(arrow::io::RandomAccessFile& file,
                                      const parquet::ColumnChunkMetaData& chunk,
                                      const parquet::ColumnDescriptor& type,
                                      const Column& column, int64_t count,
                                      absl::Span<const int64_t> places,
                                      std::vector<Row>& rows) {
  int64_t begin = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) {
    begin = std::min(begin, chunk.dictionary_page_offset());
  }
  const int64_t size = chunk.total_compressed_size();
  if (size < 0 || size > max_bytes_) {
    return arrow::Status::Invalid("column \"", column.name, "\" has ", size,
                                  " bytes");
  }
  packed_.resize(size);
  ARROW_RETURN_NOT_OK(
      file.ReadAt(begin, size, /*allow_short_read=*/false, packed_.data())
          .status());
  // Pages of dictionaries do not say how large they are when decompressed.
  std::optional<PageUnpacker> unpacker;
  if (chunk.compression() == parquet::Compression::ZSTD &&
      !chunk.has_dictionary_page()) {
    unpacker.emplace(*this);
  }
  parquet::ReaderProperties settings;
  settings.set_page_checksum_verification(true);
  CellReader cells(column, count, places, rows);
  auto pages = std::make_unique<WantedPages>(
      parquet::PageReader::Open(
          std::make_shared<arrow::io::BufferReader>(Borrow(packed_)),
          chunk.num_values(),
          unpacker.has_value() ? parquet::Compression::UNCOMPRESSED
                               : chunk.compression(),
          settings, type),
      /*flat=*/type.max_repetition_level() == 0, unpacker, cells);
  return ReadValues(*parquet::ColumnReader::Make(&type, std::move(pages)),
                    cells);
}

}  // namespace sn37::datasets
