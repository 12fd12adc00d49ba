// What the tests of sources share.
#ifndef SN37_DATASETS_SOURCES_TESTING_H_
#define SN37_DATASETS_SOURCES_TESTING_H_

#include <vector>

#include "datasets/sources/source.h"

namespace sn37::datasets {

// Small files for every input that a source may name, made in the running
// test's folder: "words", "texts", "ratings", and the same rows as "rows"
// (JSON Lines), "csv" and "parquet".
InputFiles TestInputs();

// A context with the parameters that the source cannot do without. Borrows
// `inputs`.
SourceContext TestContext(const Source& source, const InputFiles& inputs);

// The rows of a source, at most `count`. An error fails the test.
std::vector<Sample> FirstRows(const Source& source,
                              const SourceContext& context, size_t count);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TESTING_H_
