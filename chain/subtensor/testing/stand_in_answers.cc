#include "chain/subtensor/testing/stand_in_answers.h"

#include <string>
#include <vector>

namespace sn37::chain {

using nlohmann::json;

void AnswerFrom(StandInChain& chain, ScriptedNode& node) {
  for (const std::string& method : StandInChain::Methods()) {
    node.On(method, [&chain, method](const json& params) {
      return chain.Call(method, params);
    });
  }
  node.OnSubscribe("author_submitAndWatchExtrinsic", "author_unwatchExtrinsic",
                   [&chain](const json& params, const std::string&) {
                     return chain.Watch(params);
                   });
  node.OnSubscribe(
      "chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads",
      [&chain](const json&,
               const std::string&) -> absl::StatusOr<std::vector<json>> {
        const auto head = chain.Call("chain_getHeader", json::array());
        if (!head.ok()) return head.status();
        return std::vector<json>{*head};
      });
}

}  // namespace sn37::chain
