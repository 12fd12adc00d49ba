// Rows of JSON Lines files: an object on each line, read as mapping.h says.
// Empty lines are skipped.
#include <deque>
#include <future>
#include <optional>
#include <utility>

#include "datasets/row.h"
#include "datasets/sources/flat_json.h"
#include "datasets/sources/lines.h"
#include "datasets/sources/mapping.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

// A line holds a sample in at most twice its bytes or so: every character may
// be escaped, but few are.
constexpr size_t kMaxLineBytes = 2 * kMaxSampleBytes;
constexpr JsonLimits kLimits = {.bytes = kMaxLineBytes, .depth = 16};

// What a block of lines holds: rows, and the error that follows them.
struct Parsed {
  std::vector<Sample> rows;
  absl::Status end;
};

absl::StatusOr<Sample> ParseLine(const Mapping& mapping, absl::string_view line,
                                 FlatJsonReader& flat) {
  if (const FlatRecord* record = flat.Read(line)) {
    absl::StatusOr<Sample> sample = mapping.Map(*record);
    if (sample.ok()) return sample;
  }
  SN37_ASSIGN_OR_RETURN(const nlohmann::json record, ParseJson(line, kLimits));
  return mapping.Map(record);
}

Parsed ParseBlock(const Mapping& mapping, LineBlock block) {
  Parsed parsed;
  FlatJsonReader flat;
  while (true) {
    const auto line = block.Next();
    if (!line.ok()) {
      parsed.end = line.status();
      return parsed;
    }
    if (!line->has_value()) return parsed;
    if ((*line)->empty()) continue;
    absl::StatusOr<Sample> sample = ParseLine(mapping, **line, flat);
    parsed.end = sample.ok() ? CheckSample(*sample) : sample.status();
    if (!parsed.end.ok()) {
      parsed.end = Annotate(parsed.end, block.Place());
      return parsed;
    }
    parsed.rows.push_back(*std::move(sample));
  }
}

// Reads ahead so many blocks as there are threads, and parses each in a thread
// of its own; the rows come in the order of the files.
class JsonLines : public RowStream {
 public:
  // Opens the first file.
  static absl::StatusOr<std::unique_ptr<RowStream>> Open(
      const SourceContext& context) {
    SN37_ASSIGN_OR_RETURN(Mapping mapping, Mapping::FromContext(context));
    SN37_ASSIGN_OR_RETURN(
        LineReader lines,
        LineReader::Open(mapping.files().front(), kMaxLineBytes));
    return std::make_unique<JsonLines>(std::move(mapping), std::move(lines),
                                       context.threads);
  }

  JsonLines(Mapping mapping, LineReader lines, int threads)
      : mapping_(std::move(mapping)),
        lines_(std::move(lines)),
        threads_(threads) {}

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    while (next_ == present_.rows.size()) {
      SN37_RETURN_IF_ERROR(present_.end);
      ReadAhead();
      if (ahead_.empty()) return std::nullopt;
      present_ = ahead_.front().get();
      ahead_.pop_front();
      next_ = 0;
    }
    return std::move(present_.rows[next_++]);
  }

  void ReadAhead() {
    while (!ended_ && ahead_.size() < static_cast<size_t>(threads_)) {
      absl::StatusOr<std::optional<LineBlock>> block = NextBlock();
      ended_ = !block.ok() || !block->has_value();
      if (!block.ok()) {
        std::promise<Parsed> failure;
        failure.set_value({.rows = {}, .end = block.status()});
        ahead_.push_back(failure.get_future());
      } else if (!ended_) {
        // One thread parses when it is asked for the rows.
        ahead_.push_back(std::async(
            threads_ > 1 ? std::launch::async : std::launch::deferred,
            ParseBlock, std::cref(mapping_), **std::move(block)));
      }
    }
  }

  // Of all files, one after the other.
  absl::StatusOr<std::optional<LineBlock>> NextBlock() {
    while (true) {
      SN37_ASSIGN_OR_RETURN(std::optional<LineBlock> block, lines_.NextBlock());
      if (block.has_value()) return block;
      if (++file_ == mapping_.files().size()) return std::nullopt;
      SN37_ASSIGN_OR_RETURN(
          lines_, LineReader::Open(mapping_.files()[file_], kMaxLineBytes));
    }
  }

  const Mapping mapping_;
  LineReader lines_;
  const int threads_;
  size_t file_ = 0;                        // that lines_ reads
  bool ended_ = false;                     // nothing more is to be read
  Parsed present_;                         // the block whose rows are given out
  size_t next_ = 0;                        // row of it
  std::deque<std::future<Parsed>> ahead_;  // the blocks after it
};

}  // namespace

const Source kJsonLines = {.name = "json_lines",
                           .kind = Sample::BODY_NOT_SET,
                           .endless = false,
                           .open = JsonLines::Open};

}  // namespace sn37::datasets
