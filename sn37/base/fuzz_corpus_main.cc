// The main() of a test that runs a fuzz target where no fuzzer is at hand:
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
//
// over every file of the folders that are its arguments, over every beginning
// of each, and over --runs random changes of them. Run n is the same on every
// machine and needs no other, so --first finds a run that crashed by bisection.
// --seconds ends it sooner; --max_heap_mb bounds what an input may allocate.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/base/check.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/heap_meter.h"
#include "sn37/base/random.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(uint64_t, runs, 10000, "Random changes of the corpus to run.");
ABSL_FLAG(uint64_t, first, 0, "The number of the first of them.");
ABSL_FLAG(int64_t, seconds, 0, "End them after as many seconds; 0: never.");
ABSL_FLAG(uint64_t, max_heap_mb, 0,
          "C++ heap that one input may take at once, in MiB; 0: any.");

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace sn37 {
namespace {

constexpr uint64_t kMaxFileBytes = 4 << 20;
// Of a longer file only so many beginnings, evenly spread.
constexpr size_t kMaxBeginnings = 1000;

// In a block of its own size, so that a sanitizer sees a read past its end.
void RunOn(absl::string_view input) {
  std::unique_ptr<uint8_t[]> exact(new uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), exact.get());
  const size_t before = HeapBytes();
  ResetHeapPeak();
  LLVMFuzzerTestOneInput(exact.get(), input.size());
  const size_t taken = HeapPeakBytes() - before;
  const uint64_t max = absl::GetFlag(FLAGS_max_heap_mb) << 20;
  SN37_CHECK(max == 0 || taken <= max) << "it took " << taken << " bytes";
}

void RunOnBeginnings(absl::string_view input) {
  const size_t step = input.size() / kMaxBeginnings + 1;
  for (size_t size = 0; size < input.size(); size += step) {
    RunOn(input.substr(0, size));
  }
}

// One to four changes: a byte, a cut, a repetition, a piece of another file.
std::string Changed(const std::vector<std::string>& corpus, uint64_t run) {
  CounterRandom random(Digest(), "fuzz corpus", run);
  std::string input = corpus[random.Below(corpus.size())];
  for (uint64_t left = 1 + random.Below(4); left > 0; --left) {
    const size_t at = random.Below(input.size() + 1);
    const size_t length = random.Below(16) + 1;
    switch (random.Below(4)) {
      case 0:
        input.replace(at, 1, 1, static_cast<char>(random.Next32()));
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      case 3: {
        const std::string& other = corpus[random.Below(corpus.size())];
        input.insert(at, other, random.Below(other.size() + 1), length);
        break;
      }
    }
  }
  return input;
}

absl::StatusOr<std::vector<std::string>> ReadCorpus(
    const std::vector<char*>& arguments) {
  std::vector<std::string> corpus;
  for (size_t i = 1; i < arguments.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(const auto names, ListFolder(arguments[i], 100000));
    for (const std::string& name : names) {
      SN37_ASSIGN_OR_RETURN(
          corpus.emplace_back(),
          ReadFile(JoinPath(arguments[i], name), kMaxFileBytes));
    }
  }
  if (corpus.empty()) return absl::InvalidArgumentError("the corpus is empty");
  return corpus;
}

int Run(int argc, char** argv) {
  const auto corpus = ReadCorpus(absl::ParseCommandLine(argc, argv));
  if (!corpus.ok()) {
    std::cerr << corpus.status().message() << "\n";
    return 1;
  }
  for (const std::string& input : *corpus) {
    RunOn(input);
    RunOnBeginnings(input);
  }
  const uint64_t first = absl::GetFlag(FLAGS_first);
  const uint64_t runs = absl::GetFlag(FLAGS_runs);
  const int64_t seconds = absl::GetFlag(FLAGS_seconds);
  const auto begin = std::chrono::steady_clock::now();
  uint64_t run = first;
  for (; run < first + runs; ++run) {
    const auto spent = std::chrono::steady_clock::now() - begin;
    if (seconds > 0 && spent >= std::chrono::seconds(seconds)) break;
    RunOn(Changed(*corpus, run));
  }
  std::cout << corpus->size() << " files and " << run - first
            << " changes of them\n";
  return 0;
}

}  // namespace
}  // namespace sn37

int main(int argc, char** argv) { return sn37::Run(argc, argv); }
