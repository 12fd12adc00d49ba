// Builds a snapshot from a specification and input files: what
// `sn37 snapshot build` and the Bazel rule of the demo's snapshot call.
//
// The same specification and inputs give the same snapshot id, on any machine
// and with any number of threads; a build that was killed goes on where it was.
#ifndef SN37_DATASETS_BUILD_H_
#define SN37_DATASETS_BUILD_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sources/source.h"
#include "nlohmann/json.hpp"
#include "sn37/base/digest.h"

namespace sn37::datasets {

// A config to be built.
struct ConfigSpec {
  std::string name;
  std::string source;
  nlohmann::json parameters = nlohmann::json::object();
  // At most so many rows, the first ones; absent: all of the source's, which
  // must come to an end.
  std::optional<int64_t> rows;
};

// Where an input comes from; see InputInfo (manifest.h).
struct InputSpec {
  std::string name;
  std::string origin;
  std::string revision;
  std::string license;
};

struct BuildSpec {
  std::string name;
  std::string license;
  std::string seed;
  std::vector<InputSpec> inputs;
  std::vector<ConfigSpec> configs;
};

// Reads a specification: a JSON object with the fields above as keys
// (demo/spec.json is an example). kInvalidArgument names the place.
absl::StatusOr<BuildSpec> BuildSpecFromJson(absl::string_view json);

// The specification in a file. Also the errors of ReadFile.
absl::StatusOr<BuildSpec> ReadBuildSpec(const std::string& path);

// The files of the inputs from words of the form NAME=FILE; the files of one
// name keep their order. kInvalidArgument for another word.
absl::StatusOr<InputFiles> InputFilesFromWords(
    absl::Span<const std::string> words);

struct BuildOptions {
  // Configs are built side by side, and parts of them where these are few.
  int threads = 1;
  // Called with the number of rows after each batch, from any thread.
  std::function<void(uint64_t rows)> progress = nullptr;
  Hub* hub = nullptr;  // for sources over the hub; null: they are an error
  // For a snapshot that is a step to another one: where `folder` has what the
  // same build made with this set, that is it.
  bool keep = false;
};

// Builds into `folder`, which must not exist, and returns the snapshot's id.
// `inputs` has the files of every input that the specification names. Errors
// name config, source and file (and row). Bad input (kInvalidArgument) and an
// input that is changed meanwhile (kAborted) leave nothing behind; any other
// failure, such as a full disk, only "<folder>.partial", with which the next
// build goes on.
absl::StatusOr<Digest> BuildSnapshot(const BuildSpec& spec,
                                     const InputFiles& inputs,
                                     const std::string& folder,
                                     const BuildOptions& options = {});

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_BUILD_H_
