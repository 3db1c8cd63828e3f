// Terms in JSON: strings in name or N-Triples form, and literals as
// {"value", "type" | "lang"} objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "query/field_reader.h"
#include "query/json_value.h"
#include "rdf/term.h"

namespace skg::query {

// Whether `text` is a term in N-Triples form, or an escaped name, rather than
// a plain name.
[[nodiscard]] bool IsTermForm(std::string_view text);

// The term that `text` denotes; names by the default base namespace (whose
// choice changes no name's validity). Errors: kInvalidArgument.
[[nodiscard]] absl::StatusOr<rdf::Term> ParseTermText(std::string_view text);

// A literal object as a term in N-Triples form. What is wrong goes to
// `errors` under `path`.
//   {"value": "1879", "type": "http://www.w3.org/2001/XMLSchema#gYear"}
//   {"value": "1879", "type": "xsd:gYear"}   the same
//   {"value": "Ulm", "lang": "de"}           also with direction: "de--ltr"
//   {"value": "Ulm"}                         an xsd:string
[[nodiscard]] std::optional<std::string> ReadLiteral(const JsonObject& object,
                                                     const FieldPath& path,
                                                     uint32_t max_length,
                                                     ErrorCollector& errors);

// The way back, for a string in N-Triples form of a literal; any other string
// is written as it is.
void AppendTypedTerm(std::string_view text, std::string& out);

}  // namespace skg::query
