#include "rdf/line_parser.h"

#include "absl/strings/str_cat.h"
#include "rdf/characters.h"
#include "rdf/term_scanner.h"

namespace skg::rdf {
namespace {

bool IsLineEnd(char byte) { return byte == '\n' || byte == '\r'; }

// Blanks and a comment may stand before the end of the line.
bool ReadLineEnd(TermScanner& scanner) {
  scanner.SkipBlanks();
  const std::string_view rest = scanner.rest();
  if (rest.empty() || IsLineEnd(rest.front())) return true;
  if (rest.front() == '#') {
    const size_t end = rest.find_first_of("\n\r");
    scanner.Skip(end == std::string_view::npos ? rest.size() : end);
    return true;
  }
  return scanner.Fail(
      scanner.offset(),
      absl::StrCat("expected the end of the line after '.', found ",
                   Quoted(rest)));
}

bool ReadVersion(TermScanner& scanner, std::string& version) {
  scanner.Skip(std::string_view("VERSION").size());
  scanner.SkipBlanks();
  if (!scanner.rest().starts_with('"')) {
    return scanner.Fail(scanner.offset(),
                        "expected a version in quotes, such as \"1.2\"");
  }
  return scanner.ReadString(version) && ReadLineEnd(scanner);
}

bool ReadStatement(TermScanner& scanner, bool quads, Quad& quad) {
  if (!scanner.ReadSubject(quad.subject)) return false;
  scanner.SkipBlanks();
  if (!scanner.ReadPredicate(quad.predicate)) return false;
  scanner.SkipBlanks();
  if (!scanner.ReadTerm(quad.object)) return false;
  scanner.SkipBlanks();
  if (quads &&
      (scanner.rest().starts_with('<') || scanner.rest().starts_with('_'))) {
    if (!scanner.ReadSubject(quad.graph)) return false;
    scanner.SkipBlanks();
  } else {
    Reset(TermKind::kIri, quad.graph);
  }
  if (!scanner.rest().starts_with('.')) {
    return scanner.Fail(scanner.offset(),
                        absl::StrCat("expected '.' after the statement, found ",
                                     Quoted(scanner.rest())));
  }
  scanner.Skip(1);
  return ReadLineEnd(scanner);
}

}  // namespace

LineContent ParseLine(std::string_view& text, bool quads, Quad& quad,
                      LexicalError& error) {
  TermScanner scanner(text);
  scanner.SkipBlanks();
  const std::string_view rest = scanner.rest();
  LineContent content = LineContent::kNothing;
  bool ok = true;
  if (rest.empty() || IsLineEnd(rest.front()) || rest.front() == '#') {
    ok = ReadLineEnd(scanner);
  } else if (rest.starts_with("VERSION")) {
    ok = ReadVersion(scanner, quad.object.value);
  } else {
    ok = ReadStatement(scanner, quads, quad);
    content = LineContent::kStatement;
  }
  if (ok) {
    text.remove_prefix(scanner.offset());
    if (!text.empty()) text.remove_prefix(1);
    return content;
  }
  error = scanner.error();
  const size_t end = text.find_first_of(
      "\n\r", error.offset < text.size() ? error.offset : text.size());
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return LineContent::kError;
}

}  // namespace skg::rdf
