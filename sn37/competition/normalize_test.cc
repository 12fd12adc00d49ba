#include "sn37/competition/normalize.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

Task MakeTask(const std::string& normalization, double ceiling, double weight) {
  Task task;
  if (normalization == "INVERSE_EXPONENTIAL") {
    task.set_normalization(INVERSE_EXPONENTIAL);
    task.set_ceiling(ceiling);
  }
  task.set_weight(weight);
  return task;
}

// NaN equals NaN; everything else must have the same bits.
void ExpectSame(double actual, double expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << actual;
  } else {
    EXPECT_EQ(actual, expected);
  }
}

TEST(NormalizeTest, VectorsBitForBit) {
  for (const auto& c : ReadCases("normalize.json")) {
    const Task task = MakeTask(c["normalization"], c.value("ceiling", 0.0), 1);
    ExpectSame(Normalize(task, ToDouble(c["score"])), ToDouble(c["result"]));
  }
}

// conformance.md B7 and C14
TEST(NormalizeTest, InverseExponentialStaysWithinItsRange) {
  const Task ten = MakeTask("INVERSE_EXPONENTIAL", 10, 1);
  EXPECT_NEAR(Normalize(ten, 5), 0.6224593312018546, 1e-15);
  EXPECT_EQ(Normalize(ten, 15), 1);
  for (double x = 0; x <= 10; x += 0.1) {
    EXPECT_GE(Normalize(ten, x), 0);
    EXPECT_LE(Normalize(ten, x), 1);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Normalize(ten, infinity), 1);
  EXPECT_TRUE(std::isnan(Normalize(ten, std::nan(""))));
  EXPECT_EQ(Normalize(MakeTask("NONE", 0, 1), infinity), infinity);
  EXPECT_NEAR(Normalize(MakeTask("INVERSE_EXPONENTIAL", 20, 1), 2.5),
              0.18588716309616735, 1e-15);
  EXPECT_NEAR(Normalize(MakeTask("INVERSE_EXPONENTIAL", 40, 1), 1),
              0.03905914406173234, 1e-15);
}

TEST(ScoreTasksTest, VectorsBitForBit) {
  for (const auto& c : ReadCases("score_model.json")) {
    // No task at all is refused before anything is evaluated, by
    // CheckSchedule.
    if (c["tasks"].empty()) continue;
    std::vector<Task> tasks;
    std::vector<double> raws;
    for (const auto& t : c["tasks"]) {
      const auto& ceiling = t["ceiling"];
      tasks.push_back(MakeTask(t["normalization"],
                               ceiling.is_null() ? 0 : ceiling.get<double>(),
                               t["weight"]));
      raws.push_back(ToDouble(t["raw"]));
    }
    const ModelScore score = ScoreTasks(tasks, raws);
    ExpectSame(score.total, ToDouble(c["result"][0]));
    for (size_t i = 0; i < tasks.size(); ++i) {
      const auto& details = c["result"][1];
      const auto& expected = details[c["tasks"][i]["name"].get<std::string>()];
      // Of two tasks of one name the reference's details keep the last; our
      // schedule refuses the second.
      if (details.size() != tasks.size()) continue;
      ExpectSame(score.tasks[i].raw, ToDouble(expected["raw_score"]));
      ExpectSame(score.tasks[i].normalized, ToDouble(expected["norm_score"]));
      ExpectSame(score.tasks[i].weighted,
                 ToDouble(expected["weighted_norm_score"]));
    }
  }
}

}  // namespace
}  // namespace sn37
