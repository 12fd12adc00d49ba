// The methods on a real model, from samples to scores: what Hugging Face
// transformers answers to the same samples (testdata/make_smollm2_methods.py)
// and what follows from it, also where the stored responses are judged by hand.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "eval/methods/judge.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/round/round.h"

namespace sn37 {
namespace {

using nlohmann::json;

constexpr char kModel[] = "eval/weights/smollm2";
constexpr char kGoldens[] = "sn37/round/testdata/smollm2_methods.json";

// Of a log-probability, and of the mean over a text long enough for roundings
// to cancel. Transformers' own float32 answers to the shortest texts, of one to
// three tokens, are up to 3e-5 a token from the float64 ones that the goldens
// are.
constexpr double kTolerance = 1e-4;
constexpr double kMeanTolerance = 1e-5;
constexpr double kLongText = 16;  // tokens

// A task of the entry's one sample.
RoundTask TaskOf(const std::string& name, const json& entry,
                 uint32_t max_new_tokens) {
  RoundTask task;
  task.task.set_name(name);
  const json& record = entry["record"];
  Method method = METHOD_UNSPECIFIED;
  EXPECT_TRUE(Method_Parse(
      absl::AsciiStrToUpper(record["method"].get<std::string>()), &method));
  task.task.set_method(method);
  task.task.set_max_new_tokens(max_new_tokens);
  if (record.contains("loss_unit")) task.task.set_loss_unit(BITS_PER_BYTE);
  const auto status = google::protobuf::util::JsonStringToMessage(
      entry["sample"].dump(), &task.samples.emplace_back());
  EXPECT_TRUE(status.ok()) << status.ToString();
  return task;
}

// What `sn37 judge` takes of a response.
json ToRecord(const eval::Response& response) {
  if (response.scored_tokens() == 0) return response.text();
  return {{"sum_logprob", response.sum_logprob()},
          {"scored_tokens", response.scored_tokens()},
          {"scored_bytes", response.scored_bytes()}};
}

void ExpectSame(const json& ours, const json& golden) {
  if (golden.is_string()) {
    EXPECT_EQ(ours, golden);
    return;
  }
  EXPECT_EQ(ours["scored_bytes"], golden["scored_bytes"]);
  ASSERT_EQ(ours["scored_tokens"], golden["scored_tokens"]);
  const double tokens = golden["scored_tokens"].get<double>();
  EXPECT_NEAR(ours["sum_logprob"].get<double>(),
              golden["sum_logprob"].get<double>(),
              tokens * (tokens < kLongText ? kTolerance : kMeanTolerance));
}

// The score as judging the responses by hand shows it.
void ExpectScore(const eval::SampleScore& score, const json& judged) {
  EXPECT_EQ(
      json(std::vector<double>(score.items().begin(), score.items().end())),
      judged["items"]);
  for (const eval::Number& number : score.numbers()) {
    EXPECT_EQ(json(number.value()), judged[number.name()]) << number.name();
  }
  if (judged.contains("answers") && judged["answers"][0].is_string()) {
    EXPECT_EQ(score.answer(), judged["answers"][0].get<std::string>());
  }
}

// Every field of the golden's, numbers up to the rounding of log-probabilities.
void ExpectNear(const json& judged, const json& golden) {
  for (const auto& [name, value] : golden.items()) {
    const json& ours = judged[name];
    if (name == "answers") {
      EXPECT_EQ(ours, value);
    } else if (value.is_array()) {
      EXPECT_NEAR(ours[0].get<double>(), value[0].get<double>(), 2e-5) << name;
    } else {
      EXPECT_NEAR(ours.get<double>(), value.get<double>(), 1e-3) << name;
    }
  }
}

TEST(MethodsTest, ScoresOnSmolLm2AreThoseThatFollowFromTransformers) {
  const auto text = ReadFile(kGoldens, 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  const json goldens = *ParseJson(*text, {});
  const json& entries = goldens["entries"];
  std::vector<RoundTask> tasks;
  for (const json& entry : entries) {
    const std::string name = std::to_string(tasks.size());
    tasks.push_back(
        TaskOf(name, entry, goldens["max_new_tokens"].get<uint32_t>()));
  }
  std::map<std::string, SampleResult> results;
  RoundModel model;
  model.folder = kModel;
  model.sequence_length = 2048;
  const absl::Status status =
      RunRound(model, tasks, /*known=*/{}, {.dtype = eval::DType::kFloat32},
               [&](const SampleResult& result) {
                 results[result.task()] = result;
                 return absl::OkStatus();
               });
  ASSERT_TRUE(status.ok()) << status;
  for (size_t i = 0; i < entries.size(); ++i) {
    const SampleResult& result = results[tasks[i].task.name()];
    json record = entries[i]["record"];
    SCOPED_TRACE(i);
    ASSERT_EQ(result.status(), SCORED) << result.error();
    json& responses = record["responses"];
    for (size_t r = 0; r < responses.size(); ++r) {
      const json ours = ToRecord(result.responses(static_cast<int>(r)));
      ExpectSame(ours, responses[r]);
      responses[r] = ours;
    }
    const auto judged = eval::JudgeRecord(record);
    ASSERT_TRUE(judged.ok()) << judged.status();
    ExpectScore(result.score(), *judged);
    ExpectNear(*judged, entries[i]["judged"]);
  }
}

}  // namespace
}  // namespace sn37
