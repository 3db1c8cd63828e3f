// SPARQL 1.1 Query Results JSON Format.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "sparql/result_readers.h"

namespace skg::sparql {
namespace {

using Json = nlohmann::json;

absl::Status Wrong(std::string_view place, std::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat(
      "query results in JSON: ", av(place), ": ", av(wanted), " is wanted"));
}

absl::StatusOr<std::string> TextOf(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string())
    return Wrong(field, "a string");
  return found->get<std::string>();
}

absl::StatusOr<rdf::Term> ReadTerm(const Json& json, size_t depth);

absl::StatusOr<rdf::Term> ReadTriple(const Json& json, size_t depth) {
  if (depth == kMostNesting) return NestedTooDeep();
  const auto value = json.find("value");
  if (value == json.end() || !value->is_object())
    return Wrong("value of a triple", "an object");
  rdf::Term parts[3];
  const char* const names[] = {"subject", "predicate", "object"};
  for (size_t i = 0; i < 3; ++i) {
    const auto part = value->find(names[i]);
    if (part == value->end()) return Wrong(names[i], "a term");
    SKG_ASSIGN_OR_RETURN(parts[i], ReadTerm(*part, depth + 1));
  }
  return rdf::Term::Triple(std::move(parts[0]), std::move(parts[1]),
                           std::move(parts[2]));
}

absl::StatusOr<rdf::Term> ReadLiteral(const Json& json) {
  SKG_ASSIGN_OR_RETURN(std::string value, TextOf(json, "value"));
  if (json.contains("xml:lang")) {
    SKG_ASSIGN_OR_RETURN(std::string language, TextOf(json, "xml:lang"));
    rdf::Direction direction = rdf::Direction::kNone;
    if (json.contains("its:dir")) {
      SKG_ASSIGN_OR_RETURN(const std::string text, TextOf(json, "its:dir"));
      if (text != "ltr" && text != "rtl") return Wrong("its:dir", "ltr or rtl");
      direction = text == "ltr" ? rdf::Direction::kLtr : rdf::Direction::kRtl;
    }
    return rdf::Term::LanguageString(std::move(value), std::move(language),
                                     direction);
  }
  if (!json.contains("datatype")) return rdf::Term::Literal(std::move(value));
  SKG_ASSIGN_OR_RETURN(std::string datatype, TextOf(json, "datatype"));
  return rdf::Term::Literal(std::move(value), std::move(datatype));
}

absl::StatusOr<rdf::Term> ReadTerm(const Json& json, size_t depth) {
  if (!json.is_object()) return Wrong("a value", "an object");
  SKG_ASSIGN_OR_RETURN(const std::string type, TextOf(json, "type"));
  if (type == "triple") return ReadTriple(json, depth);
  if (type == "literal" || type == "typed-literal") return ReadLiteral(json);
  SKG_ASSIGN_OR_RETURN(std::string value, TextOf(json, "value"));
  if (type == "uri") return rdf::Term::Iri(std::move(value));
  if (type == "bnode") return rdf::Term::BlankNode(std::move(value));
  return Wrong("type", "uri, bnode, literal or triple");
}

absl::Status ReadRows(const Json& bindings, ResultSet& set) {
  absl::flat_hash_map<std::string, size_t> places;
  for (size_t i = 0; i < set.variables.size(); ++i)
    places.emplace(set.variables[i], i);
  for (const Json& binding : bindings) {
    if (!binding.is_object()) return Wrong("bindings", "a list of objects");
    auto& row = set.rows.emplace_back(set.variables.size());
    for (const auto& [name, value] : binding.items()) {
      const auto place = places.find(name);
      if (place == places.end()) return Wrong(name, "a variable of head.vars");
      SKG_ASSIGN_OR_RETURN(row[place->second], ReadTerm(value, 0));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResultSet> ReadJsonResults(std::string_view text) {
  const Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return Wrong("the document", "a JSON object");
  ResultSet set;
  if (const auto boolean = document.find("boolean");
      boolean != document.end()) {
    if (!boolean->is_boolean()) return Wrong("boolean", "true or false");
    set.boolean = boolean->get<bool>();
    return set;
  }
  const auto head = document.find("head");
  if (head == document.end() || !head->is_object())
    return Wrong("head", "an object");
  if (const auto vars = head->find("vars"); vars != head->end()) {
    if (!vars->is_array()) return Wrong("head.vars", "a list");
    for (const Json& variable : *vars) {
      if (!variable.is_string()) return Wrong("head.vars", "a list of names");
      set.variables.push_back(variable.get<std::string>());
    }
  }
  const auto results = document.find("results");
  if (results == document.end() || !results->is_object() ||
      !results->contains("bindings") || !(*results)["bindings"].is_array()) {
    return Wrong("results.bindings", "a list");
  }
  SKG_RETURN_IF_ERROR(ReadRows((*results)["bindings"], set));
  return set;
}

}  // namespace skg::sparql
