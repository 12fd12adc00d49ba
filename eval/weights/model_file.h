// Which symbolic links a model's folder may hold.
#ifndef EVAL_WEIGHTS_MODEL_FILE_H_
#define EVAL_WEIGHTS_MODEL_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sn37::eval {

// The path to open for the file `path` of a model's folder: `path` itself
// unless it is a symbolic link, else the real path of what it points to.
//
// A link could make one model pass for another, or show a file that is no
// model's. Two kinds are what people and tools really make, and only these are
// followed:
//   - to a file of the same name (a folder of links to a folder of files), and
//   - into the hub cache that the folder is a snapshot of: ../../blobs.
// Another link is kInvalidArgument; a missing file, or a link to nothing,
// kNotFound.
absl::StatusOr<std::string> ResolveModelFile(const std::string& path);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_MODEL_FILE_H_
