#include "sn37/hub/retry.h"

#include <map>
#include <string>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(RetryDelayTest, DoublesAndHeedsWhatTheServerAsksFor) {
  const struct {
    int failures;
    int status;
    std::map<std::string, std::string> headers;
    int64_t seconds;
  } kCases[] = {
      {1, 500, {}, 1},
      {2, 500, {}, 2},
      {3, 0, {}, 4},
      {4, 503, {}, 8},
      {100, 503, {}, 8},
      {1, 429, {{"retry-after", "20"}}, 21},
      {1, 503, {{"retry-after", "20"}}, 21},
      {4, 429, {{"retry-after", "1"}}, 8},
      {1, 429, {{"ratelimit", "\"api\";r=0;t=172"}}, 173},
      {1, 429, {{"ratelimit", "\"api\";r=0;t=9"}, {"retry-after", "5"}}, 10},
      {1, 429, {{"ratelimit", "\"api\";r=3;t=9"}, {"retry-after", "5"}}, 6},
      // At another status the limit has not been met.
      {1, 503, {{"ratelimit", "\"api\";r=0;t=172"}}, 1},
      {1, 404, {{"retry-after", "20"}}, 1},
      // Dates, nonsense and huge numbers.
      {1, 429, {{"retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"}}, 1},
      {1, 429, {{"retry-after", "-5"}}, 1},
      {1, 429, {{"ratelimit", ";;r=0;t=x"}}, 1},
      {1, 429, {{"retry-after", "9223372036854775807"}}, 1000001},
  };
  for (const auto& c : kCases) {
    const HttpHead head{.status = c.status, .headers = c.headers};
    EXPECT_EQ(RetryDelay(c.failures, head), absl::Seconds(c.seconds))
        << c.failures << " " << c.status;
  }
}

TEST(IsTransientTest, OnlyWhatMayPassIs) {
  for (int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsTransient(status)) << status;
  }
  for (int status : {0, 200, 206, 302, 400, 401, 403, 404, 416, 501}) {
    EXPECT_FALSE(IsTransient(status)) << status;
  }
}

}  // namespace
}  // namespace sn37
