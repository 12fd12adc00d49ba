#include "jobs/home.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::jobs {
namespace {

using testing::HasSubstr;

constexpr char kGenesis[] = "0x1111";

// A home of the test's own.
std::string NewHome() {
  const std::string home =
      JoinPath(testing::TempDir(),
               testing::UnitTest::GetInstance()->current_test_info()->name());
  EXPECT_TRUE(MakeFolder(home).ok());
  return home;
}

TEST(HomeTest, OneJobAtATime) {
  const std::string home = NewHome();
  {
    const auto first = LockHome(home);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(LockHome(home).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_TRUE(LockHome(home).ok());
}

TEST(HomeTest, BelongsToTheSubnetThatClaimedItFirst) {
  const std::string home = NewHome();
  EXPECT_FALSE(HomeIsClaimed(home));
  ASSERT_TRUE(ClaimHome(home, kGenesis, 37).ok());
  EXPECT_TRUE(HomeIsClaimed(home));
  EXPECT_TRUE(ClaimHome(home, kGenesis, 37).ok());
  const struct {
    const char* genesis;
    uint16_t netuid;
  } others[] = {{"0x2222", 37}, {kGenesis, 38}, {kGenesis, 3}};
  for (const auto& other : others) {
    const absl::Status status = ClaimHome(home, other.genesis, other.netuid);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("0x1111 37,"));
  }
  // The state that comes later changes nothing.
  ASSERT_TRUE(WriteFileWhole(StatePath(home), "state").ok());
  EXPECT_TRUE(ClaimHome(home, kGenesis, 37).ok());
}

TEST(HomeTest, OfTheDemoItStaysSo) {
  const std::string home = NewHome();
  ASSERT_TRUE(WriteFileWhole(StatePath(home), "state").ok());
  const absl::Status status = ClaimHome(home, kGenesis, 37);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("demo"));
  EXPECT_FALSE(HomeIsClaimed(home));
}

}  // namespace
}  // namespace sn37::jobs
