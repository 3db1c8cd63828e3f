#include "routes/readable_text.h"

namespace skg::server {
namespace {

std::string LocalName(std::string_view iri) {
  const size_t cut = iri.find_last_of("/#:");
  if (cut == std::string_view::npos || cut + 1 == iri.size())
    return std::string(iri);
  return std::string(iri.substr(cut + 1));
}

// The text between the quotes; \u escapes do not occur in terms that the
// library gives.
std::string LiteralText(std::string_view term) {
  std::string text;
  for (size_t i = 1; i < term.size() && term[i] != '"'; ++i) {
    if (term[i] != '\\' || i + 1 == term.size()) {
      text += term[i];
      continue;
    }
    switch (term[++i]) {
      case 'n':
        text += '\n';
        break;
      case 'r':
        text += '\r';
        break;
      case 't':
        text += '\t';
        break;
      default:
        text += term[i];
    }
  }
  return text;
}

}  // namespace

std::string ReadableText(std::string_view name_or_term) {
  if (name_or_term.size() < 2) return std::string(name_or_term);
  if (name_or_term.front() == '"') return LiteralText(name_or_term);
  if (name_or_term.front() == '<' && name_or_term.back() == '>' &&
      !name_or_term.starts_with("<<"))
    return LocalName(name_or_term.substr(1, name_or_term.size() - 2));
  return std::string(name_or_term);
}

}  // namespace skg::server
