// Statements as JSON: documents of POST /triples/batch, arrays of statements,
// and statements, any number of them one after the other (so also one a line).
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/load_job.h"
#include "engine/load_json_scanner.h"
#include "skg/field_error.h"
#include "skg/statement_json.h"

namespace skg::engine {
namespace {

// Files are not bound by the limits of the HTTP routes.
StatementJsonLimits FileLimits() {
  constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  return {.max_subject_length = kNone,
          .max_predicate_length = kNone,
          .max_object_length = kNone,
          .max_batch = kNone};
}

// Learns from the JSON parser where a text is malformed.
class SyntaxFinder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    offset = position > 0 ? position - 1 : 0;
    message = Reason(error.what());
    return false;
  }

  size_t offset = 0;
  std::string message;

 private:
  // "[json...] parse error at line 1, column 2: REASON; last read: 'bytes'"
  static std::string Reason(std::string_view text) {
    if (const size_t place = text.find("column ");
        place != std::string_view::npos) {
      if (const size_t colon = text.find(": ", place);
          colon != std::string_view::npos) {
        text.remove_prefix(colon + 2);
      }
    }
    return absl::StrCat("malformed JSON: ",
                        av(text.substr(0, text.find("; last read"))));
  }
};

struct Place {
  uint64_t line = 0;
  uint64_t column = 0;
};

Place Advance(Place place, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

class JsonLoad {
 public:
  explicit JsonLoad(LoadJob& job) : job_(job), scanner_(job.input) {}

  absl::Status Run() {
    while (true) {
      bool read = true;
      switch (scanner_.PeekToken()) {
        case TextReader::kEnd:
          return scanner_.status();
        case '{': {
          SKG_ASSIGN_OR_RETURN(read, LoadObject());
          break;
        }
        case '[': {
          SKG_ASSIGN_OR_RETURN(read, LoadItems(""));
          break;
        }
        case ',':
        case ']':
        case '}':
          // What is left of a document that could not be followed.
          if (recovering_) {
            scanner_.Take(static_cast<char>(scanner_.PeekToken()));
            continue;
          }
          [[fallthrough]];
        default:
          SKG_RETURN_IF_ERROR(Malformed(Here(),
                                        "expected { or [: a batch document, an "
                                        "array of statements, or a statement"));
          read = false;
      }
      if (read) continue;
      scanner_.SkipLine();
      recovering_ = true;
    }
  }

 private:
  // One document in braces: its text, but for the items of "triples", which
  // are loaded as they are met.
  struct Document {
    Place place;
    std::string text;
    bool has_triples = false;
  };

  [[nodiscard]] Place Here() const {
    return {scanner_.line(), scanner_.column()};
  }

  absl::Status Malformed(Place place, std::string message) {
    return job_.errors.Malformed(place.line, place.column, std::move(message));
  }

  // What the scanner could not follow. False: skip the line and go on.
  absl::StatusOr<bool> ScannerFailed() {
    if (!scanner_.status().ok()) return scanner_.status();
    const LoadError& error = scanner_.error();
    SKG_RETURN_IF_ERROR(Malformed({error.line, error.column}, error.message));
    return false;
  }

  absl::StatusOr<bool> Expected(std::string_view what) {
    if (!scanner_.status().ok()) return scanner_.status();
    const bool ended = scanner_.PeekToken() == TextReader::kEnd;
    SKG_RETURN_IF_ERROR(Malformed(
        Here(), absl::StrCat(ended ? "the JSON document ends too early"
                                   : "malformed JSON",
                             ": expected ", av(what))));
    return false;
  }

  absl::StatusOr<bool> LoadObject() {
    Document document{.place = Here()};
    SKG_ASSIGN_OR_RETURN(const size_t mark, job_.collector.Mark());
    scanner_.CaptureTo(&document.text);
    SKG_ASSIGN_OR_RETURN(const bool read, ReadMembers(document));
    scanner_.CaptureTo(nullptr);
    if (!read) return false;
    if (!document.has_triples) {
      SKG_RETURN_IF_ERROR(LoadStatement(document.text, document.place, ""));
    } else {
      SKG_RETURN_IF_ERROR(FinishBatch(document, mark));
    }
    return true;
  }

  absl::StatusOr<bool> ReadMembers(Document& document) {
    scanner_.Take('{');
    if (scanner_.Take('}')) return true;
    do {
      if (scanner_.PeekToken() != '"')
        return Expected("a member's name in quotes");
      const size_t key_begin = document.text.size();
      if (!scanner_.SkipValue()) return ScannerFailed();
      const bool is_triples =
          std::string_view(document.text).substr(key_begin) == "\"triples\"";
      if (!scanner_.Take(':'))
        return Expected("a colon after the member's name");
      if (is_triples && !document.has_triples && scanner_.PeekToken() == '[') {
        document.has_triples = true;
        scanner_.CaptureTo(nullptr);
        SKG_ASSIGN_OR_RETURN(const bool read, LoadItems("triples."));
        if (!read) return false;
        scanner_.CaptureTo(&document.text);
        document.text += "[]";
      } else if (!scanner_.SkipValue()) {
        return ScannerFailed();
      }
    } while (scanner_.Take(','));
    if (!scanner_.Take('}')) return Expected("a comma or a closing brace");
    return true;
  }

  // An array of statements, whose paths begin with `path`.
  absl::StatusOr<bool> LoadItems(std::string_view path) {
    scanner_.Take('[');
    if (scanner_.Take(']')) return true;
    size_t index = 0;
    do {
      scanner_.PeekToken();
      const Place place = Here();
      item_.clear();
      scanner_.CaptureTo(&item_);
      const bool scanned = scanner_.SkipValue();
      scanner_.CaptureTo(nullptr);
      if (!scanned) return ScannerFailed();
      SKG_RETURN_IF_ERROR(
          LoadStatement(item_, place, absl::StrCat(av(path), index++, ": ")));
    } while (scanner_.Take(','));
    if (!scanner_.Take(']')) return Expected("a comma or a closing bracket");
    return true;
  }

  absl::Status LoadStatement(const std::string& text, Place place,
                             std::string_view path) {
    absl::StatusOr<NewStatement> statement = ParseStatementJson(text, limits_);
    const absl::Status status =
        statement.ok()
            ? job_.collector.Add(*statement, job_.options.skip_duplicates)
            : statement.status();
    if (status.ok() || !absl::IsInvalidArgument(status)) return status;
    if (FieldErrors(status).empty()) {
      SyntaxFinder finder;
      if (!nlohmann::json::sax_parse(text, &finder)) {
        return Malformed(
            Advance(place, std::string_view(text).substr(0, finder.offset)),
            absl::StrCat(av(path), finder.message));
      }
    }
    return Malformed(place, absl::StrCat(av(path), status.message()));
  }

  // The members beside "triples".
  absl::Status FinishBatch(const Document& document, size_t mark) {
    SyntaxFinder finder;
    if (!nlohmann::json::sax_parse(document.text, &finder)) {
      return Malformed(document.place, finder.message);
    }
    const auto members = nlohmann::json::parse(document.text, nullptr,
                                               /*allow_exceptions=*/false);
    for (const auto& [name, value] : members.items()) {
      if (name == "triples") {
        if (value.is_array()) continue;
        return Malformed(document.place,
                         "triples: must be one array of statements");
      }
      if (name != "skip_duplicates") {
        return Malformed(
            document.place,
            absl::StrCat(name,
                         ": unknown field; a batch has triples and, if wanted, "
                         "skip_duplicates"));
      }
      if (!value.is_boolean()) {
        return Malformed(document.place,
                         "skip_duplicates: must be true or false");
      }
      if (value.get<bool>()) job_.collector.MakeIfAbsentSince(mark);
    }
    return absl::OkStatus();
  }

  LoadJob& job_;
  JsonScanner scanner_;
  const StatementJsonLimits limits_ = FileLimits();
  std::string item_;
  bool recovering_ = false;
};

}  // namespace

absl::Status LoadJson(LoadJob& job) { return JsonLoad(job).Run(); }

}  // namespace skg::engine
