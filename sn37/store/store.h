// A model store: where miners' models come from.
#ifndef SN37_STORE_STORE_H_
#define SN37_STORE_STORE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sn37/competition/model_id.h"

namespace sn37 {

// An implementer
//   1. looks at sizes before contents: a model whose ModelFiles (digest.h) have
//      more than `max_bytes` together costs no more than a listing,
//   2. brings nothing but those files, and runs nothing,
//   3. trusts no name: nothing is read or written outside its own folder,
//   4. does not judge the content: whoever asked compares digests.
class ModelStore {
 public:
  virtual ~ModelStore() = default;

  // The folder of the model at its commit; its files do not change while the
  // store lives.
  //   kInvalidArgument  the id is malformed or names no commit, or what is
  //                     there is no model
  //   kNotFound         no such model, or a file that every model has
  //   kOutOfRange       more than `max_bytes`, with the number
  //   any other         the store's own trouble, which says nothing about the
  //                     model: a disk that is not there, a hub that is down
  virtual absl::StatusOr<std::string> Fetch(const ModelId& id,
                                            uint64_t max_bytes) = 0;
};

// Whether a Fetch that ended so says that the model is at fault.
inline bool RulesOut(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsOutOfRange(status);
}

}  // namespace sn37

#endif  // SN37_STORE_STORE_H_
