// sn37 digest: what names a model's content.
#include "sn37/base/digest.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
#include "jobs/hub_flags.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "sn37/competition/model_id.h"
#include "sn37/store/digest.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(std::string, hotkey, "",
          "SS58 address of a miner's hotkey, to print the secure hash.");

namespace sn37::tools {
namespace {

using nlohmann::json;

constexpr char kHelp[] = R"(
The directory digest of a model and, for a hotkey, the secure hash that its
commitment must hold.

  sn37 digest --model DIR --hotkey 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY)";

absl::StatusOr<Digest> DigestWithProgress(const std::string& folder) {
  SN37_ASSIGN_OR_RETURN(std::vector<ModelFile> files, ModelFiles(folder));
  uint64_t bytes = 0;
  for (const ModelFile& file : files) bytes += file.bytes;
  Progress progress("hashing", bytes, "bytes");
  return ModelDigest(folder, [&](uint64_t n) { progress.Advance(n); });
}

absl::StatusOr<int> PrintDigest() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  const std::string hotkey = absl::GetFlag(FLAGS_hotkey);
  if (!hotkey.empty()) {
    SN37_RETURN_IF_ERROR(
        Annotate(chain::DecodeSs58(hotkey).status(), "--hotkey"));
  }
  SN37_ASSIGN_OR_RETURN(Digest digest, DigestWithProgress(folder));
  json record = {{"digest", digest.base64()},
                 {"hex", digest.hex()},
                 {"local_commit", LocalCommitId(digest)}};
  if (!hotkey.empty()) {
    record["secure_hash"] = SecureHash(digest.base64(), hotkey);
  }
  if (AsJson()) {
    PrintJsonLine(record);
    return kOk;
  }
  Table table({{"what"}, {"value"}});
  for (const auto& [name, value] : record.items()) {
    table.AddRow({name, value.get<std::string>()});
  }
  std::cout << table.ToString();
  return kOk;
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<int> status = PrintDigest();
  return status.ok() ? *status : Fail(status.status());
}

}  // namespace

const Verb kDigest = {"digest",
                      "the digest of a model folder, and its secure hash",
                      kHelp,
                      {"tools/sn37/digest.cc", kOutputFlagFile, kModelFlagFile,
                       jobs::kHubFlagFile},
                      Run};

}  // namespace sn37::tools
