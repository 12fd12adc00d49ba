// A table for people at a terminal: a header, rows, columns as wide as their
// widest cell, numbers to the right.
//
//   Table table({{"uid", Align::kRight}, {"model"}});
//   table.AddRow({"7", "demo/chat-best"});
//   std::cout << table.ToString();
//
//   uid  model
//     7  demo/chat-best
//
// Cells pass through Printable (sn37/base/text.h), so text from outside can be
// put in as it is.
#ifndef SN37_BASE_TABLE_H_
#define SN37_BASE_TABLE_H_

#include <string>
#include <vector>

namespace sn37 {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string name;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);

  // REQUIRES: one cell per column.
  void AddRow(std::vector<std::string> cells);

  // The lines of the table, each ended by a newline and without trailing
  // spaces.
  std::string ToString() const;

 private:
  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;  // printable; header not in it
};

}  // namespace sn37

#endif  // SN37_BASE_TABLE_H_
