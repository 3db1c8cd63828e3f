// What a person asks for, as clauses.
//
//   words              any of them (with `all_words`: each)
//   "some words"       these words next to each other, in this sequence
//   wor*               words that begin so
//   wrod~  wrod~2      words at most one (two) edits away; an edit inserts,
//                      deletes or replaces a character or exchanges two
//   +clause  -clause   must be there, must not be there
//   \c                 the character c without its meaning
//
// What stands together without a space and is of several words ("covid-19") is
// a phrase. Items without any word are passed over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::text {

inline constexpr size_t kMaxQueryBytes = 64 << 10;
inline constexpr size_t kMaxQueryClauses = 256;

enum class Occur : uint8_t { kShould, kMust, kMustNot };

struct QueryClause {
  enum class Kind : uint8_t { kWords, kPrefix, kFuzzy };

  Occur occur = Occur::kShould;
  Kind kind = Kind::kWords;
  // A word or a phrase as it was written, without quotes and escapes.
  std::string text;
  int edits = 0;  // kFuzzy: 1 or 2
  friend bool operator==(const QueryClause&, const QueryClause&) = default;
};

struct SearchQuery {
  std::vector<QueryClause> clauses;
};

struct QuerySyntax {
  // Clauses without a sign must all be there, instead of any.
  bool all_words = false;
  // The text is of words only: no character has a meaning, each word is a
  // clause.
  bool plain = false;
};

// kInvalidArgument with the column (in characters, from 1): a quotation mark
// that is not closed, a number of edits that is not 1 or 2, a prefix or fuzzy
// item that is not one word, something at the end of a phrase, nothing but what
// must not be there; more than kMaxQueryBytes or kMaxQueryClauses. A text
// without words gives no clauses.
[[nodiscard]] absl::StatusOr<SearchQuery> ParseSearchQuery(
    std::string_view text, const QuerySyntax& syntax = {});

}  // namespace skg::text
