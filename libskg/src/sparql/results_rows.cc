#include "sparql/results_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rdf/characters.h"

namespace skg::sparql {

ResultRows::ResultRows(const ResultHandler& handler, std::string_view base_iri)
    : handler_(handler) {
  if (!base_iri.empty()) base_ = rdf::BaseIri(base_iri);
}

bool ResultRows::Accept(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return status_.ok();
}

bool ResultRows::Fail(std::string_view message) {
  const std::string place =
      has_variables_ ? absl::StrCat("row ", rows_ + 1, ": ") : "";
  return Accept(absl::InvalidArgumentError(
      absl::StrCat("SPARQL results: ", place, av(message))));
}

bool ResultRows::FailNesting() {
  return Accept(absl::ResourceExhaustedError(absl::StrCat(
      "SPARQL results: row ", rows_ + 1, ": a triple term is nested more than ",
      kMaxResultNesting, " levels deep, which is the limit")));
}

bool ResultRows::SetVariables(std::vector<std::string> variables) {
  for (size_t i = 0; i < variables.size(); ++i) {
    if (!columns_.try_emplace(variables[i], i).second)
      return Fail(
          absl::StrCat("the variable ", variables[i], " is named twice"));
  }
  row_.resize(variables.size());
  has_variables_ = true;
  return Accept(handler_.on_variables(variables));
}

bool ResultRows::Bind(std::string_view variable, rdf::Term term) {
  const auto column = columns_.find(variable);
  if (column == columns_.end()) {
    return Fail(absl::StrCat("the variable ", av(variable.substr(0, 100)),
                             " is not among those of the head"));
  }
  if (row_[column->second].has_value()) {
    return Fail(absl::StrCat("the variable ", av(variable.substr(0, 100)),
                             " has two values"));
  }
  row_[column->second] = std::move(term);
  return true;
}

bool ResultRows::EndRow() {
  if (!Accept(handler_.on_row(row_))) return false;
  ++rows_;
  for (std::optional<rdf::Term>& term : row_) term.reset();
  return true;
}

bool ResultRows::Boolean(bool answer) {
  return Accept(handler_.on_boolean(answer));
}

bool ResultRows::MakeIri(std::string_view reference, std::string& iri) {
  if (!rdf::HasScheme(reference) && !base_.empty()) {
    base_.Resolve(reference, iri);
  } else {
    iri.assign(reference);
  }
  if (rdf::IsAbsoluteIri(iri)) return true;
  return Fail(
      absl::StrCat("'", av(reference.substr(0, 100)), "' is no absolute IRI"));
}

bool ResultRows::MakeLiteral(TermParts parts, rdf::Term& term) {
  if (!parts.language || parts.language->empty()) {
    std::string datatype;
    if (parts.datatype && !MakeIri(*parts.datatype, datatype)) return false;
    if (datatype == rdf::iri::kRdfLangString ||
        datatype == rdf::iri::kRdfDirLangString) {
      return Fail("a literal of the datatype langString has no language");
    }
    term = rdf::Term::Literal(*std::move(parts.value), std::move(datatype));
    return true;
  }
  if (!rdf::IsLanguageTag(*parts.language)) {
    return Fail(absl::StrCat("'", parts.language->substr(0, 100),
                             "' is no language tag"));
  }
  rdf::Direction direction = rdf::Direction::kNone;
  if (parts.direction) {
    if (*parts.direction != "ltr" && *parts.direction != "rtl")
      return Fail("a base direction is ltr or rtl");
    direction =
        *parts.direction == "ltr" ? rdf::Direction::kLtr : rdf::Direction::kRtl;
  }
  term = rdf::Term::LanguageString(*std::move(parts.value),
                                   *std::move(parts.language), direction);
  return true;
}

bool ResultRows::MakeTerm(TermParts parts, rdf::Term& term) {
  if (parts.type == "triple") {
    if (!parts.subject || !parts.predicate || !parts.object)
      return Fail("a triple needs a subject, a predicate and an object");
    term = rdf::Term::Triple(*std::move(parts.subject),
                             *std::move(parts.predicate),
                             *std::move(parts.object));
    return true;
  }
  if (!parts.value) return Fail("a term has no value");
  if (parts.type == "uri") {
    rdf::Term iri;
    if (!MakeIri(*parts.value, iri.value)) return false;
    term = std::move(iri);
    return true;
  }
  if (parts.type == "bnode") {
    term = rdf::Term::BlankNode(*std::move(parts.value));
    return true;
  }
  if (parts.type == "literal" || parts.type == "typed-literal")
    return MakeLiteral(std::move(parts), term);
  return Fail(absl::StrCat("'", parts.type.substr(0, 100),
                           "' is no type of terms; known are uri, bnode, "
                           "literal and triple"));
}

absl::Status ReadResults(ResultFormat format, std::string_view text,
                         const ResultHandler& handler,
                         std::string_view base_iri) {
  ResultRows rows(handler, base_iri);
  switch (format) {
    case ResultFormat::kJson:
      ReadJsonResults(text, rows);
      break;
    case ResultFormat::kXml:
      ReadXmlResults(text, rows);
      break;
    case ResultFormat::kCsv:
      ReadCsvResults(text, rows);
      break;
    case ResultFormat::kTsv:
      ReadTsvResults(text, rows);
      break;
  }
  return rows.status();
}

}  // namespace skg::sparql
