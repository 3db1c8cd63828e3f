#include "cli/result_text.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/terminal.h"

namespace skg::cli {
namespace {

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
    if (i + 1 == cells.size()) break;
    const size_t width = Width(cells[i]);
    out.append(std::max(widths[i], width) - width + 2, ' ');
  }
  out += '\n';
}

constexpr std::pair<std::string_view, std::string_view> kWellKnown[] = {
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:"},
    {"http://www.w3.org/2000/01/rdf-schema#", "rdfs:"},
    {"http://www.w3.org/2001/XMLSchema#", "xsd:"},
    {"http://www.w3.org/2002/07/owl#", "owl:"}};

std::string ShortIri(std::string_view bracketed) {
  std::string_view iri = bracketed.substr(1, bracketed.size() - 2);
  for (const auto& [space, prefix] : kWellKnown) {
    if (iri.starts_with(space))
      return std::string(prefix).append(iri.substr(space.size()));
  }
  return std::string(bracketed);
}

// A term for a person's eye: a number is its digits, well-known namespaces are
// prefixes.
std::string ShortTerm(std::string term) {
  if (term.size() < 2 || term.back() != '>') return term;
  if (term.front() == '<') return ShortIri(term);
  const size_t type = term.rfind("\"^^<");
  if (term.front() != '"' || type == std::string::npos || type == 0)
    return term;
  const std::string datatype =
      ShortIri(std::string_view(term).substr(type + 3));
  for (const std::string_view bare :
       {"xsd:integer", "xsd:decimal", "xsd:double", "xsd:boolean"}) {
    if (datatype == bare) return term.substr(1, type - 1);
  }
  return term.substr(0, type + 3) + datatype;
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

void AppendCells(const std::vector<std::string>& cells, ResultFormat format,
                 std::string& out) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (format == ResultFormat::kCsv) {
      if (i > 0) out += ',';
      out += CsvCell(cells[i]);
    } else {
      if (i > 0) out += '\t';
      out += TsvCell(cells[i]);
    }
  }
  out += format == ResultFormat::kCsv ? "\r\n" : "\n";
}

std::string AllText(const ResultTable& table, ResultFormat format) {
  RowText text(table.columns, format);
  std::string out = text.Add(table.rows);
  return out += text.Finish();
}

}  // namespace

std::string WeightText(float weight) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, weight);
  static_cast<void>(error);  // no float needs more than 16 characters
  return std::string(digits, end);
}

ResultFormat ChosenFormat(ResultFormat format) {
  if (format != ResultFormat::kAutomatic) return format;
  return isatty(STDOUT_FILENO) == 1 ? ResultFormat::kTable
                                    : ResultFormat::kJson;
}

ResultTable TableOf(const PatternResult& result) {
  if (result.form == PatternResult::Form::kTraversal) return EdgeTable(result);
  if (!result.variables.empty())
    return {.columns = result.variables, .rows = result.bindings};
  return StatementTable(result);
}

void RowText::BeginTable(const std::vector<std::vector<std::string>>& rows,
                         std::string& out) {
  std::vector<std::string> header;
  for (const std::string& column : columns_) {
    header.push_back(Printable(column));
    widths_.push_back(Width(header.back()));
  }
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      widths_[i] = std::max(widths_[i], Width(row[i]));
  }
  AppendAligned(header, widths_, out);
  for (size_t i = 0; i < widths_.size(); ++i) {
    out.append(widths_[i], '-');
    out += i + 1 < widths_.size() ? "  " : "\n";
  }
}

std::string RowText::Add(std::vector<std::vector<std::string>> rows) {
  rows_ += rows.size();
  const bool first = !std::exchange(begun_, true);
  std::string out;
  if (format_ != ResultFormat::kTable) {
    if (first) AppendCells(columns_, format_, out);
    for (const auto& row : rows) AppendCells(row, format_, out);
    return out;
  }
  for (auto& row : rows) {
    for (std::string& cell : row) cell = Printable(ShortTerm(std::move(cell)));
  }
  if (first) BeginTable(rows, out);
  for (const auto& row : rows) AppendAligned(row, widths_, out);
  return out;
}

std::string RowText::Finish() {
  std::string out;
  if (!begun_) out = Add({});
  if (format_ == ResultFormat::kTable)
    absl::StrAppend(&out, "(", Counted(rows_, "row"), ")\n");
  return out;
}

std::string AlignedText(const ResultTable& table) {
  return AllText(table, ResultFormat::kTable);
}

std::string CsvText(const ResultTable& table) {
  return AllText(table, ResultFormat::kCsv);
}

std::string TsvText(const ResultTable& table) {
  return AllText(table, ResultFormat::kTsv);
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
