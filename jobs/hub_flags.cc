#include "jobs/hub_flags.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, hub, "",
          "the hub's address; by default $HF_ENDPOINT, else the public one.");
ABSL_FLAG(std::string, hub_cache, "",
          "folder that keeps what the hub sent; by default ~/.sn37/hub.");
ABSL_FLAG(bool, offline, false,
          "ask the hub for nothing: use what --hub_cache has. $HF_HUB_OFFLINE "
          "too.");
ABSL_FLAG(uint64_t, hub_bytes, uint64_t{1} << 40,
          "stop after that many bytes from the hub.");

namespace sn37::jobs {
namespace {

constexpr uint64_t kMaxTokenFileBytes = 4096;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string InHome(absl::string_view path) {
  return JoinPath(Environment("HOME"), path);
}

bool IsOn(std::string value) {
  absl::AsciiStrToLower(&value);
  return value == "1" || value == "on" || value == "yes" || value == "true";
}

// Empty where there is none.
absl::StatusOr<std::string> Token() {
  std::string token = Environment("HF_TOKEN");
  if (token.empty()) {
    std::string home = Environment("HF_HOME");
    if (home.empty()) home = InHome(".cache/huggingface");
    std::string path = Environment("HF_TOKEN_PATH");
    if (path.empty()) path = JoinPath(home, "token");
    if (!FileExists(path)) return token;
    SN37_ASSIGN_OR_RETURN(token, ReadFile(path, kMaxTokenFileBytes));
  }
  return std::string(absl::StripAsciiWhitespace(token));
}

}  // namespace

std::string HubFolder() {
  const std::string folder = absl::GetFlag(FLAGS_hub_cache);
  return folder.empty() ? InHome(".sn37/hub") : folder;
}

uint64_t HubBytes() { return absl::GetFlag(FLAGS_hub_bytes); }

std::vector<std::string> HubFlags() {
  return {absl::StrCat("--hub=", absl::GetFlag(FLAGS_hub)),
          absl::StrCat("--hub_cache=", HubFolder()),
          absl::StrCat("--offline=", absl::GetFlag(FLAGS_offline)),
          absl::StrCat("--hub_bytes=", HubBytes())};
}

absl::StatusOr<std::unique_ptr<Hub>> NamedHub() {
  HubOptions options;
  for (const std::string& endpoint :
       {Environment("HF_ENDPOINT"), absl::GetFlag(FLAGS_hub)}) {
    if (!endpoint.empty()) options.fetch.endpoint = endpoint;
  }
  options.fetch.roots = Environment("SSL_CERT_FILE");
  options.fetch.max_bytes = HubBytes();
  options.offline =
      absl::GetFlag(FLAGS_offline) || IsOn(Environment("HF_HUB_OFFLINE"));
  options.cache = HubFolder();
  SN37_ASSIGN_OR_RETURN(options.fetch.token, Token());
  return Hub::Create(options);
}

}  // namespace sn37::jobs
