#include "text/bm25.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "text/part_search.h"
#include "text/scorer.h"
#include "text/top_hits.h"

namespace skg::text {
namespace {

constexpr size_t kMostPieceHits = size_t{1} << 16;
// About what a cursor of a segment holds: a page's headers, a block unpacked.
constexpr size_t kListBytes = 12 << 10;

// The lists of one term's tokens in all parts, and what it is worth.
struct OpenTerm {
  const QueryTerm* term = nullptr;
  Occur occur = Occur::kShould;
  size_t clause = 0;
  double factor = 0;
  // By part, then by token; null: the part has no such token.
  std::vector<std::vector<std::unique_ptr<PostingCursor>>> lists;
};

double Idf(uint64_t documents, uint64_t with_term) {
  const auto n = static_cast<double>(std::max(documents, with_term));
  const auto df = static_cast<double>(with_term);
  return std::log(1 + (n - df + 0.5) / (df + 0.5));
}

absl::Status CheckTerms(const TermQuery& query) {
  size_t words = 0;
  for (const TermClause& clause : query) {
    for (const QueryTerm& term : clause.terms) words += term.parts.size();
  }
  if (words <= kMostQueryTokens) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "search: the query stands for ", words, " words of the index; at most ",
      kMostQueryTokens, " are looked for: use fewer prefixes or fuzzy words"));
}

absl::Status CheckOptions(const SearchOptions& options) {
  const auto is_in = [](double value, double low, double high) {
    return value >= low && value <= high;  // so NaN is not
  };
  if (options.k > kMostHits) {
    return absl::InvalidArgumentError(
        absl::StrCat("search: ", options.k, " hits at once; ask for at most ",
                     kMostHits, " and go on after the last of them"));
  }
  if (!is_in(options.bm25.k1, 0, 1000) || !is_in(options.bm25.b, 0, 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "search: BM25 with k1 = ", options.bm25.k1, " and b = ", options.bm25.b,
        "; k1 is 0 to 1000 and b 0 to 1"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OpenTerm>> OpenTerms(const PostingReader& reader,
                                                const TermQuery& query,
                                                const SearchOptions& options,
                                                MemoryReservation& reserved) {
  std::vector<OpenTerm> terms;
  for (size_t clause = 0; clause < query.size(); ++clause) {
    for (const QueryTerm& term : query[clause].terms) {
      if (options.cancellation != nullptr) {
        SKG_RETURN_IF_ERROR(options.cancellation->Check());
      }
      OpenTerm open{&term, query[clause].occur, clause, 0, {}};
      open.lists.resize(reader.part_count());
      double idf = 0;
      for (const QueryTerm::Part& token : term.parts) {
        uint64_t with_term = 0;
        for (size_t part = 0; part < reader.part_count(); ++part) {
          SKG_ASSIGN_OR_RETURN(auto list, reader.OpenList(part, token.token));
          if (list != nullptr) {
            with_term += list->postings();
            if (reader.budget() != nullptr) {
              SKG_RETURN_IF_ERROR(
                  reserved.Resize(reserved.bytes() + kListBytes));
            }
          }
          open.lists[part].push_back(std::move(list));
        }
        idf += Idf(reader.documents(), with_term);
      }
      open.factor = term.weight * idf * (options.bm25.k1 + 1);
      terms.push_back(std::move(open));
    }
  }
  return terms;
}

// Null: nothing of the part matches the term.
std::unique_ptr<Scorer> MakeScorer(OpenTerm& term, size_t part,
                                   const TermSaturation& saturation) {
  auto& lists = term.lists[part];
  for (const auto& list : lists) {
    if (list == nullptr) return nullptr;
  }
  if (lists.empty()) return nullptr;
  if (lists.size() == 1) {
    return MakeTokenScorer(std::move(lists.front()), term.factor, saturation);
  }
  std::vector<uint32_t> offsets;
  for (const QueryTerm::Part& token : term.term->parts) {
    offsets.push_back(token.offset);
  }
  return MakePhraseScorer(std::move(lists), std::move(offsets), term.factor,
                          saturation);
}

PartQuery MakePartQuery(std::vector<OpenTerm>& terms, const TermQuery& query,
                        size_t part, const TermSaturation& saturation,
                        const SearchOptions& options) {
  PartQuery made;
  made.allowed = options.allowed;
  made.cancellation = options.cancellation;
  std::vector<std::vector<size_t>> required(query.size());
  for (OpenTerm& term : terms) {
    std::unique_ptr<Scorer> scorer = MakeScorer(term, part, saturation);
    if (scorer == nullptr) continue;
    if (term.occur == Occur::kMustNot) {
      made.excluded.push_back(std::move(scorer));
      continue;
    }
    required[term.clause].push_back(made.scorers.size());
    made.scorers.push_back(std::move(scorer));
  }
  for (size_t clause = 0; clause < query.size(); ++clause) {
    if (query[clause].occur != Occur::kMust) continue;
    made.required.push_back(std::move(required[clause]));
  }
  return made;
}

}  // namespace

absl::StatusOr<std::vector<SearchHit>> SearchPostings(
    const PostingReader& reader, const TermQuery& query,
    const SearchOptions& options) {
  SKG_RETURN_IF_ERROR(CheckOptions(options));
  SKG_RETURN_IF_ERROR(CheckTerms(query));
  if (options.k == 0 || query.empty()) return std::vector<SearchHit>();
  MemoryReservation reserved;
  if (reader.budget() != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        reserved,
        reader.budget()->Reserve("text search", options.k * sizeof(SearchHit)));
  }
  SKG_ASSIGN_OR_RETURN(std::vector<OpenTerm> terms,
                       OpenTerms(reader, query, options, reserved));
  const TermSaturation saturation(options.bm25, reader.average_length());
  TopHits hits(options.k, options.after);
  // The delta last: of its documents those may count that no segment has.
  for (size_t i = 1; i <= reader.part_count(); ++i) {
    const size_t part = i % reader.part_count();
    PartQuery part_query =
        MakePartQuery(terms, query, part, saturation, options);
    part_query.accept = [&](uint64_t document) -> absl::StatusOr<bool> {
      if (part == 0) {
        SKG_ASSIGN_OR_RETURN(const bool known, reader.InSegment(document));
        if (known) return false;
      }
      return options.filter == nullptr || options.filter(document);
    };
    SKG_RETURN_IF_ERROR(SearchPart(part_query, hits));
  }
  return hits.Take();
}

absl::StatusOr<std::optional<SearchHit>> HitStream::Next() {
  if (at_ == hits_.size() && !ended_) {
    if (begun_) options_.k = std::min(options_.k * 4, kMostPieceHits);
    begun_ = true;
    if (!hits_.empty()) options_.after = hits_.back();
    SKG_ASSIGN_OR_RETURN(hits_, SearchPostings(reader_, query_, options_));
    at_ = 0;
    ended_ = hits_.size() < options_.k;
  }
  if (at_ == hits_.size()) return std::optional<SearchHit>();
  return hits_[at_++];
}

}  // namespace skg::text
