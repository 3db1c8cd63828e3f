// Where a text matches a query, to show to a person.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/analyzer.h"
#include "text/query_terms.h"

namespace skg::text {

// Bytes of the text that match a term of a clause that is not excluded, rising
// and apart from each other: a word each, of a phrase all that it spans.
// `analyzer`, `language` and `begins`: as the document was indexed. O(length of
// the text), more for phrases of words that the text repeats.
[[nodiscard]] std::vector<ByteRange> FindMatches(
    const TermQuery& query, const Analyzer& analyzer, std::string_view text,
    Language language, std::span<const uint32_t> begins = {});

struct SnippetOptions {
  // About so much of the text is shown, at most.
  size_t text_bytes = 240;
  std::string_view open = "<b>", close = "</b>";
  std::string_view ellipsis = "…";  // where text was left out
  // Write & < > " ' of the text as HTML has them, so that the marks are the
  // only markup. Marks are never escaped.
  bool escape_html = true;
};

// The part of the text with the most matches (the first of several such; the
// beginning where there are none), cut at spaces where there are any near. Well
// formed UTF-8 if the marks are: ill-formed bytes of the text become U+FFFD.
[[nodiscard]] std::string MakeSnippet(std::string_view text,
                                      const std::vector<ByteRange>& matches,
                                      const SnippetOptions& options = {});

}  // namespace skg::text
