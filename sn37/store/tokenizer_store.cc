#include "sn37/store/tokenizer_store.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/file.h"
#include "sn37/base/text.h"

namespace sn37 {

absl::StatusOr<std::string> TokenizerFolder(const std::string& root,
                                            const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || !IsPlainName(parts[0]) || !IsPlainName(parts[1])) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", Printable(name),
                     "' is no name of a tokenizer, such as owner/name"));
  }
  std::string folder = JoinPath(JoinPath(root, parts[0]), parts[1]);
  if (FileExists(JoinPath(folder, "tokenizer.json"))) return folder;
  return absl::FailedPreconditionError(absl::StrCat(
      "the tokenizer ", Printable(name), " is missing: put its ",
      "tokenizer.json, tokenizer_config.json and, where it has them, ",
      "special_tokens_map.json and chat_template.jinja into ", folder));
}

}  // namespace sn37
