#include "text/part_search.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "text/frontier.h"

namespace skg::text {
namespace {

// Sums in another sequence than the query's may differ in the last bits.
constexpr double kSlack = 1 + 1e-9;
// An allowed set so much smaller than the postings leads the search.
constexpr size_t kAllowedLeads = 4;

class PartSearch {
 public:
  PartSearch(PartQuery& query, TopHits& hits) : query_(query), hits_(hits) {}

  [[nodiscard]] absl::Status Run() {
    if (query_.scorers.empty()) return absl::OkStatus();
    uint64_t postings = 0;
    for (const auto& scorer : query_.scorers) postings += scorer->postings();
    if (!query_.required.empty() ||
        (query_.allowed != nullptr &&
         query_.allowed->size() * kAllowedLeads < postings)) {
      SKG_RETURN_IF_ERROR(SearchRequired());
    } else {
      SKG_RETURN_IF_ERROR(SearchAny());
    }
    for (const auto& scorer : query_.scorers) {
      SKG_RETURN_IF_ERROR(scorer->status());
    }
    for (const auto& scorer : query_.excluded) {
      SKG_RETURN_IF_ERROR(scorer->status());
    }
    return absl::OkStatus();
  }

 private:
  [[nodiscard]] Scorer& at(size_t i) { return *query_.scorers[i]; }

  [[nodiscard]] absl::Status Step() {
    if (++steps_ % 1024 != 0 || query_.cancellation == nullptr)
      return absl::OkStatus();
    return query_.cancellation->Check();
  }

  // Of all scorers for documents from this one on, up to `last`.
  template <typename BoundOf>
  [[nodiscard]] Scorer::Bound SumOfBounds(uint64_t document, BoundOf bound_of) {
    Scorer::Bound sum;
    for (const auto& scorer : query_.scorers) {
      const Scorer::Bound bound =
          bound_of(*scorer, std::max(document, scorer->document()));
      sum.last = std::min(sum.last, bound.last);
      sum.score += bound.score;
    }
    return sum;
  }
  [[nodiscard]] Scorer::Bound PageBounds(uint64_t document) {
    return SumOfBounds(document, [](Scorer& scorer, uint64_t from) {
      return scorer.PageBound(from);
    });
  }
  [[nodiscard]] Scorer::Bound BlockBounds(uint64_t document) {
    return SumOfBounds(document, [](Scorer& scorer, uint64_t from) {
      return scorer.BlockBound(from);
    });
  }

  // The document's score so far as scorers stand at it; the cursors do not
  // move.
  [[nodiscard]] double SumAt(uint64_t document) {
    double sum = 0;
    for (const auto& scorer : query_.scorers) {
      if (scorer->document() == document) sum += scorer->Score();
    }
    return sum;
  }

  // All scorers that have the document stand at it, and it may count.
  [[nodiscard]] absl::Status Offer(uint64_t document) {
    double score = SumAt(document);
    if (hits_.CanSkip(score, document)) return absl::OkStatus();
    if (query_.allowed != nullptr && !IsAllowed(document))
      return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const bool matches, Confirm(document, &score));
    if (!matches || !hits_.Counts({document, score})) return absl::OkStatus();
    for (const auto& scorer : query_.excluded) {
      scorer->SeekTo(document);
      if (scorer->document() == document && scorer->Confirm())
        return absl::OkStatus();
      SKG_RETURN_IF_ERROR(scorer->status());
    }
    if (query_.accept != nullptr) {
      SKG_ASSIGN_OR_RETURN(const bool accepted, query_.accept(document));
      if (!accepted) return absl::OkStatus();
    }
    hits_.Add({document, score});
    return absl::OkStatus();
  }

  // Whether the document does match; `score` then is what it scores.
  [[nodiscard]] absl::StatusOr<bool> Confirm(uint64_t document, double* score) {
    *score = 0;
    bool any = false;
    confirmed_.assign(query_.scorers.size(), false);
    for (size_t i = 0; i < query_.scorers.size(); ++i) {
      if (at(i).document() != document) continue;
      if (!at(i).Confirm()) {
        SKG_RETURN_IF_ERROR(at(i).status());
        continue;
      }
      confirmed_[i] = any = true;
      *score += at(i).Score();
    }
    return any && std::all_of(query_.required.begin(), query_.required.end(),
                              [&](const std::vector<size_t>& clause) {
                                return std::any_of(
                                    clause.begin(), clause.end(),
                                    [&](size_t i) { return confirmed_[i]; });
                              });
  }

  [[nodiscard]] bool IsAllowed(uint64_t document) {
    const auto& allowed = *query_.allowed;
    // Documents rise.
    allowed_at_ = static_cast<size_t>(
        std::lower_bound(
            allowed.begin() + static_cast<std::ptrdiff_t>(allowed_at_),
            allowed.end(), document) -
        allowed.begin());
    return allowed_at_ < allowed.size() && allowed[allowed_at_] == document;
  }

  // --- Where something must be there -------------------------------------

  // First document >= `document` that every clause and the allowed set have
  // (unconfirmed).
  [[nodiscard]] uint64_t NextRequired(uint64_t document) {
    for (bool moved = true; moved && document != kNoDocument;) {
      moved = false;
      for (const std::vector<size_t>& clause : query_.required) {
        uint64_t first = kNoDocument;
        for (const size_t i : clause) {
          at(i).SeekTo(document);
          first = std::min(first, at(i).document());
        }
        if (first != document) {
          moved = true;
          document = first;
          if (document == kNoDocument) return document;
        }
      }
      if (query_.allowed != nullptr && !IsAllowed(document)) {
        moved = true;
        document = allowed_at_ < query_.allowed->size()
                       ? (*query_.allowed)[allowed_at_]
                       : kNoDocument;
      }
    }
    return document;
  }

  [[nodiscard]] absl::Status SearchRequired() {
    // The rarest clause first.
    std::stable_sort(query_.required.begin(), query_.required.end(),
                     [&](const auto& a, const auto& b) {
                       return PostingsOf(a) < PostingsOf(b);
                     });
    uint64_t document = NextRequired(0);
    uint64_t bounded_to = 0;  // documents before are known to be worth a look
    while (document != kNoDocument) {
      SKG_RETURN_IF_ERROR(Step());
      if (document >= bounded_to && hits_.threshold() >= 0) {
        Scorer::Bound bound = PageBounds(document);
        if (!hits_.CanSkip(bound.score, document)) {
          bound = BlockBounds(document);
        }
        if (hits_.CanSkip(bound.score, document)) {
          if (bound.last == kNoDocument) return absl::OkStatus();
          document = NextRequired(bound.last + 1);
          continue;
        }
        bounded_to = bound.last;
      }
      for (const auto& scorer : query_.scorers) scorer->SeekTo(document);
      SKG_RETURN_IF_ERROR(Offer(document));
      document = NextRequired(document + 1);
    }
    return absl::OkStatus();
  }
  [[nodiscard]] uint64_t PostingsOf(const std::vector<size_t>& clause) {
    uint64_t postings = 0;
    for (const size_t i : clause) postings += at(i).postings();
    return postings;
  }

  // --- Where any will do --------------------------------------------------

  // Scorers by what they are worth at most, least first; `bounds` likewise.
  // How many of the first together are not worth a look.
  [[nodiscard]] size_t CountOptional(const std::vector<size_t>& order,
                                     const std::vector<double>& bounds) const {
    size_t optional = 0;
    double sum = 0;
    for (; optional < order.size(); ++optional) {
      sum += bounds[order[optional]];
      if (sum * kSlack >= hits_.threshold()) break;
    }
    return optional;
  }
  static void SortByBound(const std::vector<double>& bounds,
                          std::vector<size_t>& order) {
    order.resize(bounds.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return bounds[a] < bounds[b]; });
  }

  [[nodiscard]] absl::Status SearchAny() {
    std::vector<double> most;
    for (const auto& scorer : query_.scorers) most.push_back(scorer->most());
    std::vector<size_t> order;
    SortByBound(most, order);
    for (;;) {
      SKG_RETURN_IF_ERROR(Step());
      const size_t optional = CountOptional(order, most);
      uint64_t first = kNoDocument;
      for (size_t i = optional; i < order.size(); ++i) {
        first = std::min(first, at(order[i]).document());
      }
      if (first == kNoDocument) return absl::OkStatus();
      uint64_t next = 0;
      SKG_ASSIGN_OR_RETURN(next, SearchWindow(first, order, optional));
      if (next == kNoDocument) return absl::OkStatus();
      for (size_t i = optional; i < order.size(); ++i) {
        at(order[i]).SeekTo(next);
      }
    }
  }

  // Documents from `first` on, as far as the bounds of the present blocks hold.
  // Gives where to go on. The first `optional` of `order` alone are not worth a
  // look.
  [[nodiscard]] absl::StatusOr<uint64_t> SearchWindow(
      uint64_t first, const std::vector<size_t>& order, size_t optional) {
    const bool full = hits_.threshold() >= 0;
    if (full) {
      const Scorer::Bound page = PageBounds(first);
      if (hits_.CanSkip(page.score, first)) return After(page.last);
    }
    // The blocks of what is optional do not count: these are mostly the longest
    // lists, with the smallest blocks.
    uint64_t last = kNoDocument;
    bounds_.assign(query_.scorers.size(), 0);
    for (size_t i = optional; i < order.size(); ++i) {
      Scorer& scorer = at(order[i]);
      const Scorer::Bound bound =
          scorer.BlockBound(std::max(first, scorer.document()));
      last = std::min(last, bound.last);
      bounds_[order[i]] = bound.score;
    }
    for (size_t i = 0; i < optional; ++i) {
      Scorer& scorer = at(order[i]);
      const Scorer::Bound bound =
          scorer.PageBound(std::max(first, scorer.document()));
      bounds_[order[i]] = bound.last >= last ? bound.score : scorer.most();
    }
    if (full) {
      const double sum = std::accumulate(bounds_.begin(), bounds_.end(), 0.0);
      if (hits_.CanSkip(sum, first)) return After(last);
    }
    SortByBound(bounds_, window_order_);
    SKG_RETURN_IF_ERROR(ScanWindow(first, last));
    return After(last);
  }
  [[nodiscard]] static uint64_t After(uint64_t document) {
    return document == kNoDocument ? document : document + 1;
  }

  [[nodiscard]] absl::Status ScanWindow(uint64_t first, uint64_t last) {
    size_t optional = CountOptional(window_order_, bounds_);
    frontier_.Clear();
    for (size_t i = optional; i < window_order_.size(); ++i) {
      Scorer& scorer = at(window_order_[i]);
      scorer.SeekTo(first);
      frontier_.Add(scorer.document(), static_cast<uint32_t>(i));
    }
    for (;;) {
      const uint64_t document = frontier_.document();
      if (document > last || document == kNoDocument) return absl::OkStatus();
      SKG_RETURN_IF_ERROR(Step());
      if (IsWorthALook(document, optional)) {
        SKG_RETURN_IF_ERROR(Offer(document));
        optional = CountOptional(window_order_, bounds_);
      }
      while (frontier_.document() == document) {
        Scorer& scorer = at(window_order_[frontier_.place()]);
        scorer.Next();
        // What has become optional comes to no document of its own.
        frontier_.ReplaceTop(frontier_.place() < optional ? kNoDocument
                                                          : scorer.document());
      }
    }
  }

  // Moves what is optional to the document, the strongest first, for as long as
  // it may count.
  [[nodiscard]] bool IsWorthALook(uint64_t document, size_t optional) {
    const double threshold = hits_.threshold();
    if (threshold < 0) return true;
    double score = 0, rest = 0;
    frontier_.ForEachAtTop([&](uint32_t i) {
      if (i >= optional) score += at(window_order_[i]).Score();
    });
    for (size_t i = 0; i < optional; ++i) rest += bounds_[window_order_[i]];
    for (size_t i = optional; i-- > 0;) {
      if ((score + rest) * kSlack < threshold) return false;
      Scorer& scorer = at(window_order_[i]);
      rest -= bounds_[window_order_[i]];
      scorer.SeekTo(document);
      if (scorer.document() == document) score += scorer.Score();
    }
    return score * kSlack >= threshold;
  }

  PartQuery& query_;
  TopHits& hits_;
  size_t steps_ = 0;
  size_t allowed_at_ = 0;
  std::vector<double> bounds_;
  std::vector<size_t> window_order_;
  Frontier frontier_;  // places in that
  std::vector<bool> confirmed_;
};

}  // namespace

absl::Status SearchPart(PartQuery& query, TopHits& hits) {
  return PartSearch(query, hits).Run();
}

}  // namespace skg::text
