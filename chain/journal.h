// The writes whose end is not known: each is written down and on the disk
// before it is sent, and crossed out when its end is known. What a crash leaves
// is therefore found by the next run, which asks the chain what became of it
// before the same key writes again (subtensor/sender.h).
//
//   SN37_ASSIGN_OR_RETURN(chain::Journal journal,
//                         chain::Journal::Open(state + "/writes.log"));
//   SN37_RETURN_IF_ERROR(journal.Record(write));   // then send it
//   SN37_RETURN_IF_ERROR(journal.CrossOut(write.extrinsic));
//
// The file is a log (sn37/base/append_log.h) of JSON objects: a write with the
// fields below, or {"done": extrinsic}. It has no secrets: a signed call is
// public as soon as it is sent.
#ifndef CHAIN_JOURNAL_H_
#define CHAIN_JOURNAL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/base/append_log.h"

namespace sn37::chain {

// A signed call, and what its fate can be told by: only a block from
// first_block to last_block can hold it, and only as the signer's call number
// `nonce`.
struct Write {
  std::string extrinsic;  // its hash, "0x" and 64 lower-case hex digits
  std::string signer;     // SS58
  std::string what;       // for people: "SubtensorModule.set_weights"
  uint64_t nonce = 0;
  uint64_t first_block = 0;
  uint64_t last_block = 0;

  friend bool operator==(const Write&, const Write&) = default;
};

// One thread at a time; one process, which the file's lock sees to.
class Journal {
 public:
  // Opens or creates the file. FailedPrecondition while another process has it,
  // InvalidArgument for a file that is no journal.
  static absl::StatusOr<Journal> Open(const std::string& path);

  // Not crossed out, in order of their recording.
  const std::vector<Write>& open() const { return open_; }

  // After OK the write is on the disk. Do not send it after an error.
  absl::Status Record(const Write& write);

  // No effect on one that is not open. After an error the next run will ask the
  // chain about it again, which does no harm.
  absl::Status CrossOut(absl::string_view extrinsic);

 private:
  Journal(AppendLog log, std::vector<Write> open)
      : log_(std::move(log)), open_(std::move(open)) {}

  AppendLog log_;
  std::vector<Write> open_;
};

}  // namespace sn37::chain

#endif  // CHAIN_JOURNAL_H_
