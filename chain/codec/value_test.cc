#include "chain/codec/value.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using testing::HasSubstr;

absl::StatusOr<std::string> Encode(const TypeRegistry& types, TypeId id,
                                   const json& value) {
  std::string out;
  absl::Status status = EncodeValue(types, id, value, out);
  if (!status.ok()) return status;
  return out;
}

// Both the vector's value and ours become the vector's bytes. Different values
// never have the same bytes, so ours is the vector's.
void ExpectSame(TypeRegistry& types, const std::string& type, const json& hex,
                const json& value) {
  const auto id = types.Find(type);
  ASSERT_TRUE(id.ok()) << id.status();
  const auto encoded = Encode(types, *id, value);
  ASSERT_TRUE(encoded.ok()) << type << " " << value << ": " << encoded.status();
  EXPECT_EQ(ToHex(*encoded), hex) << type << " " << value;
  const auto decoded = DecodeValue(types, *id, Hex(hex));
  ASSERT_TRUE(decoded.ok()) << type << " " << hex << ": " << decoded.status();
  const auto again = Encode(types, *id, *decoded);
  ASSERT_TRUE(again.ok()) << *decoded << ": " << again.status();
  EXPECT_EQ(ToHex(*again), hex) << *decoded;
}

TEST(ValueTest, BasicVectorsAgree) {
  Metadata metadata = TestMetadata(218);
  const json vectors = TestVectors("scale_basic_valid.json");
  ASSERT_EQ(vectors.size(), 50u);
  for (const json& v : vectors) {
    ExpectSame(metadata.types, v["type"], v["hex"], v["value"]);
  }
}

TEST(ValueTest, InvalidVectorsAreRefused) {
  Metadata metadata = TestMetadata(461);
  const json vectors = TestVectors("scale_basic_invalid.json");
  ASSERT_EQ(vectors.size(), 11u);
  for (const json& v : vectors) {
    const auto id = metadata.types.Find(v["type"].get<std::string>());
    ASSERT_TRUE(id.ok()) << id.status();
    EXPECT_EQ(DecodeValue(metadata.types, *id, Hex(v["hex"])).status().code(),
              absl::StatusCode::kInvalidArgument)
        << v;
  }
}

TEST(ValueTest, ChainVectorsAgree) {
  Metadata metadata218 = TestMetadata(218);
  Metadata metadata461 = TestMetadata(461);
  const json vectors = TestVectors("scale_chain.json");
  ASSERT_EQ(vectors.size(), 48u);
  for (const json& v : vectors) {
    TypeRegistry& types = (v["spec"] == 218 ? metadata218 : metadata461).types;
    ExpectSame(types, v["type"], v["hex"], v["value"]);
  }
}

bool Resembles(const json& ours, const json& theirs);

// Numbers of the corpus are doubles, ours may be text.
bool SameNumber(const json& ours, const json& theirs) {
  if (ours.is_object()) return SameNumber(ours.value("Index", json()), theirs);
  if (!ours.is_string()) return ours == theirs;
  const double value = std::strtod(ours.get<std::string>().c_str(), nullptr);
  const double wanted = theirs.get<double>();
  return std::abs(value - wanted) <= 1e-15 * std::abs(wanted);
}

// Bytes that happen to be UTF-8 are text in the corpus, addresses are plain.
bool SameText(const json& ours, const json& theirs) {
  if (ours.is_object()) return SameText(ours.value("Id", json()), theirs);
  return ours == theirs || ours == ToHex(theirs.get<std::string>());
}

// Calls and events have a form of their own in the corpus: `fields` is what
// it says of the variant {pallet: {name: …}}.
bool SameVariant(const json& ours, const json& pallet, const json& name,
                 const json& fields) {
  if (!ours.is_object() || ours.begin().key() != pallet) return false;
  const json& variant = ours.begin().value();
  if (variant.is_string()) return variant == name;
  if (variant.begin().key() != name) return false;
  if (!fields.is_array() || !fields[0].contains("name")) {
    return Resembles(variant.begin().value(), fields);
  }
  for (const json& field : fields) {
    const json mine = variant.begin().value().value(
        field["name"].get<std::string>(), json("none"));
    if (!Resembles(mine, field["value"])) return false;
  }
  return variant.begin().value().size() == fields.size();
}

// The corpus has maps as objects, we as pairs.
bool SameMap(const json& ours, const json& theirs) {
  for (const json& entry : ours) {
    const std::string key =
        entry[0].is_string() ? entry[0].get<std::string>() : entry[0].dump();
    if (!theirs.contains(key) || !Resembles(entry[1], theirs[key])) {
      return false;
    }
  }
  return ours.size() == theirs.size();
}

// Whether our value says what the corpus says in its own way.
bool Resembles(const json& ours, const json& theirs) {
  if (theirs.is_number()) return SameNumber(ours, theirs);
  if (theirs.is_string()) {
    return SameText(ours, theirs) || (theirs.empty() && ours == "0x");
  }
  if (!theirs.is_structured()) return ours == theirs;
  if (theirs.empty()) return ours.empty() || ours == "0x";
  if (theirs.is_array()) {
    return ours.is_array() &&
           std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      Resembles);
  }
  if (theirs.contains("event_id")) {
    return SameVariant(ours.value("event", ours), theirs["module_id"],
                       theirs["event_id"], theirs["attributes"]);
  }
  if (theirs.contains("call_function")) {
    return SameVariant(ours, theirs["call_module"], theirs["call_function"],
                       theirs["call_args"]);
  }
  if (ours.is_array()) return SameMap(ours, theirs);
  if (!ours.is_object() || ours.size() != theirs.size()) return false;
  for (const auto& [key, value] : theirs.items()) {
    if (!ours.contains(key) || !Resembles(ours[key], value)) return false;
  }
  return true;
}

TEST(ValueTest, CorpusOfSpec461RoundTripsAndSaysTheSame) {
  const Metadata metadata = TestMetadata("461_v15");
  const json vectors = TestVectors("scale_corpus461.json.gz");
  ASSERT_EQ(vectors.size(), 1358u);
  for (const json& v : vectors) {
    const TypeId id = v["type_id"];
    const auto value = DecodeValue(metadata.types, id, Hex(v["hex"]));
    ASSERT_TRUE(value.ok()) << v << value.status();
    const auto again = Encode(metadata.types, id, *value);
    ASSERT_TRUE(again.ok()) << *value << ": " << again.status();
    EXPECT_EQ(ToHex(*again), v["hex"]) << *value;
    EXPECT_TRUE(Resembles(*value, v["decoded"])) << *value << "\n" << v;
  }
}

// Our own form of each kind of type.
TEST(ValueTest, EachKindHasItsForm) {
  Metadata metadata = TestMetadata(461);
  const struct {
    std::string type, value, hex;
  } cases[] = {
      {"u8", "255", "0xff"},
      {"u32", "4294967295", "0xffffffff"},
      {"i16", "-2", "0xfeff"},
      {"i32", "-2147483648", "0x00000080"},
      {"u64", "\"1\"", "0x0100000000000000"},
      {"i64", "\"-1\"", "0xffffffffffffffff"},
      {"U256", "\"1\"", absl::StrCat("0x01", std::string(62, '0'))},
      {"bool", "true", "0x01"},
      {"char", "228", "0xe4000000"},
      {"str", "\"ä\"", "0x08c3a4"},
      {"Compact<u16>", "300", "0xb104"},
      {"Compact<u64>", "\"300\"", "0xb104"},
      {"Vec<u8>", "\"0x0102\"", "0x080102"},
      {"[u8; 2]", "\"0x0102\"", "0x0102"},
      {"[u16; 2]", "[1,2]", "0x01000200"},
      {"Vec<bool>", "[true,false]", "0x080100"},
      {"()", "[]", "0x"},
      {"(u8,)", "[7]", "0x07"},
      {"(u8, bool)", "[7,true]", "0x0701"},
      {"Option<u8>", "null", "0x00"},
      {"Option<Option<u8>>", "7", "0x010107"},
      {"Option<Option<u8>>", "null", "0x00"},
      {"Option<Option<u8>>", "{\"Some\":null}", "0x0100"},
      {"Option<Option<Option<u8>>>", "{\"Some\":{\"Some\":null}}", "0x010100"},
      {"Result<u8, ()>", "{\"Ok\":7}", "0x0007"},
      {"Result<u8, ()>", "{\"Err\":[]}", "0x01"},
      {"BTreeMap<u16, bool>", "[[1,true],[2,false]]", "0x08010001020000"},
      {"BitVec<u8, Lsb0>", "\"0b1100000001\"", "0x280302"},
      {"BitVec<u8, Msb0>", "\"0b1100000001\"", "0x28c040"},
      {"BitVec<u16, Msb0>", "\"0b1100000001\"", "0x2840c0"},
      {"BitVec<u16, Lsb0>", "\"0b1\"", "0x040100"},
      {"BitVec<u8, Lsb0>", "\"0b\"", "0x00"},
      {"era::Era", "\"00\"", "0x00"},
      {"era::Era", "[64,2]", "0x2500"},
      {"pallet_commitments::types::Data", "\"None\"", "0x00"},
      {"pallet_commitments::types::Data", "{\"Raw2\":\"0x6869\"}", "0x036869"},
      {"pallet_commitments::types::CommitmentInfo",
       "{\"fields\":[{\"Raw0\":\"0x\"}]}", "0x0401"},
      {"MultiAddress",
       "{\"Id\":\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"}",
       "0x00d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
  };
  for (const auto& c : cases) {
    const auto id = metadata.types.Find(c.type);
    ASSERT_TRUE(id.ok()) << id.status();
    const auto value = DecodeValue(metadata.types, *id, Hex(c.hex));
    ASSERT_TRUE(value.ok()) << c.type << value.status();
    EXPECT_EQ(value->dump(), c.value) << c.type;
    EXPECT_EQ(ToHex(*Encode(metadata.types, *id, *value)), c.hex) << c.type;
  }
}

TEST(ValueTest, DecodingErrorsSayWhere) {
  Metadata metadata = TestMetadata(461);
  const struct {
    std::string type, hex, message;
  } cases[] = {
      {"pallet_commitments::types::CommitmentInfo", "0x08060a0b0c0d0e0911",
       "CommitmentInfo.fields[1].Raw8: needs 8 bytes where 1 are left"},
      {"pallet_commitments::types::Data", "0xff",
       "Data: there is no variant 255"},
      {"Vec<(u8, bool)>", "0x0801000203", "value[1][1]: a bool is 0 or 1"},
      {"u8", "0x0102", "value: 1 bytes are left over"},
      {"Vec<u8>", "0xfeffffff00",
       "value: needs 1073741823 bytes where 1 are left"},
      {"Compact<u8>", "0x0104", "value: a compact above 1 bytes"},
      {"char", "0x00d80000", "value: there is no character 55296"},
      {"BitVec<u8, Lsb0>", "0x0402", "a bit is set after the last one"},
      {"era::Era", "0x1000", "an era of period 2"},
      {"Option<u8>", "0x0201", "value: a bool is 0 or 1"},
  };
  for (const auto& c : cases) {
    const auto id = metadata.types.Find(c.type);
    ASSERT_TRUE(id.ok()) << id.status();
    EXPECT_THAT(
        std::string(
            DecodeValue(metadata.types, *id, Hex(c.hex)).status().message()),
        HasSubstr(c.message));
  }
}

TEST(ValueTest, EncodingErrorsSayWhere) {
  Metadata metadata = TestMetadata(461);
  const struct {
    std::string type, value, message;
  } cases[] = {
      {"pallet_commitments::types::CommitmentInfo",
       "{\"fields\":[{\"Raw2\":\"0x01\"}]}",
       "CommitmentInfo.fields[0].Raw2: must be 2 bytes, not \"0x01\""},
      {"pallet_commitments::types::CommitmentInfo", "{}",
       "CommitmentInfo.fields: is missing"},
      {"pallet_commitments::types::CommitmentInfo",
       "{\"fields\":[],\"field\":1}",
       "CommitmentInfo.field: is no field of it"},
      {"pallet_commitments::types::Data", "\"Nothing\"",
       "Data: must be one of its variants, not \"Nothing\""},
      {"u8", "256", "\"256\" does not fit u8"},
      {"u8", "1.0", "must be an integer, not 1.0"},
      {"u64", "-1", "\"-1\" does not fit u64"},
      {"Vec<u8>", "\"abc\"", "must be 0x and pairs of hex digits"},
      {"[u16; 2]", "[1]", "must be a list of 2, not [1]"},
      {"bool", "1", "must be true or false, not 1"},
      {"AccountId32", "\"5Grw\"", "is no address of this network"},
      {"AccountId32", "\"0x01\"", "must be 32 bytes"},
      {"BitVec<u8, Lsb0>", "\"12\"", "must be \"0b…\""},
  };
  for (const auto& c : cases) {
    const auto id = metadata.types.Find(c.type);
    ASSERT_TRUE(id.ok()) << id.status();
    const auto value = ParseJson(c.value, {});
    ASSERT_TRUE(value.ok());
    EXPECT_THAT(
        std::string(Encode(metadata.types, *id, *value).status().message()),
        HasSubstr(c.message));
  }
}

// Types that describe endless or huge values out of no bytes.
TEST(ValueTest, HostileTypesStayWithinBounds) {
  Type self;  // struct Self { self: Self }
  self.kind = TypeKind::kComposite;
  self.fields = {{"self", 0}};
  auto types = TypeRegistry::Create({self});
  ASSERT_TRUE(types.ok()) << types.status();
  EXPECT_THAT(std::string(DecodeValue(*types, 0, "").status().message()),
              HasSubstr("types are nested too deeply"));

  std::vector<Type> doubling(64);  // each a pair of the next
  for (TypeId i = 0; i + 1 < doubling.size(); ++i) {
    doubling[i].fields = {{"", i + 1}, {"", i + 1}};
  }
  types = TypeRegistry::Create(doubling);
  ASSERT_TRUE(types.ok());
  EXPECT_THAT(std::string(DecodeValue(*types, 0, "").status().message()),
              HasSubstr("more values than so few bytes hold"));

  TypeRegistry units;
  const TypeId id = *units.Find("Vec<[(); 4294967295]>");
  EXPECT_THAT(std::string(DecodeValue(units, id, "\x04").status().message()),
              HasSubstr("more values than so few bytes hold"));
}

TEST(ValueTest, OnlyFieldsThatAreAskedForAreInTheValue) {
  const Metadata metadata = TestMetadata(461);
  const auto method =
      metadata.FindMethod("SubnetInfoRuntimeApi", "get_metagraph");
  ASSERT_TRUE(method.ok()) << method.status();
  const TypeId id = (*method)->output;
  const std::string bytes = SomeValue(metadata.types, id, 3);
  const auto whole = DecodeValue(metadata.types, id, bytes);
  ASSERT_TRUE(whole.ok()) << whole.status();
  const auto part =
      DecodeValue(metadata.types, id, bytes, {"tempo", "axons", "no field"});
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(*part,
            json({{"tempo", (*whole)["tempo"]}, {"axons", (*whole)["axons"]}}));
}

// Bytes of real values, each changed, are refused or decode to what encodes to
// them again; whichever fields are asked for.
TEST(ValueTest, ChangedBytesAreRefusedOrRoundTrip) {
  const Metadata metadata = TestMetadata("461_v15");
  int refused = 0, taken = 0;
  for (const json& v : TestVectors("scale_corpus461.json.gz")) {
    std::string bytes = Hex(v["hex"]);
    const TypeId id = v["type_id"];
    const size_t step = bytes.size() / 8 + 1;
    for (size_t i = 0; i < bytes.size(); i += step) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
      const auto value = DecodeValue(metadata.types, id, changed);
      EXPECT_EQ(DecodeValue(metadata.types, id, changed, {"no field"}).status(),
                value.status());
      if (!value.ok()) {
        ++refused;
        continue;
      }
      ++taken;
      EXPECT_EQ(*Encode(metadata.types, id, *value), changed) << v["type"];
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace sn37::chain
