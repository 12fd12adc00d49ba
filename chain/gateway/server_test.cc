// The gateway over an embedded ledger and loopback connections.
#include "chain/gateway/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "chain/gateway/remote_client.h"
#include "chain/local/ledger.h"
#include "chain/testing/conformance.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "sn37/base/test_certificate.h"

namespace sn37::chain {
namespace {

namespace pb = ::sn37::gateway::v1;

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr uint16_t kNetuid = 37;
constexpr int kKeys = 8;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

Keypair Key(int number) {
  return Must(Keypair::FromUri(absl::StrCat("//gateway/", number)));
}

std::vector<Keypair> Keys(int count) {
  std::vector<Keypair> keys;
  for (int i = 0; i < count; ++i) keys.push_back(Key(i));
  return keys;
}

class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "gateway_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string ledger() const { return path_ + "/ledger.sqlite"; }

 private:
  std::string path_;
};

std::shared_ptr<grpc::Channel> PlainChannel(int port) {
  return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                             grpc::InsecureChannelCredentials());
}

// A ledger, a gateway to it that holds kKeys keys, and a caller with the same.
class World {
 public:
  explicit World(GatewayOptions options = {}) {
    rules_.hyperparameters.weights_version = 3010;
    rules_.hyperparameters.min_allowed_weights = 2;
    EXPECT_TRUE(ledger_->AddSubnet(kNetuid, rules_).ok());
    options.listen = "127.0.0.1:0";
    options.log = [this](absl::string_view line) {
      absl::MutexLock lock(&mutex_);
      log_.emplace_back(line);
    };
    server_ = Must(GatewayServer::Start(*ledger_, {Keys(kKeys), Keys(kKeys)},
                                        std::move(options)));
    client_.emplace(PlainChannel(server_->port()), keys_);
  }

  Ledger& ledger() { return *ledger_; }
  SubnetOptions& rules() { return rules_; }
  GatewayServer& server() { return *server_; }
  RemoteClient& client() { return *client_; }
  const Keypair& key() const { return keys_[0]; }
  std::vector<std::string> log() {
    absl::MutexLock lock(&mutex_);
    return log_;
  }

 private:
  Folder folder_;
  const std::vector<Keypair> keys_ = Keys(kKeys);
  std::unique_ptr<Ledger> ledger_ =
      Must(Ledger::Open(folder_.ledger(), {"s", 100}));
  SubnetOptions rules_;
  absl::Mutex mutex_;
  std::vector<std::string> log_;
  std::unique_ptr<GatewayServer> server_;
  std::optional<RemoteClient> client_;
};

// A caller can tell no difference between the gateway and its chain.
class GatewayFixture : public ConformanceFixture {
 public:
  Client& client() override { return world_.client(); }
  uint16_t netuid() override { return kNetuid; }
  uint64_t commitment_rate_limit() override { return 100; }
  absl::Status Wait(uint64_t blocks) override {
    return world_.ledger().Advance(blocks);
  }
  absl::StatusOr<Keypair> NewKey() override {
    EXPECT_LT(next_key_, kKeys);
    return Key(next_key_++);
  }
  absl::Status MakeValidator(const Keypair& hotkey) override {
    return world_.ledger().SetStake(kNetuid, hotkey.address(), 1000, true);
  }
  absl::Status SetWeightsMode(WeightsMode mode) override {
    world_.rules().hyperparameters.weights_mode = mode;
    return world_.ledger().AddSubnet(kNetuid, world_.rules());
  }

 private:
  World world_;
  int next_key_ = 0;
};

INSTANTIATE_TEST_SUITE_P(
    Gateway, ClientConformanceTest,
    testing::Values([]() -> std::unique_ptr<ConformanceFixture> {
      return std::make_unique<GatewayFixture>();
    }));

TEST(GatewayServerTest, SaysWhatAProofMustName) {
  World world;
  EXPECT_THAT(world.server().info().gateway(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(world.server().info().genesis_hash(),
            world.ledger().genesis_hash());
}

TEST(GatewayServerTest, AWriteWithoutAGoodProofChangesNothing) {
  World world;
  ASSERT_TRUE(world.client()
                  .Register(world.key(), kNetuid, world.key().address())
                  .ok());
  const std::string call = "commit 37 74657874";
  const pb::Proof good =
      MakeProof(world.server().info(), world.key(), 120, call);
  const pb::Proof expired =
      MakeProof(world.server().info(), world.key(), 99, call);
  const pb::Proof stranger =
      MakeProof(world.server().info(), Key(kKeys), 120, call);
  const struct {
    const char* what;
    pb::Proof proof;
    const char* text;
    uint32_t netuid;
    grpc::StatusCode code;
  } cases[] = {
      {"unsigned", {}, "text", 37, grpc::UNAUTHENTICATED},
      {"another text", good, "test", 37, grpc::UNAUTHENTICATED},
      {"another subnet", good, "text", 38, grpc::UNAUTHENTICATED},
      {"no subnet", good, "text", 37 + 65536, grpc::INVALID_ARGUMENT},
      {"expired", expired, "text", 37, grpc::UNAUTHENTICATED},
      {"not held", stranger, "text", 37, grpc::PERMISSION_DENIED},
      {"good", good, "text", 37, grpc::OK},
      {"good again", good, "text", 37, grpc::UNAUTHENTICATED},
  };
  for (const auto& test : cases) {
    pb::CommitRequest request;
    if (!test.proof.hotkey().empty()) *request.mutable_proof() = test.proof;
    request.set_netuid(test.netuid);
    request.set_text(test.text);
    grpc::ClientContext context;
    pb::Accepted accepted;
    const grpc::Status status =
        world.client().stub().Commit(&context, request, &accepted);
    EXPECT_EQ(status.error_code(), test.code)
        << test.what << ": " << status.error_message();
    EXPECT_EQ(Must(world.ledger().GetCommitments(kNetuid)).commitments.empty(),
              std::string(test.what).find("good") != 0)
        << test.what;
  }
  EXPECT_THAT(world.log(), testing::ElementsAre(
                               absl::StrCat("block 100: register 37 of ",
                                            world.key().address(), ": OK"),
                               absl::StrCat("block 100: commit 37 of ",
                                            world.key().address(), ": OK")));
}

TEST(GatewayServerTest, AProofForOneMethodIsNoneForAnother) {
  World world;
  const pb::Proof proof = MakeProof(world.server().info(), world.key(), 120,
                                    "set_weights 37 0 1:2");
  pb::RevealWeightsRequest request;
  *request.mutable_proof() = proof;
  request.set_netuid(37);
  pb::Weight& weight = *request.add_weights();
  weight.set_uid(1);
  weight.set_value(2);
  grpc::ClientContext context;
  pb::Accepted accepted;
  EXPECT_EQ(world.client()
                .stub()
                .RevealWeights(&context, request, &accepted)
                .error_code(),
            grpc::UNAUTHENTICATED);
}

TEST(GatewayServerTest, PaysOnlyWithTheColdkeysItWasStartedWith) {
  World world;
  const absl::Status status =
      world.client()
          .Register(Key(kKeys), kNetuid, world.key().address())
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_THAT(Must(world.ledger().GetMetagraph(kNetuid)).neurons, IsEmpty());
}

TEST(GatewayServerTest, NumbersThatTheChainDoesNotHaveAreRefused) {
  World world;
  pb::GetWeightsRequest request;
  request.set_netuid(37);
  request.set_uid(65536);
  grpc::ClientContext context;
  pb::Weights weights;
  const grpc::Status status =
      world.client().stub().GetWeights(&context, request, &weights);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "a uid of 65536: at most 65535");
}

TEST(GatewayServerTest, StatusesKeepTheirCodeAndTheChainsName) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code),
                              "SettingWeightsTooFast: wait\n");
    const grpc::Status sent = ToGrpcStatus(status);
    EXPECT_EQ(sent.error_code(), code);
    EXPECT_EQ(sent.error_message(), "SettingWeightsTooFast: wait\\n");
  }
  EXPECT_LE(ToGrpcStatus(absl::InternalError(std::string(1 << 20, 'x')))
                .error_message()
                .size(),
            403u);
}

// Calls a unary method with any bytes.
grpc::Status CallBytes(const std::shared_ptr<grpc::Channel>& channel,
                       const std::string& method, const std::string& bytes,
                       std::string* answer) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (status.ok() && response.DumpToSingleSlice(&whole).ok()) {
    answer->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return status;
}

TEST(GatewayServerTest, TellsItsHealth) {
  World world;
  const auto channel = PlainChannel(world.server().port());
  const std::string serving = "\x08\x01";
  std::string answer;
  EXPECT_TRUE(
      CallBytes(channel, "/grpc.health.v1.Health/Check", "", &answer).ok());
  EXPECT_EQ(answer, serving);
  const std::string name = "sn37.gateway.v1.Gateway";
  const std::string request = absl::StrCat("\n\x17", name);
  ASSERT_EQ(name.size(), 0x17u);
  EXPECT_TRUE(
      CallBytes(channel, "/grpc.health.v1.Health/Check", request, &answer)
          .ok());
  EXPECT_EQ(answer, serving);
}

TEST(GatewayServerTest, ReflectsItsServices) {
  World world;
  grpc::GenericStub stub(PlainChannel(world.server().port()));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  const auto next = [&queue] {
    void* tag;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(
      &context,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(next());
  grpc::Slice list_services("\x3a\x00", 2);
  call->WriteLast(grpc::ByteBuffer(&list_services, 1), grpc::WriteOptions(),
                  nullptr);
  ASSERT_TRUE(next());
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  ASSERT_TRUE(next());
  grpc::Slice whole;
  ASSERT_TRUE(response.DumpToSingleSlice(&whole).ok());
  EXPECT_THAT(
      std::string(reinterpret_cast<const char*>(whole.begin()), whole.size()),
      HasSubstr("sn37.gateway.v1.Gateway"));
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
}

TEST(GatewayServerTest, AMessageThatIsTooLongIsRefused) {
  World world;
  pb::CommitRequest request;
  request.set_text(std::string(kMaxRequestBytes, 'x'));
  grpc::ClientContext context;
  pb::Accepted accepted;
  EXPECT_EQ(
      world.client().stub().Commit(&context, request, &accepted).error_code(),
      grpc::RESOURCE_EXHAUSTED);
}

TEST(GatewayServerTest, GarbageHarmsNobody) {
  World world;
  for (const std::string& bytes :
       {std::string(1000, '\xff'), std::string("\x0a\xff\xff\xff\xff\x0f"),
        std::string("\x12\x80")}) {
    std::string answer;
    EXPECT_FALSE(CallBytes(PlainChannel(world.server().port()),
                           "/sn37.gateway.v1.Gateway/Commit", bytes, &answer)
                     .ok());
  }
  std::string answer;
  EXPECT_EQ(CallBytes(PlainChannel(world.server().port()),
                      "/sn37.gateway.v1.Gateway/Nothing", "", &answer)
                .error_code(),
            grpc::UNIMPLEMENTED);
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100000, '\0'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff"),
        std::string("\x16\x03\x01\x02")}) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(world.server().port()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    close(fd);
  }
  EXPECT_TRUE(world.client().Head().ok());
}

// For 127.0.0.1.
TlsFiles NewTlsFiles() {
  const TestCertificate made = MakeTestCertificate("IP:127.0.0.1");
  return {made.certificate, made.key};
}

TEST(GatewayServerTest, WithTlsItIsKnownByItsCertificate) {
  const TlsFiles files = NewTlsFiles();
  GatewayOptions options;
  options.tls = files;
  World world(options);
  const std::string target = absl::StrCat("127.0.0.1:", world.server().port());
  const auto head_by = [&](std::shared_ptr<grpc::ChannelCredentials> with) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    pb::Block block;
    return pb::Gateway::NewStub(grpc::CreateChannel(target, with))
        ->GetHead(&context, {}, &block)
        .error_code();
  };
  grpc::SslCredentialsOptions trusting;
  trusting.pem_root_certs = files.certificates;
  EXPECT_EQ(head_by(grpc::SslCredentials(trusting)), grpc::OK);
  grpc::SslCredentialsOptions trusting_another;
  trusting_another.pem_root_certs = NewTlsFiles().certificates;
  EXPECT_EQ(head_by(grpc::SslCredentials(trusting_another)), grpc::UNAVAILABLE);
  EXPECT_EQ(head_by(grpc::InsecureChannelCredentials()), grpc::UNAVAILABLE);
}

TEST(GatewayServerTest, CertificateAndKeyMustFit) {
  const TlsFiles files = NewTlsFiles();
  EXPECT_TRUE(CheckTlsFiles(files).ok());
  const struct {
    TlsFiles files;
    const char* message;
  } cases[] = {
      {{"", files.key}, "the certificate is not in PEM"},
      {{files.key, files.key}, "the certificate is not in PEM"},
      {{files.certificates, "x"}, "the key is not in PEM"},
      {{files.certificates, NewTlsFiles().key},
       "the key is not that of the first certificate"},
  };
  for (const auto& test : cases) {
    const absl::Status status = CheckTlsFiles(test.files);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

TEST(GatewayServerTest, PlainTextStaysOnThisMachineUnlessAskedFor) {
  const struct {
    const char* listen;
    bool plain_text_anywhere;
    bool ok;
  } cases[] = {
      {"127.0.0.1:0", false, true}, {"127.8.9.1:0", false, true},
      {"0.0.0.0:0", false, false},  {"0.0.0.0:0", true, true},
      {"[::]:0", false, false},     {"localhost:0", true, false},
      {"127.0.0.1", true, false},   {"127.0.0.1:65536", true, false},
      {"127.0.0.1:", true, false},  {"::1:0", true, false},
      {"unix:x", true, false},      {"", true, false},
  };
  Folder folder;
  const auto ledger = Must(Ledger::Open(folder.ledger(), {}));
  for (const auto& test : cases) {
    GatewayOptions options;
    options.listen = test.listen;
    options.plain_text_anywhere = test.plain_text_anywhere;
    const auto server = GatewayServer::Start(*ledger, {}, options);
    EXPECT_EQ(server.ok(), test.ok) << test.listen << server.status();
    if (!test.ok) {
      EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(GatewayServerTest, APortThatIsTakenIsNotShared) {
  World world;
  GatewayOptions options;
  options.listen = absl::StrCat("127.0.0.1:", world.server().port());
  EXPECT_EQ(GatewayServer::Start(world.ledger(), {}, options).status().code(),
            absl::StatusCode::kUnavailable);
}

// A ledger whose head takes its time.
class SlowChain : public Client {
 public:
  explicit SlowChain(Ledger& ledger) : ledger_(ledger) {}
  absl::StatusOr<Block> Head() override {
    asked.Notify();
    answer.WaitForNotification();
    return ledger_.Head();
  }
  absl::StatusOr<Block> Finalized() override { return ledger_.Finalized(); }
  absl::StatusOr<Block> GetBlock(uint64_t number) override {
    return ledger_.GetBlock(number);
  }
  absl::StatusOr<Metagraph> GetMetagraph(uint16_t,
                                         std::optional<uint64_t>) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<Commitments> GetCommitments(uint16_t,
                                             std::optional<uint64_t>) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<Weight>> GetWeights(
      uint16_t, uint16_t, std::optional<uint64_t>) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<Hyperparameters> GetHyperparameters(uint16_t) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<uint16_t> Register(const Keypair&, uint16_t,
                                    absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::Status Commit(const Keypair&, uint16_t, absl::string_view) override {
    return absl::UnimplementedError("");
  }
  absl::Status SetWeights(const Keypair&, uint16_t, absl::Span<const Weight>,
                          uint64_t) override {
    return absl::UnimplementedError("");
  }
  absl::Status CommitWeights(const Keypair&, uint16_t,
                             const WeightsHash&) override {
    return absl::UnimplementedError("");
  }
  absl::Status RevealWeights(const Keypair&, uint16_t,
                             const HiddenWeights&) override {
    return absl::UnimplementedError("");
  }
  absl::Status CommitTimelockedWeights(const Keypair&, uint16_t,
                                       absl::Span<const Weight>,
                                       uint64_t) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t, absl::string_view) override {
    return absl::UnimplementedError("");
  }

  absl::Notification asked;
  absl::Notification answer;

 private:
  Ledger& ledger_;
};

TEST(GatewayServerTest, CallsUnderWayAreAnsweredBeforeItEnds) {
  Folder folder;
  const auto ledger = Must(Ledger::Open(folder.ledger(), {"s", 7}));
  SlowChain chain(*ledger);
  GatewayOptions options;
  options.listen = "127.0.0.1:0";
  const auto server = Must(GatewayServer::Start(chain, {}, options));
  const std::vector<Keypair> no_keys;
  RemoteClient client(PlainChannel(server->port()), no_keys);
  absl::StatusOr<Block> head;
  std::thread caller([&] { head = client.Head(); });
  chain.asked.WaitForNotification();
  std::thread end([&] { server->Shutdown(absl::Seconds(30)); });
  // New calls are no longer taken while the old one waits.
  RemoteClient late(PlainChannel(server->port()), no_keys);
  while (late.Finalized().ok()) absl::SleepFor(absl::Milliseconds(10));
  chain.answer.Notify();
  caller.join();
  end.join();
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->number, 7u);
}

}  // namespace
}  // namespace sn37::chain
