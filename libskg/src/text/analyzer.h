// Analyzer: a text as tokens, the words an index knows it by.
//
// A text is cut into words by UAX 29 and, which departs from it, at every '_'
// and '@' (names of graphs are often written so). A word is folded
// (NFKC_Casefold, U+2019 as an apostrophe), loses an elided article where its
// language has them, and is stemmed. What is longer than kMaxTokenBytes then is
// cut and made distinct by a hash of the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/language.h"
#include "text/unicode_words.h"

namespace skg::text {

inline constexpr size_t kMaxTokenBytes = 64;
// A text is known by so many words; those that follow are not looked at.
inline constexpr uint32_t kMaxDocumentTokens = 1 << 18;
// Between the last word of a string and the first of the next one in the same
// document, so that no phrase matches across.
inline constexpr uint32_t kStringGap = 1 << 10;

struct Token {
  uint32_t offset = 0, size = 0;  // of its text, in the list's
  // Count of the words before it, left out ones too, and kStringGap for each
  // string that ended before it.
  uint32_t position = 0;
  ByteRange range;  // of the word in the original text
};

// Tokens in the sequence of the text. Their texts hold no NUL and are never
// empty.
class TokenList {
 public:
  void Clear() {
    tokens_.clear();
    text_.clear();
  }
  [[nodiscard]] size_t size() const { return tokens_.size(); }
  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  [[nodiscard]] const Token& operator[](size_t i) const { return tokens_[i]; }
  // Valid until the list changes.
  [[nodiscard]] std::string_view text(size_t i) const {
    return std::string_view(text_).substr(tokens_[i].offset, tokens_[i].size);
  }

 private:
  friend class Analyzer;
  std::vector<Token> tokens_;
  std::string text_;
};

struct AnalyzerOptions {
  bool stemming = true;
  // Leaves out the most frequent words of the text's language. They cost little
  // in a search; without them "to be or not to be" cannot be found.
  bool stop_words = false;
};

// Immutable. Thread-safe.
class Analyzer {
 public:
  explicit Analyzer(const AnalyzerOptions& options = {}) : options_(options) {}

  // Replaces `out`. Any bytes: ill-formed UTF-8 separates words. O(length).
  // `begins`: where in the text other strings than the first begin, rising.
  void Analyze(std::string_view text, Language language, TokenList& out,
               std::span<const uint32_t> begins = {}) const;

  // A word as it is before elision and stemming; empty: `word` is no single
  // word. For prefixes and for what is compared letter by letter.
  [[nodiscard]] std::string Folded(std::string_view word) const;

  [[nodiscard]] const AnalyzerOptions& options() const { return options_; }

 private:
  const AnalyzerOptions options_;
};

// The words of a text, before any of them is folded. Replaces `words`.
void FindWords(std::string_view text, std::vector<ByteRange>& words);

}  // namespace skg::text
