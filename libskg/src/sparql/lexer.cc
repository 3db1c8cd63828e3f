#include "sparql/lexer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/lexical.h"

namespace skg::sparql {
namespace {

using rdf::Is;
using rdf::IsAscii;

bool IsSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

// Moves `p` past the character there if it is one of a name (PN_CHARS_BASE
// first, then PN_CHARS).
bool TakeNameCharacter(const char*& p, const char* end, bool first) {
  if (IsAscii(*p)) {
    if (!Is(*p, first ? rdf::kLetterByte : rdf::kNameByte)) return false;
    ++p;
    return true;
  }
  const char* next = p;
  char32_t character;
  if (!rdf::DecodeUtf8(next, end, character)) return false;
  if (!(first ? rdf::IsNameStart(character)
              : rdf::IsNameCharacter(character))) {
    return false;
  }
  p = next;
  return true;
}

const char* SkipDigits(const char* p, const char* end) {
  while (p < end && Is(*p, rdf::kDigitByte)) ++p;
  return p;
}

}  // namespace

void Lexer::Advance() {
  if (token_ == Token::kError) return;
  p_ = token_end_;
  SkipSpace();
  if (p_ == end_) return TakeSymbol(Token::kEnd, 0);
  switch (*p_) {
    case '<':
      return ScanLess();
    case '"':
    case '\'':
      return ScanString();
    case '_':
      return ScanBlankNode();
    case '?':
    case '$':
      return ScanVariable();
    case '@':
      return ScanLanguage();
    case ':':
      return ScanName();
    default:
      break;
  }
  if ((Is(*p_, rdf::kDigitByte) || *p_ == '+' || *p_ == '-' || *p_ == '.') &&
      ScanNumber()) {
    return;
  }
  if (Is(*p_, rdf::kLetterByte) || !IsAscii(*p_)) return ScanName();
  ScanSymbol();
}

void Lexer::Fail(const char* at, std::string message) {
  token_ = Token::kError;
  token_end_ = p_;
  error_offset_ = Offset(at);
  message_ = std::move(message);
}

void Lexer::Take(Token token, const char* text, const char* text_end,
                 const char* end) {
  token_ = token;
  text_ = std::string_view(text, static_cast<size_t>(text_end - text));
  token_end_ = end;
}

void Lexer::SkipSpace() {
  for (;;) {
    while (p_ < end_ && IsSpace(*p_)) ++p_;
    if (p_ == end_ || *p_ != '#') return;
    while (p_ < end_ && *p_ != '\n' && *p_ != '\r') ++p_;
  }
}

void Lexer::ScanLess() {
  if (Starts("<<(")) return TakeSymbol(Token::kOpenTriple, 3);
  if (Starts("<<")) return TakeSymbol(Token::kOpenReified, 2);
  const char* p = p_ + 1;
  while (p < end_ && (Is(*p, rdf::kIriByte) || *p == '\\')) ++p;
  if (p < end_ && *p == '>') return Take(Token::kIri, p_ + 1, p, p + 1);
  if (Starts("<=")) return TakeSymbol(Token::kLessOrEqual, 2);
  TakeSymbol(Token::kLess, 1);
}

void Lexer::ScanString() {
  const char quote = *p_;
  if (end_ - p_ >= 3 && p_[1] == quote && p_[2] == quote)
    return ScanLongString(quote);
  for (const char* p = p_ + 1; p < end_; ++p) {
    if (Is(*p, rdf::kStringByte)) continue;
    if (*p == '\\') {
      if (p + 1 < end_ && !IsSpace(p[1])) ++p;
      continue;
    }
    if (*p == quote) return Take(Token::kString, p_ + 1, p, p + 1);
    if (*p == '\n' || *p == '\r') {
      return Fail(
          p_,
          absl::StrCat(
              "a string has no closing ", av(std::string_view(&quote, 1)),
              " on its line; a string of several lines needs three quotes"));
    }
  }
  Fail(p_, "a string has no closing quote");
}

void Lexer::ScanLongString(char quote) {
  for (const char* p = p_ + 3; p < end_; ++p) {
    if (*p == '\\') {
      if (p + 1 < end_) ++p;
    } else if (*p == quote && end_ - p >= 3 && p[1] == quote && p[2] == quote) {
      return Take(Token::kLongString, p_ + 3, p, p + 3);
    }
  }
  Fail(p_, "a string has no closing three quotes");
}

void Lexer::ScanBlankNode() {
  const char* const label = p_ + 2;
  const char* p = label;
  const char* last = p;  // past the last character that may end the label
  if (Starts("_:")) {
    while (p < end_) {
      const bool first = p == label;
      if (*p == '.' && !first) {
        ++p;
        continue;
      }
      if (first && (*p == '_' || Is(*p, rdf::kDigitByte))) {
        last = ++p;
        continue;
      }
      if (!TakeNameCharacter(p, end_, first)) break;
      last = p;
    }
  }
  if (last == label || !Starts("_:")) {
    return Fail(
        p_,
        "a blank node label begins with a letter, a digit or '_', like _:b1");
  }
  Take(Token::kBlankNode, label, last, last);
}

// A '?' that no name follows is the modifier of a path.
void Lexer::ScanVariable() {
  const char* p = p_ + 1;
  while (p < end_) {
    if (*p == '_' || Is(*p, rdf::kDigitByte)) {
      ++p;
      continue;
    }
    if (*p == '-' || !TakeNameCharacter(p, end_, p == p_ + 1)) break;
  }
  if (p > p_ + 1) return Take(Token::kVariable, p_ + 1, p, p);
  if (*p_ == '?') return TakeSymbol(Token::kQuestion, 1);
  Fail(p_, "expected the name of a variable after '$'");
}

void Lexer::ScanLanguage() {
  const char* p = p_ + 1;
  while (p < end_ && Is(*p, rdf::kNameByte) && *p != '_') ++p;
  if (p == p_ + 1)
    return Fail(p_, "expected a language tag after '@', like @en or @de-CH");
  Take(Token::kLanguage, p_ + 1, p, p);
}

// INTEGER, DECIMAL or DOUBLE, with a sign or without one.
bool Lexer::ScanNumber() {
  const char* const whole = p_ + (*p_ == '+' || *p_ == '-' ? 1 : 0);
  const char* end = SkipDigits(whole, end_);
  bool any_digit = end > whole;
  Token token = Token::kInteger;
  const char* p = end;  // where an exponent could begin
  if (p < end_ && *p == '.') {
    p = SkipDigits(p + 1, end_);
    if (p > end + 1) {
      token = Token::kDecimal;
      end = p;
      any_digit = true;
    }
  }
  if (any_digit && p < end_ && (*p == 'e' || *p == 'E')) {
    const char* exponent = p + 1;
    if (exponent < end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
    const char* const exponent_end = SkipDigits(exponent, end_);
    if (exponent_end > exponent) {
      token = Token::kDouble;
      end = exponent_end;
    }
  }
  if (!any_digit) return false;
  Take(token, p_, end, end);
  return true;
}

void Lexer::ScanName() {
  const char* p = p_;
  const char* last = p;  // past the last character that may end a prefix
  while (p < end_ && *p != ':') {
    if (*p == '.' && p > p_) {
      ++p;
      continue;
    }
    if (!TakeNameCharacter(p, end_, p == p_)) break;
    last = p;
  }
  if (p < end_ && *p == ':' && last == p) {
    prefix_ = std::string_view(p_, static_cast<size_t>(p - p_));
    return ScanLocal(p + 1);
  }
  // Keywords hold no dots and no hyphens.
  for (p = p_;
       p < last && (!IsAscii(*p) || Is(*p, rdf::kNameByte)) && *p != '-';) {
    ++p;
  }
  if (p > p_) return Take(Token::kWord, p_, p, p);
  ScanSymbol();
}

void Lexer::ScanLocal(const char* local) {
  const char* p = local;
  const char* last = p;  // past the last character that may end it
  while (p < end_) {
    if (*p == '\\' || *p == '%') {
      const std::string_view escape = Rest(p).substr(0, *p == '%' ? 3 : 2);
      if (*p == '%') {
        if (escape.size() < 3 || !Is(escape[1], rdf::kHexByte) ||
            !Is(escape[2], rdf::kHexByte)) {
          return Fail(p,
                      "'%' in a name needs two hexadecimal digits; write \\% "
                      "for the character");
        }
      } else if (escape.size() < 2 || !Is(escape[1], rdf::kLocalEscape)) {
        return Fail(
            p,
            "unknown escape in a name; a backslash may stand before one of "
            "_~.-!$&'()*+,;=/?#@%");
      }
      p += escape.size();
      last = p;
      continue;
    }
    const bool first = p == local;
    if (*p == ':' || Is(*p, rdf::kDigitByte) || *p == '_') {
      last = ++p;
      continue;
    }
    if (*p == '.' && !first) {
      ++p;
      continue;
    }
    if (!TakeNameCharacter(p, end_, first)) break;
    last = p;
  }
  Take(Token::kPrefixedName, local, last, last);
}

void Lexer::ScanSymbol() {
  struct Symbol {
    std::string_view text;
    Token token;
  };
  // Of two that begin alike the longer comes first.
  static constexpr Symbol kSymbols[] = {{")>>", Token::kCloseTriple},
                                        {"^^", Token::kDatatype},
                                        {">>", Token::kCloseReified},
                                        {"{|", Token::kOpenAnnotation},
                                        {"|}", Token::kCloseAnnotation},
                                        {"!=", Token::kNotEqual},
                                        {">=", Token::kGreaterOrEqual},
                                        {"||", Token::kOr},
                                        {"&&", Token::kAnd},
                                        {".", Token::kDot},
                                        {";", Token::kSemicolon},
                                        {",", Token::kComma},
                                        {"[", Token::kOpenBracket},
                                        {"]", Token::kCloseBracket},
                                        {"(", Token::kOpenParenthesis},
                                        {")", Token::kCloseParenthesis},
                                        {"{", Token::kOpenBrace},
                                        {"}", Token::kCloseBrace},
                                        {"~", Token::kTilde},
                                        {"=", Token::kEqual},
                                        {">", Token::kGreater},
                                        {"|", Token::kBar},
                                        {"+", Token::kPlus},
                                        {"-", Token::kMinus},
                                        {"*", Token::kStar},
                                        {"/", Token::kSlash},
                                        {"!", Token::kNot},
                                        {"^", Token::kCaret}};
  for (const Symbol& symbol : kSymbols) {
    if (Starts(symbol.text))
      return TakeSymbol(symbol.token, symbol.text.size());
  }
  Fail(p_, absl::StrCat("unexpected ", rdf::Quoted(Rest(p_)),
                        "; no part of SPARQL begins so"));
}

void AppendLocalName(std::string_view local, std::string& out) {
  for (size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '\\') ++i;
    out.push_back(local[i]);
  }
}

}  // namespace skg::sparql
