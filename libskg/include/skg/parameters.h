// Values for variables of a SPARQL text, given from outside of it: as terms,
// never as pieces of text, so that no value can change what a text asks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "skg/export.h"

namespace skg {

// From the name of a variable (without `?` or `$`) to its value: a name, or a
// term in N-Triples form, as statement.h has them.
//
// The request runs as if each of these variables were bound to its value from
// the outset, wherever its name stands: in patterns, filters, EXISTS and
// subqueries (also in those that do not select it). Of VALUES those rows stay
// that agree. A column or template that names the variable shows the value, in
// every solution. Where a term can match nothing (a literal as predicate) it
// matches nothing, and in a template it makes nothing, as any bound variable.
// Counts and the choice of a plan are those of the terms. A predicate that is a
// parameter is looked for among the statements as they are stored: it does not
// ask for properties of records (skg:weight and so on).
//
// kInvalidArgument, with FieldErrors at {"parameters", name}: a variable that
// the text does not have, or a value that is no name or term. kInvalidArgument
// too: one that the text gives a value itself (BIND, AS), and one that SERVICE
// has where no VALUES before its group reaches.
using ParameterValues = std::map<std::string, std::string, std::less<>>;

// Literals as the text of a term: for these values, and for statements.
// What they are given need not be escaped; text that is not UTF-8, and a
// datatype or language tag that is none, are errors where they are used.
[[nodiscard]] SKG_EXPORT std::string StringLiteral(std::string_view text);
[[nodiscard]] SKG_EXPORT std::string LanguageLiteral(std::string_view text,
                                                     std::string_view tag);
// `datatype`: an absolute IRI.
[[nodiscard]] SKG_EXPORT std::string TypedLiteral(std::string_view text,
                                                  std::string_view datatype);
[[nodiscard]] SKG_EXPORT std::string IntegerLiteral(int64_t value);
[[nodiscard]] SKG_EXPORT std::string DoubleLiteral(double value);
[[nodiscard]] SKG_EXPORT std::string BooleanLiteral(bool value);

}  // namespace skg
