#include "text/query_terms.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "storage/memory_kv.h"
#include "support/test_support.h"
#include "text/posting_fold.h"
#include "text/text_model.h"

namespace skg::text {
namespace {

// Terms of each clause, words of a phrase with their offsets, weights that are
// not 1.
std::string Shown(const TermQuery& query) {
  std::string shown;
  for (const TermClause& clause : query) {
    for (const QueryTerm& term : clause.terms) {
      for (const auto& part : term.parts) {
        if (part.offset > 0) shown += "+" + std::to_string(part.offset);
        shown += part.token;
      }
      if (term.weight == 0.5) shown += "^1/2";
      if (term.weight == 0.25) shown += "^1/4";
      shown += " ";
    }
    shown += "|";
  }
  return shown;
}

class Fixture {
 public:
  Fixture() : kv_(storage::MakeMemoryKv()) {
    const struct {
      std::string text, tag;
    } texts[] = {{"running runners", "en"},
                 {"runner up", ""},
                 {"run", "en"},
                 {"rune", ""},
                 {"Häuser", "de"},
                 {"haus haus", ""},
                 {"the bank of england", "en"}};
    uint64_t document = 0;
    for (const auto& text : texts) {
      TokenList tokens;
      Analyzer().Analyze(text.text, LanguageOfTag(text.tag), tokens);
      AddText(*kv_, ++document, tokens);
      if (document == 4) REQUIRE_OK(FoldDelta(*kv_, kTestIndex, {}));
    }
    reader_ = OpenReader(*kv_);
  }

  std::string Resolve(std::string_view text,
                      const AnalyzerOptions& analyzer = {},
                      size_t most_expansions = 64) {
    const Language languages[] = {LanguageOfTag("en"), LanguageOfTag("de")};
    const auto query = ParseSearchQuery(text);
    REQUIRE_OK(query);
    const auto terms = ResolveTerms(
        *query, Analyzer(analyzer), *reader_,
        {.languages = languages, .most_expansions = most_expansions});
    REQUIRE_OK(terms);
    return Shown(*terms);
  }

 private:
  std::unique_ptr<storage::KvStore> kv_;
  std::unique_ptr<PostingReader> reader_;
};

TEST_CASE_METHOD(Fixture, "Clauses become terms", "[query_terms]") {
  CHECK(Resolve("") == "");
  CHECK(Resolve("zebra") == "zebra |");
  CHECK(Resolve("Running Häuser") == "running run |häuser haus |");
  CHECK(Resolve("\"the Bank\"") == "the+1bank |");
  CHECK(Resolve("\"running houses\"") ==
        "running+1houses run+1hous running+1hous |");
  CHECK(Resolve("covid-19") == "covid+119 |");
  // Postings first, then spelling.
  CHECK(Resolve("run*") == "run runner rune |");
  CHECK(Resolve("RU*", {}, 2) == "run runner |");
  // Its stem fits, though it does not begin so.
  CHECK(Resolve("running*") == "run |");
  CHECK(Resolve("zzz*") == "|");
  // In German its stem is "rum".
  CHECK(Resolve("rume~") == "run^1/2 rune^1/2 |");
  CHECK(Resolve("rume~2") == "run^1/2 rune^1/2 up^1/4 |");
  CHECK(Resolve("hasu~") == "haus^1/2 |");
  CHECK(Resolve("Häuserr~ -zebra") == "|zebra |");
}

TEST_CASE_METHOD(Fixture, "Stop-words of a query", "[query_terms]") {
  const AnalyzerOptions options{.stop_words = true};
  // In no language they are words.
  CHECK(Resolve("the", options) == "the |");
  CHECK(Resolve("\"bank of england\"", options) ==
        "bank+1of+2england bank+2england |");
}

}  // namespace
}  // namespace skg::text
