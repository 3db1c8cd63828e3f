#include "rdf/line_reader.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/line_parser.h"

namespace skg::rdf {
namespace {

// Four terms of the longest size, escaped, and room for a comment.
constexpr size_t kMaxLineBytes = 5 * kMaxTermBytes;

// Past the last whole line of the window; null if none ends there.
const char* EndOfLines(const InputWindow& window) {
  const void* last = memrchr(window.cursor(), '\n', window.size());
  if (last == nullptr) last = memrchr(window.cursor(), '\r', window.size());
  return last == nullptr ? nullptr : static_cast<const char*>(last) + 1;
}

// Moves the cursor past the line that is too long to hold.
absl::Status SkipLongLine(InputWindow& window) {
  for (;;) {
    const size_t end =
        std::string_view(window.cursor(), window.size()).find_first_of("\n\r");
    if (end != std::string_view::npos) {
      window.set_cursor(window.cursor() + end + 1);
      return absl::OkStatus();
    }
    window.set_cursor(window.end());
    if (window.complete()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(window.Fill());
  }
}

}  // namespace

absl::Status ReportError(const ReaderOptions& options, Place place,
                         const LexicalError& error) {
  if (options.on_error != nullptr &&
      options.on_error(SyntaxError{place.line, place.column, error.message})) {
    return absl::OkStatus();
  }
  return ErrorStatus(options, place, error);
}

absl::Status ErrorStatus(const ReaderOptions& options, Place place,
                         const LexicalError& error) {
  const std::string message =
      absl::StrCat(options.source_name, ":", place.line, ":", place.column,
                   ": ", error.message);
  return error.exhausted ? absl::ResourceExhaustedError(message)
                         : absl::InvalidArgumentError(message);
}

absl::Status ReadLines(
    InputWindow& window, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad) {
  const bool quads = options.syntax == Syntax::kNQuads;
  Quad quad;
  LexicalError error;
  SKG_RETURN_IF_ERROR(window.SkipByteOrderMark());
  for (;;) {
    // Whole lines only, and all there is at the end.
    const char* end = window.end();
    if (!window.complete()) {
      end = EndOfLines(window);
      if (end == nullptr && window.size() > kMaxLineBytes) {
        error = {0, "a line is longer than 320 MiB; the limit is 320 MiB",
                 false};
        SKG_RETURN_IF_ERROR(
            ReportError(options, window.PlaceOf(window.cursor()), error));
        SKG_RETURN_IF_ERROR(SkipLongLine(window));
        continue;
      }
      if (end == nullptr) {
        SKG_RETURN_IF_ERROR(window.Fill());
        continue;
      }
    }
    std::string_view text(window.cursor(),
                          static_cast<size_t>(end - window.cursor()));
    while (!text.empty()) {
      const char* const start = text.data();
      switch (ParseLine(text, quads, quad, error)) {
        case LineContent::kStatement:
          SKG_RETURN_IF_ERROR(on_quad(quad));
          break;
        case LineContent::kNothing:
          break;
        case LineContent::kError:
          SKG_RETURN_IF_ERROR(ReportError(
              options, window.PlaceOf(start + error.offset), error));
          error.exhausted = false;
          break;
      }
    }
    window.set_cursor(end);
    if (window.complete() && window.size() == 0) return absl::OkStatus();
  }
}

}  // namespace skg::rdf
