#include "cli/result_text.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cli/terminal.h"

namespace skg::cli {
namespace {

std::string WeightText(float weight) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, weight);
  static_cast<void>(error);  // no float needs more than 16 characters
  return std::string(digits, end);
}

ResultTable StatementTable(const PatternResult& result) {
  ResultTable table{.columns = {"subject", "predicate", "object", "weight"}};
  const bool graphs =
      std::any_of(result.statements.begin(), result.statements.end(),
                  [](const Statement& s) { return !s.graph.empty(); });
  if (graphs) table.columns.push_back("graph");
  if (result.include_metadata) table.columns.push_back("metadata");
  for (const Statement& s : result.statements) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{
        s.subject, s.predicate, s.object, WeightText(s.weight)});
    if (graphs) row.push_back(s.graph);
    if (result.include_metadata) row.push_back(s.metadata);
  }
  return table;
}

ResultTable EdgeTable(const PatternResult& result) {
  ResultTable table{
      .columns = {"source", "predicate", "target", "depth", "weight"}};
  for (const TraversalEdge& edge : result.edges) {
    table.rows.push_back({edge.source, edge.predicate, edge.target,
                          std::to_string(edge.depth), WeightText(edge.weight)});
  }
  return table;
}

// Characters, taking each code point for one column.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

void AppendAligned(const std::vector<std::string>& cells,
                   const std::vector<size_t>& widths, std::string& out) {
  for (size_t i = 0; i < cells.size(); ++i) {
    out += cells[i];
    if (i + 1 < cells.size()) out.append(widths[i] - Width(cells[i]) + 2, ' ');
  }
  out += '\n';
}

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

std::string TsvCell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    switch (c) {
      case '\t':
        cell += "\\t";
        break;
      case '\n':
        cell += "\\n";
        break;
      case '\r':
        cell += "\\r";
        break;
      case '\\':
        cell += "\\\\";
        break;
      default:
        cell += c;
    }
  }
  return cell;
}

template <typename Cell>
std::string Separated(const ResultTable& table, Cell cell, char separator,
                      std::string_view line_end) {
  std::string out;
  const auto append = [&](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += separator;
      out += cell(cells[i]);
    }
    out += line_end;
  };
  append(table.columns);
  for (const auto& row : table.rows) append(row);
  return out;
}

}  // namespace

ResultTable TableOf(const PatternResult& result) {
  if (result.form == PatternResult::Form::kTraversal) return EdgeTable(result);
  if (!result.variables.empty())
    return {.columns = result.variables, .rows = result.bindings};
  return StatementTable(result);
}

std::string AlignedText(const ResultTable& table) {
  std::vector<std::vector<std::string>> lines = {table.columns};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  std::vector<size_t> widths(table.columns.size());
  for (auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      line[i] = Printable(line[i]);
      widths[i] = std::max(widths[i], Width(line[i]));
    }
  }
  std::string out;
  AppendAligned(lines.front(), widths, out);
  for (size_t i = 0; i < widths.size(); ++i) {
    out.append(widths[i], '-');
    out += i + 1 < widths.size() ? "  " : "\n";
  }
  for (size_t i = 1; i < lines.size(); ++i)
    AppendAligned(lines[i], widths, out);
  absl::StrAppend(&out, "(", Counted(table.rows.size(), "row"), ")\n");
  return out;
}

std::string CsvText(const ResultTable& table) {
  return Separated(table, CsvCell, ',', "\r\n");
}

std::string TsvText(const ResultTable& table) {
  return Separated(table, TsvCell, '\t', "\n");
}

std::string ResultText(const PatternResult& result, ResultFormat format) {
  switch (format) {
    case ResultFormat::kCsv:
      return CsvText(TableOf(result));
    case ResultFormat::kTsv:
      return TsvText(TableOf(result));
    case ResultFormat::kTable:
      return AlignedText(TableOf(result));
    case ResultFormat::kJson:
    default:  // the others are refused before they get here
      break;
  }
  return PatternResultJson(result) + "\n";
}

}  // namespace skg::cli
