#include "sn37/competition/miners.h"

#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

using Uids = std::set<uint16_t>;

std::vector<NeuronFacts> Staked(const std::vector<double>& stakes,
                                const Uids& permits) {
  std::vector<NeuronFacts> neurons;
  for (uint16_t uid = 0; uid < stakes.size(); ++uid) {
    neurons.push_back({.uid = uid,
                       .stake = stakes[uid],
                       .validator_permit = permits.count(uid) > 0});
  }
  return neurons;
}

// conformance.md B2.1 and B2.2
TEST(MinersTest, ValidatorsNeedPermitAndStake) {
  const auto neurons = Staked({0, 1, 2, 300, 4, 5, 600, 7, 8, 9}, {3, 6, 8, 9});
  EXPECT_EQ(StakedValidators(neurons, 300), (Uids{3, 6}));
  EXPECT_EQ(StakedValidators(neurons, 0), (Uids{3, 6, 8, 9}));
}

// conformance.md B2.3 to B2.5
TEST(MinersTest, TopMinersHoldAShareOfSomeValidatorsWeight) {
  using Weights = std::map<uint16_t, double>;
  const struct {
    Weights first, second;
    Uids expected;
  } kCases[] = {
      {{{0, 1}}, {{0, 1}}, {0}},
      {{{0, 1}}, {{2, 1}}, {0, 2}},
      {{{0, 1}, {1, 0.1}, {2, 0.5}}, {}, {0, 2}},
      {{{0, 0}}, {}, {}},
  };
  for (const auto& c : kCases) {
    auto neurons = Staked({0, 200, 2, 30}, {1, 3});
    neurons[1].weights = c.first;
    neurons[3].weights = c.second;
    EXPECT_EQ(TopMiners(neurons, 30, 0.1), c.expected);
  }
}

// conformance.md A7
TEST(MinersTest, BestMinerIsTheFirstOfTheCompetitionAmongFive) {
  const std::vector<double> incentives = {0, 0, 5, 10, 20, 0, 10, 1, 2, 3};
  const auto neurons = [&](std::map<uint16_t, int64_t> competitions) {
    std::vector<NeuronFacts> result;
    for (uint16_t uid = 0; uid < incentives.size(); ++uid) {
      result.push_back({.uid = uid, .incentive = incentives[uid]});
      const auto it = competitions.find(uid);
      if (it != competitions.end()) result.back().competition = it->second;
    }
    return result;
  };
  EXPECT_EQ(BestMiner(neurons({{2, 1}, {3, 1}, {4, 2}}), 1), 3);
  EXPECT_EQ(BestMiner(neurons({{2, 2}, {3, 2}}), 1), std::nullopt);
  EXPECT_EQ(BestMiner(neurons({{3, 1}, {6, 1}}), 1), 6);
  EXPECT_EQ(BestMiner(neurons({{8, 1}}), 1), std::nullopt);  // the sixth
}

}  // namespace
}  // namespace sn37
