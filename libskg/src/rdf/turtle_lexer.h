// The tokens of Turtle and TriG 1.2.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rdf/input_window.h"
#include "rdf/lexical.h"

namespace skg::rdf {

enum class Token : uint8_t {
  kEnd,
  kIri,           // text: between < and >, not decoded
  kPrefixedName,  // prefix (without colon) and text: local part, decoded
  kBlankNode,     // text: label
  kString,        // text: between the quotes, not decoded
  kLongString,    // the same, in three quotes
  kAt,            // text: after @, letters, digits and -
  kWord,          // text: a keyword or what looks like one
  kInteger,       // text: as written
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
};

// Holds one token, the one that the parser looks at. What a token lends is
// valid until the next Advance.
class TurtleLexer {
 public:
  explicit TurtleLexer(InputWindow& window) : window_(window) {}

  // Scans the next token. False: a lexical error, or a failed read.
  [[nodiscard]] bool Advance();

  [[nodiscard]] Token token() const { return token_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view prefix() const { return prefix_; }
  // Where the token begins.
  [[nodiscard]] const char* start() const { return start_; }

  // After Advance said false. A failed read has a status that is not OK.
  [[nodiscard]] const absl::Status& status() const { return status_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const char* error_at() const { return error_at_; }

  // What Recover stopped behind.
  enum class Stop : uint8_t { kStatement, kGraph, kEnd };
  // After an error in the current token: passes over bytes until the statement
  // most likely ends: a '.' outside strings, IRIs, comments and braces, or, if
  // `in_graph`, the '}' of the graph; a graph that opens on the way is passed
  // over whole. The next Advance scans what follows. Errors: of reading.
  [[nodiscard]] absl::StatusOr<Stop> Recover(bool in_graph);

 private:
  enum class Scanned : uint8_t { kToken, kMore, kError };

  Scanned SkipSpace();
  Scanned Scan();
  Scanned ScanLess();
  Scanned ScanString();
  Scanned ScanLongString(char quote);
  Scanned ScanBlankNode();
  Scanned ScanNumber();
  Scanned ScanName();
  Scanned ScanLocal(const char* local);
  Scanned ScanAt();
  Scanned ScanSymbol();

  Scanned Fail(const char* at, std::string message);
  // A token that ends at `end`; its text is [text, text_end).
  Scanned Take(Token token, const char* text, const char* text_end,
               const char* end);
  Scanned TakeSymbol(Token token, size_t bytes) {
    return Take(token, p_, p_, p_ + bytes);
  }
  // Whether fewer than `bytes` are in the window and more may follow.
  [[nodiscard]] bool Short(const char* from, size_t bytes) const {
    return static_cast<size_t>(end_ - from) < bytes && !window_.complete();
  }
  [[nodiscard]] bool Starts(std::string_view with) const {
    return std::string_view(p_, static_cast<size_t>(end_ - p_))
        .starts_with(with);
  }
  [[nodiscard]] absl::Status RecoverString();
  [[nodiscard]] absl::Status RecoverIri();

  InputWindow& window_;
  // Start of the token that is being scanned, and end of the window.
  const char* p_ = nullptr;
  const char* end_ = nullptr;

  bool in_comment_ = false;

  Token token_ = Token::kEnd;
  std::string_view text_;
  std::string_view prefix_;
  const char* start_ = nullptr;
  std::string scratch_;

  absl::Status status_;
  std::string message_;
  const char* error_at_ = nullptr;
};

}  // namespace skg::rdf
