// A node on the loopback that says what a test tells it to say, and can be told
// to fail in the ways that nodes and networks fail.
//
//   ScriptedNode node;
//   node.On("state_getRuntimeVersion", [](const json&) { return json{…}; });
//   node.Fail("state_getRuntimeVersion", Fault::kHalfAnswer);
//   … connect to node.endpoint() …
#ifndef CHAIN_SUBTENSOR_TESTING_SCRIPTED_NODE_H_
#define CHAIN_SUBTENSOR_TESTING_SCRIPTED_NODE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "chain/subtensor/rpc.h"
#include "nlohmann/json.hpp"

namespace sn37::chain {

// What happens to one request.
enum class Fault {
  kDropUnheard,     // the connection ends; the handler is not called
  kDropUnanswered,  // the handler is called, then the connection ends
  kHalfAnswer,      // … after half a frame of the answer
  kDropAnswered,    // … after the answer
  kNoAnswer,        // the handler is called; nothing is said
  kLateAnswer,      // the answer comes after that of the next request
};

struct ScriptedNodeOptions {
  std::string genesis = "0x" + std::string(64, '1');  // chain_getBlockHash(0)
  std::string chain = "Scripted";                     // system_chain
  // PEM. With both the node speaks TLS.
  std::string certificate = {};
  std::string key = {};
};

// Safe from any thread. Handlers are called one at a time, on the node's own
// thread, and may call the node's other functions.
class ScriptedNode {
 public:
  // The result for params, or RpcErrorStatus(…) for the node's own error. Any
  // other status is answered as error -32603 with its message.
  using Handler = std::function<absl::StatusOr<nlohmann::json>(
      const nlohmann::json& params)>;
  // The first notifications of the subscription `id`, which follow the answer.
  using SubscribeHandler =
      std::function<absl::StatusOr<std::vector<nlohmann::json>>(
          const nlohmann::json& params, const std::string& id)>;

  // Knows chain_getBlockHash for [0], and system_chain; more from On. Methods
  // that it does not know are answered -32601.
  explicit ScriptedNode(ScriptedNodeOptions options = {});
  ~ScriptedNode();
  ScriptedNode(const ScriptedNode&) = delete;
  ScriptedNode& operator=(const ScriptedNode&) = delete;

  // "ws://127.0.0.1:<port>", or "wss://localhost:<port>" with a certificate.
  std::string endpoint() const;

  // What the method answers from now on.
  void On(absl::string_view method, Handler handler);
  void OnSubscribe(absl::string_view subscribe_method,
                   absl::string_view unsubscribe_method,
                   SubscribeHandler handler);

  // A notification to one subscription, or to all that were made with the
  // method. None of an unknown or ended one is sent.
  void Notify(const std::string& id, nlohmann::json value);
  void NotifyAll(absl::string_view subscribe_method, nlohmann::json value);
  // The node ends the subscription by itself, with an error.
  void EndSubscription(const std::string& id, const RpcError& error);

  // The next `times` requests for the method meet the fault.
  void Fail(absl::string_view method, Fault fault, int times = 1);
  // Ends all connections; takes no new ones until `Listen(true)`.
  void DropConnections();
  void Listen(bool listening);
  // Any text, to all connections.
  void SendText(std::string text);

  // The params of every request for the method so far, also of those that met a
  // fault; waiting until there are so many or the time is over.
  std::vector<nlohmann::json> Requests(absl::string_view method) const;
  bool WaitForRequests(absl::string_view method, size_t count,
                       absl::Duration timeout = absl::Seconds(10)) const;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_SCRIPTED_NODE_H_
