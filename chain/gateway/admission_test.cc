#include "chain/gateway/admission.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

namespace pb = ::sn37::gateway::v1;

using ::testing::HasSubstr;

constexpr char kCall[] = "commit 37 6e733a";
constexpr char kGenesis[] =
    "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03";

Keypair Key(absl::string_view uri) { return *Keypair::FromUri(uri); }

Admission Gateway() {
  std::vector<Keypair> hotkeys;
  hotkeys.push_back(Key("//Alice"));
  return Admission(kGenesis, std::move(hotkeys));
}

// Alice's proof for kCall, valid until block 100.
pb::Proof Proof(const Admission& gateway, absl::string_view call = kCall,
                absl::string_view nonce = "0123456789abcdef",
                uint64_t expires = 100, absl::string_view signer = "//Alice") {
  const Keypair key = Key(signer);
  pb::Proof proof;
  proof.set_hotkey(key.address());
  proof.set_expires(expires);
  proof.set_nonce(std::string(nonce));
  const Signature signature = *key.Sign(ProofText(gateway.info(), proof, call));
  proof.set_signature(signature.data(), signature.size());
  return proof;
}

TEST(AdmissionTest, TheSignedTextIsThatOfTheProtocol) {
  pb::Info info;
  info.set_gateway("00112233445566778899aabbccddeeff");
  info.set_genesis_hash(kGenesis);
  pb::Proof proof;
  proof.set_hotkey("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
  proof.set_expires(1300);
  proof.set_nonce(std::string("\x01\x02\x00\xff", 4));
  EXPECT_EQ(
      ProofText(info, proof, "set_weights 37 3010 0:65535 3:32768"),
      "sn37 gateway request\n"
      "gateway 00112233445566778899aabbccddeeff\n"
      "genesis "
      "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03\n"
      "hotkey 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\n"
      "expires 1300\n"
      "nonce 010200ff\n"
      "set_weights 37 3010 0:65535 3:32768");
}

TEST(AdmissionTest, AGoodProofGivesTheGatewaysKeyOnce) {
  Admission gateway = Gateway();
  const pb::Proof proof = Proof(gateway);
  const auto key = gateway.Admit(proof, kCall, 90);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ((*key)->address(), Key("//Alice").address());
  const absl::Status again = gateway.Admit(proof, kCall, 90).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(again.message(), HasSubstr("used before"));
  EXPECT_TRUE(
      gateway.Admit(Proof(gateway, kCall, "another nonce 16"), kCall, 90).ok());
}

TEST(AdmissionTest, AProofOfAnotherThingIsNone) {
  Admission gateway = Gateway();
  Admission restarted = Gateway();
  std::vector<Keypair> hotkeys;
  hotkeys.push_back(Key("//Alice"));
  Admission elsewhere("0x00", std::move(hotkeys));

  pb::Proof unsigned_proof = Proof(gateway);
  unsigned_proof.clear_signature();
  pb::Proof damaged = Proof(gateway);
  damaged.mutable_signature()->at(7) ^= 1;
  pb::Proof long_signature = Proof(gateway);
  long_signature.mutable_signature()->push_back('x');
  pb::Proof of_bob = Proof(gateway, kCall, "0123456789abcdef", 100, "//Bob");
  of_bob.set_hotkey(Key("//Alice").address());
  pb::Proof later = Proof(gateway);
  later.set_expires(101);
  pb::Proof other_nonce = Proof(gateway);
  other_nonce.set_nonce("fedcba9876543210");
  pb::Proof garbage = Proof(gateway);
  garbage.set_hotkey("5Grw\n\x1b[2J");

  const struct {
    const char* what;
    pb::Proof proof;
    absl::StatusCode code;
  } cases[] = {
      {"nothing", {}, absl::StatusCode::kUnauthenticated},
      {"unsigned", unsigned_proof, absl::StatusCode::kUnauthenticated},
      {"damaged", damaged, absl::StatusCode::kUnauthenticated},
      {"long signature", long_signature, absl::StatusCode::kUnauthenticated},
      {"another's", of_bob, absl::StatusCode::kUnauthenticated},
      {"another call", Proof(gateway, "commit 37 6e733b"),
       absl::StatusCode::kUnauthenticated},
      {"another subnet", Proof(gateway, "commit 38 6e733a"),
       absl::StatusCode::kUnauthenticated},
      {"before a restart", Proof(restarted),
       absl::StatusCode::kUnauthenticated},
      {"another chain", Proof(elsewhere), absl::StatusCode::kUnauthenticated},
      {"longer valid", later, absl::StatusCode::kUnauthenticated},
      {"another nonce", other_nonce, absl::StatusCode::kUnauthenticated},
      {"short nonce", Proof(gateway, kCall, "0123456789abcde"),
       absl::StatusCode::kUnauthenticated},
      {"long nonce", Proof(gateway, kCall, "0123456789abcdef0"),
       absl::StatusCode::kUnauthenticated},
      {"no address", garbage, absl::StatusCode::kInvalidArgument},
      {"a stranger's", Proof(gateway, kCall, "0123456789abcdef", 100, "//Bob"),
       absl::StatusCode::kPermissionDenied},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(gateway.Admit(test.proof, kCall, 90).status().code(), test.code)
        << test.what;
  }
  // None of them has used up the nonce.
  EXPECT_TRUE(gateway.Admit(Proof(gateway), kCall, 90).ok());
}

TEST(AdmissionTest, AProofIsValidToItsBlockAndNotForLong) {
  const struct {
    uint64_t expires;
    bool ok;
  } cases[] = {{99, false},
               {100, true},
               {100 + kLongestValidity, true},
               {101 + kLongestValidity, false},
               {UINT64_MAX, false},
               {0, false}};
  Admission gateway = Gateway();
  for (const auto& test : cases) {
    const pb::Proof proof = Proof(
        gateway, kCall,
        absl::StrCat("nonce ", 1000000000 + test.expires % 1000), test.expires);
    EXPECT_EQ(gateway.Admit(proof, kCall, 100).ok(), test.ok) << test.expires;
  }
}

TEST(AdmissionTest, AHeadThatGoesBackBringsNoProofBack) {
  Admission gateway = Gateway();
  const pb::Proof proof = Proof(gateway);
  ASSERT_TRUE(gateway.Admit(proof, kCall, 100).ok());
  EXPECT_FALSE(gateway.Admit(proof, kCall, 101).ok());
  const pb::Proof next =
      Proof(gateway, kCall, "another nonce 16", /*expires=*/120);
  ASSERT_TRUE(gateway.Admit(next, kCall, 101).ok());
  EXPECT_FALSE(gateway.Admit(proof, kCall, 95).ok());
  EXPECT_FALSE(gateway.Admit(next, kCall, 95).ok());
}

TEST(AdmissionTest, OfManyAtOnceOneGetsIn) {
  Admission gateway = Gateway();
  const pb::Proof proof = Proof(gateway);
  std::atomic<int> admitted = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back(
        [&] { admitted += gateway.Admit(proof, kCall, 90).ok(); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(admitted, 1);
}

}  // namespace
}  // namespace sn37::chain
