#include "chain/journal.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// Some 500 bytes a write: what a validator does in a thousand years.
constexpr uint64_t kMaxBytes = 1 << 30;
constexpr size_t kMaxText = 200;

absl::StatusOr<Write> ParseWrite(const json& record) {
  Write write;
  SN37_ASSIGN_OR_RETURN(write.extrinsic,
                        GetString(record, "extrinsic", kMaxText));
  SN37_ASSIGN_OR_RETURN(write.signer, GetString(record, "signer", kMaxText));
  SN37_ASSIGN_OR_RETURN(write.what, GetString(record, "what", kMaxText));
  SN37_ASSIGN_OR_RETURN(write.nonce, GetInt(record, "nonce", 0, INT64_MAX));
  SN37_ASSIGN_OR_RETURN(write.first_block,
                        GetInt(record, "first_block", 0, INT64_MAX));
  SN37_ASSIGN_OR_RETURN(write.last_block,
                        GetInt(record, "last_block", 0, INT64_MAX));
  return write;
}

void Erase(absl::string_view extrinsic, std::vector<Write>& writes) {
  writes.erase(std::remove_if(writes.begin(), writes.end(),
                              [&](const Write& write) {
                                return write.extrinsic == extrinsic;
                              }),
               writes.end());
}

absl::Status Apply(absl::string_view text, std::vector<Write>& writes) {
  SN37_ASSIGN_OR_RETURN(const json record, ParseJson(text, {}));
  if (FindField(record, "done") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const std::string extrinsic,
                          GetString(record, "done", kMaxText));
    Erase(extrinsic, writes);
    return absl::OkStatus();
  }
  SN37_ASSIGN_OR_RETURN(writes.emplace_back(), ParseWrite(record));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Journal> Journal::Open(const std::string& path) {
  LogContents contents;
  SN37_ASSIGN_OR_RETURN(AppendLog log,
                        AppendLog::Open(path, kMaxBytes, &contents));
  std::vector<Write> writes;
  for (size_t i = 0; i < contents.records.size(); ++i) {
    SN37_RETURN_IF_ERROR(
        Annotate(Apply(contents.records[i], writes),
                 absl::StrCat(Printable(path), ", record ", i)));
  }
  return Journal(std::move(log), std::move(writes));
}

absl::Status Journal::Record(const Write& write) {
  SN37_RETURN_IF_ERROR(log_.Append(json{
      {"extrinsic", write.extrinsic},
      {"signer", write.signer},
      {"what", write.what},
      {"nonce", write.nonce},
      {"first_block", write.first_block},
      {"last_block", write.last_block}}.dump()));
  open_.push_back(write);
  return log_.Sync();
}

absl::Status Journal::CrossOut(absl::string_view extrinsic) {
  const auto is_it = [&](const Write& write) {
    return write.extrinsic == extrinsic;
  };
  if (std::none_of(open_.begin(), open_.end(), is_it)) return absl::OkStatus();
  SN37_RETURN_IF_ERROR(
      log_.Append(json{{"done", std::string(extrinsic)}}.dump()));
  Erase(extrinsic, open_);
  return log_.Sync();
}

}  // namespace sn37::chain
