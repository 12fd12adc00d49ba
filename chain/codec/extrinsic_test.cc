#include "chain/codec/extrinsic.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "chain/codec/hashers.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using testing::HasSubstr;

template <typename Array>
Array ArrayOf(const json& hex) {
  const std::string bytes = Hex(hex);
  Array array = {};
  EXPECT_EQ(bytes.size(), array.size());
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

ExtrinsicTerms TermsOf(const json& v) {
  ExtrinsicTerms terms;
  terms.spec_version = v["spec_version"];
  terms.transaction_version = v["tx_version"];
  terms.genesis_hash = ArrayOf<BlockHash>(v["genesis_hash"]);
  terms.era = *EraFromJson(v["era"]);
  terms.era_hash = ArrayOf<BlockHash>(v["block_hash"]);
  terms.nonce = v["nonce"];
  uint64_t tip;
  EXPECT_TRUE(absl::SimpleAtoi(v["tip"].get<std::string>(), &tip));
  terms.tip = tip;
  return terms;
}

TEST(ExtrinsicTest, VectorsOfThreeRuntimesAgree) {
  std::map<int, Metadata> metadata;
  for (const int spec : {218, 346, 461}) metadata[spec] = TestMetadata(spec);
  int cases = 0;
  for (const json& v : TestVectors("extrinsics.json")) {
    const Metadata& m = metadata.at(v["spec"]);
    const auto call = EncodeCall(m, v["call_hex"]);
    ASSERT_TRUE(call.ok()) << v["call"] << call.status();
    const ExtrinsicTerms terms = TermsOf(v);
    const auto payload = SigningPayload(m, *call, terms);
    ASSERT_TRUE(payload.ok()) << payload.status();
    EXPECT_EQ(ToHex(*payload), v["payload_hex"]);
    EXPECT_EQ(ToHex(SignedBytes(*payload)), v["signed_bytes_hex"]);
    const auto extrinsic =
        AssembleExtrinsic(m, *call, terms, ArrayOf<AccountId>(v["signer_pub"]),
                          ArrayOf<Signature>(v["dummy_signature"]));
    ASSERT_TRUE(extrinsic.ok()) << extrinsic.status();
    EXPECT_EQ(ToHex(*extrinsic), v["extrinsic_hex"]);
    EXPECT_EQ(ToHex(Blake2(*extrinsic, 32)), v["extrinsic_hash"]);
    const auto decoded = DecodeExtrinsic(m, *extrinsic);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ((*decoded)["extra"]["CheckMortality"], EraToJson(terms.era));
    EXPECT_EQ((*decoded)["signature"]["Sr25519"], v["dummy_signature"]);
    EXPECT_EQ(*EncodeCall(m, (*decoded)["call"]), *call);
    ++cases;
  }
  EXPECT_EQ(cases, 71);
}

TEST(ExtrinsicTest, VersionsAreReadFromTheMetadata) {
  for (const int spec : {218, 346, 461}) {
    const auto version = VersionOf(TestMetadata(spec));
    ASSERT_TRUE(version.ok()) << version.status();
    EXPECT_EQ(version->spec, static_cast<uint32_t>(spec));
    EXPECT_EQ(version->transaction, 1u);
  }
}

// The official client's golden file; its metadata is of version 14 or 15.
TEST(ExtrinsicTest, TheOfficialClientsGoldenFileAgrees) {
  const json golden = TestFile("golden461.json");
  const json bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
  const json charlie = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y";
  const auto transfer = [](const json& to, int value) {
    return json{{"Balances",
                 {{"transfer_keep_alive", {{"dest", to}, {"value", value}}}}}};
  };
  for (const std::string name : {"461_v14", "461_v15"}) {
    const Metadata metadata = TestMetadata(name);
    for (json call : golden["calls"]) {
      // The file abbreviates calls within calls.
      json& params = call["params"];
      if (call["module"] == "Sudo") {
        params["call"] = {{"System", {{"remark", {{"remark", "0xdeadbeef"}}}}}};
      } else if (call["module"] == "Utility") {
        params["calls"] = {transfer(bob, 1), transfer(charlie, 2)};
      } else if (call["module"] == "Proxy") {
        params["call"] = transfer(bob, 1);
      }
      const auto bytes = EncodeCall(metadata, call);
      ASSERT_TRUE(bytes.ok()) << call << bytes.status();
      EXPECT_EQ(ToHex(*bytes), call["data_hex"]);
    }
    ExtrinsicTerms terms;
    terms.spec_version = golden["network"]["spec_version"];
    terms.transaction_version = golden["network"]["transaction_version"];
    terms.genesis_hash = ArrayOf<BlockHash>(golden["network"]["genesis_hash"]);
    for (const json& v : golden["signature_payloads"]) {
      terms.era = *EraFromJson(v["era"]);
      terms.era_hash = v.contains("era_birth_block_hash")
                           ? ArrayOf<BlockHash>(v["era_birth_block_hash"])
                           : terms.genesis_hash;
      terms.nonce = v["nonce"];
      EXPECT_EQ(
          ToHex(*SigningPayload(metadata, Hex(v["call_data_hex"]), terms)),
          v["payload_hex"]);
    }
    for (const json& v : golden["extrinsics"]) {
      terms.era = *EraFromJson(v["era"]);
      terms.nonce = v["nonce"];
      const auto extrinsic =
          AssembleExtrinsic(metadata, Hex(v["call_data_hex"]), terms,
                            ArrayOf<AccountId>(v["public_key_hex"]),
                            ArrayOf<Signature>(v["signature_hex"]));
      ASSERT_TRUE(extrinsic.ok()) << extrinsic.status();
      EXPECT_EQ(ToHex(*extrinsic), v["extrinsic_hex"]);
      EXPECT_EQ(ToHex(Blake2(*extrinsic, 32)), v["extrinsic_hash"]);
    }
  }
}

// Extrinsics that a runtime executed: their parts make them again. Where the
// hash of the era's birth is recorded (block 5, as the parent of block 6), the
// signature is on the payload that we compute.
TEST(ExtrinsicTest, ExecutedExtrinsicsDecodeAndTheirSignaturesVerify) {
  const Metadata metadata = TestMetadata(218);
  const json block6 = TestFile("live218_block6.json")["block6"];
  const BlockHash block5 =
      ArrayOf<BlockHash>(block6["block"]["header"]["parentHash"]);
  int verified = 0;
  for (const json& v : TestVectors("live218_extrinsics.json")) {
    const std::string bytes = Hex(v["extrinsic"]);
    const auto decoded = DecodeExtrinsic(metadata, bytes);
    ASSERT_TRUE(decoded.ok()) << v << decoded.status();
    ExtrinsicTerms terms;
    terms.spec_version = 218;
    terms.transaction_version = 1;
    terms.genesis_hash.fill(0x45);
    terms.era_hash = block5;
    const json& extra = (*decoded)["extra"];
    terms.era = *EraFromJson(extra["CheckMortality"]);
    terms.nonce = extra["CheckNonce"].get<uint64_t>();
    const auto signature =
        ArrayOf<Signature>((*decoded)["signature"]["Sr25519"]);
    const auto signer =
        DecodeSs58((*decoded)["address"]["Id"].get<std::string>());
    ASSERT_TRUE(signer.ok()) << signer.status();
    const std::string call = *EncodeCall(metadata, (*decoded)["call"]);
    EXPECT_EQ(
        ToHex(*AssembleExtrinsic(metadata, call, terms, *signer, signature)),
        v["extrinsic"]);
    if (terms.era.Birth(v["block"]) != 5) continue;
    ++verified;
    EXPECT_TRUE(VerifySignature(
        *signer, SignedBytes(*SigningPayload(metadata, call, terms)),
        {reinterpret_cast<const char*>(signature.data()), signature.size()}))
        << v;
  }
  EXPECT_EQ(verified, 1);
}

TEST(ExtrinsicTest, AWholeBlockDecodes) {
  const Metadata metadata = TestMetadata(218);
  const json file = TestFile("live218_block6.json");
  const json& extrinsics = file["block6"]["block"]["extrinsics"];
  ASSERT_EQ(extrinsics.size(), 2u);
  const auto inherent = DecodeExtrinsic(metadata, Hex(extrinsics[0]));
  ASSERT_TRUE(inherent.ok()) << inherent.status();
  EXPECT_TRUE((*inherent)["call"]["Timestamp"]["set"].contains("now"));
  EXPECT_FALSE(inherent->contains("address"));
  const auto commitment = DecodeExtrinsic(metadata, Hex(extrinsics[1]));
  ASSERT_TRUE(commitment.ok()) << commitment.status();
  EXPECT_EQ((*commitment)["call"]["Commitments"]["set_commitment"]["netuid"],
            1);
}

TEST(ExtrinsicTest, ASignedExtrinsicVerifies) {
  const Metadata metadata = TestMetadata(461);
  const auto alice = Keypair::FromUri("//Alice");
  ASSERT_TRUE(alice.ok());
  ExtrinsicTerms terms;
  terms.spec_version = 461;
  const std::string remark(300, 'x');
  const auto call = EncodeCall(
      metadata, {{"System", {{"remark", {{"remark", ToHex(remark)}}}}}});
  ASSERT_TRUE(call.ok()) << call.status();
  const auto extrinsic = SignExtrinsic(metadata, *call, terms, *alice);
  ASSERT_TRUE(extrinsic.ok()) << extrinsic.status();
  const auto decoded = DecodeExtrinsic(metadata, *extrinsic);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)["address"]["Id"], alice->address());
  const std::string payload = *SigningPayload(metadata, *call, terms);
  EXPECT_EQ(SignedBytes(payload).size(), 32u);
  EXPECT_TRUE(VerifySignature(alice->public_key(), SignedBytes(payload),
                              Hex((*decoded)["signature"]["Sr25519"])));
}

TEST(ExtrinsicTest, AnUnknownExtensionWithBytesIsAnError) {
  Metadata metadata = TestMetadata(461);
  const TypeId unit = *metadata.types.Find("()");
  const TypeId byte = *metadata.types.Find("u8");
  metadata.extensions.push_back({"CheckWeather", unit, unit});
  EXPECT_TRUE(SigningPayload(metadata, "", {}).ok());
  metadata.extensions.back() = {"CheckWeather", unit, byte};
  EXPECT_THAT(
      std::string(SigningPayload(metadata, "", {}).status().message()),
      HasSubstr("extension CheckWeather is not known and needs values"));
  metadata.extensions.back() = {"CheckNonce", byte, unit};
  ExtrinsicTerms terms;
  terms.nonce = 1000;  // two bytes
  EXPECT_THAT(
      std::string(SigningPayload(metadata, "", terms).status().message()),
      HasSubstr("extension CheckNonce has changed"));
}

TEST(ExtrinsicTest, WrongCallsAreRefused) {
  const Metadata metadata = TestMetadata(461);
  const std::pair<json, std::string> cases[] = {
      {"0xffff", "there is no variant 255"},
      {"remark", "must be 0x"},
      {{{"Nope", {{"x", json::object()}}}}, "must be one of its variants"},
      {{{"module", "System"}, {"function", "nope"}},
       "RuntimeCall.System: must be one of its variants"},
      {{{"module", "System"}, {"function", "remark"}},
       "RuntimeCall.System.remark.remark: is missing"},
  };
  for (const auto& [call, message] : cases) {
    EXPECT_THAT(std::string(EncodeCall(metadata, call).status().message()),
                HasSubstr(message));
  }
  EXPECT_FALSE(DecodeExtrinsic(metadata, "\x04\x85").ok());
  EXPECT_FALSE(DecodeExtrinsic(metadata, "").ok());
}

}  // namespace
}  // namespace sn37::chain
