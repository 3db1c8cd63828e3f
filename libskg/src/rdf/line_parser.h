// One line of N-Triples or N-Quads.
#pragma once

#include <string_view>

#include "rdf/lexical.h"
#include "rdf/term.h"

namespace skg::rdf {

enum class LineContent : uint8_t { kStatement, kNothing, kError };

// Parses the line at the front of `text` and removes it, with the CR or LF that
// ends it; the end of `text` ends a line too. kNothing: a blank line, a comment
// or a VERSION directive. kError: `error` tells, its offset counts from the
// front of `text` as it was.
//
// `quad` is filled in place and its memory is used again by the next call.
// Lines are independent: chunks of an input, cut behind line ends, can be read
// by several threads, each with its own quad.
[[nodiscard]] LineContent ParseLine(std::string_view& text, bool quads,
                                    Quad& quad, LexicalError& error);

}  // namespace skg::rdf
