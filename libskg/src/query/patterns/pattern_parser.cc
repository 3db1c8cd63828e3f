// The three forms of the JSON query document, checked field by field.

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "query/field_reader.h"
#include "query/iso_time.h"
#include "query/json_value.h"
#include "query/patterns/pattern_query.h"
#include "query/term_json.h"
#include "query/text_rules.h"
#include "skg/field_error.h"

namespace skg::query {
namespace {

using Form = PatternResult::Form;

constexpr uint64_t kDefaultK = 10;
constexpr uint64_t kDefaultLimit = 100;
constexpr uint32_t kDefaultDepth = 3;
constexpr size_t kMaxRelationshipTypes = 256;

class Parser {
 public:
  Parser(const JsonObject& root, const PatternQueryOptions& options,
         ErrorCollector& errors)
      : root_(root, {}, errors), options_(options), errors_(errors) {}

  PatternQuery Read() {
    PatternQuery query;
    if (!ReadForm(query.form)) return query;
    switch (query.form) {
      case Form::kPattern:
        ReadPattern(query);
        break;
      case Form::kPatterns:
        ReadPatterns(query);
        break;
      case Form::kTraversal:
        ReadTraversal(query);
        break;
    }
    ReadAsOf(query);
    ReadValidAt(query);
    return query;
  }

 private:
  struct FormKey {
    Form form;
    std::string_view key;
    bool allowed;
  };

  bool ReadForm(Form& form) {
    const FormKey forms[] = {
        {Form::kPattern, "pattern", options_.allow_pattern},
        {Form::kPatterns, "patterns", options_.allow_patterns},
        {Form::kTraversal, "start_entity", options_.allow_traversal}};
    std::string allowed;
    const FormKey* found = nullptr;
    for (const FormKey& one : forms) {
      if (one.allowed)
        absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", av(one.key));
      if (!root_.Has(one.key)) continue;
      if (found != nullptr) {
        root_.Refuse(one.key, "not_allowed",
                     absl::StrCat("stands beside ", av(found->key),
                                  "; a query has one of them"));
        return false;
      }
      found = &one;
    }
    if (found == nullptr) {
      errors_.Add({}, "missing",
                  absl::StrCat("a query has one of the fields ", allowed));
      return false;
    }
    if (!found->allowed) {
      root_.Refuse(
          found->key, "not_allowed",
          absl::StrCat("is not taken here; a query here has ", allowed));
      return false;
    }
    form = found->form;
    return true;
  }

  // "as_of": a commit number, or a string as ParsePointInTime takes it.
  void ReadAsOf(PatternQuery& query) {
    query.as_of = options_.as_of;
    const JsonValue* value = root_.Find("as_of");
    if (value == nullptr) return;
    if (options_.as_of) {
      root_.Refuse("as_of", "not_allowed",
                   "is given twice, beside the query and in it");
    } else if (value->string() == nullptr) {
      query.as_of = root_.Integer("as_of", 0, UINT64_MAX, 0);
    } else if (const auto point = ParsePointInTime(*value->string());
               point.ok()) {
      query.as_of = *point;
    } else {
      root_.Refuse("as_of", "malformed",
                   std::string(sv(point.status().message())));
    }
  }

  void ReadValidAt(PatternQuery& query) {
    const std::string* text = root_.String("valid_at");
    if (text == nullptr) return;
    absl::Time time;
    if (!ParseIsoTime(*text, &time)) {
      root_.Refuse("valid_at", "malformed",
                   "must be an ISO 8601 time such as 2024-01-15 or "
                   "2024-01-15T10:30:00Z");
      return;
    }
    query.valid_at = time;
  }

  // {"pattern": [s, p, o], "k", "min_weight", "include_metadata"}
  void ReadPattern(PatternQuery& query) {
    root_.RefuseUnknown({"pattern", "k", "min_weight", "include_metadata",
                         "as_of", "valid_at"});
    query.order = PatternOrder::kStrongest;
    query.limit = root_.Integer("k", 1, options_.max_results,
                                std::min(kDefaultK, options_.max_results));
    query.include_metadata = root_.Bool("include_metadata", false);
    TextPattern pattern;
    pattern.weight_min = root_.Weight("min_weight", 0.0f);
    const JsonArray* items = root_.Array("pattern");
    if (items == nullptr) {
      if (root_.Find("pattern") == nullptr) {
        root_.Refuse("pattern", "wrong_type",
                     "must be an array of three, not null");
      }
    } else if (items->items.size() != 3) {
      root_.Refuse("pattern",
                   items->items.size() < 3 ? "too_short" : "too_long",
                   absl::StrCat("must have exactly three members (subject, "
                                "predicate, object), not ",
                                items->items.size()));
    } else {
      for (size_t i = 0; i < 3; ++i) {
        pattern.terms[i] =
            ReadTerm(&items->items[i], root_.PathOf("pattern") / i);
      }
    }
    query.patterns.push_back(std::move(pattern));
  }

  // {"patterns": [{...}], "operator", "limit", "offset", "order_by",
  //  "include_metadata"}
  void ReadPatterns(PatternQuery& query) {
    root_.RefuseUnknown({"patterns", "operator", "limit", "offset", "order_by",
                         "include_metadata", "as_of", "valid_at"});
    query.op = static_cast<PatternOperator>(
        root_.Choice("operator", {"AND", "OR", "NOT"}, 0));
    query.limit = root_.Integer("limit", 1, options_.max_results,
                                std::min(kDefaultLimit, options_.max_results));
    query.offset = root_.Integer("offset", 0, UINT64_MAX, 0);
    query.include_metadata = root_.Bool("include_metadata", false);
    ReadOrder(query);
    const JsonArray* items = root_.Array("patterns");
    if (items == nullptr) {
      if (root_.Find("patterns") == nullptr) {
        root_.Refuse("patterns", "wrong_type",
                     "must be an array of patterns, not null");
      }
      return;
    }
    if (items->items.empty()) {
      root_.Refuse("patterns", "too_short", "must hold at least one pattern");
    } else if (items->items.size() > options_.max_patterns) {
      root_.Refuse(
          "patterns", "too_long",
          absl::StrCat("holds ", items->items.size(), " patterns; at most ",
                       options_.max_patterns, " are allowed"));
      return;
    }
    for (size_t i = 0; i < items->items.size(); ++i) {
      query.patterns.push_back(
          ReadTriplePattern(items->items[i], root_.PathOf("patterns") / i));
    }
  }

  void ReadOrder(PatternQuery& query) {
    constexpr PatternOrder kOrders[] = {
        PatternOrder::kWeight, PatternOrder::kSubject, PatternOrder::kPredicate,
        PatternOrder::kObject, PatternOrder::kCreatedAt};
    constexpr size_t kNone = SIZE_MAX;
    const size_t choice = root_.Choice(
        "order_by",
        {"weight_asc", "weight_desc", "subject_asc", "subject_desc",
         "predicate_asc", "predicate_desc", "object_asc", "object_desc",
         "created_at_asc", "created_at_desc"},
        kNone);
    if (choice == kNone) return;
    query.order = kOrders[choice / 2];
    query.descending = choice % 2 == 1;
  }

  TextPattern ReadTriplePattern(const JsonValue& item, const FieldPath& path) {
    TextPattern pattern;
    const JsonObject* object = item.object();
    if (object == nullptr) {
      errors_.Add(path, "wrong_type",
                  "must be an object, not " + Describe(item));
      return pattern;
    }
    FieldReader reader(*object, path, errors_);
    reader.RefuseUnknown({"subject", "predicate", "object", "weight_min",
                          "weight_max", "graph"});
    constexpr std::string_view kNames[] = {"subject", "predicate", "object"};
    for (size_t i = 0; i < 3; ++i) {
      pattern.terms[i] = ReadTerm(reader.Find(kNames[i]), path / kNames[i]);
    }
    pattern.weight_min = reader.Weight("weight_min", 0.0f);
    pattern.weight_max = reader.Weight("weight_max", 1.0f);
    if (pattern.weight_min > pattern.weight_max) {
      reader.Refuse("weight_max", "out_of_range",
                    "must not be below weight_min");
    }
    pattern.graph = ReadGraph(reader);
    return pattern;
  }

  std::optional<std::string> ReadGraph(FieldReader& reader) {
    const std::string* text = reader.String("graph");
    if (text == nullptr || *text == "*") return std::nullopt;
    if (text->empty()) return std::string();
    TextTerm term = ReadText(*text, reader.PathOf("graph"));
    if (term.kind == TextTerm::Kind::kVariable) {
      reader.Refuse("graph", "not_allowed",
                    "must be a name or an IRI; a variable is not taken");
    }
    return std::move(term.text);
  }

  // {"start_entity", "max_depth", "relationship_types", "direction", "limit",
  //  "strategy"}
  void ReadTraversal(PatternQuery& query) {
    root_.RefuseUnknown({"start_entity", "max_depth", "relationship_types",
                         "direction", "limit", "strategy", "as_of",
                         "valid_at"});
    TraversalQuery& traversal = query.traversal;
    if (root_.Find("start_entity") == nullptr) {
      root_.Refuse("start_entity", "wrong_type", "must be a string, not null");
    } else {
      traversal.start = ReadOneTerm(*root_.Find("start_entity"),
                                    root_.PathOf("start_entity"));
    }
    traversal.max_depth = static_cast<uint32_t>(
        root_.Integer("max_depth", 1, options_.max_depth,
                      std::min(kDefaultDepth, options_.max_depth)));
    traversal.direction = static_cast<TraversalQuery::Direction>(
        root_.Choice("direction", {"out", "in", "both"}, 2));
    traversal.strategy = static_cast<TraversalQuery::Strategy>(
        root_.Choice("strategy", {"bfs", "dfs"}, 0));
    query.limit = root_.Integer("limit", 1, options_.max_results,
                                std::min(kDefaultLimit, options_.max_results));
    const JsonArray* types = root_.Array("relationship_types");
    if (types == nullptr) return;
    if (types->items.size() > kMaxRelationshipTypes) {
      root_.Refuse(
          "relationship_types", "too_long",
          absl::StrCat("holds ", types->items.size(), " types; at most ",
                       kMaxRelationshipTypes, " are allowed"));
      return;
    }
    for (size_t i = 0; i < types->items.size(); ++i) {
      const FieldPath path = root_.PathOf("relationship_types") / i;
      if (types->items[i].string() == nullptr) {
        errors_.Add(path, "wrong_type",
                    "must be a string, not " + Describe(types->items[i]));
        continue;
      }
      traversal.relationship_types.push_back(
          ReadOneTerm(types->items[i], path));
    }
  }

  // Neither variable nor wildcard.
  std::string ReadOneTerm(const JsonValue& value, const FieldPath& path) {
    TextTerm term = ReadTerm(&value, path);
    if (term.kind == TextTerm::Kind::kVariable) {
      errors_.Add(path, "not_allowed",
                  "must be a name or a term; write \\?name for a name that "
                  "begins with ?");
    } else if (value.string() != nullptr && *value.string() == "*") {
      errors_.Add(path, "not_allowed",
                  "must be a name or a term; write \\* for the name *");
    }
    return std::move(term.text);
  }

  // Null (or absent) is any term.
  TextTerm ReadTerm(const JsonValue* value, const FieldPath& path) {
    if (value == nullptr || value->is_null()) return {};
    if (const std::string* text = value->string()) {
      if (*text == "*") return {};
      return ReadText(*text, path);
    }
    if (const JsonObject* literal = value->object()) {
      return {TextTerm::Kind::kTerm,
              ReadLiteral(*literal, path, options_.max_string_length, errors_)
                  .value_or("")};
    }
    errors_.Add(path, "wrong_type",
                absl::StrCat("must be a string, null or a {\"value\", \"type\" "
                             "| \"lang\"} object, "
                             "not ",
                             Describe(*value)));
    return {};
  }

  TextTerm ReadText(std::string_view text, const FieldPath& path) {
    if (text.empty()) {
      errors_.Add(path, "too_short",
                  "must not be empty; null or * stands for any term");
      return {};
    }
    if (CodePoints(text) > options_.max_string_length) {
      errors_.Add(
          path, "too_long",
          absl::StrCat("has ", CodePoints(text), " characters; at most ",
                       options_.max_string_length, " are allowed"));
      return {};
    }
    if (text.front() == '?') {
      text.remove_prefix(1);
      if (IsVariableName(text))
        return {TextTerm::Kind::kVariable, std::string(text)};
      errors_.Add(path, "malformed",
                  "begins with ? and so must be a variable: ?name of letters, "
                  "digits and "
                  "underscore; write \\?... for a name that begins with ?");
      return {};
    }
    // Here, unlike in a statement, ? and * mean something, so they too can be
    // escaped.
    if (text == "\\*" || text.starts_with("\\?")) text.remove_prefix(1);
    if (IsTermForm(text)) {
      if (const auto term = ParseTermText(text); !term.ok()) {
        errors_.Add(path, "malformed",
                    std::string(sv(term.status().message())));
        return {};
      }
    }
    return {TextTerm::Kind::kTerm, std::string(text)};
  }

  FieldReader root_;
  const PatternQueryOptions& options_;
  ErrorCollector& errors_;
};

}  // namespace

absl::StatusOr<PatternQuery> ParsePatternQuery(
    std::string_view json, const PatternQueryOptions& options) {
  const auto document = ParseJson(json);
  if (!document.ok()) return document.status();
  ErrorCollector errors;
  PatternQuery query;
  if (const JsonObject* root = document->root.object()) {
    query = Parser(*root, options, errors).Read();
  } else {
    errors.Add(
        {}, "wrong_type",
        "a query must be a JSON object, not " + Describe(document->root));
  }
  for (const FieldError& error : document->duplicates) {
    errors.Add(error.path, error.type, error.message);
  }
  if (!errors.empty()) return FieldErrorStatus(errors.errors());
  return query;
}

}  // namespace skg::query
