#include "chain/codec/storage.h"

#include <string>

#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(StorageTest, KeysAgreeAndDecode) {
  const Metadata metadata218 = TestMetadata(218);
  const Metadata metadata461 = TestMetadata(461);
  const json vectors = TestVectors("storage_keys.json");
  ASSERT_EQ(vectors.size(), 371u);
  for (const json& v : vectors) {
    const Metadata& metadata = v["spec"] == 218 ? metadata218 : metadata461;
    const std::string pallet = v["pallet"], item = v["item"];
    const auto key = StorageKey(metadata, pallet, item, v["args"]);
    ASSERT_TRUE(key.ok()) << v << key.status();
    EXPECT_EQ(ToHex(*key), v["key"]) << v;
    const auto arguments = DecodeStorageKey(metadata, pallet, item, *key);
    ASSERT_TRUE(arguments.ok()) << v << arguments.status();
    EXPECT_EQ(*StorageKey(metadata, pallet, item, *arguments), *key) << v;
    ASSERT_EQ(arguments->size(), v["args"].size());
  }
}

TEST(StorageTest, ValuesOfARunningNodeAgree) {
  const Metadata metadata = TestMetadata(218);
  const json vectors = TestVectors("live218_storage.json");
  ASSERT_EQ(vectors.size(), 45u);
  int absent = 0;
  for (const json& v : vectors) {
    const std::string pallet = v["pallet"], item = v["item"];
    EXPECT_EQ(ToHex(*StorageKey(metadata, pallet, item, v["args"])), v["key"]);
    std::optional<std::string> raw;
    if (!v["raw"].is_null()) raw = Hex(v["raw"]);
    absent += !raw.has_value();
    const auto value = DecodeStorage(metadata, pallet, item, raw);
    ASSERT_TRUE(value.ok()) << v << value.status();
    if (value->is_null()) {
      EXPECT_TRUE(v["json"].is_null()) << v;
      continue;
    }
    const TypeId type = (*metadata.FindStorage(pallet, item))->value;
    std::string ours, theirs;
    ASSERT_TRUE(EncodeValue(metadata.types, type, *value, ours).ok());
    const absl::Status status =
        EncodeValue(metadata.types, type, v["json"], theirs);
    ASSERT_TRUE(status.ok()) << v << status;
    EXPECT_EQ(ToHex(theirs), ToHex(ours)) << v;
    if (raw.has_value()) {
      EXPECT_EQ(ToHex(ours), ToHex(*raw)) << v;
    }
  }
  EXPECT_GT(absent, 5);
}

TEST(StorageTest, RuntimeApiResultsOfARunningNodeDecode) {
  const Metadata metadata = TestMetadata(218);
  for (const json& v : TestVectors("live218_state_call.json")) {
    const std::string name = v["method"];
    const size_t split = name.find("Api_") + 3;
    const auto method =
        metadata.FindMethod(name.substr(0, split), name.substr(split + 1));
    ASSERT_TRUE(method.ok()) << method.status();
    const std::string raw = Hex(v["raw"]);
    const auto value = DecodeValue(metadata.types, (*method)->output, raw);
    ASSERT_TRUE(value.ok()) << name << value.status();
    std::string again;
    ASSERT_TRUE(
        EncodeValue(metadata.types, (*method)->output, *value, again).ok());
    EXPECT_EQ(ToHex(again), ToHex(raw));
  }
}

// This runtime's Neuron and Subnet APIs wrap their results in bytes.
TEST(StorageTest, WrappedResultsAreReadByTheirType) {
  Metadata metadata = TestMetadata(218);
  const json vectors = TestVectors("live218_state_call.json");
  const json& v = vectors[0];
  ASSERT_EQ(v["method"], "NeuronInfoRuntimeApi_get_neurons_lite");
  std::string raw = Hex(v["raw"]);
  ScaleReader reader(raw);
  const auto wrapped = reader.LengthAndBytes();
  ASSERT_TRUE(wrapped.ok() && reader.rest().empty());
  EXPECT_EQ(static_cast<uint8_t>((*wrapped)[0]), 4 * 4);  // neurons
}

TEST(StorageTest, EventsOfARunningNodeDecode) {
  const Metadata metadata = TestMetadata(218);
  const json block = TestFile("live218_block6.json");
  const auto events =
      DecodeStorage(metadata, "System", "Events", Hex(block["events6_raw"]));
  ASSERT_TRUE(events.ok()) << events.status();
  ASSERT_EQ(events->size(), 4u);
  EXPECT_EQ((*events)[0]["phase"], json({{"ApplyExtrinsic", 0}}));
  EXPECT_EQ(
      (*events)[0]["event"]["System"]["ExtrinsicSuccess"]["dispatch_info"],
      json({{"class", "Mandatory"},
            {"pays_fee", "Yes"},
            {"weight", {{"proof_size", "1493"}, {"ref_time", "265758000"}}}}));
  EXPECT_EQ((*events)[1]["event"]["Commitments"]["Commitment"],
            json({{"netuid", 1},
                  {"who", block["events6"][1]["event"]["data"]["who"]}}));
}

TEST(StorageTest, FewerArgumentsAreThePrefixOfTheirKeys) {
  const Metadata metadata = TestMetadata(461);
  const auto prefix = StorageKey(metadata, "SubtensorModule", "Keys", {1});
  const auto key = StorageKey(metadata, "SubtensorModule", "Keys", {1, 5});
  ASSERT_TRUE(prefix.ok() && key.ok());
  EXPECT_THAT(*key, testing::StartsWith(*prefix));
  EXPECT_FALSE(
      DecodeStorageKey(metadata, "SubtensorModule", "Keys", *prefix).ok());
}

TEST(StorageTest, WrongArgumentsAndKeysAreRefused) {
  const Metadata metadata = TestMetadata(461);
  EXPECT_EQ(StorageKey(metadata, "SubtensorModule", "Tempo", {1, 2})
                .status()
                .message(),
            "SubtensorModule.Tempo takes a list of 1 arguments");
  EXPECT_EQ(
      StorageKey(metadata, "SubtensorModule", "Tempo", json::array({65536}))
          .status()
          .message(),
      "argument 0 of SubtensorModule.Tempo: NetUid: \"65536\" does not fit "
      "u16");
  std::string key =
      *StorageKey(metadata, "System", "BlockHash", json::array({7}));
  EXPECT_FALSE(
      DecodeStorageKey(metadata, "SubtensorModule", "Tempo", key).ok());
  key.back() ^= 1;
  EXPECT_THAT(std::string(DecodeStorageKey(metadata, "System", "BlockHash", key)
                              .status()
                              .message()),
              HasSubstr("its hash is of something else"));
}

}  // namespace
}  // namespace sn37::chain
