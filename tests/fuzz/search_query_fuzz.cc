// Any text where words to search for are expected: an error with a place, or
// clauses; each of these has words that can be looked for and shown. The first
// byte chooses the syntax and the language.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/analyzer.h"
#include "text/language.h"
#include "text/search_query.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace skg::text;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  const auto query = ParseSearchQuery(
      text, {.all_words = (data[0] & 1) != 0, .plain = (data[0] & 2) != 0});
  if (!query.ok()) return 0;
  Require(query->clauses.size() <= kMaxQueryClauses);
  const Analyzer analyzer(
      {.stemming = (data[0] & 4) != 0, .stop_words = (data[0] & 8) != 0});
  const Language language = LanguageOfTag((data[0] & 16) != 0 ? "en" : "de-AT");
  for (const QueryClause& clause : query->clauses) {
    Require(clause.kind == QueryClause::Kind::kFuzzy
                ? clause.edits == 1 || clause.edits == 2
                : clause.edits == 0);
    TokenList tokens;
    analyzer.Analyze(clause.text, language, tokens);
  }
  return 0;
}
