// A folder for fuzz targets of parsers that read files.
#ifndef SN37_BASE_FUZZ_FOLDER_H_
#define SN37_BASE_FUZZ_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sn37 {

class FuzzFolder {
 public:
  // Makes it, below the test's own folder. What is in it may stay there.
  FuzzFolder();

  const std::string& path() const { return path_; }

  // Writes a file, without the care of WriteFileWhole, for this is done a
  // million times. Returns its path.
  std::string Put(absl::string_view name, absl::string_view bytes) const;

 private:
  std::string path_;
};

}  // namespace sn37

#endif  // SN37_BASE_FUZZ_FOLDER_H_
