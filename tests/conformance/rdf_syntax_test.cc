// The W3C suites of N-Triples, N-Quads, Turtle, TriG and RDF/XML, 1.1 and 1.2.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "conformance/suite.h"
#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "rdf/writer.h"
#include "support/test_support.h"

namespace skg {
namespace {

using rdf::Quad;
using rdf::Syntax;

absl::StatusOr<std::vector<Quad>> ReadAll(const std::filesystem::path& path,
                                          Syntax syntax,
                                          const std::string& base) {
  auto text = test::ReadFile(path);
  if (!text.ok()) return text.status();
  std::vector<Quad> quads;
  const absl::Status status =
      rdf::ReadText(*text,
                    {.syntax = syntax,
                     .source_name = path.filename().string(),
                     .base_iri = base},
                    [&](const Quad& quad) {
                      quads.push_back(quad);
                      return absl::OkStatus();
                    });
  if (!status.ok()) return status;
  return quads;
}

std::string Canonical(const std::vector<Quad>& quads, Syntax syntax) {
  std::string out;
  auto writer = rdf::MakeWriter(
      [&](std::string_view bytes) {
        out.append(bytes);
        return absl::OkStatus();
      },
      {.syntax = syntax});
  for (const Quad& quad : quads) {
    if (!writer->Write(quad).ok()) return "(cannot be written)";
  }
  return writer->Finish().ok() ? out : "(cannot be written)";
}

// Runs cases whose action is in `syntax` and whose result is in
// `result_syntax`.
test::RunCase Runner(Syntax syntax, Syntax result_syntax) {
  return [=](const std::filesystem::path& folder,
             const nlohmann::json& test_case) -> std::string {
    const std::string type = test_case.at("type");
    const std::string action = test_case.at("action");
    const std::string base = test_case.at("base").get<std::string>() + action;
    const bool lines = syntax == Syntax::kNTriples || syntax == Syntax::kNQuads;
    const auto got = ReadAll(folder / action, syntax, lines ? "" : base);
    if (type.ends_with("NegativeSyntax")) return got.ok() ? "is accepted" : "";
    if (!got.ok()) return got.status().ToString();
    if (type.ends_with("PositiveSyntax")) return "";
    const std::filesystem::path result =
        folder / test_case.at("result").get<std::string>();
    if (type.ends_with("PositiveC14N")) {
      const auto want = test::ReadFile(result);
      if (!want.ok()) return want.status().ToString();
      const std::string text = Canonical(*got, syntax);
      return text == *want ? "" : "writes " + text + "instead of " + *want;
    }
    if (!type.ends_with("Eval")) return "unknown type " + type;
    const auto want = ReadAll(result, result_syntax, "");
    if (!want.ok()) return want.status().ToString();
    return test::AreIsomorphic(*got, *want)
               ? ""
               : "reads something else than " + result.string();
  };
}

struct Case {
  const char* suite;
  Syntax syntax, result_syntax;
};
constexpr Case kSuites[] = {
    {"rdf11-ntriples", Syntax::kNTriples, Syntax::kNTriples},
    {"rdf11-nquads", Syntax::kNQuads, Syntax::kNQuads},
    {"rdf11-turtle", Syntax::kTurtle, Syntax::kNTriples},
    {"rdf11-trig", Syntax::kTriG, Syntax::kNQuads},
    {"rdf11-xml", Syntax::kRdfXml, Syntax::kNTriples},
    {"rdf12-ntriples", Syntax::kNTriples, Syntax::kNTriples},
    {"rdf12-nquads", Syntax::kNQuads, Syntax::kNQuads},
    {"rdf12-turtle", Syntax::kTurtle, Syntax::kNTriples},
    {"rdf12-trig", Syntax::kTriG, Syntax::kNQuads},
    {"rdf12-xml", Syntax::kRdfXml, Syntax::kNTriples},
};

}  // namespace

TEST_CASE("the suites of the RDF syntaxes pass", "[conformance]") {
  for (const Case& c : kSuites) {
    test::RunSuite(c.suite, Runner(c.syntax, c.result_syntax));
  }
}

}  // namespace skg
