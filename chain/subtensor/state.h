// The chain's state at one block: storage and runtime APIs as JSON values
// (chain/codec/value.h), through the metadata of that block's runtime.
//
//   SN37_ASSIGN_OR_RETURN(nlohmann::json tempo,
//                         state.Get("SubtensorModule", "Tempo", {37}));
//
// Errors: NotFound for a state that the node does not have (any more),
// Unimplemented for an item or method that the runtime does not have,
// InvalidArgument for arguments that do not fit it, Internal for answers that
// do not decode, and the connection's (rpc.h).
#ifndef CHAIN_SUBTENSOR_STATE_H_
#define CHAIN_SUBTENSOR_STATE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/runtime.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// One value of storage. `arguments` is an array, empty for a plain item.
struct StorageItem {
  absl::string_view pallet, item;
  nlohmann::json arguments = nlohmann::json::array();
};

// Copyable, thread-safe. `rpc` must outlive it.
class State {
 public:
  State(Rpc* rpc, std::shared_ptr<const Runtime> runtime, Block block)
      : rpc_(rpc), runtime_(std::move(runtime)), block_(std::move(block)) {}

  const Block& block() const { return block_; }
  const Runtime& runtime() const { return *runtime_; }

  // The value, the item's default, or null where it has none.
  absl::StatusOr<nlohmann::json> Get(absl::string_view pallet,
                                     absl::string_view item,
                                     const nlohmann::json& arguments) const;

  // The same for many, in their order, 1000 in a round trip.
  absl::StatusOr<std::vector<nlohmann::json>> GetMany(
      absl::Span<const StorageItem> items) const;

  // All values of a map whose first arguments are these, with all of their
  // arguments, in order of their keys. ResourceExhausted above 100,000.
  struct Entry {
    nlohmann::json arguments, value;
  };
  absl::StatusOr<std::vector<Entry>> GetAll(
      absl::string_view pallet, absl::string_view item,
      const nlohmann::json& first_arguments) const;

  // What a method of a runtime API returns; where `fields` are given, only
  // these of it.
  absl::StatusOr<nlohmann::json> CallApi(
      absl::string_view api, absl::string_view method,
      const nlohmann::json& inputs,
      absl::Span<const absl::string_view> fields = {}) const;

  // A constant of the runtime.
  absl::StatusOr<nlohmann::json> Constant(absl::string_view pallet,
                                          absl::string_view name) const;

  bool HasItem(absl::string_view pallet, absl::string_view item) const;
  bool HasCall(absl::string_view pallet, absl::string_view function) const;
  bool HasMethod(absl::string_view api, absl::string_view method) const;

 private:
  absl::StatusOr<std::string> Key(const StorageItem& item) const;
  absl::StatusOr<std::vector<nlohmann::json>> ReadKeys(
      absl::Span<const std::string> keys) const;
  absl::StatusOr<nlohmann::json> Decode(const StorageItem& item,
                                        const nlohmann::json& hex) const;

  Rpc* rpc_;
  std::shared_ptr<const Runtime> runtime_;
  Block block_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_STATE_H_
