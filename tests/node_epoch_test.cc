// Whole epochs of a validator whose chain is a node: the demo's ledger, told by
// a stand-in for the real chain over a WebSocket.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/codec/testing.h"
#include "chain/local/ledger.h"
#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/testing/stand_in_answers.h"
#include "chain/subtensor/testing/stand_in_chain.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobs/demo/demo.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/hub/testing/stand_in.h"
#include "tests/world.h"

namespace sn37 {
namespace {

using jobs::EpochFolder;
using testing::HasSubstr;

constexpr uint16_t kNetuid = 37;

// A home with the miners' models but without a ledger, which a node tells of.
class NodeWorld {
 public:
  explicit NodeWorld(const std::string& name)
      : home_(NewHome(name)),
        ledger_(OpenAway(home_)),
        chain_(ledger_.get(), kNetuid, chain::TestMetadataBytes("461_v15")),
        node_({.genesis = ledger_->genesis_hash(), .chain = "Stand-in"}) {
    chain_.AddKey(jobs::kDemoValidator);
    chain::AnswerFrom(chain_, node_);
  }

  const std::string& home() const { return home_; }
  chain::Ledger& ledger() { return *ledger_; }
  chain::StandInChain& chain() { return chain_; }
  chain::ScriptedNode& node() { return node_; }

  Ended Run(const std::string& key = jobs::kDemoValidator,
            const std::vector<std::string>& more = {}) {
    std::vector<std::string> flags = {
        absl::StrCat("--endpoint=", node_.endpoint()),
        absl::StrCat("--suri=", key)};
    flags.insert(flags.end(), more.begin(), more.end());
    return RunEpochProgram(home_, flags);
  }

 private:
  // The home's ledger, moved out of it.
  static std::unique_ptr<chain::Ledger> OpenAway(const std::string& home) {
    const std::string path = absl::StrCat(home, ".ledger");
    std::filesystem::rename(JoinPath(home, "ledger.db"), path);
    auto ledger = chain::Ledger::Open(path, {});
    SN37_CHECK(ledger.ok()) << ledger.status();
    return *std::move(ledger);
  }

  const std::string home_;
  const std::unique_ptr<chain::Ledger> ledger_;
  chain::StandInChain chain_;
  chain::ScriptedNode node_;
};

jobs::Decision ReadDecision(const EpochFolder& folder) {
  jobs::Decision decision;
  EXPECT_TRUE(decision.ParseFromString(
      ReadFile(folder.decision(), 64 << 20).value_or("")));
  return decision;
}

// The validator's weights are those of the decision.
void ExpectWeights(chain::Ledger& ledger, const jobs::Decision& decision) {
  const auto weights = ledger.GetWeights(kNetuid, /*uid=*/0);
  ASSERT_TRUE(weights.ok()) << weights.status();
  ASSERT_GT(decision.weights_size(), 0);
  ASSERT_EQ(static_cast<int>(weights->size()), decision.weights_size());
  for (int i = 0; i < decision.weights_size(); ++i) {
    EXPECT_EQ((*weights)[i].uid, decision.weights(i).uid());
    EXPECT_EQ((*weights)[i].value, decision.weights(i).value());
  }
}

TEST(NodeEpochTest, IsThatOfTheLedgerAndSetsItsWeightsOnce) {
  const std::string demo = NewHome("demo");
  ASSERT_EQ(RunEpochProgram(demo).status, 0);
  NodeWorld world("validator");
  const EpochFolder first(world.home(), kFirstEpoch);
  Ended ended = world.Run();
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(PlanResultsDecision(first),
            PlanResultsDecision(EpochFolder(demo, kFirstEpoch)));
  ExpectWeights(world.ledger(), ReadDecision(first));
  EXPECT_TRUE(FileExists(world.home() + "/journal"));

  // Its clock is the chain's.
  ended = world.Run();
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("the next is that of block 1800"));
  EXPECT_EQ(world.chain().submissions(), 1);
  ASSERT_TRUE(world.ledger().AdvanceTo(kFirstEpoch + 365).ok());
  ended = world.Run();
  ASSERT_EQ(ended.status, 0) << ended.output;
  const EpochFolder second(world.home(), kFirstEpoch + 360);
  ExpectWeights(world.ledger(), ReadDecision(second));
  EXPECT_EQ(world.chain().submissions(), 2);
}

TEST(NodeEpochTest, WeightsWhoseAnswerIsLostAreLookedForAndNotSetAgain) {
  NodeWorld world("cut");
  world.node().Fail("author_submitAndWatchExtrinsic",
                    chain::Fault::kDropUnanswered);
  const Ended ended = world.Run();
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("the connection ended"));
  ExpectWeights(world.ledger(),
                ReadDecision(EpochFolder(world.home(), kFirstEpoch)));
  EXPECT_EQ(world.chain().submissions(), 1);
}

// Moves a miner's model from the home to a hub; returns its repository's
// folder.
std::string GiveToHub(const std::string& home, const std::string& repository,
                      StandInHub& hub) {
  namespace fs = std::filesystem;
  const std::string folder = absl::StrCat(home, "/models/", repository);
  const std::string commit = ListFolder(folder, 1).value()[0];
  for (const auto& file : fs::directory_iterator(JoinPath(folder, commit))) {
    const std::string name = file.path().filename();
    hub.Add({HubRepo::kModel, repository, commit}, name,
            ReadFile(file.path(), 1 << 30).value(),
            /*lfs=*/file.path().extension() == ".safetensors");
  }
  fs::remove_all(folder);
  return folder;
}

TEST(NodeEpochTest, ModelsThatTheHomeDoesNotHaveComeFromTheHub) {
  NodeWorld world("hub");
  StandInHub hub, nobody;
  const std::string brought = GiveToHub(world.home(), "demo/one", hub);
  const std::string missing = GiveToHub(world.home(), "demo/first", nobody);
  const Ended ended =
      world.Run(jobs::kDemoValidator,
                {absl::StrCat("--hub=", hub.endpoint()),
                 absl::StrCat("--hub_cache=", world.home(), "/hub")});
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_TRUE(FileExists(brought));
  EXPECT_FALSE(FileExists(missing));
  const jobs::Decision decision =
      ReadDecision(EpochFolder(world.home(), kFirstEpoch));
  ASSERT_EQ(decision.models_size(), 5);
  for (const jobs::ModelDecision& model : decision.models()) {
    if (model.uid() == 4) {
      EXPECT_THAT(model.failure(), HasSubstr("demo/first: the hub has no"));
    } else {
      EXPECT_EQ(model.failure(), "") << model.uid();
    }
  }
  ExpectWeights(world.ledger(), decision);
}

TEST(NodeEpochTest, WhatCannotSetWeightsIsRefusedBeforeItBegins) {
  NodeWorld world("refused");
  const std::string validator = jobs::kDemoValidator;
  const struct {
    std::string key;
    std::vector<std::string> flags;
    const char* message;
  } cases[] = {
      {validator, {"--schedule="}, "name the subnet's --schedule"},
      {validator, {"--snapshot="}, "name the subnet's --schedule"},
      {"", {}, "name the key by one of"},
      {"", {"--wallet=me"}, "--wallet me is a coldkey"},
      {"//demo/miner1", {}, "has no validator's permit on subnet 37"},
      {"//demo/stranger", {}, "has no slot on subnet 37; register it"},
      {validator, {"--ledger=x"}, "--ledger FILE or --endpoint"},
      {validator,
       {absl::StrCat("--genesis=0x", std::string(64, '7'))},
       "another chain"},
  };
  for (const auto& test : cases) {
    const Ended ended = world.Run(test.key, test.flags);
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(test.message));
    EXPECT_FALSE(FileExists(world.home() + "/epochs")) << test.message;
  }
  EXPECT_EQ(world.chain().submissions(), 0);
}

TEST(NodeEpochTest, AHomeIsAValidatorsOrTheDemos) {
  NodeWorld world("claimed");
  ASSERT_TRUE(WriteFileWhole(world.home() + "/state.db", "the demo's").ok());
  Ended ended = world.Run();
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("has the state of the demo"));

  ASSERT_TRUE(WriteFileWhole(world.home() + "/subnet", "0x11 37\n").ok());
  ended = world.Run();
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("is about the chain and subnet 0x11 37"));
  ended = RunEpochProgram(world.home());
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("is a validator's and not the demo's"));
  EXPECT_FALSE(FileExists(world.home() + "/ledger.db"));
}

}  // namespace
}  // namespace sn37
