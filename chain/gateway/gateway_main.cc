// `bazel run //chain:gateway`: a chain for programs in any language. See
// gateway.proto and --help.
#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "chain/flags/chain_flags.h"
#include "chain/flags/wallet_flags.h"
#include "chain/gateway/server.h"
#include "chain/keys/keypair.h"
#include "chain/keys/secret_file.h"
#include "chain/keys/wallet.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:3737",
          "ADDRESS:PORT to listen on, the address in digits; port 0 is any.");
ABSL_FLAG(std::vector<std::string>, wallet, {},
          "Hotkeys that callers may write with, as WALLET/HOTKEY, separated by "
          "commas. Without any, the gateway only reads.");
ABSL_FLAG(std::vector<std::string>, coldkey, {},
          "Wallets, separated by commas, whose coldkeys pay for registrations "
          "that callers ask for.");
ABSL_FLAG(std::string, tls_certificate, "",
          "PEM file of the server's certificate and those that vouch for it.");
ABSL_FLAG(std::string, tls_key, "", "PEM file of the certificate's key.");
ABSL_FLAG(bool, plain_text, false,
          "Serve without TLS on other addresses than this machine's own too.");

namespace sn37::chain {
namespace {

constexpr char kHelp[] = R"(
Serves a chain to programs in any language, over gRPC: blocks, metagraph,
commitments, weights and hyper-parameters to whoever asks; registrations,
commitments and weights for callers that sign their request with the hotkey.
chain/gateway/gateway.proto describes every call and what is signed.

  gateway --ledger demo/ledger.db
  grpcurl -plaintext -d '{"netuid": 37}' 127.0.0.1:3737 \
    sn37.gateway.v1.Gateway/GetMetagraph

The real chain instead of a ledger: --endpoint ws://127.0.0.1:9944 --journal FILE.

To write, it must hold the keys: the caller proves that it has the same hotkey.

  gateway --ledger FILE --wallet me/validator,me/miner --coldkey me

Beyond this machine it wants TLS:

  gateway --ledger FILE --listen 0.0.0.0:3737 --tls_certificate cert.pem \
    --tls_key key.pem

SIGTERM or SIGINT ends it when the calls under way are answered, a second one at
once. Standard error gets a line for each write.)";

// Calls under way when the gateway is told to end have this long: five blocks.
constexpr absl::Duration kGrace = absl::Seconds(60);

constexpr uint64_t kMaxPemBytes = 1 << 20;

void Log(absl::string_view line) {
  std::cerr << absl::StrCat("gateway: ", line, "\n");
}

absl::StatusOr<std::vector<Keypair>> LoadKeys(
    const std::vector<std::string>& names) {
  std::vector<Keypair> keys;
  for (const std::string& name : names) {
    SN37_ASSIGN_OR_RETURN(const std::string path,
                          WalletKeyPath(WalletsFolder(), name));
    SN37_ASSIGN_OR_RETURN(Keypair key, OpenKey(path));
    keys.push_back(std::move(key));
  }
  return keys;
}

absl::StatusOr<GatewayKeys> LoadGatewayKeys() {
  GatewayKeys keys;
  SN37_ASSIGN_OR_RETURN(keys.hotkeys, LoadKeys(absl::GetFlag(FLAGS_wallet)));
  SN37_ASSIGN_OR_RETURN(keys.coldkeys, LoadKeys(absl::GetFlag(FLAGS_coldkey)));
  return keys;
}

absl::StatusOr<std::optional<TlsFiles>> LoadTlsFiles() {
  const std::string certificate = absl::GetFlag(FLAGS_tls_certificate);
  const std::string key = absl::GetFlag(FLAGS_tls_key);
  if (certificate.empty() != key.empty()) {
    return absl::InvalidArgumentError(
        "--tls_certificate and --tls_key go together");
  }
  if (key.empty()) return std::nullopt;
  TlsFiles files;
  SN37_ASSIGN_OR_RETURN(files.certificates,
                        ReadFile(certificate, kMaxPemBytes));
  SN37_ASSIGN_OR_RETURN(SecretFile secret, ReadSecretFile(key, kMaxPemBytes));
  if (!secret.warning.empty()) Log(absl::StrCat("warning: ", secret.warning));
  files.key = std::string(secret.contents.view());
  return files;
}

// Serves until one of `ends` comes, which all threads block.
absl::Status Serve(const sigset_t& ends) {
  GatewayOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.plain_text_anywhere = absl::GetFlag(FLAGS_plain_text);
  options.log = Log;
  SN37_ASSIGN_OR_RETURN(options.tls, LoadTlsFiles());
  const bool tls = options.tls.has_value();
  SN37_ASSIGN_OR_RETURN(GatewayKeys keys, LoadGatewayKeys());
  SN37_ASSIGN_OR_RETURN(const OpenedChain chain, OpenNamedChain({.log = Log}));
  std::string served;
  for (const Keypair& hotkey : keys.hotkeys) {
    absl::StrAppend(&served, "writes for ", hotkey.address(), "\n");
  }
  SN37_ASSIGN_OR_RETURN(
      const std::unique_ptr<GatewayServer> server,
      GatewayServer::Start(*chain.client, std::move(keys), std::move(options)));
  std::cout << served << "listens on port " << server->port()
            << (tls ? " (TLS)" : " (plain text)") << std::endl;
  int signal;
  sigwait(&ends, &signal);
  // From now on a signal ends the program as it does any other.
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
  std::cout << "ends when the calls under way are answered" << std::endl;
  server->Shutdown(kGrace);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  absl::SetProgramUsageMessage(kHelp);
  absl::FlagsUsageConfig help;
  help.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "chain/gateway/gateway_main.cc") ||
           absl::EndsWith(file, kChainFlagFile) ||
           absl::EndsWith(file, kWalletFlagFile);
  };
  absl::SetFlagsUsageConfig(help);
  if (absl::ParseCommandLine(argc, argv).size() > 1) {
    Log("takes flags only; see --help");
    return 2;
  }
  // Before any thread is made, so that only sigwait gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const absl::Status status = Serve(ends);
  if (status.ok()) return 0;
  Log(Printable(status.message()));
  return 1;
}

}  // namespace
}  // namespace sn37::chain

int main(int argc, char** argv) { return sn37::chain::Main(argc, argv); }
