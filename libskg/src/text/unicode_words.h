// Words and case folding of any text by ICU; the only place that knows it here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skg::text {

// Bytes [begin, end) of a text.
struct ByteRange {
  uint32_t begin = 0, end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Appends the words of a text: the segments of UAX 29 (word boundaries) that
// hold a letter, a digit or an ideograph. Ill-formed UTF-8 counts as U+FFFD,
// which is no part of a word. `text` has at most 2^30 bytes. `base` is added to
// the ranges. Thread-safe; O(length), but for a few microseconds a call.
void FindUnicodeWords(std::string_view text, uint32_t base,
                      std::vector<ByteRange>& words);

// Appends the word in NFKC_Casefold: compatible characters as one, without case
// (UAX 44). Ill-formed UTF-8 becomes U+FFFD.
void AppendFolded(std::string_view word, std::string& out);

}  // namespace skg::text
