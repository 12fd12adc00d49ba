#include "chain/codec/metadata_file.h"

#include <zlib.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/value.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

// Runtimes of today have 0.4 MB.
constexpr size_t kMaxBytes = 16 << 20;
constexpr absl::string_view kGzipMagic = "\x1f\x8b";
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip

absl::StatusOr<std::string> Gunzip(absl::string_view compressed) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return absl::ResourceExhaustedError("no memory to decompress it");
  }
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= kMaxBytes) {
    char piece[1 << 16];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof(piece) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("it decompresses to more than ", kMaxBytes, " bytes"));
  }
  if (result != Z_STREAM_END) {
    return absl::InvalidArgumentError("it is damaged gzip");
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> ReadUnpacked(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, kMaxBytes));
  absl::StatusOr<std::string> plain = std::move(bytes);
  if (absl::StartsWith(*plain, kGzipMagic)) plain = Gunzip(*plain);
  if (plain.ok() && absl::StartsWith(*plain, "0x")) {
    plain = FromHex(absl::StripTrailingAsciiWhitespace(*plain));
  }
  SN37_RETURN_IF_ERROR(Annotate(plain.status(), Printable(path)));
  return plain;
}

absl::StatusOr<Metadata> ReadMetadata(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes, ReadUnpacked(path));
  absl::StatusOr<Metadata> metadata = DecodeMetadata(bytes);
  SN37_RETURN_IF_ERROR(Annotate(metadata.status(), Printable(path)));
  return metadata;
}

}  // namespace sn37::chain
