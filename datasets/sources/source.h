// A source: where the rows of one config come from. One small file each and one
// line in sources.inc; conformance_test.cc runs over all of them.
//
//   SOURCE(kWordSorting)                                  in sources.inc
//
//   const Source kWordSorting = {                         in word_sorting.cc
//       .name = "word_sorting",
//       .kind = Sample::kReference,
//       .endless = true,
//       .open = Open};
//
// A source's duties:
//   1. The rows are a function of the context alone: no clock, no global state,
//      nothing of the machine. What is drawn is drawn from
//      CounterRandom(seed, config, row).
//   2. Every row has the source's kind, and passes CheckSample (datasets/row.h)
//      where the source makes its text itself.
//   3. Unknown or senseless parameters and unusable inputs are errors of open,
//      which name the parameter or file (and line).
//   4. Text that people wrote comes through unchanged apart from what the
//      source's header comment says.
// A change that gives other rows for the same context raises kBuilder
// (datasets/manifest.h).
#ifndef SN37_DATASETS_SOURCES_SOURCE_H_
#define SN37_DATASETS_SOURCES_SOURCE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"
#include "nlohmann/json.hpp"
#include "sn37/base/digest.h"
#include "sn37/base/random.h"

namespace sn37 {
class Hub;
}

namespace sn37::datasets {

// Paths of the files that a build may read, by the input's name, in the order
// in which they are read.
using InputFiles = std::map<std::string, std::vector<std::string>>;

// All that the rows of a config depend on, and the means to make them. Borrowed
// during open.
struct SourceContext {
  std::string config;
  nlohmann::json parameters;  // an object
  Digest seed;                // SHA-256 of the manifest's "seed"
  const InputFiles* inputs;
  Hub* hub = nullptr;  // null: nothing is asked of the hub
  // That the rows may be made with, side by side; no row depends on it.
  int threads = 1;
};

// The rows in order, from the first. One thread at a time.
class RowStream {
 public:
  virtual ~RowStream() = default;
  // The next row, its id left empty; absent after the last. After the last and
  // after an error, always the same again.
  absl::StatusOr<std::optional<Sample>> Next();

 private:
  // As Next, but not called again after the last row or an error.
  virtual absl::StatusOr<std::optional<Sample>> Read() = 0;

  bool ended_ = false;
  absl::Status end_;  // once ended_
};

struct Source {
  absl::string_view name;
  // Where the parameter "kind" does not say it; BODY_NOT_SET where it must.
  Sample::BodyCase kind;
  // Whether Next() never comes to an end, so that a build must say how many
  // rows it wants.
  bool endless;
  absl::StatusOr<std::unique_ptr<RowStream>> (*open)(
      const SourceContext& context);
};

// The kind of the source's rows with these parameters. kInvalidArgument where
// the parameter "kind" names none, or is needed and not there.
absl::StatusOr<Sample::BodyCase> KindOfRows(const Source& source,
                                            const nlohmann::json& parameters);

// An endless stream whose row i is made from the context's generator for i.
std::unique_ptr<RowStream> Generate(
    const SourceContext& context,
    std::function<absl::StatusOr<Sample>(CounterRandom& random)> make);

// The files of an input. kInvalidArgument, saying which, where there are none.
absl::StatusOr<std::vector<std::string>> FindInput(const SourceContext& context,
                                                   absl::string_view name);

// An integer of the parameters in [min, max], or `otherwise` where absent.
absl::StatusOr<int64_t> IntParameter(const SourceContext& context,
                                     absl::string_view name, int64_t min,
                                     int64_t max, int64_t otherwise);

// A range of two such integers, "min_<name>" and "max_<name>".
// kInvalidArgument unless min ≤ max.
struct Range {
  int64_t min;
  int64_t max;

  // A uniform integer of the range.
  int64_t Draw(CounterRandom& random) const;
};
absl::StatusOr<Range> RangeParameter(const SourceContext& context,
                                     absl::string_view name, int64_t min,
                                     int64_t max, Range otherwise);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_SOURCE_H_
