// Ranking by BM25, and the best documents of a query.
//
// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
// Beyond" (2009). A term t in a document d of length |d| scores
//   weight(t) * idf(t) * (k1 + 1) * f / (f + k1 * (1 - b + b * |d| / average))
//   idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5))
// where f is how often t occurs in d, N the number of documents, df of those
// with t. A phrase occurs as often as its words stand so next to each other,
// and its idf is the sum of theirs. A document's score is the sum over the
// terms of all clauses but the excluded ones, those of a prefix or a fuzzy word
// each for itself. N, df and the average are those of the index (see
// PostingReader), whichever documents a snapshot or a filter leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "text/posting_reader.h"
#include "text/query_terms.h"

namespace skg::text {

struct Bm25Parameters {
  double k1 = 1.2;  // >= 0
  double b = 0.75;  // 0 to 1
};

struct SearchHit {
  uint64_t document = 0;
  double score = 0;
  friend bool operator==(const SearchHit&, const SearchHit&) = default;
};

inline constexpr size_t kMostHits = size_t{1} << 20;
// Tokens of all terms of a query.
inline constexpr size_t kMostQueryTokens = 2048;

struct SearchOptions {
  // At most kMostHits; 16 bytes of memory each.
  size_t k = 10;
  // Only what comes after this one in the sequence of hits.
  std::optional<SearchHit> after;
  // Only these documents, rising; null: all. Cheap where they are few.
  const std::vector<uint64_t>* allowed = nullptr;
  // Only documents for which it says true; null: all. Asked of those that would
  // be among the hits, so that it may cost something.
  std::function<bool(uint64_t document)> filter;
  Bm25Parameters bm25;
  const Cancellation* cancellation = nullptr;
};

// The first k hits: documents with a term of every clause that must be there,
// or, if none must, of any; without a term of a clause that must not. Scores
// fall; equal ones stand by document, rising. The same reader gives the same
// scores bit by bit, so that a search may go on after any hit.
// MaxScore (Turtle and Flood 1995) with the bounds of blocks (Ding and Suel
// 2011), segment by segment. Memory, out of the reader's budget: 12 KiB for
// each token of the query and segment that has it. Errors: kInvalidArgument,
// kCancelled, kDeadlineExceeded, kResourceExhausted, kDataLoss, those of the
// store.
[[nodiscard]] absl::StatusOr<std::vector<SearchHit>> SearchPostings(
    const PostingReader& reader, const TermQuery& query,
    const SearchOptions& options);

// All hits in sequence, in pieces that grow (k, 4 k, 16 k ... up to 65,536):
// for a caller that checks each hit and does not know how many will do.
// What it is made of must outlive it; not thread-safe.
class HitStream {
 public:
  HitStream(const PostingReader& reader, const TermQuery& query,
            SearchOptions options)
      : reader_(reader), query_(query), options_(std::move(options)) {}

  // Unset: there are no more. Errors: those of SearchPostings.
  [[nodiscard]] absl::StatusOr<std::optional<SearchHit>> Next();

 private:
  const PostingReader& reader_;
  const TermQuery& query_;
  SearchOptions options_;
  std::vector<SearchHit> hits_;
  size_t at_ = 0;
  bool begun_ = false, ended_ = false;
};

}  // namespace skg::text
