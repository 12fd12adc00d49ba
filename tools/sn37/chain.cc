// sn37 chain: the chain by hand.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/flags/chain_flags.h"
#include "chain/flags/key_flags.h"
#include "chain/flags/wallet_flags.h"
#include "chain/hidden_weights.h"
#include "chain/keys/secret_file.h"
#include "chain/operations.h"
#include "chain/weights.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "sn37/base/text.h"
#include "tools/sn37/chain_node.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/rows.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(uint16_t, netuid, 37, "The subnet.");
ABSL_FLAG(std::optional<uint64_t>, at_block, std::nullopt,
          "Read the state as of this block; by default of the newest.");
ABSL_FLAG(std::string, hidden, "",
          "New file that keeps weights from their commit to their reveal, "
          "where the subnet wants both.");
ABSL_FLAG(uint64_t, version_key, 0, "The version key that weights are set by.");
ABSL_FLAG(absl::Duration, wait, absl::ZeroDuration(),
          "How long to try again where the chain says that it is too soon, or "
          "cannot be reached.");

namespace sn37::tools {
namespace {

using chain::NamedKey;
using chain::OpenedChain;

constexpr char kHelp[] = R"(
What a chain holds of a subnet, and a miner's and validator's calls.

  sn37 chain metagraph --ledger FILE               all slots
  sn37 chain commitments --ledger FILE             what miners committed
  sn37 chain weights UID --ledger FILE             what a validator set
  sn37 chain hyperparameters --ledger FILE         the subnet's rules
  sn37 chain register 5HOTKEY… --ledger FILE --wallet me
  sn37 chain commit TEXT --ledger FILE --wallet me/miner
  sn37 chain set-weights 0:0.5 3:1 --ledger FILE --wallet me/validator

All of them take --endpoint ws://HOST:PORT instead of --ledger: a node of the
real chain. Only there:

  sn37 chain watch [COUNT] --endpoint …            finalized blocks
  sn37 chain storage SubtensorModule.Tempo 37 --endpoint …
  sn37 chain storage SubtensorModule.Keys 37 --endpoint …     all that begin so
  sn37 chain call SubnetInfoRuntimeApi.get_metagraph 37 --endpoint …
  sn37 chain call Balances.transfer_keep_alive 5TO… 1000 --endpoint … --wallet me

Weights are set in the way that the hyper-parameters name as weights_mode: plain
or timelocked, in one call, or commit_reveal, in two:

  sn37 chain set-weights 0:0.5 3:1 --hidden FILE …   commits to them
  sn37 chain reveal FILE …                           in the blocks that it says

Calls are signed by the key that --wallet, --key_file or --suri names, and read
back before they are said to be done. Weights are UID:SHARE in any unit. With
--json each line is an object. --at_block reads the past.)";

uint16_t Netuid() { return absl::GetFlag(FLAGS_netuid); }

// Waits a block's time, but not beyond --wait from the program's start.
bool WaitForBlock() {
  static const absl::Time deadline = absl::Now() + absl::GetFlag(FLAGS_wait);
  constexpr absl::Duration kBlock = absl::Seconds(12);
  if (absl::Now() + kBlock > deadline) return false;
  absl::SleepFor(kBlock);
  return true;
}

using Words = absl::Span<const std::string>;

absl::StatusOr<int> PrintMetagraph(OpenedChain& chain, Words) {
  SN37_ASSIGN_OR_RETURN(
      const chain::Metagraph graph,
      chain.client->GetMetagraph(Netuid(), absl::GetFlag(FLAGS_at_block)));
  constexpr Align kRight = Align::kRight;
  Rows rows({{"uid", kRight},
             {"hotkey"},
             {"coldkey"},
             {"stake", kRight},
             {"permit"},
             {"incentive", kRight},
             {"updated", kRight},
             {"registered", kRight}});
  for (const chain::Neuron& neuron : graph.neurons) {
    rows.Add({neuron.uid, neuron.hotkey, neuron.coldkey.value_or(""),
              neuron.stake, neuron.validator_permit, neuron.incentive,
              neuron.last_update, neuron.registered_at});
  }
  return rows.Finish();
}

absl::StatusOr<int> PrintCommitments(OpenedChain& chain, Words) {
  SN37_ASSIGN_OR_RETURN(
      const chain::Commitments all,
      chain.client->GetCommitments(Netuid(), absl::GetFlag(FLAGS_at_block)));
  Rows rows({{"hotkey"}, {"block", Align::kRight}, {"text"}});
  for (const chain::Commitment& commitment : all.commitments) {
    rows.Add({commitment.hotkey, commitment.block, commitment.text});
  }
  return rows.Finish();
}

int PrintWeights(absl::Span<const chain::Weight> weights) {
  Rows rows({{"uid", Align::kRight}, {"value", Align::kRight}});
  for (const chain::Weight& weight : weights) {
    rows.Add({weight.uid, weight.value});
  }
  return rows.Finish();
}

absl::StatusOr<int> PrintWeightsOf(OpenedChain& chain, Words words) {
  uint32_t uid;
  if (!absl::SimpleAtoi(words[0], &uid) || uid > UINT16_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Printable(words[0]), "\" is no uid"));
  }
  SN37_ASSIGN_OR_RETURN(
      const std::vector<chain::Weight> weights,
      chain.client->GetWeights(Netuid(), static_cast<uint16_t>(uid),
                               absl::GetFlag(FLAGS_at_block)));
  return PrintWeights(weights);
}

absl::StatusOr<int> PrintHyperparameters(OpenedChain& chain, Words) {
  SN37_ASSIGN_OR_RETURN(const chain::Hyperparameters rules,
                        chain.client->GetHyperparameters(Netuid()));
  Rows rows({{"name"}, {"value", Align::kRight}});
  rows.Add({"tempo", rules.tempo});
  rows.Add({"weights_rate_limit", rules.weights_rate_limit});
  rows.Add({"min_allowed_weights", rules.min_allowed_weights});
  rows.Add({"max_weight_limit", rules.max_weight_limit});
  rows.Add({"weights_version", rules.weights_version});
  rows.Add({"weights_mode", chain::NameOf(rules.weights_mode)});
  rows.Add({"reveal_period", rules.reveal_period});
  return rows.Finish();
}

absl::StatusOr<int> Register(OpenedChain& chain, Words words) {
  SN37_ASSIGN_OR_RETURN(const chain::Keypair coldkey, NamedKey());
  SN37_ASSIGN_OR_RETURN(const uint16_t uid,
                        chain.client->Register(coldkey, Netuid(), words[0]));
  Rows rows({{"uid", Align::kRight}, {"hotkey"}, {"coldkey"}});
  rows.Add({uid, words[0], coldkey.address()});
  return rows.Finish();
}

absl::StatusOr<int> Commit(OpenedChain& chain, Words words) {
  SN37_ASSIGN_OR_RETURN(const chain::Keypair hotkey, NamedKey());
  SN37_ASSIGN_OR_RETURN(const chain::Commitment made,
                        chain::CommitAndConfirm(*chain.client, hotkey, Netuid(),
                                                words[0], WaitForBlock));
  Rows rows({{"hotkey"}, {"block", Align::kRight}, {"text"}});
  rows.Add({made.hotkey, made.block, made.text});
  return rows.Finish();
}

absl::StatusOr<chain::Share> ParseShare(absl::string_view word) {
  const std::vector<std::string> parts = absl::StrSplit(word, ':');
  uint32_t uid;
  double value;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &uid) ||
      uid > UINT16_MAX || !absl::SimpleAtod(parts[1], &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Printable(word), "\" is no UID:SHARE"));
  }
  return chain::Share{static_cast<uint16_t>(uid), value};
}

// Keeps weights in the file that --hidden names.
absl::Status KeepHidden(const chain::HiddenWeights& hidden) {
  const std::string path = absl::GetFlag(FLAGS_hidden);
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "the subnet wants weights that are committed to and revealed later: "
        "name a new file for them by --hidden");
  }
  return chain::CreateSecretFile(path, chain::ToText(hidden));
}

int PrintCommit(const chain::WeightsCommit& commit) {
  Rows rows({{"block", Align::kRight},
             {"first_reveal", Align::kRight},
             {"last_reveal", Align::kRight},
             {"timelocked"}});
  rows.Add({commit.block, commit.first_reveal, commit.last_reveal,
            commit.timelocked});
  return rows.Finish();
}

absl::StatusOr<int> SetWeights(OpenedChain& chain, Words words) {
  std::vector<chain::Share> shares;
  for (const std::string& word : words) {
    SN37_ASSIGN_OR_RETURN(shares.emplace_back(), ParseShare(word));
  }
  SN37_ASSIGN_OR_RETURN(const chain::Keypair hotkey, NamedKey());
  SN37_ASSIGN_OR_RETURN(const chain::Hyperparameters rules,
                        chain.client->GetHyperparameters(Netuid()));
  chain::NewWeights weights;
  weights.version_key = absl::GetFlag(FLAGS_version_key);
  SN37_ASSIGN_OR_RETURN(weights.weights,
                        chain::QuantizeWeights(shares, rules.max_weight_limit));
  SN37_ASSIGN_OR_RETURN(
      const chain::PublishedWeights published,
      chain::PublishWeights(*chain.client, hotkey, Netuid(), weights,
                            KeepHidden, WaitForBlock));
  const auto* commit = std::get_if<chain::WeightsCommit>(&published);
  return commit != nullptr ? PrintCommit(*commit)
                           : PrintWeights(std::get<0>(published));
}

absl::StatusOr<int> Reveal(OpenedChain& chain, Words words) {
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        ReadFile(words[0], kMaxLineBytes));
  SN37_ASSIGN_OR_RETURN(const chain::HiddenWeights hidden,
                        chain::ParseHiddenWeights(text));
  SN37_ASSIGN_OR_RETURN(const chain::Keypair hotkey, NamedKey());
  SN37_ASSIGN_OR_RETURN(const std::vector<chain::Weight> stored,
                        chain::RevealAndConfirm(*chain.client, hotkey, Netuid(),
                                                hidden, WaitForBlock));
  return PrintWeights(stored);
}

struct Action {
  absl::string_view name;
  size_t min_words;  // after the name
  size_t max_words;
  absl::StatusOr<int> (*run)(OpenedChain&, Words);
};

constexpr Action kActions[] = {{"metagraph", 0, 0, PrintMetagraph},
                               {"commitments", 0, 0, PrintCommitments},
                               {"weights", 1, 1, PrintWeightsOf},
                               {"hyperparameters", 0, 0, PrintHyperparameters},
                               {"register", 1, 1, Register},
                               {"commit", 1, 1, Commit},
                               {"set-weights", 1, SIZE_MAX, SetWeights},
                               {"reveal", 1, 1, Reveal},
                               {"watch", 0, 1, WatchBlocks},
                               {"call", 1, SIZE_MAX, CallRuntime},
                               {"storage", 1, SIZE_MAX, PrintStorage}};

absl::StatusOr<int> RunAction(const Action& action, Words words) {
  SN37_ASSIGN_OR_RETURN(OpenedChain chain, chain::OpenNamedChain());
  return action.run(chain, words);
}

int Run(Words arguments) {
  std::string names;
  for (const Action& action : kActions) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", action.name);
    if (arguments.empty() || arguments[0] != action.name) continue;
    const Words words = arguments.subspan(1);
    if (words.size() < action.min_words || words.size() > action.max_words) {
      std::cerr << "sn37: `sn37 chain --help` shows what " << action.name
                << " takes\n";
      return kUsage;
    }
    const absl::StatusOr<int> status = RunAction(action, words);
    return status.ok() ? *status : Fail(status.status());
  }
  std::cerr << "sn37: write sn37 chain and one of " << names << "\n";
  return kUsage;
}

}  // namespace

const Verb kChain = {
    "chain",
    "metagraph, commitments and weights of a subnet",
    kHelp,
    {"tools/sn37/chain.cc", chain::kChainFlagFile, chain::kKeyFlagFile,
     chain::kWalletFlagFile, kOutputFlagFile},
    Run};

}  // namespace sn37::tools
