#include "text/query_terms.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "text/edit_distance.h"

namespace skg::text {
namespace {

// A token that a prefix or a fuzzy word stands for.
struct Expansion {
  int edits = 0;
  uint64_t postings = 0;
  std::string token;

  [[nodiscard]] bool Before(const Expansion& other) const {
    return std::tuple(edits, ~postings, std::string_view(token)) <
           std::tuple(other.edits, ~other.postings,
                      std::string_view(other.token));
  }
};

// The best of those that are added.
class Expansions {
 public:
  explicit Expansions(size_t most) : most_(most) {}

  void Add(int edits, uint64_t postings, std::string_view token) {
    const auto before = [](const Expansion& a, const Expansion& b) {
      return a.Before(b);
    };
    if (heap_.size() == most_) {
      if (most_ == 0) return;
      const Expansion& worst = heap_.front();
      if (std::tuple(edits, ~postings, token) >=
          std::tuple(worst.edits, ~worst.postings,
                     std::string_view(worst.token))) {
        return;
      }
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    heap_.push_back({edits, postings, std::string(token)});
    std::push_heap(heap_.begin(), heap_.end(), before);
  }
  // Best first.
  [[nodiscard]] std::vector<Expansion> Take() {
    std::sort(
        heap_.begin(), heap_.end(),
        [](const Expansion& a, const Expansion& b) { return a.Before(b); });
    return std::move(heap_);
  }

 private:
  const size_t most_;
  std::vector<Expansion> heap_;
};

class Resolver {
 public:
  Resolver(const Analyzer& analyzer, const PostingReader& reader,
           const QueryTermOptions& options)
      : analyzer_(analyzer), reader_(reader), options_(options) {}

  [[nodiscard]] absl::StatusOr<std::vector<QueryTerm>> Resolve(
      const QueryClause& clause) {
    switch (clause.kind) {
      case QueryClause::Kind::kWords:
        return Words(clause.text);
      case QueryClause::Kind::kPrefix:
        return Prefix(clause.text);
      case QueryClause::Kind::kFuzzy:
        return Fuzzy(clause.text, clause.edits);
    }
    return std::vector<QueryTerm>();
  }

 private:
  void AddTerm(std::string_view text, Language language,
               std::vector<QueryTerm>& terms) {
    analyzer_.Analyze(text, language, tokens_);
    if (tokens_.empty()) return;
    QueryTerm term;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      term.parts.push_back({std::string(tokens_.text(i)),
                            tokens_[i].position - tokens_[0].position});
    }
    for (const QueryTerm& other : terms) {
      if (other.parts == term.parts) return;
    }
    terms.push_back(std::move(term));
  }

  [[nodiscard]] std::vector<QueryTerm> Words(std::string_view text) {
    std::vector<QueryTerm> terms;
    AddTerm(text, Language(), terms);
    for (const Language language : options_.languages) {
      AddTerm(text, language, terms);
    }
    return terms;
  }

  // The word, folded, and its stems.
  [[nodiscard]] std::vector<std::string> Forms(std::string_view word) {
    std::vector<std::string> forms = {analyzer_.Folded(word)};
    for (const QueryTerm& term : Words(word)) {
      const std::string& token = term.parts.front().token;
      if (std::find(forms.begin(), forms.end(), token) == forms.end()) {
        forms.push_back(token);
      }
    }
    return forms;
  }

  [[nodiscard]] std::vector<QueryTerm> Terms(Expansions& expansions) const {
    std::vector<QueryTerm> terms;
    for (Expansion& expansion : expansions.Take()) {
      QueryTerm& term = terms.emplace_back();
      term.weight = options_.edit_weights[expansion.edits];
      term.parts.push_back({std::move(expansion.token), 0});
    }
    return terms;
  }

  [[nodiscard]] absl::Status Pace(size_t steps) const {
    if (steps % 4096 != 0 || options_.cancellation == nullptr)
      return absl::OkStatus();
    return options_.cancellation->Check();
  }

  [[nodiscard]] absl::StatusOr<std::vector<QueryTerm>> Prefix(
      std::string_view word) {
    const std::vector<std::string> forms = Forms(word);
    Expansions expansions(options_.most_expansions);
    for (size_t i = 1; i < forms.size(); ++i) {
      if (forms[i].starts_with(forms[0])) continue;
      SKG_ASSIGN_OR_RETURN(const uint64_t postings, Postings(forms[i]));
      if (postings > 0) expansions.Add(0, postings, forms[i]);
    }
    SKG_ASSIGN_OR_RETURN(TokenStream tokens, reader_.Tokens(forms[0]));
    for (size_t steps = 1; tokens.valid(); ++steps) {
      expansions.Add(0, tokens.postings(), tokens.token());
      SKG_RETURN_IF_ERROR(Pace(steps));
      SKG_RETURN_IF_ERROR(tokens.Next());
    }
    return Terms(expansions);
  }

  [[nodiscard]] absl::StatusOr<uint64_t> Postings(std::string_view token) {
    uint64_t postings = 0;
    for (size_t part = 0; part < reader_.part_count(); ++part) {
      SKG_ASSIGN_OR_RETURN(const auto list, reader_.OpenList(part, token));
      if (list != nullptr) postings += list->postings();
    }
    return postings;
  }

  [[nodiscard]] absl::StatusOr<std::vector<QueryTerm>> Fuzzy(
      std::string_view word, int most) {
    std::vector<EditDistance> distances;
    for (const std::string& form : Forms(word)) {
      distances.emplace_back(form, most);
    }
    Expansions expansions(options_.most_expansions);
    SKG_ASSIGN_OR_RETURN(TokenStream tokens, reader_.Tokens({}));
    for (size_t steps = 1; tokens.valid(); ++steps) {
      int edits = most + 1;
      for (EditDistance& distance : distances) {
        edits = std::min(edits, distance.To(tokens.token()));
      }
      if (edits <= most) {
        expansions.Add(edits, tokens.postings(), tokens.token());
      }
      SKG_RETURN_IF_ERROR(Pace(steps));
      SKG_RETURN_IF_ERROR(tokens.Next());
    }
    return Terms(expansions);
  }

  const Analyzer& analyzer_;
  const PostingReader& reader_;
  const QueryTermOptions& options_;
  TokenList tokens_;
};

}  // namespace

absl::StatusOr<TermQuery> ResolveTerms(const SearchQuery& query,
                                       const Analyzer& analyzer,
                                       const PostingReader& reader,
                                       const QueryTermOptions& options) {
  Resolver resolver(analyzer, reader, options);
  TermQuery resolved;
  for (const QueryClause& clause : query.clauses) {
    SKG_ASSIGN_OR_RETURN(std::vector<QueryTerm> terms,
                         resolver.Resolve(clause));
    // Only stop-words become no term at all without a look at the index.
    if (terms.empty() && clause.kind == QueryClause::Kind::kWords) continue;
    resolved.push_back({clause.occur, std::move(terms)});
  }
  return resolved;
}

}  // namespace skg::text
