#include "query/values/compare.h"

#include <cmath>

#include "query/values/term_order.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;
using rdf::Datatype;

double AsDouble(const Value& value) {
  switch (value.kind) {
    case Kind::kDouble:
      return value.number;
    case Kind::kFloat:
      return static_cast<double>(value.single);
    default:
      return ToDouble(value.decimal);
  }
}

float AsFloat(const Value& value) {
  return value.kind == Kind::kFloat ? value.single : ToFloat(value.decimal);
}

// By type promotion (17.3): decimal to float to double.
std::partial_ordering CompareNumbers(const Value& a, const Value& b) {
  if (a.kind == Kind::kDouble || b.kind == Kind::kDouble)
    return AsDouble(a) <=> AsDouble(b);
  if (a.kind == Kind::kFloat || b.kind == Kind::kFloat)
    return AsFloat(a) <=> AsFloat(b);
  return Compare(a.decimal, b.decimal);
}

Datatype MomentType(const Value& value) {
  return value.datatype == Datatype::kDateTimeStamp ? Datatype::kDateTime
                                                    : value.datatype;
}

// Three-valued conjunction of the parts.
std::optional<bool> EqualTriples(const rdf::TripleTerm& a,
                                 const rdf::TripleTerm& b) {
  const std::optional<bool> parts[] = {ValueEqual(a.subject, b.subject),
                                       ValueEqual(a.predicate, b.predicate),
                                       ValueEqual(a.object, b.object)};
  std::optional<bool> all = true;
  for (const auto& part : parts) {
    if (part == false) return false;
    if (!part) all.reset();
  }
  return all;
}

std::optional<bool> EqualOfOneKind(const Value& a, const Value& b) {
  switch (a.kind) {
    case Kind::kBoolean:
      return a.boolean == b.boolean;
    case Kind::kLanguageString:
      return a.text == b.text && a.qualifier == b.qualifier &&
             a.direction == b.direction;
    case Kind::kMoment: {
      if (MomentType(a) != MomentType(b)) return false;
      const std::partial_ordering order = Compare(a.moment, b.moment);
      if (order == std::partial_ordering::unordered) return std::nullopt;
      return order == 0;
    }
    case Kind::kDuration:
      return a.duration == b.duration;
    case Kind::kTriple:
      return EqualTriples(*a.triple, *b.triple);
    case Kind::kOpaque:
      // Other forms may mean the same value.
      if (a.text == b.text && DatatypeOf(a) == DatatypeOf(b)) return true;
      return std::nullopt;
    default:
      return a.text == b.text;
  }
}

}  // namespace

std::optional<bool> ValueEqual(const Value& a, const Value& b) {
  if (a.error() || b.error()) return std::nullopt;
  if (a.numeric() && b.numeric()) return CompareNumbers(a, b) == 0;
  if (a.kind == b.kind) return EqualOfOneKind(a, b);
  if (a.kind != Kind::kOpaque && b.kind != Kind::kOpaque) return false;
  const Value& other = a.kind == Kind::kOpaque ? b : a;
  if (!other.literal() || other.kind == Kind::kLanguageString) return false;
  return std::nullopt;
}

std::optional<std::partial_ordering> ValueCompare(const Value& a,
                                                  const Value& b) {
  if (a.numeric() && b.numeric()) return CompareNumbers(a, b);
  if (a.kind != b.kind) return std::nullopt;
  std::partial_ordering order = std::partial_ordering::unordered;
  switch (a.kind) {
    case Kind::kString:
      return a.text.compare(b.text) <=> 0;
    case Kind::kBoolean:
      return a.boolean <=> b.boolean;
    case Kind::kMoment:
      if (MomentType(a) == MomentType(b)) order = Compare(a.moment, b.moment);
      break;
    case Kind::kDuration:
      order = Compare(a.duration, b.duration);
      break;
    default:
      break;
  }
  if (order == std::partial_ordering::unordered) return std::nullopt;
  return order;
}

namespace {

int Rank(const Value& value) {
  switch (value.kind) {
    case Kind::kError:
      return 0;
    case Kind::kBlankNode:
      return 1;
    case Kind::kIri:
      return 2;
    case Kind::kInteger:
    case Kind::kDecimal:
    case Kind::kFloat:
    case Kind::kDouble:
      return 3;
    case Kind::kString:
      return 4;
    case Kind::kLanguageString:
      return 5;
    case Kind::kBoolean:
      return 6;
    case Kind::kMoment:
      return 7;
    case Kind::kDuration:
      return 8;
    case Kind::kOpaque:
      return 9;
    case Kind::kTriple:
      return 10;
  }
  return 0;
}

// Exact, unlike `<`: promotion to double would not be transitive. NaN last.
std::strong_ordering OrderNumbers(const Value& a, const Value& b) {
  const bool exact_a = a.kind == Kind::kInteger || a.kind == Kind::kDecimal;
  const bool exact_b = b.kind == Kind::kInteger || b.kind == Kind::kDecimal;
  if (exact_a && exact_b) return Compare(a.decimal, b.decimal);
  const double right = exact_b ? 0 : AsDouble(b);
  const double left = exact_a ? 0 : AsDouble(a);
  if (std::isnan(left) || std::isnan(right))
    return std::isnan(left) <=> std::isnan(right);
  if (exact_a) return Compare(a.decimal, right);
  if (exact_b) return 0 <=> Compare(b.decimal, left);
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

std::strong_ordering OrderText(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;
}

// What `<` sees of two values of one rank; equal where it sees no difference.
std::strong_ordering OrderMeaning(const Value& a, const Value& b) {
  switch (a.kind) {
    case Kind::kInteger:
    case Kind::kDecimal:
    case Kind::kFloat:
    case Kind::kDouble:
      return OrderNumbers(a, b);
    case Kind::kBoolean:
      return a.boolean <=> b.boolean;
    case Kind::kMoment: {
      if (MomentType(a) != MomentType(b))
        return MomentType(a) <=> MomentType(b);
      const std::weak_ordering order = CompareInUtc(a.moment, b.moment);
      return order < 0   ? std::strong_ordering::less
             : order > 0 ? std::strong_ordering::greater
                         : std::strong_ordering::equal;
    }
    case Kind::kDuration:
      return CompareLength(a.duration, b.duration);
    case Kind::kLanguageString:
      if (const auto order = OrderText(a.text, b.text); order != 0)
        return order;
      if (const auto order = OrderText(a.qualifier, b.qualifier); order != 0)
        return order;
      return a.direction <=> b.direction;
    default:
      return std::strong_ordering::equal;
  }
}

std::strong_ordering OrderTriples(const rdf::TripleTerm& a,
                                  const rdf::TripleTerm& b) {
  if (const auto order = OrderTerms(&a.subject, &b.subject); order != 0)
    return order;
  if (const auto order = OrderTerms(&a.predicate, &b.predicate); order != 0)
    return order;
  return OrderTerms(&a.object, &b.object);
}

}  // namespace

std::strong_ordering OrderValues(const Value& a, const Value& b) {
  if (const int rank_a = Rank(a), rank_b = Rank(b); rank_a != rank_b)
    return rank_a <=> rank_b;
  if (a.error()) return std::strong_ordering::equal;
  if (a.kind == Kind::kTriple) return OrderTriples(*a.triple, *b.triple);
  if (!a.literal() || a.kind == Kind::kString) return OrderText(a.text, b.text);
  if (const auto order = OrderMeaning(a, b); order != 0) return order;
  if (const auto order = OrderText(DatatypeOf(a), DatatypeOf(b)); order != 0)
    return order;
  return OrderText(TextOf(a), TextOf(b));
}

}  // namespace skg::query
