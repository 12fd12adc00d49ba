#include "sn37/competition/model_id.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/digest.h"
#include "sn37/base/text.h"
#include "sn37/competition/python_int.h"

namespace sn37 {
namespace {

constexpr absl::string_view kNone = "None";

std::optional<std::string> Field(absl::string_view text) {
  if (text == kNone) return std::nullopt;
  return std::string(text);
}

// Code points, each byte that is not UTF-8 being one.
size_t Length(absl::string_view text) {
  size_t length = 0;
  for (; !text.empty(); ++length) text.remove_prefix(DecodeUtf8(text).bytes);
  return length;
}

}  // namespace

std::string CompressModelId(const ModelId& id) {
  return absl::StrCat(id.repo_namespace, ":", id.name, ":",
                      id.commit.value_or(std::string(kNone)), ":",
                      id.secure_hash.value_or(std::string(kNone)), ":",
                      id.competition);
}

absl::StatusOr<std::string> CommitmentText(const ModelId& id) {
  const std::string text = CompressModelId(id);
  if (text.size() > kMaxCommitmentTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the commitment of ", Printable(RepoName(id)), " has ", text.size(),
        " bytes, above the chain's limit of ", kMaxCommitmentTextBytes,
        "; choose a shorter repository name"));
  }
  const absl::StatusOr<ModelId> read_back = ParseModelId(text);
  if (!id.commit || !read_back.ok() || *read_back != id) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", Printable(text),
        "\" would not be read back as the same model: "
        "it needs a commit, and no field may hold a colon or be None"));
  }
  return text;
}

absl::StatusOr<ModelId> ParseModelId(absl::string_view text,
                                     int64_t default_competition) {
  const auto error = [&](absl::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat(
        "commitment \"", Truncate(Printable(text), 150), "\": ", problem));
  };
  if (text.size() > kMaxCommitmentTextBytes) {
    return error(
        absl::StrCat("longer than ", kMaxCommitmentTextBytes, " bytes"));
  }
  if (!IsValidUtf8(text)) return error("not UTF-8");
  const std::vector<absl::string_view> fields = absl::StrSplit(text, ':');
  if (fields.size() < 4) return error("fewer than four fields");
  ModelId id;
  id.repo_namespace = std::string(fields[0]);
  id.name = std::string(fields[1]);
  id.commit = Field(fields[2]);
  id.secure_hash = Field(fields[3]);
  if (fields.size() == 4) {
    id.hash = id.secure_hash;
    id.competition = default_competition;
    return id;
  }
  const std::optional<int64_t> competition = ParsePythonInt(fields[4]);
  if (!competition) return error("the competition is not an integer");
  id.competition = *competition;
  return id;
}

absl::StatusOr<RepoId> ParseRepoId(absl::string_view repo_id) {
  const size_t length = Length(repo_id);
  const std::string shown = Truncate(Printable(repo_id), 60);
  if (length < kMinRepoIdLength || length > kMaxRepoIdLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("repository id \"", shown, "\" has ", length,
                     " characters; it must have more than ",
                     kMinRepoIdLength - 1, " and at most ", kMaxRepoIdLength));
  }
  const size_t slash = repo_id.find('/');
  if (std::count(repo_id.begin(), repo_id.end(), '/') != 1 || slash == 0 ||
      slash == repo_id.size() - 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "repository id \"", shown, "\" must have the format namespace/name"));
  }
  return RepoId{std::string(repo_id.substr(0, slash)),
                std::string(repo_id.substr(slash + 1))};
}

std::string RepoName(const ModelId& id) {
  return absl::StrCat(id.repo_namespace, "/", id.name);
}

std::string RepoUrl(const ModelId& id) {
  return absl::StrCat("https://huggingface.co/", RepoName(id), "/tree/",
                      id.commit.value_or("main"));
}

std::string SecureHash(absl::string_view content_hash,
                       absl::string_view hotkey) {
  return Sha256(absl::StrCat(content_hash, hotkey)).base64();
}

}  // namespace sn37
