#include "datasets/arrow_status.h"

#include <cerrno>
#include <functional>
#include <new>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

arrow::Status Failed(int error) {
  return arrow::internal::IOErrorFromErrno(error, "Cannot go on");
}

// Only bad data is kInvalidArgument: for it a build is discarded.
TEST(RunArrow, TheCodeTellsBadDataFromTroubleOfTheMachine) {
  const struct {
    std::function<arrow::Status()> body;
    absl::StatusCode code;
    absl::string_view message;
  } kCases[] = {
      {[] { return arrow::Status::OK(); }, absl::StatusCode::kOk, ""},
      {[] { return arrow::Status::Invalid("no \x1b here"); },
       absl::StatusCode::kInvalidArgument, "no \\x1b here"},
      {[] { return arrow::Status::IOError("Corrupt page"); },
       absl::StatusCode::kInvalidArgument, "Corrupt page"},
      {[] { return arrow::Status::OutOfMemory("malloc failed"); },
       absl::StatusCode::kResourceExhausted, "malloc failed"},
      {[] { return Failed(ENOSPC); }, absl::StatusCode::kResourceExhausted,
       "Cannot go on: No space left on device"},
      {[] { return Failed(ENOENT); }, absl::StatusCode::kNotFound,
       "Cannot go on: No such file"},
      {[] { return Failed(EMFILE); }, absl::StatusCode::kUnavailable,
       "Cannot go on: Too many open files"},
      {[] { return Failed(EIO); }, absl::StatusCode::kInternal,
       "Cannot go on: Input/output error"},
      {[]() -> arrow::Status {
         throw parquet::ParquetStatusException(Failed(EIO));
       },
       absl::StatusCode::kInternal, "Cannot go on: Input/output error"},
      {[]() -> arrow::Status { throw parquet::ParquetException("No page"); },
       absl::StatusCode::kInvalidArgument, "No page"},
      {[]() -> arrow::Status { throw std::length_error("so long"); },
       absl::StatusCode::kInvalidArgument, "so long"},
      {[]() -> arrow::Status { throw std::bad_alloc(); },
       absl::StatusCode::kResourceExhausted, "out of memory"},
  };
  for (const auto& test : kCases) {
    const absl::Status status = RunArrow(test.body);
    EXPECT_EQ(status.code(), test.code) << status;
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace sn37::datasets
