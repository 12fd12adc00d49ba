// Reads, against what a running node (spec 218) answered and against a chain
// that we encode.
#include "chain/subtensor/reads.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "chain/codec/hashers.h"
#include "chain/codec/scale.h"
#include "chain/codec/storage.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/fate.h"
#include "chain/subtensor/testing/stand_in_world.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {

// The suite comes with StandInWorld; subtensor_test runs it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ClientConformanceTest);

namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

// Answers from a table by method; counts.
class TableRpc : public Rpc {
 public:
  using Handler = std::function<absl::StatusOr<json>(const json&)>;
  std::map<std::string, Handler> table;
  std::map<std::string, int> calls;

  absl::StatusOr<json> Call(absl::string_view method, json params) override {
    ++calls[std::string(method)];
    const auto found = table.find(std::string(method));
    if (found == table.end()) {
      return RpcErrorStatus({-32601, "Method not found", nullptr});
    }
    return found->second(params);
  }
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      absl::string_view, json, absl::string_view) override {
    return absl::UnimplementedError("no subscriptions");
  }
};

const char kHash[] =
    "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

// A node of one runtime, whose metadata it has in one form.
class RuntimeNode : public TableRpc {
 public:
  RuntimeNode() {
    table["state_getRuntimeVersion"] = [this](const json&) {
      return json{{"specVersion", spec}, {"transactionVersion", 1}};
    };
    table["state_call"] = [this](const json& params) -> absl::StatusOr<json> {
      const std::string asked = params[1];
      const int version = asked == "0x0f000000" ? 15 : 16;
      if (by_call.empty() || by_call[4] != version) return "0x00";
      std::string some(1, '\1');
      AppendLengthAndBytes(by_call, some);
      return ToHex(some);
    };
    table["state_getMetadata"] = [this](const json&) -> absl::StatusOr<json> {
      return ToHex(plain);
    };
  }
  int spec = 461;
  std::string by_call, plain;
};

TEST(RuntimesTest, MetadataComesInTheBestVersionThatTheRuntimeHas) {
  const struct {
    int spec;
    const char *by_call, *plain;
    int version;
  } kCases[] = {{461, "461_v15", "461_v14", 15},
                {346, "346_v16", "461_v14", 16},
                {461, nullptr, "461_v14", 14}};
  for (const auto& c : kCases) {
    RuntimeNode node;
    node.spec = c.spec;
    if (c.by_call != nullptr) node.by_call = TestMetadataBytes(c.by_call);
    node.plain = TestMetadataBytes(c.plain);
    Runtimes runtimes(&node);
    EXPECT_EQ(Must(runtimes.At(kHash))->metadata.version, c.version);
  }
}

TEST(RuntimesTest, MetadataIsFetchedOncePerVersion) {
  RuntimeNode node;
  node.by_call = TestMetadataBytes("461_v15");
  Runtimes runtimes(&node);
  const auto first = Must(runtimes.At(kHash));
  EXPECT_EQ(Must(runtimes.At("")), first);
  EXPECT_EQ(node.calls["state_call"], 1);
  node.spec = 218;
  node.by_call = TestMetadataBytes("218_v15");
  EXPECT_EQ(Must(runtimes.At(""))->version.spec, 218u);
  EXPECT_EQ(node.calls["state_call"], 2);
}

TEST(RuntimesTest, WhatIsNoRuntimeIsAnError) {
  RuntimeNode node;
  Runtimes runtimes(&node);
  node.spec = 500;
  node.by_call = TestMetadataBytes("461_v15");
  EXPECT_EQ(runtimes.At("").status().code(), absl::StatusCode::kUnavailable);
  node.by_call.resize(1000);
  EXPECT_THAT(runtimes.At("").status().message(), HasSubstr("runtime 500"));
  node.table["state_call"] = [](const json&) { return json(7); };
  EXPECT_EQ(runtimes.At("").status().code(), absl::StatusCode::kInternal);
  node.table["state_getRuntimeVersion"] = [](const json&) { return json(7); };
  EXPECT_FALSE(runtimes.At("").ok());
}

// A node that has the recorded values and nothing else.
class RecordedNode : public RuntimeNode {
 public:
  RecordedNode() {
    spec = 218;
    by_call = TestMetadataBytes("218_v15");
    for (const json& v : TestVectors("live218_storage.json")) {
      values_[v["key"]] = v["raw"];
    }
    table["state_getStorage"] = [this](const json& params) {
      return Value(params[0]);
    };
    table["state_queryStorageAt"] =
        [this](const json& params) -> absl::StatusOr<json> {
      json changes = json::array();
      for (const json& key : params[0]) {
        changes.push_back(json::array({key, Must(Value(key))}));
      }
      return json::array({{{"block", params[1]}, {"changes", changes}}});
    };
    auto metadata = table["state_call"];
    table["state_call"] =
        [metadata](const json& params) -> absl::StatusOr<json> {
      for (const json& v : TestVectors("live218_state_call.json")) {
        if (v["method"] == params[0] && v["args"] == params[1]) return v["raw"];
      }
      return metadata(params);
    };
  }

  void Add(const std::string& key, const json& raw) { values_[key] = raw; }
  State At(uint64_t number) {
    return State(this, Must(runtimes_.At(kHash)), {number, kHash});
  }
  Runtimes& runtimes() { return runtimes_; }

 private:
  absl::StatusOr<json> Value(const json& key) {
    const auto found = values_.find(key.get<std::string>());
    EXPECT_NE(found, values_.end()) << key << " was not recorded";
    return found == values_.end() ? json() : found->second;
  }

  std::map<std::string, json> values_;
  Runtimes runtimes_{this};
};

TEST(StateTest, RecordedValuesAreReadOneByOneAndTogether) {
  RecordedNode node;
  const State state = node.At(53);
  const json vectors = TestVectors("live218_storage.json");
  std::vector<StorageItem> items;
  std::vector<json> values;
  for (const json& v : vectors) {
    const std::string& pallet = v["pallet"].get_ref<const std::string&>();
    const std::string& item = v["item"].get_ref<const std::string&>();
    items.push_back({pallet, item, v["args"]});
    values.push_back(Must(state.Get(pallet, item, v["args"])));
    if (v["raw"].is_null()) continue;
    const TypeId type =
        Must(state.runtime().metadata.FindStorage(pallet, item))->value;
    std::string bytes;
    EXPECT_TRUE(
        EncodeValue(state.runtime().metadata.types, type, v["json"], bytes)
            .ok());
    EXPECT_EQ(ToHex(bytes), v["raw"]);
    EXPECT_EQ(values.back(),
              Must(DecodeValue(state.runtime().metadata.types, type, bytes)));
  }
  EXPECT_EQ(Must(state.GetMany(items)), values);
  EXPECT_EQ(node.calls["state_queryStorageAt"], 1);
}

TEST(StateTest, RuntimeApisAreCalledAsRecorded) {
  RecordedNode node;
  const State state = node.At(53);
  int compared = 0;
  for (const json& v : TestVectors("live218_state_call.json")) {
    const std::string name = v["method"];
    const size_t split = name.find("_");
    if (v["args"] != "0x0100") continue;  // of a subnet are most
    // Runtime 218 packs its answers into bytes.
    const std::string inner = Must(HexBytes(Must(state.CallApi(
        name.substr(0, split), name.substr(split + 1), json::array({1})))));
    EXPECT_THAT(v["raw"].get<std::string>(),
                testing::EndsWith(ToHex(inner).substr(2)));
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST(StateTest, WhatTheRuntimeLacksIsUnimplementedAndNotNotFound) {
  RecordedNode node;
  const State state = node.At(53);
  for (const absl::Status& status :
       {state.Get("SubtensorModule", "Tmpo", json::array()).status(),
        state.CallApi("SubnetInfoRuntimeApi", "get_metagraph", {1}).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_THAT(status.message(), HasSubstr("runtime 218"));
  }
  EXPECT_EQ(state.Get("SubtensorModule", "Tempo", json::array({1, 2}))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(StateTest, AnswersThatDoNotFitAreErrors) {
  RecordedNode node;
  const State state = node.At(53);
  const json one = json::array({1});
  const auto code = [&] {
    return state.Get("SubtensorModule", "Tempo", one).status().code();
  };
  for (const json& answer :
       {json("0x01"), json("0x010203"), json("0x0"), json(1), json("zz")}) {
    node.table["state_getStorage"] = [&](const json&) { return answer; };
    EXPECT_EQ(code(), absl::StatusCode::kInternal) << answer;
  }
  node.table["state_getStorage"] = [](const json&) {
    return RpcErrorStatus({4003,
                           "Client error: UnknownBlock: State already "
                           "discarded for 0xaa",
                           nullptr});
  };
  EXPECT_EQ(code(), absl::StatusCode::kNotFound);
  node.table["state_getStorage"] = [](const json&) {
    return RpcErrorStatus({-32000, "broken", nullptr});
  };
  EXPECT_EQ(code(), absl::StatusCode::kInternal);
  node.table["state_getStorage"] = [](const json&) {
    return absl::UnavailableError("gone");
  };
  EXPECT_EQ(code(), absl::StatusCode::kUnavailable);
  node.table["state_queryStorageAt"] = [](const json&) {
    return json::array({{{"block", kHash}, {"changes", json::array()}}});
  };
  EXPECT_EQ(state.GetMany({{"SubtensorModule", "Tempo", one}}).status().code(),
            absl::StatusCode::kInternal);
  node.table["state_getKeysPaged"] = [](const json&) {
    return json::array({"0x00"});
  };
  EXPECT_EQ(
      state.GetAll("SubtensorModule", "Tempo", json::array()).status().code(),
      absl::StatusCode::kInternal);
}

TEST(StateTest, AMapIsReadPageByPage) {
  RecordedNode node;
  const State state = node.At(53);
  const Metadata& metadata = state.runtime().metadata;
  std::vector<std::string> keys;
  for (int uid = 0; uid < 2500; ++uid) {
    keys.push_back(ToHex(Must(
        StorageKey(metadata, kSubtensor, "Keys", json::array({256, uid})))));
    node.Add(keys.back(), "0x" + std::string(60, '0') + keys.back().substr(70));
  }
  std::sort(keys.begin(), keys.end());
  node.table["state_getKeysPaged"] = [&](const json& params) {
    json page = json::array();
    for (const std::string& key : keys) {
      if (page.size() == params[1].get<size_t>()) break;
      if (params[2].is_null() || key > params[2].get<std::string>()) {
        page.push_back(key);
      }
    }
    return page;
  };
  const auto entries =
      Must(state.GetAll(kSubtensor, "Keys", json::array({256})));
  ASSERT_THAT(entries, SizeIs(2500));
  EXPECT_EQ(node.calls["state_getKeysPaged"], 3);
  EXPECT_EQ(node.calls["state_queryStorageAt"], 3);
  std::set<int> uids;
  for (const State::Entry& entry : entries) {
    EXPECT_EQ(entry.arguments[0], 256);
    uids.insert(entry.arguments[1].get<int>());
  }
  EXPECT_THAT(uids, SizeIs(2500));
}

TEST(ReadsTest, RecordedWeights) {
  RecordedNode node;
  EXPECT_THAT(Must(ReadWeights(node.At(53), 1, 1)),
              ElementsAre(Weight{0, 65535}, Weight{2, 1000}));
  EXPECT_THAT(Must(ReadWeights(node.At(53), 1, 3)), SizeIs(0));
  EXPECT_EQ(ReadWeights(node.At(53), 1, 4).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(FateTest, ARecordedBlockSaysHowItsExtrinsicEnded) {
  RecordedNode node;
  const json recorded = TestFile("live218_block6.json");
  node.table["chain_getBlock"] = [&](const json&) {
    return recorded["block6"];
  };
  const std::string key = ToHex(Must(StorageKey(
      node.At(6).runtime().metadata, "System", "Events", json::array())));
  node.Add(key, recorded["events6_raw"]);
  const std::string extrinsic = recorded["block6"]["block"]["extrinsics"][1];
  const std::string hash = ToHex(Blake2(Must(FromHex(extrinsic)), 32));
  Fate fate = Must(FateInBlock(node, node.runtimes(), kHash, hash));
  EXPECT_EQ(fate.kind, Fate::kIncluded);
  EXPECT_EQ(fate.block.number, 6u);
  EXPECT_TRUE(fate.outcome.ok()) << fate.outcome;
  fate = Must(FateInBlock(node, node.runtimes(), kHash, kHash));
  EXPECT_EQ(fate.kind, Fate::kOpen);

  node.table["state_getStorage"] = [](const json&) {
    return RpcErrorStatus({4003, "State already discarded", nullptr});
  };
  fate = Must(FateInBlock(node, node.runtimes(), kHash, hash));
  EXPECT_EQ(fate.kind, Fate::kIncluded);
  EXPECT_EQ(fate.outcome.code(), absl::StatusCode::kUnknown);
}

TEST(FateTest, DispatchErrorsHaveTheRuntimesNameAndWords) {
  const Metadata metadata = TestMetadata(218);
  const struct {
    json error;
    const char* message;
  } kCases[] = {
      {{{"Module", {{"index", 7}, {"error", "0x1e000000"}}}},
       "SettingWeightsTooFast: A transactor exceeded the rate limit for "
       "setting weights."},
      {{{"Module", {{"index", 18}, {"error", "0x02000000"}}}},
       "CommitmentSetRateLimitExceeded: Account is trying to commit data too "
       "fast, rate limit exceeded"},
      {{{"Module", {{"index", 7}, {"error", "0xff000000"}}}},
       "ModuleError: {\"error\":\"0xff000000\",\"index\":7}"},
      {{{"Token", "FundsUnavailable"}}, "FundsUnavailable: an error of Token"},
      {"BadOrigin", "BadOrigin: the runtime's dispatch error"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = DispatchRefusal(metadata, c.error);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(ReadsTest, AMetagraphOf256NeuronsIsOneRoundTrip) {
  RuntimeNode node;
  node.by_call = TestMetadataBytes("461_v15");
  Runtimes runtimes(&node);
  const State state(&node, Must(runtimes.At(kHash)), {1, kHash});
  const Metadata& metadata = state.runtime().metadata;
  const TypeId type =
      Must(metadata.FindMethod("SubnetInfoRuntimeApi", "get_metagraph"))
          ->output;
  const std::string bytes = SomeValue(metadata.types, type, 256);
  node.table["state_call"] = [&](const json& params) {
    EXPECT_EQ(params[0], "SubnetInfoRuntimeApi_get_metagraph");
    return json(ToHex(bytes));
  };
  node.calls.clear();
  const Metagraph graph = Must(ReadMetagraph(state, 37));
  EXPECT_THAT(node.calls, ElementsAre(std::pair("state_call", 1)));
  const json whole = Must(DecodeValue(metadata.types, type, bytes));
  ASSERT_THAT(graph.neurons, SizeIs(256));
  for (const Neuron& neuron : graph.neurons) {
    EXPECT_EQ(neuron.hotkey, whole["hotkeys"][neuron.uid]);
    EXPECT_EQ(neuron.coldkey, whole["coldkeys"][neuron.uid]);
  }
}

TEST(ReadsTest, TheRuntimesMetagraphIsThatOfItsStorage) {
  StandInWorld world("461_v15");
  const Keypair coldkey = *world.NewKey();
  for (int i = 0; i < 3; ++i) {
    const Keypair hotkey = *world.NewKey();
    ASSERT_TRUE(world.client()
                    .Register(coldkey, world.netuid(), hotkey.address())
                    .ok());
    ASSERT_TRUE(world.MakeValidator(hotkey).ok());
  }
  const std::unique_ptr<Subtensor> client = world.NewClient(world.options());
  const State state = Must(client->StateAt(std::nullopt));
  const Metagraph graph = Must(ReadMetagraph(state, world.netuid()));
  const Metagraph stored =
      Must(ReadMetagraphFromStorage(state, world.netuid()));
  const Metagraph truth = Must(world.ledger().GetMetagraph(world.netuid()));
  ASSERT_THAT(truth.neurons, SizeIs(3));
  for (const Metagraph* other : {&graph, &stored}) {
    EXPECT_EQ(other->block.hash, truth.block.hash);
    ASSERT_THAT(other->neurons, SizeIs(3));
    for (size_t i = 0; i < 3; ++i) {
      const Neuron &a = truth.neurons[i], &b = other->neurons[i];
      EXPECT_EQ(
          std::tie(a.uid, a.hotkey, a.coldkey, a.stake, a.validator_permit,
                   a.incentive, a.last_update, a.registered_at),
          std::tie(b.uid, b.hotkey, b.coldkey, b.stake, b.validator_permit,
                   b.incentive, b.last_update, b.registered_at));
    }
  }
}

}  // namespace
}  // namespace sn37::chain
