#include "query/values/term_order.h"

#include "query/values/compare.h"

namespace skg::query {
namespace {

using rdf::Term;
using rdf::TermId;
using rdf::TermKind;
using rdf::TermTag;

constexpr int Rank(const Term& term) {
  switch (term.kind) {
    case TermKind::kBlankNode:
      return 1;
    case TermKind::kIri:
      return 2;
    case TermKind::kLiteral:
      return 3;
    case TermKind::kTripleTerm:
      return 4;
  }
  return 0;
}

// As far as a tag tells it; 0: it does not.
constexpr int Rank(TermId id) {
  switch (id.tag()) {
    case TermTag::kUnbound:
      return 1;
    case TermTag::kBlankNode:
      return 2;
    case TermTag::kIri:
      return 3;
    case TermTag::kArena:
      return 0;
    case TermTag::kTripleTerm:
      return 5;
    default:
      return 4;
  }
}

// A plain string, or of a kind that is told by its text alone.
bool IsText(const Term& term) {
  return term.kind == TermKind::kIri || term.kind == TermKind::kBlankNode ||
         (term.kind == TermKind::kLiteral && term.datatype.empty() &&
          term.language.empty());
}

}  // namespace

std::optional<bool> ValueEqual(const Term& a, const Term& b) {
  return ValueEqual(ValueOf(a), ValueOf(b));
}

std::optional<std::partial_ordering> ValueCompare(const Term& a,
                                                  const Term& b) {
  return ValueCompare(ValueOf(a), ValueOf(b));
}

std::strong_ordering OrderTerms(const Term* a, const Term* b) {
  if (a == nullptr || b == nullptr) return (a != nullptr) <=> (b != nullptr);
  if (const int rank_a = Rank(*a), rank_b = Rank(*b); rank_a != rank_b)
    return rank_a <=> rank_b;
  if (IsText(*a) && IsText(*b)) return a->value.compare(b->value) <=> 0;
  return OrderValues(ValueOf(*a), ValueOf(*b));
}

std::optional<std::strong_ordering> OrderIds(TermId a, TermId b) {
  if (a == b) return std::strong_ordering::equal;
  const int rank_a = Rank(a), rank_b = Rank(b);
  if (rank_a == 0 || rank_b == 0) {
    // Unbound is below whatever an arena holds.
    if (a.bound() && b.bound()) return std::nullopt;
    return a.bound() <=> b.bound();
  }
  if (rank_a != rank_b) return rank_a <=> rank_b;
  if (a.tag() == b.tag()) {
    switch (a.tag()) {
      case TermTag::kInteger:
      case TermTag::kShortString:
        return a <=> b;
      default:
        break;
    }
  }
  const auto order = CompareIds(a, b);
  if (!order || order->error) return std::nullopt;
  // Promotion to double may hide a difference, and equal values are told apart
  // by their text.
  if (a.tag() != b.tag() &&
      (a.tag() == TermTag::kDouble || b.tag() == TermTag::kDouble)) {
    return std::nullopt;
  }
  if (order->order < 0) return std::strong_ordering::less;
  if (order->order > 0) return std::strong_ordering::greater;
  return std::nullopt;
}

}  // namespace skg::query
