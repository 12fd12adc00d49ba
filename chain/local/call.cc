#include "chain/local/call.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace sn37::chain {
namespace {

// " uid:value" for each.
std::string Entries(absl::Span<const Weight> weights) {
  std::string entries;
  for (const Weight& weight : weights) {
    absl::StrAppend(&entries, " ", weight.uid, ":", weight.value);
  }
  return entries;
}

struct Line {
  std::string operator()(const RegisterCall& call) const {
    return absl::StrCat("register ", call.netuid, " ", call.hotkey);
  }
  std::string operator()(const CommitCall& call) const {
    return absl::StrCat("commit ", call.netuid, " ",
                        absl::BytesToHexString(call.text));
  }
  std::string operator()(const SetWeightsCall& call) const {
    return absl::StrCat("set_weights ", call.netuid, " ", call.version_key,
                        Entries(call.weights));
  }
  std::string operator()(const CommitWeightsCall& call) const {
    return absl::StrCat(
        "commit_weights ", call.netuid, " ",
        absl::BytesToHexString({reinterpret_cast<const char*>(call.hash.data()),
                                call.hash.size()}));
  }
  std::string operator()(const RevealWeightsCall& call) const {
    std::string line = absl::StrCat("reveal_weights ", call.netuid, " ",
                                    call.hidden.version_key,
                                    Entries(call.hidden.weights), " salt");
    for (const uint16_t number : call.hidden.salt) {
      absl::StrAppend(&line, " ", number);
    }
    return line;
  }
  std::string operator()(const CommitTimelockedWeightsCall& call) const {
    return absl::StrCat("commit_timelocked_weights ", call.weights.netuid, " ",
                        call.weights.version_key,
                        Entries(call.weights.weights));
  }
};

}  // namespace

std::string CallText(const Call& call) { return std::visit(Line(), call); }

std::string SigningPayload(absl::string_view genesis_hash,
                           const SignedCall& call) {
  return absl::StrCat("sn37 ledger call\ngenesis ", genesis_hash, "\nsigner ",
                      call.signer, "\nnonce ", call.nonce, "\n",
                      CallText(call.call));
}

}  // namespace sn37::chain
