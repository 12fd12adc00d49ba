// The methods of gateway.proto over any chain::Client. Reads pass through;
// writes are let in by admission.h and signed with the gateway's own key for
// the caller's hotkey.
#ifndef CHAIN_GATEWAY_SERVICE_H_
#define CHAIN_GATEWAY_SERVICE_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/gateway/admission.h"
#include "chain/keys/keypair.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/service_type.h"

namespace sn37::chain {

// Gets one line about each write that was let in; from many threads at once.
using WriteLog = std::function<void(absl::string_view)>;

// The same code and message; the message cut to what fits into HTTP/2 headers.
grpc::Status ToGrpcStatus(const absl::Status& status);

// sn37.gateway.v1.Gateway. gRPC calls it from many threads at once. `coldkeys`
// pay for registrations. `chain` and `admission` outlive it.
std::unique_ptr<grpc::Service> NewGatewayService(Client& chain,
                                                 Admission& admission,
                                                 std::vector<Keypair> coldkeys,
                                                 WriteLog log);

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_SERVICE_H_
