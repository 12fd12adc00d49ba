// A file of a repository of the hub.
#ifndef SN37_HUB_HUB_FILE_H_
#define SN37_HUB_HUB_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sn37/base/digest.h"

namespace sn37 {

// A file of a repository, as the hub's listing says.
struct HubFile {
  std::string path;      // checked: see IsSafePath
  uint64_t bytes = 0;    // of the content
  std::string git_blob;  // SHA-1 of the git blob, 40 hex digits; of LFS files
                         // it is the pointer's
  std::optional<Digest> sha256;  // of the content; LFS files only
};

}  // namespace sn37

#endif  // SN37_HUB_HUB_FILE_H_
