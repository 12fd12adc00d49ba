#include "tools/sn37/rows.h"

#include <iostream>
#include <string>
#include <utility>

#include "tools/sn37/output_flags.h"
#include "tools/sn37/verb.h"

namespace sn37::tools {

using nlohmann::json;

Rows::Rows(std::vector<TableColumn> columns)
    : columns_(columns), table_(std::move(columns)) {}

void Rows::Add(const std::vector<json>& cells) {
  json record;
  std::vector<std::string> texts;
  for (size_t i = 0; i < cells.size(); ++i) {
    record[columns_[i].name] = cells[i];
    texts.push_back(cells[i].is_string() ? cells[i].get<std::string>()
                                         : cells[i].dump());
  }
  if (AsJson()) {
    PrintJsonLine(record);
  } else {
    table_.AddRow(std::move(texts));
  }
}

int Rows::Finish() const {
  if (!AsJson()) std::cout << table_.ToString();
  return kOk;
}

}  // namespace sn37::tools
