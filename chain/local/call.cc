#include "chain/local/call.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sn37::chain {
namespace {

struct Line {
  std::string operator()(const RegisterCall& call) const {
    return absl::StrCat("register ", call.netuid, " ", call.hotkey);
  }
  std::string operator()(const CommitCall& call) const {
    return absl::StrCat("commit ", call.netuid, " ",
                        absl::BytesToHexString(call.text));
  }
  std::string operator()(const SetWeightsCall& call) const {
    std::string line =
        absl::StrCat("set_weights ", call.netuid, " ", call.version_key);
    for (const Weight& weight : call.weights) {
      absl::StrAppend(&line, " ", weight.uid, ":", weight.value);
    }
    return line;
  }
};

}  // namespace

std::string SigningPayload(absl::string_view genesis_hash,
                           const SignedCall& call) {
  return absl::StrCat("sn37 ledger call\ngenesis ", genesis_hash, "\nsigner ",
                      call.signer, "\nnonce ", call.nonce, "\n",
                      std::visit(Line(), call.call));
}

}  // namespace sn37::chain
