#include "query/values/value.h"

#include <cmath>
#include <utility>

#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using rdf::Datatype;
using rdf::TermId;
using rdf::TermTag;
using Kind = Value::Kind;

Value Literal(Kind kind, Datatype datatype) {
  Value value;
  value.kind = kind;
  value.datatype = datatype;
  return value;
}

Value ShortString(TermId id) {
  Value value;
  const size_t size = id.payload() & 15;
  if (size > 7) return value;
  value.kind = Kind::kString;
  value.has_text = true;
  for (size_t i = 0; i < size; ++i)
    value.text += static_cast<char>(id.payload() >> (52 - 8 * i));
  return value;
}

std::string_view LanguageDatatype(const Value& value) {
  return value.direction == rdf::Direction::kNone ? rdf::iri::kRdfLangString
                                                  : rdf::iri::kRdfDirLangString;
}

}  // namespace

Value Value::Boolean(bool value) {
  Value result = Literal(Kind::kBoolean, Datatype::kBoolean);
  result.boolean = value;
  return result;
}

Value Value::Integer(Int128 value) {
  Value result = Literal(Kind::kInteger, Datatype::kInteger);
  result.decimal = Decimal{value, 0};
  return result;
}

Value Value::OfDecimal(const Decimal& value) {
  Value result = Literal(Kind::kDecimal, Datatype::kDecimal);
  result.decimal = value;
  return result;
}

Value Value::Float(float value) {
  Value result = Literal(Kind::kFloat, Datatype::kFloat);
  result.single = value;
  return result;
}

Value Value::Double(double value) {
  Value result = Literal(Kind::kDouble, Datatype::kDouble);
  result.number = value;
  return result;
}

Value Value::String(std::string text) {
  Value result;
  result.kind = Kind::kString;
  result.has_text = true;
  result.text = std::move(text);
  return result;
}

Value Value::Iri(std::string iri) {
  Value result = String(std::move(iri));
  result.kind = Kind::kIri;
  return result;
}

Value Value::OfMoment(Datatype datatype, const Moment& value) {
  Value result = Literal(Kind::kMoment, datatype);
  result.moment = value;
  return result;
}

Value Value::OfDuration(Datatype datatype, const Duration& value) {
  Value result = Literal(Kind::kDuration, datatype);
  result.duration = value;
  return result;
}

Value ParseLiteral(Datatype datatype, std::string_view lexical) {
  switch (datatype) {
    case Datatype::kBoolean:
      if (lexical == "true" || lexical == "1") return Value::Boolean(true);
      if (lexical == "false" || lexical == "0") return Value::Boolean(false);
      return {};
    case Datatype::kDouble:
      if (const auto value = ParseDouble(lexical)) return Value::Double(*value);
      return {};
    case Datatype::kFloat:
      if (const auto value = ParseFloat(lexical)) return Value::Float(*value);
      return {};
    case Datatype::kDecimal:
      if (const auto value = ParseDecimal(lexical))
        return Value::OfDecimal(*value);
      return {};
    case Datatype::kDateTime:
    case Datatype::kDateTimeStamp:
    case Datatype::kDate:
    case Datatype::kTime:
    case Datatype::kGYear:
    case Datatype::kGYearMonth:
    case Datatype::kGMonthDay:
    case Datatype::kGDay:
    case Datatype::kGMonth:
      if (const auto value = ParseMoment(datatype, lexical))
        return Value::OfMoment(datatype, *value);
      return {};
    case Datatype::kDuration:
    case Datatype::kDayTimeDuration:
    case Datatype::kYearMonthDuration:
      if (const auto value = ParseDuration(datatype, lexical))
        return Value::OfDuration(datatype, *value);
      return {};
    default:
      break;
  }
  if (!rdf::IsNumeric(datatype) ||
      lexical.find('.') != std::string_view::npos) {
    return {};
  }
  const auto value = ParseDecimal(lexical);
  if (!value || !InRange(datatype, value->units)) return {};
  Value result = Value::Integer(value->units);
  result.datatype = datatype;
  return result;
}

Value ValueOf(rdf::Term term, TermId id) {
  Value value;
  switch (term.kind) {
    case rdf::TermKind::kIri:
      value.kind = Kind::kIri;
      break;
    case rdf::TermKind::kBlankNode:
      value.kind = Kind::kBlankNode;
      break;
    case rdf::TermKind::kTripleTerm:
      value.kind = Kind::kTriple;
      value.triple = std::move(term.triple);
      break;
    case rdf::TermKind::kLiteral:
      if (!term.language.empty()) {
        value.kind = Kind::kLanguageString;
        value.qualifier = std::move(term.language);
        value.direction = term.direction;
      } else if (term.datatype.empty()) {
        value.kind = Kind::kString;
      } else {
        const Datatype datatype = rdf::FindDatatype(term.datatype);
        if (datatype != Datatype::kOther)
          value = ParseLiteral(datatype, term.value);
        if (value.error()) {
          value.kind = Kind::kOpaque;
          value.datatype = datatype;
          if (datatype == Datatype::kOther)
            value.qualifier = std::move(term.datatype);
        }
      }
      break;
  }
  value.has_text = value.kind != Kind::kTriple;
  if (value.has_text) value.text = std::move(term.value);
  value.id = id;
  return value;
}

Value ValueOfInline(TermId id) {
  Value value;
  switch (id.tag()) {
    case TermTag::kInteger:
      value = Value::Integer(rdf::IntegerOf(id));
      break;
    case TermTag::kDecimal:
      value = Value::OfDecimal(
          {rdf::ScaledDecimalOf(id), rdf::kInlineDecimalDigits});
      break;
    case TermTag::kDouble:
      value = Value::Double(rdf::DoubleOf(id));
      break;
    case TermTag::kSmall:
      if (const auto boolean = rdf::BooleanOf(id))
        value = Value::Boolean(*boolean);
      break;
    case TermTag::kShortString:
      value = ShortString(id);
      break;
    default: {
      Datatype datatype = Datatype::kOther;
      if (const auto moment = MomentOfId(id, &datatype))
        value = Value::OfMoment(datatype, *moment);
    }
  }
  value.id = id;
  return value;
}

std::string TextOf(const Value& value) {
  if (value.has_text) return value.text;
  if (value.id.is_inline()) {
    // The written form may be another than the canonical one.
    auto term = rdf::InlineTerm(value.id);
    if (term.ok()) return std::move(term->value);
  }
  std::string text;
  switch (value.kind) {
    case Kind::kBoolean:
      text = value.boolean ? "true" : "false";
      break;
    case Kind::kInteger:
    case Kind::kDecimal:
      AppendDecimal(value.decimal, text);
      break;
    case Kind::kFloat:
      rdf::AppendCanonical(value.single, text);
      break;
    case Kind::kDouble:
      rdf::AppendCanonical(value.number, text);
      break;
    case Kind::kMoment:
      AppendMoment(value.datatype, value.moment, text);
      break;
    case Kind::kDuration:
      AppendDuration(value.datatype, value.duration, text);
      break;
    default:
      break;
  }
  return text;
}

std::string_view DatatypeOf(const Value& value) {
  if (value.kind == Kind::kString) return rdf::iri::kXsdString;
  if (value.kind == Kind::kLanguageString) return LanguageDatatype(value);
  return value.datatype == Datatype::kOther ? std::string_view(value.qualifier)
                                            : rdf::DatatypeIri(value.datatype);
}

rdf::Term TermOf(const Value& value) {
  rdf::Term term;
  switch (value.kind) {
    case Kind::kTriple:
      term.kind = rdf::TermKind::kTripleTerm;
      term.triple = value.triple;
      return term;
    case Kind::kIri:
      term.kind = rdf::TermKind::kIri;
      break;
    case Kind::kBlankNode:
      term.kind = rdf::TermKind::kBlankNode;
      break;
    case Kind::kLanguageString:
      term.kind = rdf::TermKind::kLiteral;
      term.language = value.qualifier;
      term.direction = value.direction;
      break;
    default:
      term.kind = rdf::TermKind::kLiteral;
      if (value.kind != Kind::kString) term.datatype = DatatypeOf(value);
  }
  term.value = TextOf(value);
  return term;
}

std::optional<TermId> InlineIdOf(const Value& value) {
  if (value.id.is_inline()) return value.id;
  if (value.has_text) {
    if (value.kind == Kind::kString && value.text.size() > 7)
      return std::nullopt;
    return rdf::InlineId(TermOf(value));
  }
  switch (value.kind) {
    case Kind::kBoolean:
      return rdf::InlineBoolean(value.boolean);
    case Kind::kInteger:
      if (value.datatype != Datatype::kInteger ||
          value.decimal.units != static_cast<int64_t>(value.decimal.units)) {
        return std::nullopt;
      }
      return rdf::InlineInteger(static_cast<int64_t>(value.decimal.units));
    case Kind::kDecimal: {
      const Decimal reduced = WithoutTrailingZeros(value.decimal);
      if (reduced.units != static_cast<int64_t>(reduced.units))
        return std::nullopt;
      return rdf::InlineDecimal(static_cast<int64_t>(reduced.units),
                                reduced.scale);
    }
    case Kind::kDouble:
      return rdf::InlineDouble(value.number);
    case Kind::kMoment:
      return rdf::InlineId(TermOf(value));
    default:
      return std::nullopt;
  }
}

std::optional<bool> EffectiveBoolean(const Value& value) {
  switch (value.kind) {
    case Kind::kBoolean:
      return value.boolean;
    case Kind::kString:
      return !value.text.empty();
    case Kind::kInteger:
    case Kind::kDecimal:
      return value.decimal.units != 0;
    case Kind::kFloat:
      return value.single != 0 && !std::isnan(value.single);
    case Kind::kDouble:
      return value.number != 0 && !std::isnan(value.number);
    default:
      return std::nullopt;
  }
}

}  // namespace skg::query
