#include "jobs/results.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_nested.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/io/memory.h"
#include "arrow/table.h"
#include "datasets/arrow_status.h"
#include "parquet/arrow/writer.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

using Rows = absl::Span<const SampleResult>;

// One column: its name and what fills it.
struct Column {
  std::shared_ptr<arrow::Field> field;
  std::shared_ptr<arrow::Array> values;
};

// A column of one value per row.
template <typename Builder, typename Get>
arrow::Result<Column> Scalar(const char* name, Rows rows, Get get) {
  Builder builder;
  for (const SampleResult& row : rows) {
    ARROW_RETURN_NOT_OK(builder.Append(get(row)));
  }
  ARROW_ASSIGN_OR_RAISE(auto values, builder.Finish());
  return Column{arrow::field(name, values->type(), /*nullable=*/false), values};
}

// A column of one list per row; `fill` appends the row's elements.
template <typename Builder, typename Fill>
arrow::Result<Column> List(const char* name, Rows rows,
                           std::shared_ptr<Builder> elements, Fill fill) {
  arrow::ListBuilder builder(arrow::default_memory_pool(), elements);
  for (const SampleResult& row : rows) {
    ARROW_RETURN_NOT_OK(builder.Append());
    ARROW_RETURN_NOT_OK(fill(row, *elements));
  }
  ARROW_ASSIGN_OR_RAISE(auto values, builder.Finish());
  return Column{arrow::field(name, values->type(), /*nullable=*/false), values};
}

// A list column of one value per response of the row.
template <typename Builder, typename Get>
arrow::Result<Column> PerResponse(const char* name, Rows rows, Get get) {
  return List(name, rows, std::make_shared<Builder>(),
              [&](const SampleResult& row, Builder& out) {
                for (const eval::Response& response : row.responses()) {
                  ARROW_RETURN_NOT_OK(out.Append(get(response)));
                }
                return arrow::Status::OK();
              });
}

arrow::Result<Column> GeneratedTokens(Rows rows) {
  auto ids = std::make_shared<arrow::Int32Builder>();
  auto lists =
      std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), ids);
  return List("tokens", rows, lists,
              [&](const SampleResult& row, arrow::ListBuilder& out) {
                for (const eval::Response& response : row.responses()) {
                  ARROW_RETURN_NOT_OK(out.Append());
                  for (int32_t id : response.tokens()) {
                    ARROW_RETURN_NOT_OK(ids->Append(id));
                  }
                }
                return arrow::Status::OK();
              });
}

arrow::Result<Column> Items(Rows rows) {
  return List("items", rows, std::make_shared<arrow::DoubleBuilder>(),
              [](const SampleResult& row, arrow::DoubleBuilder& out) {
                for (double item : row.score().items()) {
                  ARROW_RETURN_NOT_OK(out.Append(item));
                }
                return arrow::Status::OK();
              });
}

arrow::Result<Column> Numbers(Rows rows) {
  auto names = std::make_shared<arrow::StringBuilder>();
  auto values = std::make_shared<arrow::DoubleBuilder>();
  arrow::MapBuilder builder(arrow::default_memory_pool(), names, values);
  for (const SampleResult& row : rows) {
    ARROW_RETURN_NOT_OK(builder.Append());
    for (const eval::Number& number : row.score().numbers()) {
      ARROW_RETURN_NOT_OK(names->Append(number.name()));
      ARROW_RETURN_NOT_OK(values->Append(number.value()));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return Column{arrow::field("numbers", array->type(), /*nullable=*/false),
                array};
}

arrow::Result<std::shared_ptr<arrow::Table>> ToTable(Rows rows) {
  using R = SampleResult;
  using A = eval::Response;
  using arrow::BooleanBuilder, arrow::DoubleBuilder, arrow::Int64Builder,
      arrow::StringBuilder, arrow::UInt32Builder;
  std::vector<arrow::Result<Column>> made;
  made.push_back(Scalar<UInt32Builder>(
      "competition", rows, [](const R& r) { return r.competition(); }));
  made.push_back(Scalar<StringBuilder>(
      "model_digest", rows, [](const R& r) { return r.model_digest(); }));
  made.push_back(
      Scalar<StringBuilder>("task", rows, [](const R& r) { return r.task(); }));
  made.push_back(Scalar<Int64Builder>("index", rows,
                                      [](const R& r) { return r.index(); }));
  made.push_back(Scalar<StringBuilder>(
      "sample", rows, [](const R& r) { return r.sample_id(); }));
  made.push_back(Scalar<StringBuilder>("status", rows, [](const R& r) {
    return absl::AsciiStrToLower(SampleStatus_Name(r.status()));
  }));
  made.push_back(Scalar<StringBuilder>("error", rows,
                                       [](const R& r) { return r.error(); }));
  made.push_back(PerResponse<Int64Builder>(
      "context_tokens", rows, [](const A& a) { return a.context_tokens(); }));
  made.push_back(PerResponse<Int64Builder>(
      "scored_tokens", rows, [](const A& a) { return a.scored_tokens(); }));
  made.push_back(PerResponse<Int64Builder>(
      "scored_bytes", rows, [](const A& a) { return a.scored_bytes(); }));
  made.push_back(PerResponse<DoubleBuilder>(
      "sum_logprob", rows, [](const A& a) { return a.sum_logprob(); }));
  made.push_back(PerResponse<StringBuilder>(
      "text", rows, [](const A& a) { return a.text(); }));
  made.push_back(GeneratedTokens(rows));
  made.push_back(Items(rows));
  made.push_back(Scalar<BooleanBuilder>(
      "duplicate", rows, [](const R& r) { return r.score().duplicate(); }));
  made.push_back(Numbers(rows));
  made.push_back(Scalar<StringBuilder>(
      "answer", rows, [](const R& r) { return r.score().answer(); }));

  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (arrow::Result<Column>& column : made) {
    ARROW_RETURN_NOT_OK(column.status());
    fields.push_back(column->field);
    arrays.push_back(column->values);
  }
  return arrow::Table::Make(arrow::schema(std::move(fields)), std::move(arrays),
                            static_cast<int64_t>(rows.size()));
}

arrow::Result<std::string> ToParquet(Rows rows) {
  ARROW_ASSIGN_OR_RAISE(auto table, ToTable(rows));
  ARROW_ASSIGN_OR_RAISE(auto out, arrow::io::BufferOutputStream::Create());
  auto properties = parquet::WriterProperties::Builder()
                        .compression(parquet::Compression::ZSTD)
                        ->build();
  constexpr int64_t kRowGroup = 64 * 1024;
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(
      *table, arrow::default_memory_pool(), out, kRowGroup, properties));
  ARROW_ASSIGN_OR_RAISE(auto buffer, out->Finish());
  return buffer->ToString();
}

}  // namespace

void SortResults(std::vector<SampleResult>& results) {
  std::sort(results.begin(), results.end(),
            [](const SampleResult& a, const SampleResult& b) {
              auto key = [](const SampleResult& r) {
                return std::tuple<uint32_t, const std::string&,
                                  const std::string&, int64_t>(
                    r.competition(), r.model_digest(), r.task(), r.index());
              };
              return key(a) < key(b);
            });
}

absl::StatusOr<std::string> ResultsParquet(Rows rows) {
  std::string bytes;
  SN37_RETURN_IF_ERROR(Annotate(
      datasets::RunArrow([&] { return ToParquet(rows).Value(&bytes); }),
      "results.parquet"));
  return bytes;
}

}  // namespace sn37::jobs
