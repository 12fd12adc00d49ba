#include "eval/status.h"

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

TEST(IsModelFaultTest, SeparatesTheModelsFaultsFromOurs) {
  const struct {
    absl::Status status;
    bool model_fault;
  } kCases[] = {
      {absl::OkStatus(), false},
      {absl::InvalidArgumentError("bad id"), true},
      {absl::DataLossError("NaN logits"), true},
      {absl::NotFoundError("config.json"), true},
      {absl::OutOfRangeError("too long"), true},
      {absl::FailedPreconditionError("unknown field"), true},
      {absl::UnimplementedError("alibi"), true},
      {absl::ResourceExhaustedError("memory"), false},
      {absl::UnavailableError("node lost"), false},
      {absl::InternalError("bug"), false},
      {absl::AbortedError("stopped"), false},
      {absl::CancelledError("stopped"), false},
      {absl::UnknownError("?"), false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsModelFault(c.status), c.model_fault) << c.status;
  }
}

}  // namespace
}  // namespace sn37::eval
