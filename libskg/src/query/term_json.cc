#include "query/term_json.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "query/json_text.h"
#include "rdf/name.h"

namespace skg::query {
namespace {

constexpr std::string_view kXsdPrefix = "xsd:";

const absl::StatusOr<rdf::NameSpace>& DefaultNames() {
  static const auto* const names =
      new absl::StatusOr<rdf::NameSpace>(rdf::NameSpace::Make("urn:skg:"));
  return *names;
}

std::optional<std::string> ReadDatatype(const std::string& type) {
  std::string iri = type;
  if (type.starts_with(kXsdPrefix)) {
    iri = absl::StrCat(av(rdf::iri::kXsd), type.substr(kXsdPrefix.size()));
  }
  const std::string text =
      iri.starts_with('<') ? iri : absl::StrCat("<", iri, ">");
  const auto term = rdf::FromNTriples(text);
  if (!term.ok() || term->kind != rdf::TermKind::kIri) return std::nullopt;
  return term->value;
}

rdf::Term LanguageString(std::string value, std::string_view lang) {
  rdf::Direction direction = rdf::Direction::kNone;
  if (lang.ends_with("--ltr")) direction = rdf::Direction::kLtr;
  if (lang.ends_with("--rtl")) direction = rdf::Direction::kRtl;
  if (direction != rdf::Direction::kNone) lang.remove_suffix(5);
  return rdf::Term::LanguageString(std::move(value), std::string(lang),
                                   direction);
}

}  // namespace

bool IsTermForm(std::string_view text) {
  return text.starts_with('<') || text.starts_with('"') ||
         text.starts_with("_:") || text.starts_with('\\');
}

absl::StatusOr<rdf::Term> ParseTermText(std::string_view text) {
  const auto& names = DefaultNames();
  if (!names.ok()) return names.status();
  return names->ToTerm(text);
}

std::optional<std::string> ReadLiteral(const JsonObject& object,
                                       const FieldPath& path,
                                       uint32_t max_length,
                                       ErrorCollector& errors) {
  FieldReader reader(object, path, errors);
  reader.RefuseUnknown({"value", "type", "lang"});
  const std::string* value = reader.String("value");
  const std::string* type = reader.String("type");
  const std::string* lang = reader.String("lang");
  if (value == nullptr) {
    if (reader.Find("value") == nullptr) {
      reader.Refuse("value", "missing", "is missing: the literal's text");
    }
    return std::nullopt;
  }
  if (CodePoints(*value) > max_length) {
    reader.Refuse("value", "too_long",
                  absl::StrCat("has more than ", max_length, " characters"));
    return std::nullopt;
  }
  if (type != nullptr && lang != nullptr) {
    reader.Refuse("lang", "not_allowed",
                  "stands beside type; a literal has one of the two");
    return std::nullopt;
  }
  rdf::Term term;
  if (lang != nullptr) {
    term = LanguageString(*value, *lang);
    const auto again = rdf::FromNTriples(rdf::ToNTriples(term));
    if (lang->empty() || term.language.empty() || !again.ok() ||
        !(*again == term)) {
      reader.Refuse(
          "lang", "malformed",
          absl::StrCat("must be a language tag such as de or de-AT, not \"",
                       Shorten(*lang), "\""));
      return std::nullopt;
    }
  } else {
    const auto datatype = ReadDatatype(type == nullptr ? "xsd:string" : *type);
    if (!datatype.has_value()) {
      reader.Refuse("type", "malformed",
                    absl::StrCat("must be an absolute IRI or xsd:NAME, not \"",
                                 Shorten(*type), "\""));
      return std::nullopt;
    }
    if (*datatype == rdf::iri::kRdfLangString ||
        *datatype == rdf::iri::kRdfDirLangString) {
      reader.Refuse("type", "not_allowed",
                    "is that of a text with language; give lang instead");
      return std::nullopt;
    }
    term = rdf::Term::Literal(*value, *datatype);
  }
  return rdf::ToNTriples(term);
}

void AppendTypedTerm(std::string_view text, std::string& out) {
  if (!text.starts_with('"')) return AppendJsonString(text, out);
  const auto term = rdf::FromNTriples(text);
  if (!term.ok() || term->kind != rdf::TermKind::kLiteral)
    return AppendJsonString(text, out);
  out += "{\"value\":";
  AppendJsonString(term->value, out);
  if (!term->language.empty()) {
    out += ",\"lang\":";
    std::string lang = term->language;
    if (term->direction != rdf::Direction::kNone) {
      lang += term->direction == rdf::Direction::kLtr ? "--ltr" : "--rtl";
    }
    AppendJsonString(lang, out);
  } else {
    out += ",\"type\":";
    const std::string_view type = term->datatype.empty()
                                      ? rdf::iri::kXsdString
                                      : std::string_view(term->datatype);
    // An IRI of the scheme xsd: must not read back as the abbreviation.
    AppendJsonString(type.starts_with(kXsdPrefix)
                         ? "<" + std::string(type) + ">"
                         : std::string(type),
                     out);
  }
  out += '}';
}

}  // namespace skg::query
