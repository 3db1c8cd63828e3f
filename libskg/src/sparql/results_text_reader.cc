// Reading the SPARQL Query Results CSV and TSV Formats.
#include <utility>

#include "absl/strings/str_cat.h"
#include "rdf/name.h"
#include "sparql/parse_state.h"
#include "sparql/results_rows.h"
#include "sparql/terms.h"

namespace skg::sparql {
namespace {

// The next line of `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct CsvField {
  std::string text;
  bool quoted = false;
};

// One record of CSV (RFC 4180), its line end included; false if a quote is not
// closed or text stands beside one.
bool TakeRecord(std::string_view& text, std::vector<CsvField>& fields) {
  fields.assign(1, {});
  while (!text.empty()) {
    CsvField& field = fields.back();
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') {
      if (field.quoted || !field.text.empty()) return false;
      field.quoted = true;
      for (;;) {
        const size_t quote = text.find('"');
        if (quote == std::string_view::npos) return false;
        field.text.append(text.substr(0, quote));
        text.remove_prefix(quote + 1);
        if (!text.starts_with('"')) break;
        field.text.push_back('"');
        text.remove_prefix(1);
      }
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n' || (c == '\r' && text.starts_with('\n'))) {
      if (c == '\r') text.remove_prefix(1);
      return true;
    } else if (field.quoted) {
      return false;
    } else {
      field.text.push_back(c);
    }
  }
  return true;
}

bool ReadTsvTerm(std::string_view text, ResultRows& rows,
                 std::optional<rdf::Term>& out) {
  if (text.empty()) return true;
  if (auto term = rdf::FromNTriples(text); term.ok()) {
    out = *std::move(term);
    return true;
  }
  // What Turtle writes otherwise: bare numbers, other quotes.
  const ParseOptions options{.max_text_bytes = text.size()};
  ParseState state(text, options);
  rdf::Term term;
  if (!AtLiteral(state) || !ReadLiteral(state, term) ||
      !state.Is(Token::kEnd)) {
    return rows.Fail(
        absl::StrCat("'", av(text.substr(0, 100)), "' is no RDF term"));
  }
  out = std::move(term);
  return true;
}

bool CheckWidth(size_t width, ResultRows& rows) {
  if (width == rows.width()) return true;
  return rows.Fail(
      absl::StrCat("has ", width, " fields; the head has ", rows.width()));
}

}  // namespace

void ReadCsvResults(std::string_view text, ResultRows& rows) {
  std::vector<CsvField> fields;
  const auto take = [&] {
    return TakeRecord(text, fields) || rows.Fail("a quoted field is malformed");
  };
  if (!take()) return;
  std::vector<std::string> variables;
  for (CsvField& field : fields) variables.push_back(std::move(field.text));
  const bool none = variables.size() == 1 && variables[0].empty();
  if (none) variables.clear();
  if (!rows.SetVariables(std::move(variables))) return;
  while (!text.empty()) {
    if (!take()) return;
    if (none && fields.size() == 1 && fields[0].text.empty()) fields.clear();
    if (!CheckWidth(fields.size(), rows)) return;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].quoted || !fields[i].text.empty())
        rows.Set(i, rdf::Term::Literal(std::move(fields[i].text)));
    }
    if (!rows.EndRow()) return;
  }
}

void ReadTsvResults(std::string_view text, ResultRows& rows) {
  const auto split = [](std::string_view line) {
    std::vector<std::string_view> fields;
    for (size_t begin = 0;;) {
      const size_t end = line.find('\t', begin);
      fields.push_back(line.substr(begin, end - begin));
      if (end == std::string_view::npos) return fields;
      begin = end + 1;
    }
  };
  const std::string_view head = TakeLine(text);
  std::vector<std::string> variables;
  if (!head.empty()) {
    for (std::string_view name : split(head)) {
      if (name.starts_with('?') || name.starts_with('$')) name.remove_prefix(1);
      variables.emplace_back(name);
    }
  }
  if (!rows.SetVariables(std::move(variables))) return;
  while (!text.empty()) {
    std::vector<std::string_view> fields = split(TakeLine(text));
    if (rows.width() == 0 && fields.size() == 1 && fields[0].empty())
      fields.clear();
    if (!CheckWidth(fields.size(), rows)) return;
    for (size_t i = 0; i < fields.size(); ++i) {
      std::optional<rdf::Term> term;
      if (!ReadTsvTerm(fields[i], rows, term)) return;
      rows.Set(i, std::move(term));
    }
    if (!rows.EndRow()) return;
  }
}

}  // namespace skg::sparql
