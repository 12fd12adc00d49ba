#include "chain/gateway/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

constexpr char kServiceName[] = "sn37.gateway.v1.Gateway";

// Calls that wait for a slow chain each take a thread.
constexpr int kMaxThreads = 64;
constexpr int kMaxCallsOfAConnection = 32;
constexpr int kHandshakeMilliseconds = 10'000;
constexpr int kIdleMilliseconds = 600'000;

// Whether an ADDRESS:PORT, the address in digits, can only be reached from this
// machine.
absl::StatusOr<bool> IsLoopback(absl::string_view listen) {
  const size_t colon = listen.rfind(':');
  absl::string_view host = listen.substr(0, colon);
  uint32_t port;
  if (colon != listen.npos &&
      absl::SimpleAtoi(listen.substr(colon + 1), &port) && port <= UINT16_MAX) {
    in_addr v4;
    in6_addr v6;
    if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) {
      return ntohl(v4.s_addr) >> 24 == 127;
    }
    if (absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]") &&
        inet_pton(AF_INET6, std::string(host).c_str(), &v6) == 1) {
      return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", Printable(listen),
                   "\" is no ADDRESS:PORT such as 127.0.0.1:3737 or [::]:0"));
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(
    const GatewayOptions& options) {
  SN37_ASSIGN_OR_RETURN(const bool loopback, IsLoopback(options.listen));
  if (!options.tls.has_value()) {
    if (loopback || options.plain_text_anywhere) {
      return grpc::InsecureServerCredentials();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("plain text on ", options.listen,
                     ", which other machines may reach: give a certificate and "
                     "a key, or ask for plain text"));
  }
  SN37_RETURN_IF_ERROR(CheckTlsFiles(*options.tls));
  grpc::SslServerCredentialsOptions ssl;
  ssl.pem_key_cert_pairs.push_back(
      {options.tls->key, options.tls->certificates});
  return grpc::SslServerCredentials(ssl);
}

void SetLimits(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota)
      .SetMaxReceiveMessageSize(kMaxRequestBytes)
      .SetMaxSendMessageSize(kMaxAnswerBytes)
      .AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                          kMaxCallsOfAConnection)
      .AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                          kHandshakeMilliseconds)
      .AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMilliseconds)
      // A port that is taken is an error, not to be shared.
      .AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GatewayServer>> GatewayServer::Start(
    Client& chain, GatewayKeys keys, GatewayOptions options) {
  SN37_ASSIGN_OR_RETURN(
      const std::shared_ptr<grpc::ServerCredentials> credentials,
      Credentials(options));
  SN37_ASSIGN_OR_RETURN(const Block genesis, chain.GetBlock(0));
  std::unique_ptr<GatewayServer> server(new GatewayServer(
      chain, genesis.hash, std::move(keys), std::move(options.log)));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(options.listen, credentials, &server->port_);
  builder.RegisterService(server->service_.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen,
                     ": the port is taken, or the address is not this "
                     "machine's"));
  }
  server->server_->GetHealthCheckService()->SetServingStatus(kServiceName,
                                                             true);
  return server;
}

GatewayServer::~GatewayServer() {
  if (server_ != nullptr) Shutdown(absl::ZeroDuration());
}

void GatewayServer::Shutdown(absl::Duration grace) {
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
}

}  // namespace sn37::chain
