#include "conformance/result_reader.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <span>
#include <utility>

#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using rdf::Quad;
using rdf::Term;

// A result set as triples.
class ResultGraph {
 public:
  explicit ResultGraph(std::vector<Quad> quads) : quads_(std::move(quads)) {}

  [[nodiscard]] std::vector<Term> Objects(const Term* subject,
                                          const std::string& name) const {
    std::vector<Term> objects;
    for (const Quad& quad : quads_) {
      if (quad.predicate.value == kNames + name &&
          (subject == nullptr || quad.subject == *subject)) {
        objects.push_back(quad.object);
      }
    }
    return objects;
  }

 private:
  static constexpr const char* kPrefix =
      "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";
  const std::string kNames = kPrefix;
  std::vector<Quad> quads_;
};

QueryResult ReadResultGraph(const ResultGraph& graph) {
  QueryResult result;
  for (const Term& boolean : graph.Objects(nullptr, "boolean"))
    result.boolean = boolean.value == "true";
  for (const Term& name : graph.Objects(nullptr, "resultVariable"))
    result.variables.push_back(name.value);
  std::vector<std::pair<int, std::map<std::string, Term>>> rows;
  for (const Term& solution : graph.Objects(nullptr, "solution")) {
    auto& [index, row] = rows.emplace_back();
    for (const Term& number : graph.Objects(&solution, "index"))
      index = std::stoi(number.value);
    for (const Term& binding : graph.Objects(&solution, "binding")) {
      const auto names = graph.Objects(&binding, "variable");
      const auto values = graph.Objects(&binding, "value");
      if (names.size() == 1 && values.size() == 1)
        row[names[0].value] = values[0];
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  for (auto& [index, row] : rows) result.rows.push_back(std::move(row));
  return result;
}

// Each row as a blank node, so that rows count as often as they come.
std::vector<Quad> AsQuads(const QueryResult& result, bool ordered) {
  std::vector<Quad> quads;
  for (size_t i = 0; i < result.rows.size(); ++i) {
    // No label that the result itself might have.
    const Term row = Term::BlankNode("row.of.result." + std::to_string(i));
    quads.push_back({row,
                     Term::Iri("urn:row"),
                     Term::Literal(ordered ? std::to_string(i) : ""),
                     {}});
    for (const auto& [name, term] : result.rows[i])
      quads.push_back({row, Term::Iri("urn:variable:" + name), term, {}});
  }
  return quads;
}

// Numbers in one form for each value of each datatype.
QueryResult WithPlainNumbers(QueryResult result) {
  static const std::string kXsd(rdf::iri::kXsd);
  for (auto& row : result.rows) {
    for (auto& [name, term] : row) {
      const bool is_float = term.datatype == kXsd + "float";
      if (!is_float && term.datatype != kXsd + "double" &&
          term.datatype != kXsd + "decimal") {
        continue;
      }
      char* end = nullptr;
      const double value = std::strtod(term.value.c_str(), &end);
      if (end != term.value.c_str() + term.value.size()) continue;
      char text[64];
      std::snprintf(text, sizeof text, is_float ? "%.8g" : "%.15g", value);
      term.value = text;
    }
  }
  return result;
}

std::string Show(const QueryResult& result) {
  std::string text;
  for (const auto& row : result.rows) {
    text += "\n   ";
    for (const auto& [name, term] : row) {
      text += " " + name + "=" + term.value;
      if (!term.datatype.empty())
        text += "^^" + term.datatype.substr(term.datatype.find('#') + 1);
      if (!term.language.empty()) text += "@" + term.language;
    }
  }
  return text;
}

std::string CompareLax(const QueryResult& got, const QueryResult& want) {
  const auto count = [](const QueryResult& result, const auto& row) {
    return std::count(result.rows.begin(), result.rows.end(), row);
  };
  for (const auto& row : want.rows) {
    if (count(got, row) < 1 || count(got, row) > count(want, row))
      return "a solution too often or not at all:" + Show(got);
  }
  for (const auto& row : got.rows) {
    if (count(want, row) == 0) return "an unexpected solution:" + Show(got);
  }
  return "";
}

}  // namespace

size_t& ResultsEqualByValue() {
  static size_t count = 0;
  return count;
}

std::optional<sparql::ResultFormat> FormatOf(
    const std::filesystem::path& path) {
  if (path.extension() == ".srx") return sparql::ResultFormat::kXml;
  if (path.extension() == ".srj") return sparql::ResultFormat::kJson;
  if (path.extension() == ".csv") return sparql::ResultFormat::kCsv;
  if (path.extension() == ".tsv") return sparql::ResultFormat::kTsv;
  return std::nullopt;
}

absl::StatusOr<QueryResult> ReadDocument(sparql::ResultFormat format,
                                         const std::string& text,
                                         const std::string& base_iri) {
  QueryResult result;
  sparql::ResultHandler handler;
  handler.on_variables = [&](const std::vector<std::string>& variables) {
    result.variables = variables;
    return absl::OkStatus();
  };
  handler.on_row = [&](std::span<const std::optional<Term>> values) {
    auto& row = result.rows.emplace_back();
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i]) continue;
      const bool blank = format == sparql::ResultFormat::kCsv &&
                         values[i]->value.starts_with("_:");
      row[result.variables[i]] =
          blank ? Term::BlankNode(values[i]->value.substr(2)) : *values[i];
    }
    return absl::OkStatus();
  };
  handler.on_boolean = [&](bool answer) {
    result.boolean = answer;
    return absl::OkStatus();
  };
  const absl::Status status =
      sparql::ReadResults(format, text, handler, base_iri);
  if (!status.ok()) return status;
  return result;
}

absl::StatusOr<QueryResult> ReadQueryResult(const std::filesystem::path& path,
                                            const std::string& base_iri) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (const auto format = FormatOf(path); format)
    return ReadDocument(*format, *text, base_iri);
  const bool xml = path.extension() == ".rdf";
  if (!xml && path.extension() != ".ttl")
    return absl::UnimplementedError("no reader for " + path.string());
  std::vector<Quad> quads;
  const absl::Status status = rdf::ReadText(
      *text,
      {.syntax = xml ? rdf::Syntax::kRdfXml : rdf::Syntax::kTurtle,
       .base_iri = base_iri},
      [&](const Quad& quad) {
        quads.push_back(quad);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return ReadResultGraph(ResultGraph(std::move(quads)));
}

std::string CompareResults(const QueryResult& got, const QueryResult& want,
                           bool ordered, bool lax) {
  if (got.boolean || want.boolean)
    return got.boolean == want.boolean ? "" : "the other truth value";
  const std::set<std::string> names(got.variables.begin(), got.variables.end());
  if (names !=
      std::set<std::string>(want.variables.begin(), want.variables.end())) {
    return "other variables";
  }
  if (lax) return CompareLax(got, want);
  if (got.rows.size() == want.rows.size()) {
    if (AreIsomorphic(AsQuads(got, ordered), AsQuads(want, ordered))) return "";
    // A number may be written otherwise (the suites' README).
    if (AreIsomorphic(AsQuads(WithPlainNumbers(got), ordered),
                      AsQuads(WithPlainNumbers(want), ordered))) {
      ++ResultsEqualByValue();
      return "";
    }
  }
  return "got" + Show(got) + "\n  instead of" + Show(want);
}

}  // namespace skg::test
