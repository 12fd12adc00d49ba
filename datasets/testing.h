// What the tests of datasets share: small samples of every kind and temporary
// folders.
#ifndef SN37_DATASETS_TESTING_H_
#define SN37_DATASETS_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"

namespace sn37::datasets {

// A valid sample of the kind whose texts hold `word`, so that different words
// make different samples.
Sample TestSample(Sample::BodyCase kind, absl::string_view word = "one");

// All kinds.
std::vector<Sample::BodyCase> AllKinds();

// A path for the running test under which nothing exists yet; its parent
// exists.
std::string FreshPath(absl::string_view name);

// Writes a file into a folder of the running test and returns its path.
std::string WriteTestFile(absl::string_view name, absl::string_view contents);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_TESTING_H_
