#include "tools/sn37/model_flags.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jobs/hub_flags.h"
#include "sn37/base/file.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/competition/model_id.h"
#include "sn37/hub/hub.h"
#include "sn37/store/hub_store.h"

ABSL_FLAG(std::string, model, "",
          "Folder of the model (Hugging Face layout), or hf:OWNER/NAME@COMMIT "
          "for one of the hub, which is brought here.");

namespace sn37::tools {
namespace {

// A model by what follows "hf:".
absl::StatusOr<std::string> BringModel(absl::string_view reference) {
  const std::vector<std::string> parts = absl::StrSplit(reference, '@');
  const std::vector<std::string> names = absl::StrSplit(parts.front(), '/');
  if (parts.size() > 2 || names.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("--model: \"hf:", Printable(reference),
                     "\" is not hf:OWNER/NAME or hf:OWNER/NAME@COMMIT"));
  }
  SN37_ASSIGN_OR_RETURN(const std::unique_ptr<Hub> hub, jobs::NamedHub());
  const HubRepo repo{HubRepo::kModel, parts.front(), ""};
  ModelId id;
  id.repo_namespace = names[0];
  id.name = names[1];
  SN37_ASSIGN_OR_RETURN(
      id.commit, hub->Resolve(repo, parts.size() > 1 ? parts[1] : "main"));
  Progress progress("downloading", 0, "bytes");
  HubStore store(*hub, JoinPath(jobs::HubFolder(), "models"),
                 [&](uint64_t bytes) { progress.Advance(bytes); });
  return store.Fetch(id, jobs::HubBytes());
}

}  // namespace

absl::StatusOr<std::string> ModelFolder() {
  const std::string model = absl::GetFlag(FLAGS_model);
  if (model.empty()) {
    return absl::InvalidArgumentError(
        "which model? give its folder with --model");
  }
  absl::string_view reference = model;
  if (absl::ConsumePrefix(&reference, "hf:")) return BringModel(reference);
  return model;
}

}  // namespace sn37::tools
