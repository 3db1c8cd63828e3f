// A query's clauses as tokens of an index.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "text/analyzer.h"
#include "text/posting_reader.h"
#include "text/search_query.h"

namespace skg::text {

// A token, or several that stand at given distances from the first.
struct QueryTerm {
  struct Part {
    std::string token;
    uint32_t offset = 0;
    friend bool operator==(const Part&, const Part&) = default;
  };
  std::vector<Part> parts;  // offsets rise; the first is 0
  double weight = 1;        // of its score

  [[nodiscard]] bool is_phrase() const { return parts.size() > 1; }
};

// Any of its terms.
struct TermClause {
  Occur occur = Occur::kShould;
  std::vector<QueryTerm> terms;  // empty: nothing matches
};

using TermQuery = std::vector<TermClause>;

struct QueryTermOptions {
  // Those that the index's documents are in. A word is looked for as it is and
  // as each of these stems it.
  std::span<const Language> languages;
  // A prefix or a fuzzy word stands for so many tokens at most: those with the
  // fewest edits, then the most postings, then the first.
  size_t most_expansions = 64;
  // The weight of a token so many edits away.
  double edit_weights[3] = {1.0, 0.5, 0.25};
  const Cancellation* cancellation = nullptr;
};

// A word becomes its tokens, a phrase one phrase for each language that cuts or
// stems it in another way, a prefix and a fuzzy word the tokens of the index
// that they fit (tokens are stems; the stems of the word itself fit, too). A
// clause all of whose words are stop-words in all languages is left out.
// Prefixes and fuzzy words read the index's tokens: of a prefix those that
// begin so, of a fuzzy word all (some 50 ns each).
[[nodiscard]] absl::StatusOr<TermQuery> ResolveTerms(
    const SearchQuery& query, const Analyzer& analyzer,
    const PostingReader& reader, const QueryTermOptions& options);

}  // namespace skg::text
