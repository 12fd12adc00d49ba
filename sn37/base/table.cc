#include "sn37/base/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

std::string Pad(const std::string& text, size_t width, Align align) {
  std::string space(width - Columns(text), ' ');
  return align == Align::kRight ? space + text : text + space;
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  SN37_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<size_t> widths;
  std::vector<std::string> header;
  for (size_t i = 0; i < columns_.size(); ++i) {
    header.push_back(columns_[i].name);
    widths.push_back(Columns(columns_[i].name));
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], Columns(row[i]));
    }
  }
  std::string out;
  auto add = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      absl::StrAppend(&line, i == 0 ? "" : "  ",
                      Pad(cells[i], widths[i], columns_[i].align));
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&out, line, "\n");
  };
  add(header);
  for (const auto& row : rows_) add(row);
  return out;
}

}  // namespace sn37
