#include "sn37/base/fuzz_folder.h"

#include <cstdlib>
#include <fstream>

#include "sn37/base/check.h"
#include "sn37/base/file.h"

namespace sn37 {

FuzzFolder::FuzzFolder() {
  const char* parent = std::getenv("TEST_TMPDIR");
  path_ = JoinPath(parent != nullptr ? parent : ".", "fuzz");
  const absl::Status made = MakeFolder(path_);
  SN37_CHECK(made.ok()) << made;
}

std::string FuzzFolder::Put(absl::string_view name,
                            absl::string_view bytes) const {
  const std::string path = JoinPath(path_, name);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  SN37_CHECK(file.good()) << path;
  return path;
}

}  // namespace sn37
