#include "chain/local/weight_rules.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

constexpr size_t kNeurons = 4;

Neuron Validator() {
  Neuron neuron;
  neuron.uid = 1;
  neuron.validator_permit = true;
  neuron.last_update = 100;
  return neuron;
}

Hyperparameters Rules() {
  Hyperparameters rules;
  rules.weights_rate_limit = 50;
  rules.weights_version = 3010;
  rules.min_allowed_weights = 2;
  return rules;
}

struct Case {
  std::string name;  // of the refusal; empty: accepted
  std::optional<Neuron> sender = Validator();
  uint64_t head = 150;
  Hyperparameters rules = Rules();
  std::vector<Weight> weights = {{0, 65535}, {2, 1}};
  uint64_t version_key = 3010;
};

TEST(WeightRulesTest, EachRefusalHasTheChainsName) {
  std::vector<Case> cases(1);
  const auto add = [&](std::string name, auto change) {
    Case c;
    c.name = std::move(name);
    change(c);
    cases.push_back(c);
  };
  add("HotKeyNotRegisteredInSubNet", [](Case& c) { c.sender.reset(); });
  add("IncorrectWeightVersionKey", [](Case& c) { c.version_key = 3009; });
  add("", [](Case& c) { c.version_key = 4000; });
  add("", [](Case& c) { c.version_key = 0, c.rules.weights_version = 0; });
  add("SettingWeightsTooFast", [](Case& c) { c.head = 149; });
  add("", [](Case& c) { c.head = 0, c.sender->last_update = 0; });
  add("NeuronNoValidatorPermit",
      [](Case& c) { c.sender->validator_permit = false; });
  add("", [](Case& c) {
    c.sender->validator_permit = false;
    c.weights = {{1, 5}};
  });
  add("DuplicateUids", [](Case& c) { c.weights = {{0, 1}, {0, 1}}; });
  add("UidVecContainInvalidOne", [](Case& c) { c.weights = {{0, 1}, {4, 1}}; });
  add("UidsLengthExceedUidsInSubNet", [](Case& c) {
    c.weights = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {0, 1}};
  });
  add("WeightVecLengthIsLow", [](Case& c) { c.weights = {{0, 1}}; });
  add("", [](Case& c) {
    c.rules.min_allowed_weights = 9;
    c.weights = {{0, 1}, {1, 1}, {2, 1}, {3, 1}};
  });
  add("MaxWeightExceeded", [](Case& c) {
    c.rules.max_weight_limit = 32767;
    c.weights = {{0, 1}, {2, 1}};
  });
  add("", [](Case& c) {
    c.rules.max_weight_limit = 32768;
    c.weights = {{0, 1}, {2, 1}};
  });
  for (const WeightsMode mode :
       {WeightsMode::kCommitReveal, WeightsMode::kTimelocked}) {
    add("CommitRevealEnabled",
        [mode](Case& c) { c.rules.weights_mode = mode; });
  }
  for (const Case& c : cases) {
    const absl::Status status = CheckSetWeights(
        c.sender, kNeurons, c.head, c.rules, c.weights, c.version_key);
    if (c.name.empty()) {
      EXPECT_TRUE(status.ok()) << status;
    } else {
      EXPECT_TRUE(RefusedWith(status, c.name)) << c.name << " " << status;
    }
  }
}

}  // namespace
}  // namespace sn37::chain
