// SPARQL 1.1 Query Results CSV and TSV Formats.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/name.h"
#include "rdf/reader.h"
#include "sparql/result_readers.h"

namespace skg::sparql {
namespace {

absl::Status Wrong(std::string_view format, size_t line,
                   std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(
      "query results in ", av(format), ":", line, ": ", av(problem)));
}

// Takes one record off the front of `text`; quotes may span lines.
absl::StatusOr<std::vector<std::string>> TakeCsvRecord(std::string_view& text,
                                                       size_t& line) {
  std::vector<std::string> fields(1);
  const size_t begin = line++;
  size_t i = 0;
  bool quoted = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\n') ++line;
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
      fields.back() += c;
    }
  }
  if (quoted) return Wrong("CSV", begin, "a quotation has no end");
  text.remove_prefix(std::min(text.size(), i + 1));
  return fields;
}

std::optional<rdf::Term> CsvTerm(std::string field) {
  if (field.empty()) return std::nullopt;
  if (field.starts_with("_:")) return rdf::Term::BlankNode(field.substr(2));
  return rdf::Term::Literal(std::move(field));
}

// A term as Turtle writes it, numbers without quotes included.
absl::StatusOr<rdf::Term> TurtleTerm(const std::string& text) {
  rdf::Term term;
  SKG_RETURN_IF_ERROR(rdf::ReadText(
      absl::StrCat("<urn:a> <urn:a> ", text, " ."),
      {.syntax = rdf::Syntax::kTurtle}, [&](const rdf::Quad& quad) {
        term = quad.object;
        return absl::OkStatus();
      }));
  return term;
}

absl::StatusOr<std::optional<rdf::Term>> TsvTerm(const std::string& field,
                                                 size_t line) {
  if (field.empty()) return std::nullopt;
  const bool plain = field[0] == '<' || field[0] == '"' || field[0] == '_';
  absl::StatusOr<rdf::Term> term =
      plain ? rdf::FromNTriples(field) : TurtleTerm(field);
  if (!term.ok())
    return Wrong("TSV", line, std::string(term.status().message()));
  return *std::move(term);
}

std::vector<std::string> TakeTsvRecord(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string> fields;
  while (true) {
    const size_t tab = line.find('\t');
    fields.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

std::string FieldCount(size_t found, size_t wanted) {
  return absl::StrCat(found, " fields where the head has ", wanted);
}

// A head of one empty field has no variables.
void TakeHead(std::vector<std::string> fields, ResultSet& set) {
  set.variables = std::move(fields);
  if (set.variables.size() == 1 && set.variables[0].empty())
    set.variables.clear();
}

bool FitsHead(const std::vector<std::string>& fields, const ResultSet& set) {
  if (set.variables.empty()) return fields.size() == 1 && fields[0].empty();
  return fields.size() == set.variables.size();
}

}  // namespace

absl::StatusOr<ResultSet> ReadCsvResults(std::string_view text) {
  size_t line = 1;
  ResultSet set;
  SKG_ASSIGN_OR_RETURN(std::vector<std::string> head,
                       TakeCsvRecord(text, line));
  TakeHead(std::move(head), set);
  while (!text.empty()) {
    const size_t begin = line;
    SKG_ASSIGN_OR_RETURN(std::vector<std::string> fields,
                         TakeCsvRecord(text, line));
    if (!FitsHead(fields, set)) {
      return Wrong("CSV", begin,
                   FieldCount(fields.size(), set.variables.size()));
    }
    auto& row = set.rows.emplace_back(set.variables.size());
    for (size_t i = 0; i < row.size(); ++i) row[i] = CsvTerm(fields[i]);
  }
  return set;
}

absl::StatusOr<ResultSet> ReadTsvResults(std::string_view text) {
  ResultSet set;
  TakeHead(TakeTsvRecord(text), set);
  for (std::string& variable : set.variables) {
    if (!variable.starts_with('?') && !variable.starts_with('$'))
      return Wrong("TSV", 1, "the head names variables, such as ?name");
    variable.erase(0, 1);
  }
  for (size_t line = 2; !text.empty(); ++line) {
    const std::vector<std::string> fields = TakeTsvRecord(text);
    if (!FitsHead(fields, set)) {
      return Wrong("TSV", line,
                   FieldCount(fields.size(), set.variables.size()));
    }
    auto& row = set.rows.emplace_back(set.variables.size());
    for (size_t i = 0; i < row.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(row[i], TsvTerm(fields[i], line));
    }
  }
  return set;
}

}  // namespace skg::sparql
