// The metadata of records, member by member, as text: what is not touched stays
// as it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rdf/term.h"

namespace skg::query::exec {

// The value of a member; unset: there is none. `metadata`: a JSON object
// without insignificant white space, or empty.
[[nodiscard]] std::optional<std::string_view> FindMember(
    std::string_view metadata, std::string_view key);
// The object with that value for the member, without it if that is empty.
// Empty: nothing is left of it.
[[nodiscard]] std::string WithMember(std::string_view metadata,
                                     std::string_view key,
                                     std::string_view value);

// An object as it is kept: without insignificant white space, empty for {}.
// Errors: kInvalidArgument (no JSON object, nested deeper than 100, too long
// for a record).
[[nodiscard]] absl::StatusOr<std::string> NormalisedMetadata(
    std::string_view text);

// A value as a term: strings, booleans, integers and other numbers as such, all
// else as rdf:JSON.
[[nodiscard]] absl::StatusOr<rdf::Term> TermOfJson(std::string_view value);
// The value that a term is written as: rdf:JSON as it is, booleans and numbers
// that JSON has as such, strings as strings. Errors: kInvalidArgument (another
// term, or what is no JSON).
[[nodiscard]] absl::StatusOr<std::string> JsonOfTerm(const rdf::Term& term);

}  // namespace skg::query::exec
