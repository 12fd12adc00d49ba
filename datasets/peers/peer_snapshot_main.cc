// Times one step of a snapshot's life for peers.py and prints
// {"seconds": …, "peak_mib": …}, for a draw also the digest of its samples:
//
//   peer_snapshot build SPEC OUT NAME=FILE…   verify DIR   draw DIR COUNT
//   peer_snapshot unpack DIR
//
// What comes before drawing (opening, which checks) is not in its time.
// "unpack" reads the shards and decompresses every page, and nothing else: no
// reader of every tenth row can be much faster.
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "arrow/io/file.h"
#include "arrow/io/memory.h"
#include "arrow/util/compression.h"
#include "datasets/arrow_status.h"
#include "datasets/build.h"
#include "datasets/sampling.h"
#include "datasets/side_by_side.h"
#include "datasets/snapshot.h"
#include "parquet/column_page.h"
#include "parquet/column_reader.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

using Clock = std::chrono::steady_clock;

absl::Status Build(const std::vector<std::string>& words) {
  SN37_ASSIGN_OR_RETURN(const BuildSpec spec, ReadBuildSpec(words[1]));
  SN37_ASSIGN_OR_RETURN(
      const InputFiles inputs,
      InputFilesFromWords(absl::MakeConstSpan(words).subspan(3)));
  BuildOptions options;
  options.threads = AllThreads();
  return BuildSnapshot(spec, inputs, words[2], options).status();
}

absl::StatusOr<std::vector<Sample>> DrawFrom(const Snapshot& snapshot,
                                             const std::string& count) {
  Draw draw = {.configs = {snapshot.manifest().configs.front().name},
               .seed = Sha256("peers"),
               .task = "draw"};
  if (!absl::SimpleAtoi(count, &draw.count)) {
    return absl::InvalidArgumentError("no count");
  }
  return DrawSamples(snapshot, draw);
}

arrow::Status UnpackChunk(arrow::io::RandomAccessFile& file,
                          const parquet::ColumnChunkMetaData& chunk,
                          const parquet::ColumnDescriptor& type,
                          arrow::util::Decompressor& zstd, std::string& page) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, file.ReadAt(chunk.data_page_offset(),
                                                chunk.total_compressed_size()));
  const auto pages = parquet::PageReader::Open(
      std::make_shared<arrow::io::BufferReader>(bytes), chunk.num_values(),
      parquet::Compression::UNCOMPRESSED, parquet::ReaderProperties(), type);
  while (const auto next = pages->NextPage()) {
    const auto& data = static_cast<const parquet::DataPageV2&>(*next);
    if (!data.is_compressed()) continue;
    const int64_t levels = data.definition_levels_byte_length() +
                           data.repetition_levels_byte_length();
    page.resize(data.uncompressed_size());
    ARROW_RETURN_NOT_OK(zstd.Reset());
    ARROW_RETURN_NOT_OK(zstd.Decompress(data.size() - levels,
                                        data.data() + levels, page.size(),
                                        reinterpret_cast<uint8_t*>(page.data()))
                            .status());
  }
  return arrow::Status::OK();
}

arrow::Status UnpackShard(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const auto codec,
                        arrow::util::Codec::Create(arrow::Compression::ZSTD));
  ARROW_ASSIGN_OR_RAISE(const auto zstd, codec->MakeDecompressor());
  ARROW_ASSIGN_OR_RAISE(const auto file, arrow::io::ReadableFile::Open(path));
  const auto metadata = parquet::ReadMetaData(file);
  std::string page;
  for (int g = 0; g < metadata->num_row_groups(); ++g) {
    for (int c = 0; c < metadata->num_columns(); ++c) {
      ARROW_RETURN_NOT_OK(
          UnpackChunk(*file, *metadata->RowGroup(g)->ColumnChunk(c),
                      *metadata->schema()->Column(c), *zstd, page));
    }
  }
  return arrow::Status::OK();
}

absl::Status Unpack(const Snapshot& snapshot) {
  const std::vector<ShardInfo>& shards =
      snapshot.manifest().configs.front().shards;
  std::vector<absl::Status> statuses(shards.size());
  RunSideBySide(shards.size(), AllThreads(), [&](size_t i) {
    statuses[i] = RunArrow([&] {
      return UnpackShard(JoinPath(snapshot.folder(), shards[i].file));
    });
  });
  for (const absl::Status& status : statuses) SN37_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

struct Measured {
  double seconds = 0;
  int64_t peak_mebibytes = 0;
  std::string digest;  // of what was drawn
};

// Of this program; getrusage would count what the caller had.
int64_t PeakMebibytes() {
  std::ifstream status("/proc/self/status");
  int64_t kibibytes = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> kibibytes;
  }
  return kibibytes / 1024;
}

absl::StatusOr<Measured> Run(const std::vector<std::string>& words) {
  if (words.size() < 2) return absl::InvalidArgumentError("no step");
  std::vector<Sample> drawn;
  Clock::time_point begin = Clock::now();
  if (words[0] == "build" && words.size() > 3) {
    SN37_RETURN_IF_ERROR(Build(words));
  } else {
    SN37_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Open(words[1]));
    if (words[0] != "verify") begin = Clock::now();
    if (words[0] == "draw" && words.size() == 3) {
      SN37_ASSIGN_OR_RETURN(drawn, DrawFrom(snapshot, words[2]));
    } else if (words[0] == "unpack") {
      SN37_RETURN_IF_ERROR(Unpack(snapshot));
    }
  }
  Measured measured;
  measured.seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  measured.peak_mebibytes = PeakMebibytes();
  measured.digest = SampleSetDigest(drawn).hex();
  return measured;
}

}  // namespace
}  // namespace sn37::datasets

int main(int argc, char** argv) {
  const auto measured = sn37::datasets::Run({argv + 1, argv + argc});
  if (!measured.ok()) {
    std::cerr << "peer_snapshot: " << measured.status().message() << "\n";
    return 1;
  }
  std::cout << absl::StrFormat(
      "{\"seconds\": %.4f, \"peak_mib\": %d, \"digest\": \"%s\"}\n",
      measured->seconds, measured->peak_mebibytes, measured->digest);
  return 0;
}
