#include "engine/parameters.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/inline_value.h"
#include "rdf/name.h"
#include "rdf/term.h"
#include "skg/field_error.h"

namespace skg {
namespace engine {
namespace {

FieldError ErrorOf(const std::string& name, std::string message,
                   std::string type) {
  return {{"parameters", name}, std::move(message), std::move(type)};
}

FieldError Unknown(const std::string& name) {
  const bool marked = name.starts_with('?') || name.starts_with('$');
  return ErrorOf(
      name,
      marked ? "the name of a parameter is that of its variable without ? or $"
             : absl::StrCat("there is no variable ?", name, " in the text"),
      "unknown_field");
}

}  // namespace

absl::StatusOr<query::VariableValues> ResolveParameters(
    const ParameterValues& given, const query::VariableTable& variables,
    const rdf::NameSpace& names) {
  query::VariableValues values;
  std::vector<FieldError> errors;
  for (const auto& [name, text] : given) {
    const auto found =
        std::find(variables.names.begin(), variables.names.end(), name);
    if (found == variables.names.end() || name.starts_with('.')) {
      errors.push_back(Unknown(name));
      continue;
    }
    absl::StatusOr<rdf::Term> term = names.ToTerm(text);
    if (!term.ok()) {
      errors.push_back(
          ErrorOf(name, std::string(sv(term.status().message())), "malformed"));
      continue;
    }
    values.emplace_back(
        static_cast<query::Variable>(found - variables.names.begin()),
        *std::move(term));
  }
  if (!errors.empty()) return FieldErrorStatus(errors);
  return values;
}

}  // namespace engine

std::string StringLiteral(std::string_view text) {
  return rdf::ToNTriples(rdf::Term::Literal(std::string(text)));
}
std::string LanguageLiteral(std::string_view text, std::string_view tag) {
  return rdf::ToNTriples(
      rdf::Term::LanguageString(std::string(text), std::string(tag)));
}
std::string TypedLiteral(std::string_view text, std::string_view datatype) {
  return rdf::ToNTriples(
      rdf::Term::Literal(std::string(text), std::string(datatype)));
}
std::string IntegerLiteral(int64_t value) {
  return TypedLiteral(std::to_string(value), rdf::iri::kXsdInteger);
}
std::string DoubleLiteral(double value) {
  std::string text;
  rdf::AppendCanonical(value, text);
  return TypedLiteral(text, rdf::iri::kXsdDouble);
}
std::string BooleanLiteral(bool value) {
  return TypedLiteral(value ? "true" : "false", rdf::iri::kXsdBoolean);
}

}  // namespace skg
