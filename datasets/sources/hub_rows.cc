#include "datasets/sources/hub_rows.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "arrow/io/file.h"
#include "arrow/record_batch.h"
#include "datasets/arrow_status.h"
#include "datasets/row.h"
#include "datasets/sources/hub_input.h"
#include "datasets/sources/parquet_file.h"
#include "datasets/sources/records.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

constexpr size_t kMaxTextBytes = 1024;
constexpr size_t kMaxNames = 10000;

// The names in "files"; one empty name, which stands for all, where absent.
absl::StatusOr<std::vector<std::string>> FileNames(const json& parameters) {
  const json* files = FindField(parameters, "files");
  if (files == nullptr) return std::vector<std::string>{""};
  const auto bad = absl::InvalidArgumentError(
      absl::StrCat("\"files\" must be an array of 1 to ", kMaxNames, " names"));
  if (!files->is_array() || files->empty() || files->size() > kMaxNames) {
    return bad;
  }
  std::vector<std::string> names;
  for (const json& name : *files) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) {
      return bad;
    }
    names.push_back(name.get<std::string>());
  }
  return names;
}

bool IsNamedBy(const HubFile& file, absl::string_view name) {
  if (!name.empty() && !absl::EndsWith(name, "/")) return file.path == name;
  return absl::StartsWith(file.path, name) &&
         absl::EndsWith(file.path, ".parquet");
}

// The files of the listing that the names stand for, each once.
absl::StatusOr<std::vector<HubFile>> Choose(
    const std::vector<HubFile>& listing,
    const std::vector<std::string>& names) {
  std::vector<HubFile> chosen;
  std::set<absl::string_view> seen;
  for (const std::string& name : names) {
    bool found = false;
    for (const HubFile& file : listing) {
      if (!IsNamedBy(file, name)) continue;
      found = true;
      if (seen.insert(file.path).second) chosen.push_back(file);
    }
    if (!found) {
      return absl::NotFoundError(absl::StrCat(
          "the repository has no Parquet file \"", Printable(name), "\""));
    }
  }
  return chosen;
}

class HubRows : public RowStream {
 public:
  HubRows(Hub& hub, HubRepo repo, std::vector<HubFile> files, bool whole,
          std::vector<std::string> columns, MapHubRow map)
      : hub_(hub),
        repo_(std::move(repo)),
        files_(std::move(files)),
        whole_(whole),
        columns_(std::move(columns)),
        map_(std::move(map)) {}

  // Makes the order one drawn by the context.
  void Shuffle(const SourceContext& context) {
    random_.emplace(context.seed, context.config, 0);
    random_->Shuffle(absl::MakeSpan(files_));
  }

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    while (true) {
      if (batch_ == nullptr || next_ == batch_->num_rows()) {
        absl::StatusOr<bool> more = NextBatch();
        SN37_RETURN_IF_ERROR(Annotate(more.status(), Place()));
        if (!*more) return std::nullopt;
        continue;
      }
      absl::StatusOr<std::optional<Sample>> sample = MapRow(next_);
      SN37_RETURN_IF_ERROR(
          Annotate(sample.status(), absl::StrCat(Place(), ", row ", row_)));
      ++next_;
      ++row_;
      if (sample->has_value()) return sample;
    }
  }

  // The file and the row group at hand, for errors.
  std::string Place() const {
    std::string place = absl::StrCat(repo_.id, "@", repo_.commit);
    if (files_begun_ == 0) return place;
    absl::StrAppend(&place, "/", files_[files_begun_ - 1].path);
    if (groups_begun_ > 0) {
      absl::StrAppend(&place, ", row group ", groups_[groups_begun_ - 1]);
    }
    return place;
  }

  // Moves on to the next rows of the row group, the next row group, or the next
  // file; false after the last.
  absl::StatusOr<bool> NextBatch() {
    batch_.reset();
    next_ = 0;
    if (rows_ != nullptr) {
      SN37_RETURN_IF_ERROR(Arrow([this] { return rows_->ReadNext(&batch_); }));
      if (batch_ != nullptr) return true;
    }
    rows_.reset();
    if (file_ != nullptr && groups_begun_ < groups_.size()) {
      row_ = 0;
      SN37_RETURN_IF_ERROR(Arrow([this]() -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(
            rows_, file_->Read({groups_[groups_begun_++]}, columns_));
        return arrow::Status::OK();
      }));
      return true;
    }
    if (files_begun_ == files_.size()) return false;
    SN37_RETURN_IF_ERROR(OpenFile(files_[files_begun_++]));
    return true;
  }

  absl::Status OpenFile(const HubFile& file) {
    file_.reset();
    groups_begun_ = 0;
    remote_ = std::make_shared<HubInput>(hub_, repo_, file);
    std::string path;
    if (whole_) {
      SN37_ASSIGN_OR_RETURN(path, hub_.Keep(repo_, file));
    }
    SN37_RETURN_IF_ERROR(Arrow([&]() -> arrow::Status {
      std::shared_ptr<arrow::io::RandomAccessFile> bytes = remote_;
      if (whole_) {
        ARROW_ASSIGN_OR_RAISE(bytes, arrow::io::ReadableFile::Open(path));
      }
      ARROW_ASSIGN_OR_RAISE(
          file_, ParquetFile::Open(std::move(bytes), /*distant=*/!whole_));
      return arrow::Status::OK();
    }));
    SN37_RETURN_IF_ERROR(CheckColumns());
    groups_.resize(file_->row_groups());
    std::iota(groups_.begin(), groups_.end(), 0);
    if (random_.has_value()) random_->Shuffle(absl::MakeSpan(groups_));
    return absl::OkStatus();
  }

  // Without a column that it needs, a source would leave every row out.
  absl::Status CheckColumns() const {
    const std::vector<std::string> there = file_->columns();
    for (const std::string& column : columns_) {
      if (std::find(there.begin(), there.end(), column) != there.end()) {
        continue;
      }
      return absl::InvalidArgumentError(
          absl::StrCat("has no column \"", Printable(column), "\"; it has ",
                       Printable(absl::StrJoin(there, ", "))));
    }
    return absl::OkStatus();
  }

  // RunArrow, but the hub's own words where the hub is what failed.
  template <typename Body>
  absl::Status Arrow(const Body& body) {
    const absl::Status status = RunArrow(body);
    if (status.ok() || remote_->status().ok()) return status;
    return remote_->status();
  }

  absl::StatusOr<std::optional<Sample>> MapRow(int64_t i) const {
    SN37_ASSIGN_OR_RETURN(const json record, RecordOf(*batch_, i));
    SN37_ASSIGN_OR_RETURN(std::optional<Sample> sample, map_(record));
    if (sample.has_value()) SN37_RETURN_IF_ERROR(CheckSample(*sample));
    return sample;
  }

  Hub& hub_;
  const HubRepo repo_;
  std::vector<HubFile> files_;
  const bool whole_;
  const std::vector<std::string> columns_;
  const MapHubRow map_;
  std::optional<CounterRandom> random_;  // absent: nothing is drawn

  size_t files_begun_ = 0;
  std::shared_ptr<HubInput> remote_;
  std::unique_ptr<ParquetFile> file_;
  std::vector<int> groups_;  // of file_, in the order of reading
  size_t groups_begun_ = 0;
  std::unique_ptr<arrow::RecordBatchReader> rows_;  // of file_
  std::shared_ptr<arrow::RecordBatch> batch_;       // of rows_
  int64_t next_ = 0;                                // row of batch_
  int64_t row_ = 0;                                 // row of the row group
};

}  // namespace

absl::StatusOr<std::unique_ptr<RowStream>> OpenHubRows(
    const SourceContext& context, std::vector<std::string> columns,
    MapHubRow map) {
  HubRepo repo{.kind = HubRepo::kDataset, .id = {}, .commit = {}};
  SN37_ASSIGN_OR_RETURN(
      repo.id, GetString(context.parameters, "repository", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(
      repo.commit, GetString(context.parameters, "revision", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        FileNames(context.parameters));
  SN37_ASSIGN_OR_RETURN(const bool shuffle,
                        GetBoolOr(context.parameters, "shuffle", false));
  SN37_ASSIGN_OR_RETURN(const bool whole,
                        GetBoolOr(context.parameters, "whole", false));
  if (context.hub == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", Printable(repo.id),
                     "\" is on the hub, which this build may not ask"));
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<HubFile> listing,
                        context.hub->List(repo));
  absl::StatusOr<std::vector<HubFile>> files = Choose(listing, names);
  SN37_RETURN_IF_ERROR(Annotate(files.status(), repo.id));
  auto rows = std::make_unique<HubRows>(*context.hub, std::move(repo),
                                        *std::move(files), whole,
                                        std::move(columns), std::move(map));
  if (shuffle) rows->Shuffle(context);
  return rows;
}

}  // namespace sn37::datasets
