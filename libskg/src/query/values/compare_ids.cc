// Comparisons that ids decide without their terms.
#include <cmath>

#include "query/values/compare.h"
#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using rdf::Datatype;
using rdf::TermId;
using rdf::TermTag;

constexpr IdComparison kTypeError{true, std::partial_ordering::unordered};
constexpr IdComparison kDifferent{false, std::partial_ordering::unordered};
constexpr IdComparison kSame{false, std::partial_ordering::equivalent};

bool IsInlineNumber(TermId id) {
  return id.tag() >= TermTag::kInteger && id.tag() <= TermTag::kDouble;
}

bool IsText(TermId id) {
  return id.tag() == TermTag::kString || id.tag() == TermTag::kShortString;
}

bool IsMoment(TermId id) {
  return id.tag() == TermTag::kDateTime || id.tag() == TermTag::kDateOrTime;
}

// Of a term that is certainly not a literal with a datatype: what is not the
// same term is not equal to it, and that is no error.
bool HasIdentity(TermId id) {
  return id.is_resource() || id.tag() == TermTag::kLanguageString;
}

Decimal DecimalOf(TermId id) {
  if (id.tag() == TermTag::kInteger) return {rdf::IntegerOf(id), 0};
  return {rdf::ScaledDecimalOf(id), rdf::kInlineDecimalDigits};
}

double NumberOf(TermId id) {
  return id.tag() == TermTag::kDouble ? rdf::DoubleOf(id)
                                      : ToDouble(DecimalOf(id));
}

std::partial_ordering CompareNumbers(TermId a, TermId b) {
  if (a.tag() == TermTag::kInteger && b.tag() == TermTag::kInteger)
    return a <=> b;
  if (a.tag() == TermTag::kDouble || b.tag() == TermTag::kDouble)
    return NumberOf(a) <=> NumberOf(b);
  return Compare(DecimalOf(a), DecimalOf(b));
}

// Of two moments, decided or a type error.
IdComparison CompareMoments(TermId a, TermId b) {
  Datatype type_a = Datatype::kOther, type_b = Datatype::kOther;
  const auto left = MomentOfId(a, &type_a);
  const auto right = MomentOfId(b, &type_b);
  if (!left || !right || type_a != type_b) return kTypeError;
  const std::partial_ordering order = Compare(*left, *right);
  return {order == std::partial_ordering::unordered, order};
}

bool SameMomentType(TermId a, TermId b) {
  return a.tag() == b.tag() && (a.tag() == TermTag::kDateTime ||
                                a.payload() >> 56 == b.payload() >> 56);
}

}  // namespace

std::optional<IdComparison> EqualIds(TermId a, TermId b) {
  if (!a.bound() || !b.bound()) return kTypeError;
  if (IsInlineNumber(a) && IsInlineNumber(b))
    return IdComparison{false, CompareNumbers(a, b)};
  if (a == b) {
    // A float or a part of a triple term may be NaN, which equals nothing.
    const bool unclear = a.in_arena() || a.tag() == TermTag::kOtherNumeric ||
                         a.tag() == TermTag::kTripleTerm;
    if (unclear) return std::nullopt;
    return kSame;
  }
  if (HasIdentity(a) || HasIdentity(b)) return kDifferent;
  const auto told = [](TermId id) { return id.is_inline() || IsText(id); };
  if (!told(a) || !told(b)) return std::nullopt;
  if (a.tag() == TermTag::kSmall && b.tag() == TermTag::kSmall) {
    return rdf::BooleanOf(a) == rdf::BooleanOf(b) ? kSame : kDifferent;
  }
  if (IsMoment(a) && IsMoment(b) && SameMomentType(a, b))
    return CompareMoments(a, b);
  return kDifferent;
}

std::optional<IdComparison> CompareIds(TermId a, TermId b) {
  if (!a.bound() || !b.bound()) return kTypeError;
  if (IsInlineNumber(a) && IsInlineNumber(b))
    return IdComparison{false, CompareNumbers(a, b)};
  if (HasIdentity(a) || HasIdentity(b)) return kTypeError;
  if (a.tag() == TermTag::kShortString && b.tag() == TermTag::kShortString)
    return IdComparison{false, a <=> b};
  if (a.tag() == TermTag::kSmall && b.tag() == TermTag::kSmall) {
    const auto left = rdf::BooleanOf(a), right = rdf::BooleanOf(b);
    if (!left || !right) return kTypeError;
    return IdComparison{false, *left <=> *right};
  }
  if (IsMoment(a) && IsMoment(b)) return CompareMoments(a, b);
  const bool unclear = (!a.is_inline() && a.tag() != TermTag::kString) ||
                       (!b.is_inline() && b.tag() != TermTag::kString) ||
                       (IsText(a) && IsText(b));
  if (unclear) return std::nullopt;
  return kTypeError;
}

}  // namespace skg::query
