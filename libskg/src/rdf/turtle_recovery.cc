// Finding the next statement after a malformed one.
#include "base/status.h"
#include "rdf/characters.h"
#include "rdf/turtle_lexer.h"

namespace skg::rdf {
namespace {

// Whether a '.' before `next` ends a statement rather than standing in a name
// or a number.
bool EndsStatement(char next) {
  return IsAscii(next) && !Is(next, kNameByte) && next != ':' && next != '%' &&
         next != '\\' && next != '.';
}

bool IsLineEnd(char byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

absl::StatusOr<TurtleLexer::Stop> TurtleLexer::Recover(bool in_graph) {
  window_.set_cursor(start_);
  uint64_t depth = 0;
  char previous = ' ';
  for (;;) {
    SKG_RETURN_IF_ERROR(window_.Ensure(2));
    if (window_.size() == 0) return Stop::kEnd;
    const char byte = *window_.cursor();
    const char next = window_.size() > 1 ? window_.cursor()[1] : ' ';
    window_.set_cursor(window_.cursor() + 1);
    switch (byte) {
      case '#':
        in_comment_ = true;
        while (in_comment_) {
          SKG_RETURN_IF_ERROR(window_.Ensure(1));
          in_comment_ = window_.size() > 0 && !IsLineEnd(*window_.cursor());
          if (in_comment_) window_.set_cursor(window_.cursor() + 1);
        }
        break;
      case '"':
      case '\'':
        window_.set_cursor(window_.cursor() - 1);
        SKG_RETURN_IF_ERROR(RecoverString());
        break;
      case '<':
        SKG_RETURN_IF_ERROR(RecoverIri());
        break;
      case '{':
        if (next != '|') ++depth;
        break;
      case '}':
        if (previous == '|') break;
        if (depth == 0 && in_graph) return Stop::kGraph;
        if (depth > 0 && --depth == 0 && !in_graph) return Stop::kStatement;
        break;
      case '.':
        if (depth == 0 && EndsStatement(next)) return Stop::kStatement;
        break;
      default:
        break;
    }
    previous = byte;
  }
}

// Passes over a string; one on a single line ends with its line at the latest.
absl::Status TurtleLexer::RecoverString() {
  SKG_RETURN_IF_ERROR(window_.Ensure(3));
  const char quote = *window_.cursor();
  const auto closes = [&](size_t quotes) {
    if (window_.size() < quotes) return false;
    for (size_t i = 0; i < quotes; ++i) {
      if (window_.cursor()[i] != quote) return false;
    }
    return true;
  };
  const size_t quotes = closes(3) ? 3 : 1;
  window_.set_cursor(window_.cursor() + quotes);
  for (;;) {
    SKG_RETURN_IF_ERROR(window_.Ensure(3));
    if (window_.size() == 0) return absl::OkStatus();
    if (quotes == 1 && IsLineEnd(*window_.cursor())) return absl::OkStatus();
    if (closes(quotes)) {
      window_.set_cursor(window_.cursor() + quotes);
      return absl::OkStatus();
    }
    const bool escape = *window_.cursor() == '\\' && window_.size() > 1 &&
                        (quotes == 3 || !IsLineEnd(window_.cursor()[1]));
    window_.set_cursor(window_.cursor() + (escape ? 2 : 1));
  }
}

// Passes over what an IRI may hold after its '<'.
absl::Status TurtleLexer::RecoverIri() {
  for (;;) {
    SKG_RETURN_IF_ERROR(window_.Ensure(1));
    if (window_.size() == 0) return absl::OkStatus();
    const char byte = *window_.cursor();
    if (byte != '>' && byte != '\\' && !Is(byte, kIriByte))
      return absl::OkStatus();
    window_.set_cursor(window_.cursor() + 1);
    if (byte == '>') return absl::OkStatus();
  }
}

}  // namespace skg::rdf
