#include "conformance/update_case.h"

#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "rdf/writer.h"
#include "skg/engine.h"
#include "sparql/parser.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using rdf::Quad;
using rdf::Term;

// Blank nodes of different documents are different.
Term InDocument(const Term& term, size_t document) {
  if (term.kind == rdf::TermKind::kBlankNode)
    return Term::BlankNode(absl::StrCat("d", document, "x", term.value));
  if (term.kind != rdf::TermKind::kTripleTerm) return term;
  return Term::Triple(InDocument(term.triple->subject, document),
                      term.triple->predicate,
                      InDocument(term.triple->object, document));
}

// The dataset that the fields `data` and `graphData` of a case, or those of its
// result, describe.
class DatasetReader {
 public:
  DatasetReader(std::filesystem::path folder, std::string base)
      : folder_(std::move(folder)), base_(std::move(base)) {}

  absl::Status Read(const nlohmann::json& files, const nlohmann::json& graphs) {
    for (const nlohmann::json& file : files) {
      const absl::Status status = Add(file, "");
      if (!status.ok()) return status;
    }
    for (const nlohmann::json& graph : graphs) {
      const absl::Status status = Add(graph.at("file"), graph.at("name"));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  const std::vector<Quad>& quads() const { return quads_; }

 private:
  absl::Status Add(const std::string& file, const std::string& graph) {
    const auto text = ReadFile(folder_ / file);
    if (!text.ok()) return text.status();
    ++documents_;
    rdf::ReaderOptions options;
    options.syntax =
        file.ends_with(".trig") ? rdf::Syntax::kTriG : rdf::Syntax::kTurtle;
    options.source_name = file;
    options.base_iri = base_ + file;
    return rdf::ReadText(*text, options, [&](const Quad& quad) {
      Quad& added = quads_.emplace_back(quad);
      if (!graph.empty()) added.graph = Term::Iri(graph);
      for (Term* term : {&added.subject, &added.object, &added.graph})
        *term = InDocument(*term, documents_);
      return absl::OkStatus();
    });
  }

  const std::filesystem::path folder_;
  const std::string base_;
  size_t documents_ = 0;
  std::vector<Quad> quads_;
};

absl::Status Fill(Graph& graph, const std::vector<Quad>& quads) {
  std::string text;
  const auto writer = rdf::MakeWriter(
      [&](std::string_view bytes) {
        text.append(bytes);
        return absl::OkStatus();
      },
      {.syntax = rdf::Syntax::kNQuads});
  for (const Quad& quad : quads) {
    const absl::Status status = writer->Write(quad);
    if (!status.ok()) return status;
  }
  if (const absl::Status status = writer->Finish(); !status.ok()) return status;
  size_t at = 0;
  LoadSource source;
  source.read = [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
    const size_t bytes = std::min(size, text.size() - at);
    std::memcpy(buffer, text.data() + at, bytes);
    at += bytes;
    return bytes;
  };
  LoadOptions options;
  options.format = Format::kNQuads;
  return graph.Load(source, options).status();
}

absl::StatusOr<std::vector<Quad>> Contents(const Graph& graph) {
  std::string text;
  ExportSink sink;
  sink.write = [&](std::string_view bytes) {
    text.append(bytes);
    return absl::OkStatus();
  };
  ExportOptions options;
  options.format = Format::kNQuads;
  const auto exported = graph.Export(sink, options);
  if (!exported.ok()) return exported.status();
  std::vector<Quad> quads;
  rdf::ReaderOptions reading;
  reading.syntax = rdf::Syntax::kNQuads;
  const absl::Status status =
      rdf::ReadText(text, reading, [&](const Quad& quad) {
        quads.push_back(quad);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return quads;
}

absl::StatusOr<Graph> NewGraph(Engine& engine) {
  static std::atomic<int> number = 0;
  OpenGraphOptions options;
  options.create = true;
  return engine.OpenGraph(absl::StrCat("case-", ++number), options);
}

std::string Evaluate(Engine& engine, const std::filesystem::path& folder,
                     const nlohmann::json& test_case, const std::string& text) {
  const auto none = nlohmann::json::array();
  const std::string base = test_case.at("base");
  DatasetReader before(folder, base), after(folder, base);
  absl::Status status = before.Read(test_case.value("data", none),
                                    test_case.value("graphData", none));
  if (status.ok()) {
    status = after.Read(test_case.value("resultData", none),
                        test_case.value("resultGraphData", none));
  }
  if (!status.ok()) return status.ToString();
  auto graph = NewGraph(engine);
  if (!graph.ok()) return graph.status().ToString();
  status = Fill(*graph, before.quads());
  if (!status.ok()) return status.ToString();

  UpdateOptions options;
  options.base_iri = base + test_case.at("update").get<std::string>();
  const auto result = graph->Update(text, options);
  if (!result.ok()) return result.status().ToString();
  const auto contents = Contents(*graph);
  if (!contents.ok()) return contents.status().ToString();
  return AreIsomorphic(*contents, after.quads())
             ? ""
             : "leaves something else than it should";
}

}  // namespace

std::string RunUpdateCase(Engine& engine, const std::filesystem::path& folder,
                          const nlohmann::json& test_case) {
  // Negative cases name theirs as a query.
  const std::string file =
      test_case.at(test_case.contains("update") ? "update" : "query");
  const auto text = ReadFile(folder / file);
  if (!text.ok()) return text.status().ToString();
  const std::string type = test_case.at("type");
  if (type == "UpdateEvaluationTest")
    return Evaluate(engine, folder, test_case, *text);
  sparql::ParseOptions options;
  options.base_iri = test_case.at("base").get<std::string>() + file;
  const absl::Status status = sparql::ParseUpdate(*text, options).status();
  if (type.starts_with("Positive")) return status.ok() ? "" : status.ToString();
  if (!type.starts_with("Negative")) return "unknown type " + type;
  return status.code() == absl::StatusCode::kInvalidArgument
             ? ""
             : "is not rejected: " + status.ToString();
}

}  // namespace skg::test
