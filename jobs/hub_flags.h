// The Hugging Face Hub as flags and the ecosystem's environment name it.
#ifndef SN37_JOBS_HUB_FLAGS_H_
#define SN37_JOBS_HUB_FLAGS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/hub/hub.h"

namespace sn37::jobs {

inline constexpr absl::string_view kHubFlagFile = "jobs/hub_flags.cc";

// The environment that NamedHub and its connections go by.
inline constexpr absl::string_view kHubVariables[] = {
    "ALL_PROXY",   "HF_ENDPOINT",   "HF_HOME",   "HF_HUB_OFFLINE",
    "HF_TOKEN",    "HF_TOKEN_PATH", "HOME",      "HTTPS_PROXY",
    "NO_PROXY",    "SSL_CERT_FILE", "all_proxy", "http_proxy",
    "https_proxy", "no_proxy",
};

// A client by --hub, --hub_cache, --offline and --hub_bytes. What is not given
// comes from HF_ENDPOINT and HF_HUB_OFFLINE; the token from HF_TOKEN, else from
// the file HF_TOKEN_PATH, else from "token" in HF_HOME or
// ~/.cache/huggingface. SSL_CERT_FILE names the certificates to trust instead
// of the system's.
absl::StatusOr<std::unique_ptr<Hub>> NamedHub();

// The folder of --hub_cache, and the value of --hub_bytes.
std::string HubFolder();
uint64_t HubBytes();

// These flags for another process; it needs kHubVariables too.
std::vector<std::string> HubFlags();

}  // namespace sn37::jobs

#endif  // SN37_JOBS_HUB_FLAGS_H_
