// Encodes what a stand-in chain holds as a real runtime would, by the metadata
// that it gives away: the reverse of what the client does.
#ifndef CHAIN_SUBTENSOR_TESTING_STAND_IN_RUNTIME_H_
#define CHAIN_SUBTENSOR_TESTING_STAND_IN_RUNTIME_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/metadata.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// Keys and values of storage, in order.
using StorageMap = std::map<std::string, std::string>;

// A value of the type that is zero, false, empty, none or the first variant.
nlohmann::json ZeroValue(const TypeRegistry& types, TypeId id);

// Thread-safe once made. Whatever cannot be encoded fails the test.
class StandInRuntime {
 public:
  // From the bytes that state_getMetadata returns.
  explicit StandInRuntime(std::string metadata_bytes);

  const std::string& bytes() const { return bytes_; }
  int metadata_version() const { return metadata_.version; }
  const Metadata& metadata() const { return metadata_; }
  RuntimeVersion version() const { return version_; }

  // Adds an item; none where the runtime does not have it.
  void Put(absl::string_view pallet, absl::string_view item,
           const nlohmann::json& arguments, const nlohmann::json& value,
           StorageMap& storage) const;
  // The value of System.Events where extrinsic number 1, after an inherent,
  // ended with `status` (a refusal as client.h has it).
  nlohmann::json Events(const absl::Status& status) const;
  // The output of an API method, as state_call answers.
  std::string ApiOutput(absl::string_view api, absl::string_view method,
                        const nlohmann::json& value) const;
  // The unsigned extrinsic by which a block tells its time.
  std::string TimestampExtrinsic(uint64_t millis) const;

 private:
  nlohmann::json DispatchError(const absl::Status& status) const;

  std::string bytes_;
  Metadata metadata_;
  RuntimeVersion version_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_STAND_IN_RUNTIME_H_
