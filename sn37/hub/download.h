// A file of the hub brought to this machine whole; Hub::Download (hub.h) says
// how.
#ifndef SN37_HUB_DOWNLOAD_H_
#define SN37_HUB_DOWNLOAD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sn37/hub/fetch.h"
#include "sn37/hub/hub_file.h"

namespace sn37 {

absl::Status DownloadFile(Fetcher& fetcher, const std::string& url,
                          absl::string_view commit, const HubFile& file,
                          const std::string& path,
                          const std::function<void(uint64_t bytes)>& progress);

}  // namespace sn37

#endif  // SN37_HUB_DOWNLOAD_H_
