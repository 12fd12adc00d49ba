// The name of a miner's model: what its commitment on chain says, in the text
// form that every program of the subnet reads and writes.
//
//   namespace:name:commit:secure_hash:competition
//
// The secure hash binds the content to the hotkey: a copied text fails, for
// another hotkey gives another hash.
#ifndef SN37_COMPETITION_MODEL_ID_H_
#define SN37_COMPETITION_MODEL_ID_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// Limits of the text, in bytes; a repository id in characters.
inline constexpr size_t kMaxCommitmentTextBytes = 128;
inline constexpr size_t kMinRepoIdLength = 4;
inline constexpr size_t kMaxRepoIdLength = 38;

// Everything here comes from a stranger: show it through Printable only.
struct ModelId {
  std::string repo_namespace;
  std::string name;
  std::optional<std::string> commit;  // a revision of the repository
  std::optional<std::string> hash;    // of the content; the legacy form only
  std::optional<std::string> secure_hash;
  int64_t competition = 0;

  friend bool operator==(const ModelId&, const ModelId&) = default;
};

// The text, without any check: an absent field is the word None.
std::string CompressModelId(const ModelId& id);

// The text for the chain. Errors: longer than kMaxCommitmentTextBytes, or
// fields (a colon, the word None, a commit that is missing) that would be read
// back as another id.
absl::StatusOr<std::string> CommitmentText(const ModelId& id);

// Reads a text as the subnet's other programs do. Four fields are the legacy
// form: competition `default_competition`, and the last is both hash and secure
// hash. Fields after the fifth are ignored. Errors: fewer than four fields, no
// integer for the competition (as Python's int reads it), invalid UTF-8, longer
// than kMaxCommitmentTextBytes.
absl::StatusOr<ModelId> ParseModelId(absl::string_view text,
                                     int64_t default_competition = 0);

struct RepoId {
  std::string repo_namespace;
  std::string name;
};

// Splits "namespace/name": kMinRepoIdLength to kMaxRepoIdLength characters,
// exactly one slash, something on both sides of it.
absl::StatusOr<RepoId> ParseRepoId(absl::string_view repo_id);

// "namespace/name".
std::string RepoName(const ModelId& id);

// Where a person finds the model: the hub's page of that commit (of the main
// branch, where there is no commit).
std::string RepoUrl(const ModelId& id);

// base64(SHA-256(content_hash ‖ hotkey)), content_hash being the base64
// directory digest and hotkey the SS58 address.
std::string SecureHash(absl::string_view content_hash,
                       absl::string_view hotkey);

}  // namespace sn37

#endif  // SN37_COMPETITION_MODEL_ID_H_
