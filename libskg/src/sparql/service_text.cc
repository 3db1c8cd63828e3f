#include "sparql/service_text.h"

#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::sparql {

bool MakeServiceText(ParseState& state, size_t begin, size_t end,
                     std::string& out) {
  out = "SELECT * WHERE";
  Lexer lexer(state.request_text(), begin, end);
  std::string iri;
  for (lexer.Advance(); lexer.token() != Token::kEnd; lexer.Advance()) {
    const size_t size = out.size();
    if (lexer.token() == Token::kIri || lexer.token() == Token::kPrefixedName) {
      if (!state.DecodeIri(lexer, iri)) return false;
      absl::StrAppend(&out, " <", iri, ">");
    } else {
      absl::StrAppend(&out, " ", av(lexer.raw()));
    }
    if (!state.Charge(out.size() - size)) return false;
  }
  return state.ok();
}

}  // namespace skg::sparql
