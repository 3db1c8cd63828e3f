#include "engine/statement_input.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/strings.h"
#include "rdf/characters.h"

namespace skg::engine {
namespace {

// Checks shape and depth without building a tree. Numbers of any size are
// fine: the text is what is stored.
class ObjectChecker : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_integer(number_integer_t) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_float(number_float_t, const string_t&) override {
    return Value();
  }
  bool string(string_t&) override { return Value(); }
  bool binary(binary_t&) override { return Value(); }
  bool key(string_t&) override { return true; }
  bool start_object(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override { return Value() && Enter(); }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    error_ = absl::StrCat("is not JSON: unexpected input at byte ", position,
                          "; give a JSON object such as {\"source\": \"x\"}");
    return false;
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  bool Value() {
    if (depth_ > 0) return true;
    error_ = "is not a JSON object; give one such as {\"source\": \"x\"}";
    return false;
  }
  bool Enter() {
    if (++depth_ <= kMaxMetadataDepth) return true;
    error_ = absl::StrCat("is nested deeper than ", kMaxMetadataDepth,
                          " levels; flatten it");
    return false;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  size_t depth_ = 0;
  std::string error_;
};

// White space between tokens of valid JSON goes; nothing else changes, so
// numbers and key order stay as the caller wrote them.
std::string WithoutWhiteSpace(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      out.push_back(c);
      if (c == '\\' && i + 1 < text.size()) {
        out.push_back(text[++i]);
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      out.push_back(c);
      in_string = c == '"';
    }
  }
  return out;
}

std::string TooLong(size_t bytes) {
  return absl::StrCat("metadata and source have ", bytes,
                      " bytes together; at most ", kMaxDetailsBytes,
                      " are allowed");
}

// Times are stored in microseconds.
bool Storable(absl::Time time) {
  return time > absl::FromUnixMicros(std::numeric_limits<int64_t>::min()) &&
         time < absl::FromUnixMicros(std::numeric_limits<int64_t>::max());
}
absl::Time Stored(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

void ReadValidTimes(const NewStatement& statement, storage::Record& record,
                    std::vector<FieldError>& errors) {
  const size_t errors_before = errors.size();
  const auto read = [&errors](const char* field,
                              const std::optional<absl::Time>& given,
                              std::optional<absl::Time>& stored) {
    if (!given) return;
    if (!Storable(*given)) {
      errors.push_back(
          {{field},
           "is outside the years that can be stored; leave it out where"
           " there is no bound",
           "out_of_range"});
      return;
    }
    stored = Stored(*given);
  };
  read("valid_from", statement.valid_from, record.valid_from);
  read("valid_to", statement.valid_to, record.valid_to);
  if (errors.size() == errors_before && record.valid_from && record.valid_to &&
      *record.valid_from >= *record.valid_to) {
    errors.push_back(
        {{"valid_to"}, "must be after valid_from", "out_of_range"});
  }
}

}  // namespace

absl::StatusOr<std::string> NormaliseMetadata(std::string_view text) {
  if (text.empty() || text == "{}") return std::string();
  if (text.size() > kMaxDetailsBytes)
    return absl::InvalidArgumentError(TooLong(text.size()));
  ObjectChecker checker;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &checker)) {
    return absl::InvalidArgumentError(checker.error());
  }
  std::string compact = WithoutWhiteSpace(text);
  if (compact == "{}") compact.clear();
  return compact;
}

StatementDetails ReadDetails(const NewStatement& statement,
                             std::vector<FieldError>& errors) {
  StatementDetails details;
  // Written so that NaN fails too.
  if (!(statement.weight >= 0.0f && statement.weight <= 1.0f)) {
    errors.push_back({{"weight"},
                      absl::StrCat(statement.weight, " is outside [0, 1]"),
                      "out_of_range"});
  }
  // Minus zero is zero: equal weights have equal bytes.
  details.weight = statement.weight == 0.0f ? 0.0f : statement.weight;
  details.edge = statement.edge;
  absl::StatusOr<std::string> metadata = NormaliseMetadata(statement.metadata);
  if (metadata.ok()) {
    details.record.metadata = *std::move(metadata);
  } else {
    errors.push_back({{"metadata"},
                      std::string(sv(metadata.status().message())),
                      "malformed"});
  }
  ReadValidTimes(statement, details.record, errors);
  const size_t record_bytes =
      details.record.metadata.size() + statement.source.size();
  if (record_bytes > kMaxDetailsBytes) {
    const bool source_is_larger =
        statement.source.size() > details.record.metadata.size();
    errors.push_back({{source_is_larger ? "source" : "metadata"},
                      TooLong(record_bytes),
                      "too_long"});
  } else if (!rdf::IsUtf8(statement.source)) {
    errors.push_back({{"source"}, "is not valid UTF-8", "malformed"});
  } else {
    details.record.source = statement.source;
  }
  return details;
}

std::string_view SubjectError(rdf::TermKind kind) {
  switch (kind) {
    case rdf::TermKind::kLiteral:
      return "is a literal; a subject must be a name, an IRI or a blank node";
    case rdf::TermKind::kTripleTerm:
      return "is a triple term; RDF allows those as objects only";
    case rdf::TermKind::kIri:
    case rdf::TermKind::kBlankNode:
      break;
  }
  return {};
}

std::string_view PredicateError(rdf::TermKind kind) {
  switch (kind) {
    case rdf::TermKind::kLiteral:
      return "is a literal; a predicate must be a name or an IRI";
    case rdf::TermKind::kBlankNode:
      return "is a blank node; a predicate must be a name or an IRI";
    case rdf::TermKind::kTripleTerm:
      return "is a triple term; a predicate must be a name or an IRI";
    case rdf::TermKind::kIri:
      break;
  }
  return {};
}

std::string_view GraphError(rdf::TermKind kind) {
  switch (kind) {
    case rdf::TermKind::kLiteral:
      return "is a literal; a graph must be a name, an IRI or a blank node";
    case rdf::TermKind::kTripleTerm:
      return "is a triple term; a graph must be a name, an IRI or a blank node";
    case rdf::TermKind::kIri:
    case rdf::TermKind::kBlankNode:
      break;
  }
  return {};
}

}  // namespace skg::engine
