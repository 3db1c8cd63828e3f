#include "rdf/turtle_lexer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"

namespace skg::rdf {
namespace {

// What a term has around its text, at most.
constexpr size_t kLongestDelimiters = 8;

bool IsSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

// Moves `p` past the character there if it is one of a name. kMore where the
// window ends inside the character.
enum class NameStep : uint8_t { kTaken, kOther, kMore };
NameStep TakeNameCharacter(const char*& p, const char* end, bool complete,
                           bool first) {
  if (IsAscii(*p)) {
    if (!(first ? Is(*p, kLetterByte) : Is(*p, kNameByte)))
      return NameStep::kOther;
    ++p;
    return NameStep::kTaken;
  }
  if (static_cast<size_t>(end - p) < Utf8Length(*p) && !complete)
    return NameStep::kMore;
  const char* next = p;
  char32_t character;
  if (!DecodeUtf8(next, end, character)) return NameStep::kOther;
  if (!(first ? IsNameStart(character) : IsNameCharacter(character)))
    return NameStep::kOther;
  p = next;
  return NameStep::kTaken;
}

}  // namespace

bool TurtleLexer::Advance() {
  for (;;) {
    p_ = window_.cursor();
    end_ = window_.end();
    Scanned scanned = SkipSpace();
    if (scanned == Scanned::kToken) scanned = Scan();
    if (scanned == Scanned::kToken) return true;
    if (scanned == Scanned::kError) return false;
    window_.set_cursor(p_);
    if (window_.size() > kMaxTermBytes + kLongestDelimiters) {
      Fail(p_, "a term is longer than 64 MiB; the limit is 64 MiB");
      return false;
    }
    status_ = window_.Fill();
    if (!status_.ok()) return false;
  }
}

TurtleLexer::Scanned TurtleLexer::Fail(const char* at, std::string message) {
  start_ = p_;
  error_at_ = at;
  message_ = std::move(message);
  return Scanned::kError;
}

TurtleLexer::Scanned TurtleLexer::Take(Token token, const char* text,
                                       const char* text_end, const char* end) {
  token_ = token;
  text_ = std::string_view(text, static_cast<size_t>(text_end - text));
  start_ = p_;
  window_.set_cursor(end);
  return Scanned::kToken;
}

// Moves p_ to the start of a token; comments are dropped as they come, so
// their length is of no matter.
TurtleLexer::Scanned TurtleLexer::SkipSpace() {
  for (;;) {
    if (in_comment_) {
      while (p_ < end_ && *p_ != '\n' && *p_ != '\r') ++p_;
      in_comment_ = p_ == end_ && !window_.complete();
    }
    while (p_ < end_ && IsSpace(*p_)) ++p_;
    if (p_ == end_)
      return window_.complete() ? Scanned::kToken : Scanned::kMore;
    if (*p_ != '#') return Scanned::kToken;
    in_comment_ = true;
  }
}

TurtleLexer::Scanned TurtleLexer::Scan() {
  if (p_ == end_) return TakeSymbol(Token::kEnd, 0);
  switch (*p_) {
    case '<':
      return ScanLess();
    case '"':
    case '\'':
      return ScanString();
    case '_':
      return ScanBlankNode();
    case '@':
      return ScanAt();
    case '+':
    case '-':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return ScanNumber();
    case ':':
      return ScanName();
    default:
      return Is(*p_, kLetterByte) || !IsAscii(*p_) ? ScanName() : ScanSymbol();
  }
}

TurtleLexer::Scanned TurtleLexer::ScanLess() {
  if (Short(p_, 3)) return Scanned::kMore;
  if (Starts("<<(")) return TakeSymbol(Token::kOpenTriple, 3);
  if (Starts("<<")) return TakeSymbol(Token::kOpenReified, 2);
  const char* p = p_ + 1;
  while (p < end_ && (Is(*p, kIriByte) || *p == '\\')) ++p;
  if (p == end_) {
    if (!window_.complete()) return Scanned::kMore;
    return Fail(p_, "an IRI has no closing '>'");
  }
  if (*p != '>') {
    return Fail(
        p,
        absl::StrCat("an IRI cannot hold ",
                     Quoted(std::string_view(p, static_cast<size_t>(end_ - p))),
                     "; percent-encode it"));
  }
  return Take(Token::kIri, p_ + 1, p, p + 1);
}

TurtleLexer::Scanned TurtleLexer::ScanString() {
  if (Short(p_, 3)) return Scanned::kMore;
  const char quote = *p_;
  if (end_ - p_ >= 3 && p_[1] == quote && p_[2] == quote)
    return ScanLongString(quote);
  const char* p = p_ + 1;
  for (; p < end_; ++p) {
    if (Is(*p, kStringByte)) continue;
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
  if (!window_.complete()) return Scanned::kMore;
  return Fail(p_, "a string has no closing quote");
}

TurtleLexer::Scanned TurtleLexer::ScanLongString(char quote) {
  const char* p = p_ + 3;
  for (; p < end_; ++p) {
    if (*p == '\\') {
      if (p + 1 < end_) ++p;
    } else if (*p == quote && end_ - p >= 3 && p[1] == quote && p[2] == quote) {
      return Take(Token::kLongString, p_ + 3, p, p + 3);
    }
  }
  if (!window_.complete()) return Scanned::kMore;
  return Fail(p_, "a string has no closing three quotes");
}

TurtleLexer::Scanned TurtleLexer::ScanBlankNode() {
  if (Short(p_, 2)) return Scanned::kMore;
  const char* p = p_ + 2;
  const char* last = p;  // past the last character that may end the label
  if (Starts("_:")) {
    while (p < end_) {
      const bool first = p == p_ + 2;
      if ((*p == '.' && !first) ||
          (first && (*p == '_' || Is(*p, kDigitByte)))) {
        if (*p++ != '.') last = p;
        continue;
      }
      const NameStep step =
          TakeNameCharacter(p, end_, window_.complete(), first);
      if (step == NameStep::kMore) return Scanned::kMore;
      if (step == NameStep::kOther) break;
      last = p;
    }
    if (p == end_ && !window_.complete()) return Scanned::kMore;
  }
  if (last == p_ + 2) {
    return Fail(
        p_,
        "a blank node label begins with a letter, a digit or '_', like _:b1");
  }
  return Take(Token::kBlankNode, p_ + 2, last, last);
}

TurtleLexer::Scanned TurtleLexer::ScanAt() {
  const char* p = p_ + 1;
  while (p < end_ && Is(*p, kNameByte) && *p != '_') ++p;
  if (p == end_ && !window_.complete()) return Scanned::kMore;
  return Take(Token::kAt, p_ + 1, p, p);
}

// INTEGER, DECIMAL, DOUBLE, or the '.' that ends a statement.
TurtleLexer::Scanned TurtleLexer::ScanNumber() {
  const bool complete = window_.complete();
  const auto digits = [&](const char* from) {
    while (from < end_ && Is(*from, kDigitByte)) ++from;
    return from;
  };
  const char* const whole = p_ + (*p_ == '+' || *p_ == '-' ? 1 : 0);
  const char* end = digits(whole);
  bool any_digit = end > whole;
  Token token = Token::kInteger;
  const char* p = end;
  if (p < end_ && *p == '.') {
    const char* const fraction = digits(p + 1);
    if (fraction == end_ && !complete) return Scanned::kMore;
    p = fraction;
    if (fraction > end + 1) {
      token = Token::kDecimal;
      end = fraction;
      any_digit = true;
    }
  }
  if (any_digit && p < end_ && (*p == 'e' || *p == 'E')) {
    const char* exponent = p + 1;
    if (exponent < end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
    const char* const exponent_end = digits(exponent);
    if (exponent_end == end_ && !complete) return Scanned::kMore;
    if (exponent_end > exponent) {
      token = Token::kDouble;
      end = exponent_end;
    }
  }
  if (p == end_ && !complete) return Scanned::kMore;
  if (any_digit) return Take(token, p_, end, end);
  if (*p_ == '.') return TakeSymbol(Token::kDot, 1);
  return Fail(p_, "expected digits after the sign of a number");
}

TurtleLexer::Scanned TurtleLexer::ScanName() {
  const char* p = p_;
  const char* last = p;  // past the last character that may end a prefix
  while (p < end_ && *p != ':') {
    if (*p == '.' && p > p_) {
      ++p;
      continue;
    }
    const NameStep step =
        TakeNameCharacter(p, end_, window_.complete(), p == p_);
    if (step == NameStep::kMore) return Scanned::kMore;
    if (step == NameStep::kOther) break;
    last = p;
  }
  if (p == end_ && !window_.complete()) return Scanned::kMore;
  if (p < end_ && *p == ':' && last == p) {
    prefix_ = std::string_view(p_, static_cast<size_t>(p - p_));
    return ScanLocal(p + 1);
  }
  if (last > p_) return Take(Token::kWord, p_, last, last);
  return ScanSymbol();
}

// The local part of a prefixed name; escapes are rare, so the text is copied
// only from the first of them on.
TurtleLexer::Scanned TurtleLexer::ScanLocal(const char* local) {
  const char* p = local;
  const char* last = p;  // past the last character that may end it
  const char* copied = nullptr;
  while (p < end_) {
    if (*p == '\\' || *p == '%') {
      const size_t length = *p == '%' ? 3 : 2;
      if (Short(p, length)) return Scanned::kMore;
      const std::string_view escape(
          p, std::min(length, static_cast<size_t>(end_ - p)));
      if (*p == '%') {
        if (escape.size() < 3 || HexValue(escape.substr(1)) < 0) {
          return Fail(p,
                      "'%' in a name needs two hexadecimal digits; write \\% "
                      "for the character");
        }
      } else if (escape.size() < 2 || !Is(escape[1], kLocalEscape)) {
        return Fail(
            p,
            "unknown escape in a name; a backslash may stand before one of "
            "_~.-!$&'()*+,;=/?#@%");
      } else {
        if (copied == nullptr) {
          scratch_.clear();
          copied = local;
        }
        scratch_.append(copied, p);
        copied = p + 1;
      }
      p += length;
      last = p;
      continue;
    }
    const bool first = p == local;
    if (*p == ':' || Is(*p, kDigitByte) || *p == '_') {
      last = ++p;
      continue;
    }
    if (*p == '.' && !first) {
      ++p;
      continue;
    }
    const NameStep step = TakeNameCharacter(p, end_, window_.complete(), first);
    if (step == NameStep::kMore) return Scanned::kMore;
    if (step == NameStep::kOther) break;
    last = p;
  }
  if (p == end_ && !window_.complete()) return Scanned::kMore;
  Take(Token::kPrefixedName, local, last, last);
  if (copied != nullptr) {
    scratch_.append(copied, last);
    text_ = scratch_;
  }
  return Scanned::kToken;
}

TurtleLexer::Scanned TurtleLexer::ScanSymbol() {
  if (Short(p_, 3)) return Scanned::kMore;
  switch (*p_) {
    case ';':
      return TakeSymbol(Token::kSemicolon, 1);
    case ',':
      return TakeSymbol(Token::kComma, 1);
    case '[':
      return TakeSymbol(Token::kOpenBracket, 1);
    case ']':
      return TakeSymbol(Token::kCloseBracket, 1);
    case '(':
      return TakeSymbol(Token::kOpenParenthesis, 1);
    case ')':
      return Starts(")>>") ? TakeSymbol(Token::kCloseTriple, 3)
                           : TakeSymbol(Token::kCloseParenthesis, 1);
    case '{':
      return Starts("{|") ? TakeSymbol(Token::kOpenAnnotation, 2)
                          : TakeSymbol(Token::kOpenBrace, 1);
    case '}':
      return TakeSymbol(Token::kCloseBrace, 1);
    case '~':
      return TakeSymbol(Token::kTilde, 1);
    case '^':
      if (Starts("^^")) return TakeSymbol(Token::kDatatype, 2);
      break;
    case '>':
      if (Starts(">>")) return TakeSymbol(Token::kCloseReified, 2);
      break;
    case '|':
      if (Starts("|}")) return TakeSymbol(Token::kCloseAnnotation, 2);
      break;
    default:
      break;
  }
  return Fail(p_, absl::StrCat("unexpected ",
                               Quoted(std::string_view(
                                   p_, static_cast<size_t>(end_ - p_)))));
}

}  // namespace skg::rdf
