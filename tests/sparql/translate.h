// Algebra in one line, as the tests compare it.
#pragma once

#include <string>
#include <string_view>

#include "query/request.h"
#include "sparql/parser.h"

namespace skg::sparql::test {

// Prefix `:` is urn:x:, the base http://example.org/dir/file.
[[nodiscard]] ParseOptions Options();

// The algebra with one blank for each line end, <urn:x:name> as :name,
// <http://example.org/dir/name> as <name>, and names of RDF and XSD with their
// usual prefixes; of an error its message.
[[nodiscard]] std::string Translate(std::string_view query);
[[nodiscard]] std::string Shorten(std::string text);

// Status of a query or an update that must be wrong.
[[nodiscard]] std::string QueryError(std::string_view query);
[[nodiscard]] std::string UpdateError(std::string_view update);

}  // namespace skg::sparql::test
