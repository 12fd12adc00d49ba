#include "datasets/shard.h"

#include <functional>
#include <memory>
#include <numeric>
#include <random>

#include "absl/strings/str_cat.h"
#include "arrow/array.h"
#include "arrow/builder.h"
#include "arrow/io/memory.h"
#include "arrow/table.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parquet/arrow/reader.h"
#include "parquet/arrow/writer.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

Row NumberedRow(int64_t i) {
  const std::vector<Sample::BodyCase> kinds = AllKinds();
  return ToRow(TestSample(kinds[i % kinds.size()], absl::StrCat("row", i)),
               "some");
}

std::string Encode(int64_t rows) {
  ShardEncoder encoder;
  for (int64_t i = 0; i < rows; ++i) {
    encoder.Add(NumberedRow(i));
  }
  EXPECT_EQ(encoder.rows(), rows);
  absl::StatusOr<std::string> file = encoder.Finish();
  EXPECT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(encoder.rows(), 0);
  return *std::move(file);
}

// The rows at these places.
absl::StatusOr<std::vector<Row>> ReadRows(const std::string& path,
                                          std::vector<int64_t> places) {
  absl::StatusOr<ShardReader> reader = ShardReader::Open(path);
  if (!reader.ok()) return reader.status();
  std::vector<Row> rows(places.size());
  const absl::Status status = reader->Read(places, [&](size_t i, Row row) {
    rows[i] = std::move(row);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return rows;
}

void ExpectSame(const Row& a, const Row& b) {
  for (const Column& column : Columns()) {
    if (column.text != nullptr) {
      EXPECT_EQ(a.*column.text, b.*column.text) << column.name;
    } else {
      EXPECT_EQ(a.*column.list, b.*column.list) << column.name;
    }
  }
}

TEST(Shard, ReadsBackEveryRowOfSeveralGroups) {
  const int64_t count = 2 * kGroupRows + 5;
  const std::string path = WriteTestFile("a.parquet", Encode(count));
  std::vector<int64_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  const auto rows = ReadRows(path, all);
  ASSERT_TRUE(rows.ok()) << rows.status();
  for (int64_t i = 0; i < count; ++i) ExpectSame((*rows)[i], NumberedRow(i));
}

TEST(Shard, ReadsOnlyTheRowsThatAreAskedFor) {
  const std::string path = WriteTestFile("a.parquet", Encode(3 * kGroupRows));
  const std::vector<int64_t> places = {
      0, 7, 7, kGroupRows - 1, kGroupRows, 3 * kGroupRows - 1};
  const auto rows = ReadRows(path, places);
  ASSERT_TRUE(rows.ok()) << rows.status();
  for (size_t i = 0; i < places.size(); ++i) {
    ExpectSame((*rows)[i], NumberedRow(places[i]));
  }
}

// A file of the same rows, by Arrow's own reader and writer.
std::string Rewrite(const std::string& file,
                    std::shared_ptr<parquet::WriterProperties> settings,
                    int64_t group_rows) {
  auto reader =
      parquet::arrow::OpenFile(arrow::io::BufferReader::FromString(file),
                               arrow::default_memory_pool())
          .ValueOrDie();
  const auto table = reader->ReadTable().ValueOrDie();
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(),
                                         sink, group_rows, std::move(settings))
                  .ok());
  return sink->Finish().ValueOrDie()->ToString();
}

// The format leaves pages, encodings and compression to the writer.
TEST(Shard, ReadsWhatOtherWritersMake) {
  using Settings = parquet::WriterProperties::Builder;
  using parquet::Compression;
  using parquet::ParquetDataPageVersion;
  const struct {
    std::function<void(Settings& settings)> set;
    int64_t group_rows;
  } kCases[] = {
      {[](Settings&) {}, kGroupRows},
      {[](Settings& settings) { settings.compression(Compression::SNAPPY); },
       100},
      {[](Settings& settings) {
         settings.compression(Compression::ZSTD)->write_batch_size(16);
         settings.data_pagesize(1000)->disable_dictionary();
       },
       kGroupRows},
      {[](Settings& settings) {
         settings.compression(Compression::ZSTD)->write_batch_size(16);
         settings.data_pagesize(1000);
         settings.data_page_version(ParquetDataPageVersion::V2);
       },
       kGroupRows},
      {[](Settings& settings) {
         settings.compression(Compression::ZSTD)->write_batch_size(1);
         settings.data_pagesize(1)->disable_dictionary();
         settings.data_page_version(ParquetDataPageVersion::V2);
       },
       kGroupRows},
  };
  const std::string file = Encode(2 * kGroupRows + 5);
  const std::vector<int64_t> places = {0, 3, 700, 1023, 1024, 1025, 2052};
  for (const auto& test : kCases) {
    Settings settings;
    test.set(settings);
    const std::string path = WriteTestFile(
        "other.parquet", Rewrite(file, settings.build(), test.group_rows));
    const auto rows = ReadRows(path, places);
    ASSERT_TRUE(rows.ok()) << rows.status();
    for (size_t i = 0; i < places.size(); ++i) {
      ExpectSame((*rows)[i], NumberedRow(places[i]));
    }
  }
}

// Damage is an error for the rows of the page that it hit, and for no others.
TEST(Shard, ReadsOnlyThePagesOfTheRows) {
  ShardEncoder encoder;
  std::mt19937_64 random(1);
  for (int64_t i = 0; i < kGroupRows; ++i) {
    Sample sample = TestSample(Sample::kText);
    std::string& text = *sample.mutable_text()->mutable_text();
    while (text.size() < 1000) absl::StrAppend(&text, random());
    encoder.Add(ToRow(sample, "some"));
  }
  std::string file = *encoder.Finish();
  file[file.size() / 2] ^= 1;
  const std::string path = WriteTestFile("damaged.parquet", file);
  int64_t unread = 0;
  for (int64_t i = 0; i < kGroupRows; ++i) unread += !ReadRows(path, {i}).ok();
  EXPECT_GT(unread, 0);
  EXPECT_LT(unread, kGroupRows / 4);  // a megabyte in pages of 64 KiB
}

TEST(Shard, TheSameRowsGiveTheSameBytes) {
  EXPECT_EQ(Encode(kGroupRows + 1), Encode(kGroupRows + 1));
}

TEST(Shard, ASmallTextMayStandBesideALargeOne) {
  ShardEncoder encoder;
  Sample sample = TestSample(Sample::kText);
  sample.mutable_text()->set_text(std::string(kMaxSampleBytes - 100, 'x'));
  ASSERT_TRUE(CheckSample(sample).ok());
  encoder.Add(NumberedRow(0));
  encoder.Add(ToRow(sample, "some"));
  encoder.Add(NumberedRow(2));
  const std::string path = WriteTestFile("a.parquet", *encoder.Finish());
  const auto rows = ReadRows(path, {1, 2});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[0].text->size(), kMaxSampleBytes - 100);
  ExpectSame((*rows)[1], NumberedRow(2));
}

TEST(Shard, IsFullAfterItsBytes) {
  ShardEncoder encoder;
  Sample sample = TestSample(Sample::kText);
  sample.mutable_text()->set_text(std::string(kMaxSampleBytes - 100, 'x'));
  int rows = 0;
  for (; !encoder.full(); ++rows) {
    encoder.Add(ToRow(sample, "some"));
  }
  EXPECT_EQ(rows, 9);  // eight of nearly 8 MiB are below 64 MiB
}

TEST(Shard, AFileThatIsNoParquetNamesItself) {
  for (const std::string& bytes :
       {std::string(), std::string("PAR1"), std::string(1000, 'x')}) {
    const std::string path = WriteTestFile("bad.parquet", bytes);
    const absl::Status status = ShardReader::Open(path).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr("bad.parquet"));
  }
}

TEST(Shard, OtherColumnsAreRefused) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("hello").ok());
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("text", arrow::utf8())}),
                         {builder.Finish().ValueOrDie()});
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(),
                                         sink, 100)
                  .ok());
  const std::string path =
      WriteTestFile("other.parquet", sink->Finish().ValueOrDie()->ToString());
  const absl::Status status = ShardReader::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("other.parquet"));
  EXPECT_THAT(status.message(), HasSubstr("columns"));
}

// Nothing that a file may hold crashes the reader: what is damaged is an error,
// or the bits did not matter.
TEST(Shard, DamagedBytesNeverCrashTheReader) {
  const std::string good = Encode(kGroupRows + 100);
  std::vector<int64_t> all(kGroupRows + 100);
  std::iota(all.begin(), all.end(), 0);
  std::mt19937_64 random(1);
  int refused = 0;
  const int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::string bytes = good;
    if (trial % 4 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      for (int k = 0; k < 1 + trial % 3; ++k) {
        bytes[random() % bytes.size()] ^= 1 << (random() % 8);
      }
    }
    const std::string path = WriteTestFile("damaged.parquet", bytes);
    refused += !ReadRows(path, all).ok();
  }
  // The pages have checksums, so nearly all damage is seen.
  EXPECT_GT(refused, kTrials * 9 / 10);
}

}  // namespace
}  // namespace sn37::datasets
