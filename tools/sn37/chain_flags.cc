#include "tools/sn37/chain_flags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "chain/local/ledger.h"
#include "chain/subtensor/websocket_rpc.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

ABSL_FLAG(std::string, ledger, "",
          "File of an embedded ledger; `sn37 epoch` keeps one as ledger.db "
          "in its --home.");
ABSL_FLAG(std::vector<std::string>, endpoint, {},
          "Nodes of the real chain, with commas: ws://127.0.0.1:9944. The next "
          "is taken when one fails.");
ABSL_FLAG(std::string, genesis, "",
          "Hash of the chain's first block, 0x…; nodes of another chain are "
          "refused. By default all must be of the first one's.");
ABSL_FLAG(std::string, journal, "",
          "File that keeps calls until their end is known, so that after a "
          "crash none is made twice.");
ABSL_FLAG(absl::Duration, max_age, absl::Minutes(10),
          "Refuse a node whose newest finalized block is older.");

namespace sn37::tools {
namespace {

absl::StatusOr<OpenedChain> OpenLedger(const std::string& path) {
  if (!FileExists(path)) {
    return absl::NotFoundError(
        absl::StrCat("there is no ledger ", Printable(path)));
  }
  OpenedChain opened;
  SN37_ASSIGN_OR_RETURN(opened.client, chain::Ledger::Open(path, {}));
  return opened;
}

}  // namespace

absl::StatusOr<OpenedChain> OpenNamedChain() {
  const std::string ledger = absl::GetFlag(FLAGS_ledger);
  chain::WebSocketRpcOptions connection;
  connection.endpoints = absl::GetFlag(FLAGS_endpoint);
  connection.genesis = absl::GetFlag(FLAGS_genesis);
  if (ledger.empty() == connection.endpoints.empty()) {
    return absl::InvalidArgumentError(
        "name the chain by --ledger FILE or --endpoint ws://HOST:PORT");
  }
  if (!ledger.empty()) return OpenLedger(ledger);
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<chain::Rpc> rpc,
                        chain::ConnectWebSocket(std::move(connection)));
  chain::SubtensorOptions options;
  options.journal = absl::GetFlag(FLAGS_journal);
  options.max_age = absl::GetFlag(FLAGS_max_age);
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<chain::Subtensor> node,
                        chain::Subtensor::Open(std::move(rpc), options));
  OpenedChain opened;
  opened.node = node.get();
  opened.client = std::move(node);
  return opened;
}

}  // namespace sn37::tools
