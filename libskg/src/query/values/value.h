// Value: a term with what its literal means, as expressions compute with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "query/values/decimal.h"
#include "query/values/duration.h"
#include "query/values/moment.h"
#include "rdf/datatypes.h"
#include "rdf/term.h"
#include "rdf/term_id.h"

namespace skg::query {

struct Value {
  enum class Kind : uint8_t {
    kError,  // also: unbound
    kBlankNode,
    kIri,
    kString,  // xsd:string
    kLanguageString,
    kBoolean,
    kInteger,  // and the types derived from it
    kDecimal,
    kFloat,
    kDouble,
    kMoment,    // dateTime, date, time, g...
    kDuration,  // of three datatypes
    kOpaque,    // of an unknown datatype, or no lexical form of its datatype
    kTriple,
  };

  Value() : decimal() {}

  [[nodiscard]] static Value Boolean(bool value);
  [[nodiscard]] static Value Integer(Int128 value);
  [[nodiscard]] static Value OfDecimal(const Decimal& value);
  [[nodiscard]] static Value Float(float value);
  [[nodiscard]] static Value Double(double value);
  [[nodiscard]] static Value String(std::string text);
  [[nodiscard]] static Value Iri(std::string iri);
  [[nodiscard]] static Value OfMoment(rdf::Datatype datatype,
                                      const Moment& value);
  [[nodiscard]] static Value OfDuration(rdf::Datatype datatype,
                                        const Duration& value);

  [[nodiscard]] bool error() const { return kind == Kind::kError; }
  [[nodiscard]] bool literal() const {
    return kind >= Kind::kString && kind <= Kind::kOpaque;
  }
  [[nodiscard]] bool numeric() const {
    return kind >= Kind::kInteger && kind <= Kind::kDouble;
  }
  // With or without a language.
  [[nodiscard]] bool stringy() const {
    return kind == Kind::kString || kind == Kind::kLanguageString;
  }

  Kind kind = Kind::kError;
  // Of literals but strings; kOther: `qualifier` is its IRI.
  rdf::Datatype datatype = rdf::Datatype::kOther;
  rdf::Direction direction = rdf::Direction::kNone;
  // `text` is the lexical form (IRI, label); else it follows from the value.
  bool has_text = false;
  // Unbound: not known.
  rdf::TermId id;
  union {
    bool boolean;
    Decimal decimal;  // kInteger, kDecimal
    float single;
    double number;
    Moment moment;
    Duration duration;
  };
  std::string text;
  std::string qualifier;  // the language, or the IRI of a datatype
  std::shared_ptr<const rdf::TripleTerm> triple;
};

// `id`: that of the term, if it is known.
[[nodiscard]] Value ValueOf(rdf::Term term, rdf::TermId id = {});
// kError if it is not the inline id of any term.
[[nodiscard]] Value ValueOfInline(rdf::TermId id);
// Of a literal of this datatype; kError: no lexical form of it.
[[nodiscard]] Value ParseLiteral(rdf::Datatype datatype,
                                 std::string_view lexical);

// What STR gives: the lexical form, the IRI. Not for kError and kTriple.
[[nodiscard]] std::string TextOf(const Value& value);
// The IRI of a literal's datatype.
[[nodiscard]] std::string_view DatatypeOf(const Value& value);
// Not for kError.
[[nodiscard]] rdf::Term TermOf(const Value& value);
// The inline id of its term; unset: it has none.
[[nodiscard]] std::optional<rdf::TermId> InlineIdOf(const Value& value);
// For memory accounts: what it holds beside itself.
[[nodiscard]] inline size_t HeldBytes(const Value& value) {
  return value.text.size() + value.qualifier.size();
}

// Effective boolean value (17.2.2); unset: a type error.
[[nodiscard]] std::optional<bool> EffectiveBoolean(const Value& value);

// Lexical forms of xsd:double and xsd:float. Unset: malformed.
[[nodiscard]] std::optional<double> ParseDouble(std::string_view lexical);
[[nodiscard]] std::optional<float> ParseFloat(std::string_view lexical);

// Whether an integer is one of the values of a type derived from xsd:integer.
[[nodiscard]] bool InRange(rdf::Datatype datatype, Int128 value);

}  // namespace skg::query
