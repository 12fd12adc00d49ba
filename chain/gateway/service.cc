#include "chain/gateway/service.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chain/gateway/gateway.grpc.pb.h"
#include "chain/gateway/messages.h"
#include "chain/local/call.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

namespace pb = ::sn37::gateway::v1;

// Of a message. Each byte may take three in HTTP/2's headers, which callers
// limit to 8 KiB.
constexpr size_t kMaxColumns = 400;

// Nothing is begun for a caller that no longer waits.
absl::Status StillWanted(const grpc::ServerContext& context) {
  if (context.IsCancelled() ||
      context.deadline() <= std::chrono::system_clock::now()) {
    return absl::DeadlineExceededError("too late: nothing was begun");
  }
  return absl::OkStatus();
}

// Answers with what `read` gives.
template <typename Message, typename F>
grpc::Status Read(const grpc::ServerContext& context, Message* response,
                  F read) {
  if (absl::Status late = StillWanted(context); !late.ok()) {
    return ToGrpcStatus(late);
  }
  const auto value = read();
  if (!value.ok()) return ToGrpcStatus(value.status());
  ToMessage(*value, *response);
  return grpc::Status::OK;
}

// The same for what needs the request's subnet.
template <typename Request, typename Message, typename F>
grpc::Status ReadSubnet(const grpc::ServerContext& context,
                        const Request& request, Message* response, F read) {
  return Read(context, response, [&]() -> decltype(read(uint16_t{})) {
    SN37_ASSIGN_OR_RETURN(const uint16_t netuid,
                          Narrow(request.netuid(), "subnet"));
    return read(netuid);
  });
}

// Answers with what becomes of `write`, which gets the request's subnet.
template <typename Request, typename F>
grpc::Status WriteSubnet(const grpc::ServerContext& context,
                         const Request& request, F write) {
  const auto begin = [&]() -> absl::Status {
    SN37_RETURN_IF_ERROR(StillWanted(context));
    SN37_ASSIGN_OR_RETURN(const uint16_t netuid,
                          Narrow(request.netuid(), "subnet"));
    return write(netuid);
  };
  return ToGrpcStatus(begin());
}

template <typename Request>
std::optional<uint64_t> BlockOf(const Request& request) {
  if (!request.has_block()) return std::nullopt;
  return request.block();
}

class GatewayService final : public pb::Gateway::Service {
 public:
  GatewayService(Client& chain, Admission& admission,
                 std::vector<Keypair> coldkeys, WriteLog log)
      : chain_(chain),
        admission_(admission),
        coldkeys_(std::move(coldkeys)),
        log_(std::move(log)) {}

  grpc::Status GetInfo(grpc::ServerContext*, const pb::GetInfoRequest*,
                       pb::Info* response) override {
    *response = admission_.info();
    return grpc::Status::OK;
  }

  grpc::Status GetHead(grpc::ServerContext* context, const pb::GetHeadRequest*,
                       pb::Block* response) override {
    return Read(*context, response, [&] { return chain_.Head(); });
  }

  grpc::Status GetFinalized(grpc::ServerContext* context,
                            const pb::GetFinalizedRequest*,
                            pb::Block* response) override {
    return Read(*context, response, [&] { return chain_.Finalized(); });
  }

  grpc::Status GetBlock(grpc::ServerContext* context,
                        const pb::GetBlockRequest* request,
                        pb::Block* response) override {
    return Read(*context, response,
                [&] { return chain_.GetBlock(request->number()); });
  }

  grpc::Status GetMetagraph(grpc::ServerContext* context,
                            const pb::GetMetagraphRequest* request,
                            pb::Metagraph* response) override {
    return ReadSubnet(*context, *request, response, [&](uint16_t netuid) {
      return chain_.GetMetagraph(netuid, BlockOf(*request));
    });
  }

  grpc::Status GetCommitments(grpc::ServerContext* context,
                              const pb::GetCommitmentsRequest* request,
                              pb::Commitments* response) override {
    return ReadSubnet(*context, *request, response, [&](uint16_t netuid) {
      return chain_.GetCommitments(netuid, BlockOf(*request));
    });
  }

  grpc::Status GetWeights(grpc::ServerContext* context,
                          const pb::GetWeightsRequest* request,
                          pb::Weights* response) override {
    using Answer = absl::StatusOr<std::vector<Weight>>;
    const auto read = [&](uint16_t netuid) -> Answer {
      SN37_ASSIGN_OR_RETURN(const uint16_t uid, Narrow(request->uid(), "uid"));
      return chain_.GetWeights(netuid, uid, BlockOf(*request));
    };
    return ReadSubnet(*context, *request, response, read);
  }

  grpc::Status GetHyperparameters(grpc::ServerContext* context,
                                  const pb::GetHyperparametersRequest* request,
                                  pb::Hyperparameters* response) override {
    return ReadSubnet(*context, *request, response, [&](uint16_t netuid) {
      return chain_.GetHyperparameters(netuid);
    });
  }

  grpc::Status GetWeightsCommits(grpc::ServerContext* context,
                                 const pb::GetWeightsCommitsRequest* request,
                                 pb::WeightsCommits* response) override {
    return ReadSubnet(*context, *request, response, [&](uint16_t netuid) {
      return chain_.GetWeightsCommits(netuid, request->hotkey());
    });
  }

  grpc::Status Register(grpc::ServerContext* context,
                        const pb::RegisterRequest* request,
                        pb::Registration* response) override {
    return WriteSubnet(*context, *request, [&](uint16_t netuid) {
      const std::string call = absl::StrCat(
          CallText(RegisterCall{netuid, request->proof().hotkey()}), " ",
          request->coldkey());
      const auto write = [&](const Keypair& hotkey) -> absl::Status {
        SN37_ASSIGN_OR_RETURN(const Keypair* coldkey,
                              Coldkey(request->coldkey()));
        SN37_ASSIGN_OR_RETURN(
            const uint16_t uid,
            chain_.Register(*coldkey, netuid, hotkey.address()));
        response->set_uid(uid);
        return absl::OkStatus();
      };
      return Write(request->proof(), call, write);
    });
  }

  grpc::Status Commit(grpc::ServerContext* context,
                      const pb::CommitRequest* request,
                      pb::Accepted*) override {
    return WriteSubnet(*context, *request, [&](uint16_t netuid) {
      const CommitCall call = {netuid, request->text()};
      const auto write = [&](const Keypair& hotkey) {
        return chain_.Commit(hotkey, netuid, call.text);
      };
      return Write(request->proof(), CallText(call), write);
    });
  }

  grpc::Status SetWeights(grpc::ServerContext* context,
                          const pb::SetWeightsRequest* request,
                          pb::Accepted*) override {
    const auto set = [&](uint16_t netuid) -> absl::Status {
      SetWeightsCall call = {netuid, request->version_key(), {}};
      SN37_ASSIGN_OR_RETURN(call.weights, ToWeights(request->weights()));
      const auto write = [&](const Keypair& hotkey) {
        return chain_.SetWeights(hotkey, netuid, call.weights,
                                 call.version_key);
      };
      return Write(request->proof(), CallText(call), write);
    };
    return WriteSubnet(*context, *request, set);
  }

  grpc::Status CommitWeights(grpc::ServerContext* context,
                             const pb::CommitWeightsRequest* request,
                             pb::Accepted*) override {
    const auto commit = [&](uint16_t netuid) -> absl::Status {
      CommitWeightsCall call = {netuid, {}};
      SN37_ASSIGN_OR_RETURN(call.hash, ToWeightsHash(request->hash()));
      const auto write = [&](const Keypair& hotkey) {
        return chain_.CommitWeights(hotkey, netuid, call.hash);
      };
      return Write(request->proof(), CallText(call), write);
    };
    return WriteSubnet(*context, *request, commit);
  }

  grpc::Status RevealWeights(grpc::ServerContext* context,
                             const pb::RevealWeightsRequest* request,
                             pb::Accepted*) override {
    const auto reveal = [&](uint16_t netuid) -> absl::Status {
      RevealWeightsCall call = {netuid, {}};
      SN37_ASSIGN_OR_RETURN(call.hidden.weights, ToWeights(request->weights()));
      SN37_ASSIGN_OR_RETURN(call.hidden.salt, ToSalt(request->salt()));
      call.hidden.version_key = request->version_key();
      const auto write = [&](const Keypair& hotkey) {
        return chain_.RevealWeights(hotkey, netuid, call.hidden);
      };
      return Write(request->proof(), CallText(call), write);
    };
    return WriteSubnet(*context, *request, reveal);
  }

  grpc::Status CommitTimelockedWeights(
      grpc::ServerContext* context,
      const pb::CommitTimelockedWeightsRequest* request,
      pb::Accepted*) override {
    const auto commit = [&](uint16_t netuid) -> absl::Status {
      CommitTimelockedWeightsCall call = {{netuid, request->version_key(), {}}};
      SN37_ASSIGN_OR_RETURN(call.weights.weights,
                            ToWeights(request->weights()));
      const auto write = [&](const Keypair& hotkey) {
        return chain_.CommitTimelockedWeights(
            hotkey, netuid, call.weights.weights, call.weights.version_key);
      };
      return Write(request->proof(), CallText(call), write);
    };
    return WriteSubnet(*context, *request, commit);
  }

 private:
  // Makes `write` with the key of the proof's hotkey, if the proof is good for
  // `call`.
  absl::Status Write(const pb::Proof& proof, const std::string& call,
                     absl::FunctionRef<absl::Status(const Keypair&)> write) {
    SN37_ASSIGN_OR_RETURN(const Block head, chain_.Head());
    SN37_ASSIGN_OR_RETURN(const Keypair* key,
                          admission_.Admit(proof, call, head.number));
    const absl::Status status = write(*key);
    // Method and subnet are the first two words of a call.
    const size_t words = call.find(' ', call.find(' ') + 1);
    log_(absl::StrCat("block ", head.number, ": ", call.substr(0, words),
                      " of ", proof.hotkey(), ": ",
                      status.ok() ? "OK" : Printable(status.ToString())));
    return status;
  }

  absl::StatusOr<const Keypair*> Coldkey(absl::string_view address) const {
    for (const Keypair& key : coldkeys_) {
      if (key.address() == address) return &key;
    }
    return absl::PermissionDeniedError(
        absl::StrCat("the gateway does not pay with the coldkey ", address));
  }

  Client& chain_;
  Admission& admission_;
  const std::vector<Keypair> coldkeys_;
  const WriteLog log_;
};

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  // The codes are the same numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      Truncate(Printable(status.message()), kMaxColumns));
}

std::unique_ptr<grpc::Service> NewGatewayService(Client& chain,
                                                 Admission& admission,
                                                 std::vector<Keypair> coldkeys,
                                                 WriteLog log) {
  return std::make_unique<GatewayService>(chain, admission, std::move(coldkeys),
                                          std::move(log));
}

}  // namespace sn37::chain
