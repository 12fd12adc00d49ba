#include "sn37/store/hub_store.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/store/digest.h"
#include "sn37/store/local_store.h"

namespace sn37 {
namespace {

// What the hub says as a store says it, the same words from every hub: a model
// that not everybody may read is none. Whatever else is wrong with an answer,
// our token or the way there is not the model's fault.
absl::Status AsOfAStore(const absl::Status& status, const HubRepo& repo,
                        bool anonymous) {
  const int http = HttpStatusOf(status);
  if (http == 403 || http == 404 || http == 410 || (http == 401 && anonymous)) {
    return absl::NotFoundError(absl::StrCat(repo.id, ": the hub has no commit ",
                                            repo.commit,
                                            " that everybody may read"));
  }
  const bool ours = http != 0 || absl::IsFailedPrecondition(status) ||
                    absl::IsDataLoss(status);
  return ours ? absl::UnavailableError(status.message()) : status;
}

}  // namespace

absl::Status HubStore::Bring(const HubRepo& repo, const std::string& folder,
                             uint64_t max_bytes) {
  const absl::StatusOr<std::vector<HubFile>> listing = hub_.List(repo);
  SN37_RETURN_IF_ERROR(AsOfAStore(listing.status(), repo, hub_.anonymous()));
  std::map<std::string, HubFile> by_name;
  for (const HubFile& file : *listing) by_name[file.path] = file;
  // The file in the folder, there already or now.
  const auto bring =
      [&](const std::string& name) -> absl::StatusOr<std::string> {
    const std::string path = JoinPath(folder, name);
    if (FileExists(path)) return path;
    SN37_RETURN_IF_ERROR(MakeFolder(folder));
    SN37_RETURN_IF_ERROR(
        AsOfAStore(hub_.Download(repo, by_name.at(name), path, progress_), repo,
                   hub_.anonymous()));
    return path;
  };
  const ModelListing model = {
      .name = repo.id,
      .size = [&](const std::string& name)
          -> absl::StatusOr<std::optional<uint64_t>> {
        const auto file = by_name.find(name);
        if (file == by_name.end()) return std::nullopt;
        return file->second.bytes;
      },
      .read = [&](const std::string& name,
                  uint64_t limit) -> absl::StatusOr<std::string> {
        if (by_name.at(name).bytes > std::min(limit, max_bytes)) {
          return absl::OutOfRangeError(absl::StrCat(
              repo.id, ": ", name, " has ", by_name.at(name).bytes, " bytes"));
        }
        SN37_ASSIGN_OR_RETURN(const std::string path, bring(name));
        return ReadFile(path, limit);
      }};
  SN37_ASSIGN_OR_RETURN(const std::vector<ModelFile> files, ModelFiles(model));
  uint64_t bytes = 0;
  for (const ModelFile& file : files) bytes += file.bytes;
  if (bytes > max_bytes) {
    return absl::OutOfRangeError(
        absl::StrCat(repo.id, ": ", bytes, " bytes, allowed are ", max_bytes));
  }
  for (const ModelFile& file : files) {
    SN37_RETURN_IF_ERROR(bring(file.name).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HubStore::Fetch(const ModelId& id,
                                            uint64_t max_bytes) {
  LocalStore local(root_);
  SN37_ASSIGN_OR_RETURN(const std::string folder, CommitFolder(root_, id));
  if (FileExists(folder)) {
    absl::StatusOr<std::string> found = local.Fetch(id, max_bytes);
    if (!absl::IsNotFound(found.status())) return found;
    SN37_RETURN_IF_ERROR(RemoveTree(folder));  // a file of it is gone
  }
  const HubRepo repo{HubRepo::kModel, RepoName(id), *id.commit};
  const std::string partial = absl::StrCat(folder, ".partial");
  SN37_RETURN_IF_ERROR(Bring(repo, partial, max_bytes));
  if (std::rename(partial.c_str(), folder.c_str()) != 0) {
    return ErrnoStatus(errno, "rename", partial);
  }
  SN37_RETURN_IF_ERROR(SyncFolder(folder.substr(0, folder.rfind('/'))));
  return local.Fetch(id, max_bytes);
}

}  // namespace sn37
