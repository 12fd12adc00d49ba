#include "chain/flags/chain_flags.h"

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

namespace sn37::chain {
namespace {

absl::StatusOr<OpenedChain> OpenLedger(const std::string& path) {
  if (!FileExists(path)) {
    return absl::NotFoundError(
        absl::StrCat("there is no ledger ", Printable(path)));
  }
  OpenedChain opened;
  SN37_ASSIGN_OR_RETURN(opened.client, Ledger::Open(path, {}));
  return opened;
}

absl::StatusOr<OpenedChain> OpenNode(const OpenOptions& options) {
  WebSocketRpcOptions connection;
  connection.endpoints = absl::GetFlag(FLAGS_endpoint);
  connection.genesis = absl::GetFlag(FLAGS_genesis);
  connection.log = options.log;
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<Rpc> rpc,
                        ConnectWebSocket(std::move(connection)));
  SubtensorOptions subtensor;
  subtensor.journal = absl::GetFlag(FLAGS_journal);
  if (subtensor.journal.empty()) subtensor.journal = options.journal;
  subtensor.max_age = absl::GetFlag(FLAGS_max_age);
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<Subtensor> node,
                        Subtensor::Open(std::move(rpc), subtensor));
  OpenedChain opened;
  opened.node = node.get();
  opened.client = std::move(node);
  return opened;
}

}  // namespace

bool ChainIsNamed() {
  return !absl::GetFlag(FLAGS_ledger).empty() ||
         !absl::GetFlag(FLAGS_endpoint).empty();
}

absl::StatusOr<OpenedChain> OpenNamedChain(const OpenOptions& options) {
  const std::string ledger = absl::GetFlag(FLAGS_ledger);
  if (ledger.empty() == absl::GetFlag(FLAGS_endpoint).empty()) {
    return absl::InvalidArgumentError(
        "name the chain by --ledger FILE or --endpoint ws://HOST:PORT");
  }
  return ledger.empty() ? OpenNode(options) : OpenLedger(ledger);
}

}  // namespace sn37::chain
