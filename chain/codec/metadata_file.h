// Metadata from a file.
#ifndef CHAIN_CODEC_METADATA_FILE_H_
#define CHAIN_CODEC_METADATA_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "chain/codec/metadata.h"

namespace sn37::chain {

// The bytes of a file: as they are, compressed by gzip, or as 0x and hex
// digits, which is what a node's RPC returns. Errors name the file.
absl::StatusOr<std::string> ReadUnpacked(const std::string& path);

// The metadata in such a file.
absl::StatusOr<Metadata> ReadMetadata(const std::string& path);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_METADATA_FILE_H_
