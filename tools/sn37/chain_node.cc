#include "tools/sn37/chain_node.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "chain/flags/key_flags.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/state.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/rows.h"
#include "tools/sn37/verb.h"

ABSL_DECLARE_FLAG(std::optional<uint64_t>, at_block);

namespace sn37::tools {
namespace {

using chain::NamedKey;
using chain::OpenedChain;
using nlohmann::json;
using Words = absl::Span<const std::string>;

absl::StatusOr<chain::Subtensor*> NodeOf(const OpenedChain& chain) {
  if (chain.node != nullptr) return chain.node;
  return absl::FailedPreconditionError(
      "only a node of the real chain has this: name one by --endpoint");
}

struct Name {
  std::string owner, member;
};
absl::StatusOr<Name> ParseName(absl::string_view word) {
  const std::vector<std::string> parts = absl::StrSplit(word, '.');
  if (parts.size() == 2) return Name{parts[0], parts[1]};
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", Printable(word), "\" is no name with one point: Pallet.Name"));
}

// What is JSON by itself, else the word as a text: an address needs no quotes.
json ParseWord(const std::string& word) {
  const absl::StatusOr<json> value = ParseJson(word, {});
  return value.ok() ? *value : json(word);
}

json ParseWords(Words words) {
  json values = json::array();
  for (const std::string& word : words) values.push_back(ParseWord(word));
  return values;
}

// The call with its arguments, which come in the function's order, by name.
absl::StatusOr<json> CallOf(const chain::Metadata& metadata, const Name& name,
                            const json& arguments) {
  SN37_ASSIGN_OR_RETURN(const chain::Pallet* pallet,
                        metadata.FindPallet(name.owner));
  const std::vector<chain::Variant> none;
  const std::vector<chain::Variant>& functions =
      pallet->calls ? metadata.types[*pallet->calls].variants : none;
  for (const chain::Variant& function : functions) {
    if (function.name != name.member) continue;
    std::string names;
    json fields = json::object();
    for (size_t i = 0; i < function.fields.size(); ++i) {
      absl::StrAppend(&names, " ", function.fields[i].name);
      if (i < arguments.size()) {
        fields[function.fields[i].name] = arguments[i];
      }
    }
    if (arguments.size() == function.fields.size()) {
      return json{{pallet->name, {{function.name, fields}}}};
    }
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(name.member), " takes", Printable(names)));
  }
  return absl::NotFoundError(absl::StrCat("the runtime has no call ",
                                          Printable(name.owner), ".",
                                          Printable(name.member)));
}

absl::StatusOr<int> Send(chain::Subtensor& node, const json& call) {
  SN37_ASSIGN_OR_RETURN(const chain::Keypair signer, NamedKey());
  SN37_ASSIGN_OR_RETURN(const chain::Block block,
                        node.sender().Send(signer, call));
  Rows rows({{"block", Align::kRight}, {"hash"}, {"signer"}});
  rows.Add({block.number, block.hash, signer.address()});
  return rows.Finish();
}

}  // namespace

absl::StatusOr<int> WatchBlocks(OpenedChain& chain, Words words) {
  uint64_t left = UINT64_MAX;
  if (!words.empty() && !absl::SimpleAtoi(words[0], &left)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Printable(words[0]), "\" is no number of blocks"));
  }
  SN37_ASSIGN_OR_RETURN(chain::Subtensor * node, NodeOf(chain));
  SN37_ASSIGN_OR_RETURN(
      const std::unique_ptr<chain::Subscription> heads,
      node->rpc().Subscribe("chain_subscribeFinalizedHeads", json::array(),
                            "chain_unsubscribeFinalizedHeads"));
  for (; left > 0; --left) {
    SN37_ASSIGN_OR_RETURN(const chain::Notification head,
                          heads->Next(absl::InfiniteFuture()));
    SN37_ASSIGN_OR_RETURN(const uint64_t number,
                          chain::HeaderNumber(head.value));
    SN37_ASSIGN_OR_RETURN(const chain::Block block, node->GetBlock(number));
    if (AsJson()) {
      PrintJsonLine({{"block", number}, {"hash", block.hash}});
    } else {
      std::cout << absl::StrFormat("%10d  %s", number, block.hash) << std::endl;
    }
  }
  return kOk;
}

absl::StatusOr<int> CallRuntime(OpenedChain& chain, Words words) {
  SN37_ASSIGN_OR_RETURN(chain::Subtensor * node, NodeOf(chain));
  SN37_ASSIGN_OR_RETURN(const Name name, ParseName(words[0]));
  const json arguments = ParseWords(words.subspan(1));
  SN37_ASSIGN_OR_RETURN(const chain::State state,
                        node->StateAt(absl::GetFlag(FLAGS_at_block)));
  if (!state.HasMethod(name.owner, name.member)) {
    SN37_ASSIGN_OR_RETURN(const json call,
                          CallOf(state.runtime().metadata, name, arguments));
    return Send(*node, call);
  }
  SN37_ASSIGN_OR_RETURN(const json value,
                        state.CallApi(name.owner, name.member, arguments));
  if (AsJson()) {
    PrintJsonLine({{"block", state.block().number}, {"value", value}});
  } else {
    std::cout << Printable(value.dump()) << "\n";
  }
  return kOk;
}

absl::StatusOr<int> PrintStorage(OpenedChain& chain, Words words) {
  SN37_ASSIGN_OR_RETURN(chain::Subtensor * node, NodeOf(chain));
  SN37_ASSIGN_OR_RETURN(const Name name, ParseName(words[0]));
  const json arguments = ParseWords(words.subspan(1));
  SN37_ASSIGN_OR_RETURN(const chain::State state,
                        node->StateAt(absl::GetFlag(FLAGS_at_block)));
  SN37_ASSIGN_OR_RETURN(
      const chain::StorageEntry* entry,
      state.runtime().metadata.FindStorage(name.owner, name.member));
  Rows rows({{"arguments"}, {"value"}});
  if (arguments.size() < entry->keys.size()) {
    SN37_ASSIGN_OR_RETURN(const std::vector<chain::State::Entry> entries,
                          state.GetAll(name.owner, name.member, arguments));
    for (const chain::State::Entry& one : entries) {
      rows.Add({one.arguments, one.value});
    }
    return rows.Finish();
  }
  SN37_ASSIGN_OR_RETURN(const json value,
                        state.Get(name.owner, name.member, arguments));
  rows.Add({arguments, value});
  return rows.Finish();
}

}  // namespace sn37::tools
