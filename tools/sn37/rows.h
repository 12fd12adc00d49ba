// Rows of one kind, for people or programs: a table, or with --json an object
// per line, by the same names.
#ifndef TOOLS_SN37_ROWS_H_
#define TOOLS_SN37_ROWS_H_

#include <vector>

#include "sn37/base/json.h"
#include "sn37/base/table.h"

namespace sn37::tools {

class Rows {
 public:
  explicit Rows(std::vector<TableColumn> columns);

  // A cell for each column. In the table, what is no text is shown as JSON.
  void Add(const std::vector<nlohmann::json>& cells);

  // Prints the table, unless rows were printed as they came; returns kOk.
  int Finish() const;

 private:
  std::vector<TableColumn> columns_;
  Table table_;
};

}  // namespace sn37::tools

#endif  // TOOLS_SN37_ROWS_H_
