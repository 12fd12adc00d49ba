// A dataset repository on a stand-in hub, for the tests of the sources over it.
#ifndef SN37_DATASETS_SOURCES_HUB_TESTING_H_
#define SN37_DATASETS_SOURCES_HUB_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "arrow/type.h"
#include "datasets/sources/source.h"
#include "sn37/hub/hub.h"
#include "sn37/hub/testing/stand_in.h"

namespace sn37::datasets {

// Where the tests' files are.
HubRepo TestRepo();

// Adds a Parquet file, as WriteTestParquet (tables_testing.h) makes it.
HubFile AddParquet(StandInHub& server, absl::string_view path,
                   const arrow::FieldVector& columns, const std::string& rows);

// A client that does not wait before it repeats a request.
std::unique_ptr<Hub> TestClient(const StandInHub& server,
                                HubOptions options = {});

// The parameters that every source over the hub needs, and a hub with a few
// rows of every such source, which lives as long as the program. Nothing for
// another source.
void UseTestHub(const Source& source, SourceContext& context);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_TESTING_H_
