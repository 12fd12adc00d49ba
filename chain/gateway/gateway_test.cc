// The program itself, started and stopped as an operator does.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "chain/gateway/remote_client.h"
#include "chain/keys/key_file.h"
#include "chain/keys/wallet.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using ::testing::HasSubstr;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

// A run of the program, both of its output streams read through one pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> flags) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    flags.insert(flags.begin(), "chain/gateway/gateway");
    std::vector<char*> argv;
    for (std::string& flag : flags) argv.push_back(flag.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }

  // What it says until `text` or its end; 30 seconds at most.
  std::string ReadUntil(const std::string& text) {
    const absl::Time late = absl::Now() + absl::Seconds(30);
    while (said_.find(text) == said_.npos && absl::Now() < late) {
      pollfd ready = {output_, POLLIN, 0};
      if (poll(&ready, 1, 100) != 1) continue;
      char bytes[4096];
      const ssize_t size = read(output_, bytes, sizeof(bytes));
      if (size <= 0) break;
      said_.append(bytes, static_cast<size_t>(size));
    }
    return said_;
  }

  void Signal(int number) { kill(pid_, number); }

  // Its exit status, or minus the signal that ended it.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
  std::string said_;
};

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    std::string pattern = testing::TempDir() + "gateway_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    ledger_ = Must(Ledger::Open(folder_ + "/ledger.sqlite", {"s", 7}));
    EXPECT_TRUE(ledger_->AddSubnet(37, {}).ok());
  }
  ~GatewayTest() override { std::filesystem::remove_all(folder_); }

  std::string Flag(absl::string_view name, absl::string_view file) const {
    return absl::StrCat("--", name, "=", folder_, "/", file);
  }

  std::string folder_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(GatewayTest, ServesFromItsWalletUntilItIsTold) {
  std::vector<Keypair> keys;
  for (const auto& [name, phrase] : {
           std::pair("me",
                     "bottom drive obey lake curtain smoke basket hold race "
                     "lonely fit walk"),
           std::pair("me/miner",
                     "legal winner thank year wave sausage worth useful legal "
                     "winner thank yellow"),
       }) {
    keys.push_back(Must(Keypair::FromUri(phrase)));
    const Secret file = Must(KeyFileOfPhrase(phrase));
    Must(AddWalletKey(folder_ + "/wallets", name, file.view(),
                      keys.back().public_key()));
  }
  for (const int signal : {SIGTERM, SIGINT}) {
    Process process({Flag("ledger", "ledger.sqlite"), "--listen=127.0.0.1:0",
                     Flag("wallets", "wallets"), "--wallet=me/miner",
                     "--coldkey=me"});
    const std::string said = process.ReadUntil("(plain text)\n");
    EXPECT_THAT(said, HasSubstr("writes for " + keys[1].address()));
    const size_t at = said.find("listens on port ");
    ASSERT_NE(at, said.npos) << said;
    const int port = std::stoi(said.substr(at + 16));
    const auto connect = [&] {
      return std::make_unique<RemoteClient>(
          grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                              grpc::InsecureChannelCredentials()),
          keys);
    };
    std::unique_ptr<RemoteClient> client = connect();
    EXPECT_EQ(Must(client->Head()).number, 7u);
    if (signal == SIGTERM) {
      EXPECT_EQ(Must(client->Register(keys[0], 37, keys[1].address())), 0);
      EXPECT_EQ(Must(ledger_->GetMetagraph(37)).neurons[0].coldkey,
                keys[0].address());
    }
    // An idle C++ client does not look at its connection, and would keep the
    // server from closing it for 5 s.
    client.reset();
    process.Signal(signal);
    EXPECT_EQ(process.Wait(), 0);
    EXPECT_FALSE(connect()->Head().ok());
  }
}

TEST_F(GatewayTest, WhatItCannotServeIsSaidInALine) {
  std::ofstream(folder_ + "/not.pem") << "x";
  const std::string ledger = Flag("ledger", "ledger.sqlite");
  const struct {
    std::vector<std::string> flags;
    int status;
    const char* message;
  } cases[] = {
      {{}, 1, "name the chain by --ledger FILE or --endpoint"},
      {{Flag("ledger", "nothing")}, 1, "there is no ledger"},
      {{"--endpoint=ws://127.0.0.1:1"}, 1, "127.0.0.1:1"},
      {{ledger, "--listen=0.0.0.0:0"}, 1, "plain text on 0.0.0.0:0"},
      {{ledger, "--listen=nowhere"}, 1, "is no ADDRESS:PORT"},
      {{ledger, Flag("wallets", "wallets"), "--wallet=me/miner"},
       1,
       "me/hotkeys/miner"},
      {{ledger, Flag("tls_key", "not.pem")}, 1, "go together"},
      {{ledger, Flag("tls_key", "not.pem"), Flag("tls_certificate", "not.pem")},
       1,
       "the certificate is not in PEM"},
      {{ledger, "serve"}, 2, "takes flags only"},
      {{"--help"}, 1, "--tls_certificate"},
  };
  for (const auto& test : cases) {
    Process process(test.flags);
    EXPECT_THAT(process.ReadUntil(std::string(1, '\0')),
                HasSubstr(test.message));
    EXPECT_EQ(process.Wait(), test.status) << test.message;
  }
}

}  // namespace
}  // namespace sn37::chain
