#include "sparql/translate.h"

#include "absl/strings/str_replace.h"
#include "query/algebra_text.h"

namespace skg::sparql::test {
namespace {

// <PREFIX name> becomes SHORT name.
void Abbreviate(std::string_view prefix, std::string_view short_form,
                std::string& text) {
  const std::string opening = "<" + std::string(prefix);
  for (size_t at = text.find(opening); at != std::string::npos;
       at = text.find(opening, at)) {
    const size_t end = text.find('>', at);
    text.erase(end, 1);
    text.replace(at, opening.size(), short_form);
  }
}

template <typename Result>
std::string ErrorOf(const Result& result) {
  return result.ok() ? "is accepted" : std::string(result.status().message());
}

}  // namespace

ParseOptions Options() {
  return {.base_iri = "http://example.org/dir/file",
          .prefixes = {{"", "urn:x:"}}};
}

std::string Shorten(std::string text) {
  std::string line;
  for (char c : text) {
    if (c == '\n') {
      line.push_back(' ');
    } else if (c != ' ' || line.empty() || line.back() != ' ') {
      line.push_back(c);
    }
  }
  Abbreviate("urn:x:", ":", line);
  Abbreviate("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:", line);
  Abbreviate("http://www.w3.org/2001/XMLSchema#", "xsd:", line);
  return absl::StrReplaceAll(line, {{"<http://example.org/dir/", "<"}});
}

std::string Translate(std::string_view query) {
  const auto parsed = ParseQuery(query, Options());
  if (!parsed.ok()) return std::string(parsed.status().message());
  return Shorten(query::AlgebraText(*parsed->pattern, parsed->variables));
}

std::string QueryError(std::string_view query) {
  return ErrorOf(ParseQuery(query, Options()));
}

std::string UpdateError(std::string_view update) {
  return ErrorOf(ParseUpdate(update, Options()));
}

}  // namespace skg::sparql::test
