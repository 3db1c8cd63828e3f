// The tokens of SPARQL 1.2 (SPARQL 1.1 Query, section 19.8, and what 1.2 adds).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skg::sparql {

enum class Token : uint8_t {
  kError,  // what is wrong: message(), at error_offset()
  kEnd,
  kIri,           // text: between < and >, not decoded
  kPrefixedName,  // prefix (without colon) and text: local part, not decoded
  kBlankNode,     // text: label
  kVariable,      // text: name without ? or $
  kWord,          // text: a keyword or what looks like one
  kString,        // text: between the quotes, not decoded
  kLongString,    // the same, in three quotes
  kLanguage,      // text: after @, letters, digits and -
  kInteger,       // text: as written, with its sign
  kDecimal,
  kDouble,
  kDot,
  kSemicolon,
  kComma,
  kOpenBracket,
  kCloseBracket,
  kOpenParenthesis,
  kCloseParenthesis,
  kOpenBrace,
  kCloseBrace,
  kDatatype,  // ^^
  kTilde,
  kOpenReified,      // <<
  kCloseReified,     // >>
  kOpenTriple,       // <<(
  kCloseTriple,      // )>>
  kOpenAnnotation,   // {|
  kCloseAnnotation,  // |}
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kOr,   // ||
  kAnd,  // &&
  kBar,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kNot,
  kCaret,
  kQuestion,
};

// Holds one token, the one that the parser looks at. What a token lends is
// valid as long as the text. The longest token that the text can be is taken.
// Codepoint escapes are part of IRIs and strings only, as 1.2 has it.
class Lexer {
 public:
  // Reads text[begin, end), which is UTF-8; offsets count from the start of
  // `text`, which must outlive this.
  Lexer(std::string_view text, size_t begin, size_t end)
      : begin_(text.data()),
        p_(text.data() + begin),
        end_(text.data() + end),
        token_end_(p_) {}

  // Scans the next token. At kError and kEnd it stays there.
  void Advance();

  [[nodiscard]] Token token() const { return token_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view prefix() const { return prefix_; }
  // Where the token begins and ends.
  [[nodiscard]] size_t start() const { return Offset(p_); }
  [[nodiscard]] size_t end() const { return Offset(token_end_); }
  // The token with its delimiters.
  [[nodiscard]] std::string_view raw() const {
    return std::string_view(p_, static_cast<size_t>(token_end_ - p_));
  }

  // Of kError.
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] size_t error_offset() const { return error_offset_; }

 private:
  void SkipSpace();
  void ScanLess();
  void ScanString();
  void ScanLongString(char quote);
  void ScanBlankNode();
  void ScanVariable();
  void ScanLanguage();
  bool ScanNumber();
  void ScanName();
  void ScanLocal(const char* local);
  void ScanSymbol();

  void Fail(const char* at, std::string message);
  // A token that ends at `end`; its text is [text, text_end).
  void Take(Token token, const char* text, const char* text_end,
            const char* end);
  void TakeSymbol(Token token, size_t bytes) {
    Take(token, p_, p_ + bytes, p_ + bytes);
  }
  [[nodiscard]] std::string_view Rest(const char* from) const {
    return std::string_view(from, static_cast<size_t>(end_ - from));
  }
  [[nodiscard]] bool Starts(std::string_view with) const {
    return Rest(p_).starts_with(with);
  }
  [[nodiscard]] size_t Offset(const char* at) const {
    return static_cast<size_t>(at - begin_);
  }

  const char* begin_;
  const char* p_;  // start of the token
  const char* end_;
  const char* token_end_;
  Token token_ = Token::kEnd;
  std::string_view text_;
  std::string_view prefix_;
  std::string message_;
  size_t error_offset_ = 0;
};

// The local part of a prefixed name without its backslashes.
void AppendLocalName(std::string_view local, std::string& out);

}  // namespace skg::sparql
