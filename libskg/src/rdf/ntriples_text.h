// Pieces of the canonical N-Triples form, for the writers.
#pragma once

#include <string>
#include <string_view>

#include "rdf/term.h"

namespace skg::rdf {

void AppendIriRef(std::string_view iri, std::string& out);
void AppendQuotedString(std::string_view text, std::string& out);
// `@en--ltr`.
void AppendLanguage(const Term& literal, std::string& out);

}  // namespace skg::rdf
