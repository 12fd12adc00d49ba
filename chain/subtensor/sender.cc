#include "chain/subtensor/sender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "chain/codec/era.h"
#include "chain/codec/hashers.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// Extrinsics that are made for one write while the node refuses them for a
// nonce or a runtime that it has left behind.
constexpr int kMaxTries = 3;

// Substrate's codes for what a pool refuses.
constexpr int64_t kInvalidTransaction = 1010;
constexpr int64_t kUnknownValidity = 1011;
constexpr int64_t kFirstBusy = 1012;  // banned, in the pool, too low, full …
constexpr int64_t kLastBusy = 1018;

// The runtime's own numbers for what is wrong, which no metadata names.
constexpr absl::string_view kCustomErrors[] = {
    "ColdkeyInSwapSchedule",
    "StakeAmountTooLow",
    "BalanceTooLow",
    "SubnetNotExists",
    "HotkeyAccountDoesntExist",
    "NotEnoughStakeToWithdraw",
    "RateLimitExceeded",
    "InsufficientLiquidity",
    "SlippageTooHigh",
    "TransferDisallowed",
    "HotKeyNotRegisteredInNetwork",
    "InvalidIpAddress",
    "ServingRateLimitExceeded",
    "InvalidPort",
    "ZeroMaxAmount",
    "InvalidRevealRound",
    "CommitNotFound",
    "CommitBlockNotInRevealRange",
    "InputLengthsUnequal",
    "UidNotFound",
    "EvmKeyAssociateRateLimitExceeded",
};

// Whether the error says that the node did not take the extrinsic: one of the
// pool's, or of JSON-RPC for what it did not understand. After any other it may
// have.
bool IsRefusal(const RpcError& error) {
  constexpr int64_t kParseError = -32700, kInternalError = -32603;
  return (error.code >= kInvalidTransaction && error.code <= kLastBusy) ||
         (error.code >= kParseError && error.code < -32599 &&
          error.code != kInternalError);
}

// What the node says besides the code, as one text.
std::string Explanation(const RpcError& error) {
  if (error.data.is_null()) return error.message;
  const std::string* text = error.data.get_ptr<const std::string*>();
  return absl::StrCat(error.message, ": ",
                      text != nullptr ? *text : CanonicalJson(error.data));
}

bool IsStale(const RpcError& error) {
  const std::string text = absl::AsciiStrToLower(Explanation(error));
  return error.code == kInvalidTransaction &&
         (absl::StrContains(text, "outdated") ||
          absl::StrContains(text, "stale"));
}

// The number after "Custom error: ", if there is one.
absl::string_view CustomName(absl::string_view text) {
  const size_t at = text.find("Custom error: ");
  if (at == absl::string_view::npos) return "";
  absl::string_view digits = text.substr(at + sizeof("Custom error: ") - 1);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  uint32_t number = 0;
  if (!absl::SimpleAtoi(digits, &number) ||
      number >= std::size(kCustomErrors)) {
    return "";
  }
  return kCustomErrors[number];
}

// "SubtensorModule.set_weights" of {"SubtensorModule": {"set_weights": …}}.
std::string NameOf(const json& call) {
  if (!call.is_object() || call.size() != 1) return "a call";
  const auto pallet = call.begin();
  if (!pallet->is_object() || pallet->size() != 1) return pallet.key();
  return absl::StrCat(pallet.key(), ".", pallet->begin().key());
}

// The block that a notification of an extrinsic's life names under `stage`.
const std::string* BlockIn(const json& value, absl::string_view stage) {
  const json* hash = FindField(value, stage);
  return hash == nullptr ? nullptr : hash->get_ptr<const std::string*>();
}

// Whether the pool says no more of the extrinsic after this, though the end is
// not known: another node may have it still.
bool IsGivenUp(const json& value) {
  return value == json("dropped") || value == json("invalid") ||
         BlockIn(value, "usurped") != nullptr ||
         BlockIn(value, "finalityTimeout") != nullptr;
}

std::string Shown(const Write& write) {
  return absl::StrCat(write.what, " of ", write.signer, " (", write.extrinsic,
                      ")");
}

void Erase(const std::string& extrinsic, std::vector<Write>& writes) {
  writes.erase(std::remove_if(writes.begin(), writes.end(),
                              [&](const Write& write) {
                                return write.extrinsic == extrinsic;
                              }),
               writes.end());
}

}  // namespace

absl::Status PoolRefusal(const RpcError& error) {
  const std::string text = Truncate(Printable(Explanation(error)), 300);
  if (error.code >= kFirstBusy && error.code <= kLastBusy) {
    return absl::UnavailableError(absl::StrCat(
        "the node's pool does not take the call now, it did not happen: ",
        text));
  }
  if (error.code != kInvalidTransaction && error.code != kUnknownValidity) {
    return absl::InternalError(
        absl::StrCat("the node answers ", error.code, " ", text));
  }
  const absl::string_view custom = CustomName(text);
  return absl::FailedPreconditionError(
      absl::StrCat(custom.empty() ? "InvalidTransaction" : custom, ": ", text));
}

Sender::Sender(Rpc* rpc, Runtimes* runtimes, const BlockHash& genesis_hash,
               const SendOptions& options, std::optional<Journal> journal)
    : rpc_(*rpc),
      runtimes_(*runtimes),
      genesis_hash_(genesis_hash),
      options_(options),
      journal_(std::move(journal)) {
  if (journal_.has_value()) in_doubt_ = journal_->open();
}

std::vector<Write> Sender::in_doubt() const {
  absl::MutexLock lock(&mutex_);
  return in_doubt_;
}

Sender::Account& Sender::AccountOf(const std::string& signer) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<Account>& account = accounts_[signer];
  if (account == nullptr) account = std::make_unique<Account>();
  return *account;
}

absl::Status Sender::Record(const Write& write) {
  absl::MutexLock lock(&mutex_);
  return journal_.has_value() ? journal_->Record(write) : absl::OkStatus();
}

void Sender::CrossOut(const std::string& extrinsic) {
  absl::MutexLock lock(&mutex_);
  Erase(extrinsic, in_doubt_);
  // What cannot be crossed out is asked for once more by the next run.
  if (journal_.has_value()) journal_->CrossOut(extrinsic).IgnoreError();
}

void Sender::Doubt(const Write& write) {
  absl::MutexLock lock(&mutex_);
  in_doubt_.push_back(write);
}

void Sender::Settle() {
  for (const Write& write : in_doubt()) {
    const absl::StatusOr<Fate> fate = FindFate(rpc_, runtimes_, write);
    if (fate.ok() && fate->kind != Fate::kOpen) CrossOut(write.extrinsic);
  }
}

absl::Status Sender::SettleSigner(const std::string& signer,
                                  absl::Time deadline) {
  std::string happened;
  for (const Write& write : in_doubt()) {
    if (write.signer != signer) continue;
    const absl::StatusOr<Fate> fate = Poll(write, deadline);
    if (!fate.ok()) {
      return absl::UnavailableError(
          absl::StrCat("nothing was sent, for an earlier call is in doubt: ",
                       fate.status().message()));
    }
    CrossOut(write.extrinsic);
    if (fate->kind == Fate::kNever) continue;
    happened = absl::StrCat(
        Shown(write), " is in block ", fate->block.number, " and ",
        fate->outcome.ok() ? "succeeded" : fate->outcome.message());
  }
  if (happened.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "nothing was sent, for an earlier call was in doubt: ", happened,
      "; read back before another"));
}

absl::StatusOr<uint64_t> Sender::NextNonce(const std::string& signer,
                                           Account& account) {
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc_.Call("system_accountNextIndex", json::array({signer}))));
  SN37_ASSIGN_OR_RETURN(const uint64_t next, AsUint(answer, UINT64_MAX));
  // A node that the connection moved to may not have heard of our last calls.
  return account.in_flight == 0 ? next : std::max(next, account.next_nonce);
}

absl::StatusOr<Sender::Submitted> Sender::SubmitOnce(const Keypair& signer,
                                                     const json& call,
                                                     const Runtime& runtime,
                                                     Account& account) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes,
                        EncodeCall(runtime.metadata, call));
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc_.Call("chain_getFinalizedHead", json::array())));
  SN37_ASSIGN_OR_RETURN(const std::string birth, HashText(answer));
  SN37_ASSIGN_OR_RETURN(
      const json header,
      NodeAnswer(rpc_.Call("chain_getHeader", json::array({birth}))));
  SN37_ASSIGN_OR_RETURN(const uint64_t number, HeaderNumber(header));
  ExtrinsicTerms terms;
  terms.spec_version = runtime.version.spec;
  terms.transaction_version = runtime.version.transaction;
  terms.genesis_hash = genesis_hash_;
  // Periods up to 4096 begin at any block: its birth is that block.
  terms.era = Era::Mortal(options_.era_period, number);
  SN37_ASSIGN_OR_RETURN(terms.era_hash, HashBytes(birth));
  SN37_ASSIGN_OR_RETURN(terms.nonce, NextNonce(signer.address(), account));
  SN37_ASSIGN_OR_RETURN(const std::string extrinsic,
                        SignExtrinsic(runtime.metadata, bytes, terms, signer));

  Submitted submitted;
  submitted.write = {ToHex(Blake2(extrinsic, 32)),
                     signer.address(),
                     NameOf(call),
                     terms.nonce,
                     number,
                     terms.era.Death(number) - 1};
  SN37_RETURN_IF_ERROR(Record(submitted.write));
  auto watch = rpc_.Subscribe("author_submitAndWatchExtrinsic",
                              json::array({ToHex(extrinsic)}),
                              "author_unwatchExtrinsic");
  if (watch.ok()) {
    submitted.watch = *std::move(watch);
    account.next_nonce = terms.nonce + 1;
    ++account.in_flight;
    return submitted;
  }
  const auto error = GetRpcError(watch.status());
  if (error.has_value() && IsRefusal(*error)) {
    CrossOut(submitted.write.extrinsic);
    return watch.status();
  }
  Doubt(submitted.write);
  if (!error.has_value()) return watch.status();
  return absl::UnavailableError(watch.status().message());
}

absl::StatusOr<Sender::Submitted> Sender::Submit(const Keypair& signer,
                                                 const json& call,
                                                 Account& account) {
  absl::MutexLock lock(&account.submitting);
  for (int tries = 1;; ++tries) {
    SN37_ASSIGN_OR_RETURN(const std::shared_ptr<const Runtime> runtime,
                          runtimes_.At(""));
    absl::StatusOr<Submitted> submitted =
        SubmitOnce(signer, call, *runtime, account);
    const auto error = GetRpcError(submitted.status());
    if (!error.has_value()) return submitted;
    SN37_ASSIGN_OR_RETURN(const std::shared_ptr<const Runtime> now,
                          runtimes_.At(""));
    const bool outdated =
        IsStale(*error) || now->version.spec != runtime->version.spec;
    if (!outdated || tries == kMaxTries) return PoolRefusal(*error);
  }
}

absl::StatusOr<Fate> Sender::Poll(const Write& write, absl::Time deadline) {
  while (true) {
    const absl::StatusOr<Fate> fate = FindFate(rpc_, runtimes_, write);
    if (fate.ok() && fate->kind != Fate::kOpen) return fate;
    if (absl::Now() + options_.poll > deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          Shown(write), " may or may not happen until block ", write.last_block,
          fate.ok() ? "" : ": ", fate.status().message()));
    }
    absl::SleepFor(options_.poll);
  }
}

absl::StatusOr<Fate> Sender::Watch(Submitted& submitted, absl::Time deadline) {
  const std::string& extrinsic = submitted.write.extrinsic;
  while (true) {
    const absl::StatusOr<Notification> next = submitted.watch->Next(deadline);
    if (!next.ok() || IsGivenUp(next->value)) break;
    const std::string* block = BlockIn(next->value, "finalized");
    if (block == nullptr && !options_.until_finalized) {
      block = BlockIn(next->value, "inBlock");
    }
    if (block == nullptr) continue;
    SN37_ASSIGN_OR_RETURN(const std::string hash, HashText(*block));
    const absl::StatusOr<Fate> fate =
        FateInBlock(rpc_, runtimes_, hash, extrinsic);
    if (fate.ok() && fate->kind == Fate::kIncluded) return fate;
    break;
  }
  return Poll(submitted.write, deadline);
}

absl::StatusOr<Block> Sender::Send(const Keypair& signer, const json& call) {
  const absl::Time deadline = absl::Now() + options_.timeout;
  SN37_RETURN_IF_ERROR(SettleSigner(signer.address(), deadline));
  Account& account = AccountOf(signer.address());
  SN37_ASSIGN_OR_RETURN(Submitted submitted, Submit(signer, call, account));
  const absl::StatusOr<Fate> fate = Watch(submitted, deadline);
  const bool happened = fate.ok() && fate->kind == Fate::kIncluded;
  {
    absl::MutexLock lock(&account.submitting);
    --account.in_flight;
    // Its nonce is free, or may be: the node says which is the next.
    if (!happened) account.next_nonce = 0;
  }
  if (!fate.ok()) {
    Doubt(submitted.write);
    return fate.status();
  }
  CrossOut(submitted.write.extrinsic);
  if (!happened) {
    return absl::UnavailableError(absl::StrCat(
        Shown(submitted.write), " did not happen: no block took it"));
  }
  SN37_RETURN_IF_ERROR(fate->outcome);
  return fate->block;
}

}  // namespace sn37::chain
