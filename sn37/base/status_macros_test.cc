#include "sn37/base/status_macros.h"

#include <map>
#include <memory>

#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

absl::StatusOr<int> Half(int x) {
  if (x % 2 != 0) return absl::InvalidArgumentError("odd");
  return x / 2;
}

absl::StatusOr<int> Quarter(int x) {
  SN37_ASSIGN_OR_RETURN(int half, Half(x));
  SN37_ASSIGN_OR_RETURN(half, Half(half));
  return half;
}

absl::Status Evaluate(absl::Status status, int& after) {
  SN37_RETURN_IF_ERROR(status);
  ++after;
  return absl::OkStatus();
}

TEST(StatusMacrosTest, AssignsOrReturnsTheFailure) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(Quarter(3).status(), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacrosTest, ReturnsOnlyOnError) {
  int after = 0;
  EXPECT_TRUE(Evaluate(absl::OkStatus(), after).ok());
  EXPECT_EQ(after, 1);
  EXPECT_EQ(Evaluate(absl::NotFoundError("x"), after),
            absl::NotFoundError("x"));
  EXPECT_EQ(after, 1);
}

TEST(StatusMacrosTest, MovesOnlyMovableValuesAndTakesCommas) {
  auto run = []() -> absl::StatusOr<int> {
    auto make = [] {
      return absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(5));
    };
    SN37_ASSIGN_OR_RETURN(std::unique_ptr<int> five, make());
    SN37_ASSIGN_OR_RETURN(auto map, absl::StatusOr<std::map<int, int>>(
                                        std::map<int, int>{{1, *five}}));
    return map.at(1);
  };
  EXPECT_EQ(*run(), 5);
}

TEST(StatusMacrosTest, AnnotateKeepsCodeAndPayloadAndPrefixesContext) {
  absl::Status status = absl::DataLossError("short");
  status.SetPayload("url", absl::Cord("p"));
  absl::Status annotated = Annotate(status, "plan.pb");
  EXPECT_EQ(annotated.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(annotated.message(), "plan.pb: short");
  EXPECT_EQ(annotated.GetPayload("url"), absl::Cord("p"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "plan.pb").ok());
}

}  // namespace
}  // namespace sn37
