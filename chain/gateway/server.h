// The gateway as a running server: where it listens, TLS, limits, health,
// reflection.
//
//   SN37_ASSIGN_OR_RETURN(
//       std::unique_ptr<GatewayServer> server,
//       GatewayServer::Start(client, std::move(keys), options));
//   … server->port() …
//   server->Shutdown(absl::Seconds(30));
//
// Besides gateway.proto it serves grpc.health.v1.Health (SERVING until
// Shutdown, for "" and for sn37.gateway.v1.Gateway) and
// grpc.reflection.v1alpha.ServerReflection.
#ifndef CHAIN_GATEWAY_SERVER_H_
#define CHAIN_GATEWAY_SERVER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "chain/client.h"
#include "chain/gateway/admission.h"
#include "chain/gateway/service.h"
#include "chain/gateway/tls.h"
#include "chain/keys/keypair.h"
#include "grpcpp/grpcpp.h"

namespace sn37::chain {

// The longest request: 65,536 weights have 640 KiB.
inline constexpr int kMaxRequestBytes = 1 << 20;
// The longest answer: a metagraph of 65,536 neurons has 10 MiB.
inline constexpr int kMaxAnswerBytes = 16 << 20;

// The keys that the gateway writes with.
struct GatewayKeys {
  std::vector<Keypair> hotkeys;
  // They pay for registrations of the hotkeys above.
  std::vector<Keypair> coldkeys;
};

struct GatewayOptions {
  // ADDRESS:PORT, the address in digits; [ADDRESS]:PORT for IPv6. Port 0 is any
  // that is free.
  std::string listen = "127.0.0.1:3737";
  // Without it, plain text, which only this machine may be offered …
  std::optional<TlsFiles> tls;
  // … unless the operator wants it elsewhere too.
  bool plain_text_anywhere = false;
  WriteLog log = [](absl::string_view) {};
};

class GatewayServer {
 public:
  // Answers calls from its own threads until it is shut down or destroyed.
  // `chain` outlives it and is asked for the genesis hash. kInvalidArgument for
  // an address, certificate or key that is none, and for plain text where it
  // must not be; kUnavailable where the address is taken.
  static absl::StatusOr<std::unique_ptr<GatewayServer>> Start(
      Client& chain, GatewayKeys keys, GatewayOptions options);
  // Cuts calls off.
  ~GatewayServer();

  int port() const { return port_; }
  const gateway::v1::Info& info() const { return admission_.info(); }

  // Takes no new calls, says so to who asks for its health, and returns when
  // those under way are answered; after `grace` their callers get CANCELLED. A
  // write that has begun is always brought to its end.
  void Shutdown(absl::Duration grace);

 private:
  GatewayServer(Client& chain, absl::string_view genesis_hash, GatewayKeys keys,
                WriteLog log)
      : admission_(genesis_hash, std::move(keys.hotkeys)),
        service_(NewGatewayService(chain, admission_, std::move(keys.coldkeys),
                                   std::move(log))) {}

  Admission admission_;
  const std::unique_ptr<grpc::Service> service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_SERVER_H_
