// Which terms are texts, and what they say.
#pragma once

#include <string>
#include <string_view>

#include "rdf/term.h"
#include "rdf/term_id.h"
#include "text/language.h"

namespace skg::text {

// Strings, with a language or without.
[[nodiscard]] inline bool IsText(rdf::TermId id) {
  return id.tag() == rdf::TermTag::kString ||
         id.tag() == rdf::TermTag::kLanguageString ||
         id.tag() == rdf::TermTag::kShortString;
}
[[nodiscard]] bool IsText(const rdf::Term& term);

// What people call the node of an IRI: what follows the graph's namespace, else
// the last '/', '#' or ':' (one at the end is passed over), without percent
// encoding.
[[nodiscard]] std::string NameOfIri(std::string_view iri,
                                    std::string_view base_namespace);

// A term's text and the language it is in; `otherwise`: where it does not say.
struct TermText {
  std::string text;
  Language language;
};
[[nodiscard]] TermText TextOf(const rdf::Term& term,
                              std::string_view base_namespace,
                              Language otherwise);

}  // namespace skg::text
