// SPARQL Query Results CSV and TSV Formats.
#include <algorithm>
#include <utility>

#include "rdf/name.h"
#include "rdf/output_buffer.h"
#include "sparql/lexer.h"
#include "sparql/results_writers.h"

namespace skg::sparql {
namespace {

// The empty string is quoted, so that it is not unbound.
void AppendCsvField(std::string_view text, std::string& out) {
  if (!text.empty() &&
      text.find_first_of("\",\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

void AppendCsvTerm(const rdf::Term& term, std::string& out) {
  switch (term.kind) {
    case rdf::TermKind::kIri:
    case rdf::TermKind::kLiteral:
      return AppendCsvField(term.value, out);
    case rdf::TermKind::kBlankNode:
    case rdf::TermKind::kTripleTerm:
      return AppendCsvField(rdf::ToNTriples(term), out);
  }
}

// Whether the lexical form alone says the datatype.
bool IsBare(const rdf::Term& term) {
  if (term.kind != rdf::TermKind::kLiteral || !term.language.empty())
    return false;
  if (term.datatype == rdf::iri::kXsdBoolean)
    return term.value == "true" || term.value == "false";
  const Token token = term.datatype == rdf::iri::kXsdInteger   ? Token::kInteger
                      : term.datatype == rdf::iri::kXsdDecimal ? Token::kDecimal
                      : term.datatype == rdf::iri::kXsdDouble  ? Token::kDouble
                                                               : Token::kError;
  if (token == Token::kError) return false;
  Lexer lexer(term.value, 0, term.value.size());
  lexer.Advance();
  return lexer.token() == token && lexer.raw().size() == term.value.size();
}

void AppendTsvTerm(const rdf::Term& term, std::string& out) {
  if (IsBare(term)) {
    out.append(term.value);
  } else {
    rdf::AppendNTriples(term, out);
  }
}

struct TextFormat {
  char separator;
  std::string_view line_end;
  std::string_view before_variable;
  void (*append)(const rdf::Term& term, std::string& out);
};
constexpr TextFormat kCsv = {',', "\r\n", "", AppendCsvTerm};
constexpr TextFormat kTsv = {'\t', "\n", "?", AppendTsvTerm};

class TextWriter : public ResultWriter {
 public:
  TextWriter(const TextFormat& format, rdf::ByteSink sink,
             const std::vector<std::string>& variables)
      : format_(format), out_(std::move(sink)) {
    for (size_t i = 0; i < variables.size(); ++i) {
      if (i > 0) out_.text().push_back(format_.separator);
      out_.text().append(format_.before_variable).append(variables[i]);
    }
    out_.text().append(format_.line_end);
  }

  absl::Status Write(std::span<const rdf::Term* const> row) override {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out_.text().push_back(format_.separator);
      if (row[i] != nullptr) format_.append(*row[i], out_.text());
    }
    out_.text().append(format_.line_end);
    return out_.Drain();
  }

  absl::Status Finish() override { return out_.Flush(); }

 private:
  const TextFormat& format_;
  rdf::OutputBuffer out_;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCsvWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables) {
  return std::make_unique<TextWriter>(kCsv, std::move(sink), variables);
}

std::unique_ptr<ResultWriter> MakeTsvWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables) {
  return std::make_unique<TextWriter>(kTsv, std::move(sink), variables);
}

}  // namespace skg::sparql
