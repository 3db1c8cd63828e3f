// The literal that a cell of a table says.
#pragma once

#include <string_view>

#include "rdf/term.h"

namespace skg::engine {

// An xsd:integer, xsd:decimal or xsd:double where the whole text is a number
// as these types write it (`-12`, `19.90`, `6.02E23`), else a string. Digits
// that a number would lose, such as those of `007` or `+49`, stay a string;
// the lexical form is always the text itself.
[[nodiscard]] rdf::Term CellLiteral(std::string_view text);

}  // namespace skg::engine
