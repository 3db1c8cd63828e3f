#include "skg/statement_json.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/strings.h"
#include "query/field_reader.h"
#include "query/iso_time.h"
#include "query/json_value.h"
#include "query/term_json.h"
#include "query/text_rules.h"
#include "rdf/term.h"

namespace skg {
namespace {

using query::CodePoints;
using query::Describe;
using query::ErrorCollector;
using query::FieldPath;
using query::FieldReader;
using query::JsonArray;
using query::JsonDocument;
using query::JsonObject;
using query::JsonValue;
using query::Shorten;

constexpr size_t kMaxMetadataBytes = size_t{1} << 20;
constexpr uint32_t kMaxSourceLength = 5000;
constexpr query::JsonOptions kStatementJson = {.opaque_member = "metadata"};

enum class Position : uint8_t { kSubject, kPredicate, kObject, kGraph };

// What RDF does not allow in a position; empty: the kind is allowed.
std::string_view KindError(Position position, rdf::TermKind kind) {
  switch (position) {
    case Position::kObject:
      return {};
    case Position::kPredicate:
      return kind == rdf::TermKind::kIri ? "" : "must be a name or an IRI";
    case Position::kSubject:
    case Position::kGraph:
      if (kind == rdf::TermKind::kLiteral ||
          kind == rdf::TermKind::kTripleTerm) {
        return "must be a name, an IRI or a blank node";
      }
      return {};
  }
  return {};
}

class StatementReader {
 public:
  StatementReader(const StatementJsonLimits& limits, const JsonObject& object,
                  FieldPath path, ErrorCollector& errors)
      : limits_(limits), reader_(object, std::move(path), errors) {}

  NewStatement Read() {
    reader_.RefuseUnknown({"subject", "predicate", "object", "graph", "weight",
                           "metadata", "edge", "valid_from", "valid_to",
                           "source"});
    NewStatement out;
    out.subject =
        Term("subject", Position::kSubject, limits_.max_subject_length);
    out.predicate =
        Term("predicate", Position::kPredicate, limits_.max_predicate_length);
    out.object = Term("object", Position::kObject, limits_.max_object_length);
    out.graph = Graph();
    out.weight = reader_.Weight("weight", 1.0f);
    out.metadata = Metadata();
    out.edge = static_cast<uint32_t>(reader_.Integer("edge", 0, UINT32_MAX, 0));
    out.valid_from = Time("valid_from");
    out.valid_to = Time("valid_to");
    if (out.valid_from.has_value() && out.valid_to.has_value() &&
        !(*out.valid_from < *out.valid_to)) {
      reader_.Refuse("valid_to", "out_of_range",
                     "must be later than valid_from");
    }
    out.source = Source();
    return out;
  }

 private:
  std::string Term(std::string_view name, Position position,
                   uint32_t max_length) {
    const JsonValue* value = reader_.Find(name);
    if (value == nullptr) {
      reader_.Refuse(
          name, "missing",
          reader_.Has(name) ? "must be a string, not null" : "is missing");
      return {};
    }
    if (const std::string* text = value->string()) {
      return TermText(name, *text, position, max_length);
    }
    if (const JsonObject* literal = value->object();
        literal != nullptr && position == Position::kObject &&
        !limits_.plain_names_only) {
      return query::ReadLiteral(*literal, reader_.PathOf(name), max_length,
                                reader_.errors())
          .value_or("");
    }
    reader_.Refuse(
        name, "wrong_type",
        absl::StrCat(position == Position::kObject && !limits_.plain_names_only
                         ? "must be a string or a {\"value\", \"type\" | "
                           "\"lang\"} object, not "
                         : "must be a string, not ",
                     Describe(*value)));
    return {};
  }

  std::string Graph() {
    const std::string* text = reader_.String("graph");
    // The empty string is how results show the default graph.
    if (text == nullptr || text->empty()) return {};
    return TermText("graph", *text, Position::kGraph,
                    limits_.max_subject_length);
  }

  std::string TermText(std::string_view name, const std::string& given,
                       Position position, uint32_t max_length) {
    const std::string text =
        limits_.plain_names_only ? std::string(query::Trim(given)) : given;
    if (text.empty() || query::IsBlank(text)) {
      reader_.Refuse(name, "too_short", "must not be empty or blank");
    } else if (CodePoints(text) > max_length) {
      reader_.Refuse(
          name, "too_long",
          absl::StrCat("has ", CodePoints(text), " characters; at most ",
                       max_length, " are allowed"));
    } else if (limits_.plain_names_only && !query::IsPlainName(text)) {
      reader_.Refuse(
          name, "malformed",
          "may hold only letters, digits, underscore, blank and hyphen");
    } else if (query::HasControl(text) &&
               (!query::IsTermForm(text) || text.front() == '\\')) {
      reader_.Refuse(name, "malformed",
                     "holds a control character; a name must not (a literal "
                     "may, and an IRI as "
                     "%0A)");
    } else if (query::IsTermForm(text)) {
      CheckTermForm(name, text, position);
    }
    return text;
  }

  void CheckTermForm(std::string_view name, const std::string& text,
                     Position position) {
    const auto term = query::ParseTermText(text);
    if (!term.ok()) {
      reader_.Refuse(name, "malformed",
                     std::string(sv(term.status().message())));
      return;
    }
    const std::string_view error = KindError(position, term->kind);
    if (!error.empty()) reader_.Refuse(name, "not_allowed", std::string(error));
  }

  std::string Metadata() {
    const JsonValue* value = reader_.Find("metadata");
    if (value == nullptr) return {};
    const JsonObject* object = value->object();
    if (object == nullptr) {
      reader_.Refuse(
          "metadata", "wrong_type",
          absl::StrCat("must be a JSON object, not ", Describe(*value)));
      return {};
    }
    if (object->source.size() > kMaxMetadataBytes) {
      reader_.Refuse(
          "metadata", "too_long",
          absl::StrCat("has ", object->source.size(), " bytes; at most ",
                       kMaxMetadataBytes, " are allowed"));
      return {};
    }
    return std::string(object->source);
  }

  std::optional<absl::Time> Time(std::string_view name) {
    const std::string* text = reader_.String(name);
    if (text == nullptr) return std::nullopt;
    absl::Time time;
    if (query::ParseIsoTime(*text, &time)) return time;
    reader_.Refuse(
        name, "malformed",
        absl::StrCat("must be an ISO 8601 time such as 2024-01-15 or "
                     "2024-01-15T10:30:00Z, not \"",
                     Shorten(*text), "\""));
    return std::nullopt;
  }

  std::string Source() {
    const std::string* text = reader_.String("source");
    if (text == nullptr) return {};
    if (CodePoints(*text) > kMaxSourceLength) {
      reader_.Refuse(
          "source", "too_long",
          absl::StrCat("has more than ", kMaxSourceLength, " characters"));
      return {};
    }
    return *text;
  }

  const StatementJsonLimits& limits_;
  FieldReader reader_;
};

absl::StatusOr<const JsonObject*> RootObject(const JsonDocument& document) {
  if (const JsonObject* object = document.root.object()) return object;
  return FieldErrorStatus(
      {{{},
        "the document must be a JSON object, not " + Describe(document.root),
        "wrong_type"}});
}

// One item of a batch. `repeated`: its members that are given twice.
void ReadItem(const JsonValue& item, size_t index,
              const StatementJsonLimits& limits,
              const std::vector<FieldError>& repeated, BatchDocument& batch) {
  ErrorCollector errors;
  const FieldPath path = {"triples", std::to_string(index)};
  NewStatement statement;
  if (const JsonObject* object = item.object()) {
    statement = StatementReader(limits, *object, path, errors).Read();
  } else {
    errors.Add(path, "wrong_type", "must be an object, not " + Describe(item));
  }
  for (const FieldError& error : repeated)
    errors.Add(error.path, error.type, error.message);
  if (errors.empty()) {
    batch.statements.push_back(std::move(statement));
    batch.positions.push_back(index);
    return;
  }
  for (FieldError& error : errors.Take())
    batch.errors.push_back(std::move(error));
  ++batch.invalid;
}

}  // namespace

absl::StatusOr<NewStatement> ParseStatementJson(
    std::string_view text, const StatementJsonLimits& limits) {
  const auto document = query::ParseJson(text, kStatementJson);
  if (!document.ok()) return document.status();
  const auto object = RootObject(*document);
  if (!object.ok()) return object.status();
  ErrorCollector errors;
  NewStatement statement = StatementReader(limits, **object, {}, errors).Read();
  for (const FieldError& error : document->duplicates) {
    errors.Add(error.path, error.type, error.message);
  }
  if (!errors.empty()) return FieldErrorStatus(errors.errors());
  return statement;
}

absl::StatusOr<BatchDocument> ParseBatchJson(
    std::string_view text, const StatementJsonLimits& limits) {
  const auto document = query::ParseJson(text, kStatementJson);
  if (!document.ok()) return document.status();
  const auto object = RootObject(*document);
  if (!object.ok()) return object.status();

  ErrorCollector errors;
  FieldReader reader(**object, {}, errors);
  reader.RefuseUnknown({"triples", "skip_duplicates"});
  BatchDocument batch;
  batch.skip_duplicates = reader.Bool("skip_duplicates", false);
  const JsonArray* triples = reader.Array("triples");
  if (triples == nullptr) {
    if (reader.Find("triples") == nullptr) {
      reader.Refuse("triples", "missing", "is missing: an array of statements");
    }
  } else if (triples->items.empty()) {
    reader.Refuse("triples", "too_short", "must hold at least one statement");
  } else if (triples->items.size() > limits.max_batch) {
    reader.Refuse(
        "triples", "too_long",
        absl::StrCat("holds ", triples->items.size(), " statements; at most ",
                     limits.max_batch, " are allowed in one batch"));
  }
  // A member given twice spoils its item, or else the document.
  std::vector<std::vector<FieldError>> repeated(
      triples == nullptr ? 0 : triples->items.size());
  for (const FieldError& error : document->duplicates) {
    uint64_t index = 0;
    if (error.path.size() > 2 && error.path[0] == "triples" &&
        absl::SimpleAtoi(error.path[1], &index) && index < repeated.size()) {
      repeated[index].push_back(error);
    } else {
      errors.Add(error.path, error.type, error.message);
    }
  }
  if (!errors.empty()) return FieldErrorStatus(errors.errors());
  for (size_t i = 0; i < triples->items.size(); ++i) {
    ReadItem(triples->items[i], i, limits, repeated[i], batch);
  }
  return batch;
}

}  // namespace skg
