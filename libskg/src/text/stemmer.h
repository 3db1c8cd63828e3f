// Stems of words by libstemmer (Porter, Snowball).
#pragma once

#include <string>
#include <string_view>

#include "text/language.h"

namespace skg::text {

// Longer words are their own stems.
inline constexpr size_t kMaxStemmedBytes = 64;

// Appends the stem of a folded word; the word itself where the language is none
// or the stem would be empty. Thread-safe: each thread keeps its own stemmers
// and remembers the stems of words it saw last.
void AppendStem(Language language, std::string_view folded, std::string& out);

}  // namespace skg::text
