#include "conformance/query_case.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/result_reader.h"
#include "query/exec/run.h"
#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "sparql/parser.h"
#include "sparql/results.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using rdf::Quad;
using rdf::Term;

absl::StatusOr<rdf::Syntax> SyntaxOf(const std::string& file) {
  if (file.ends_with(".ttl")) return rdf::Syntax::kTurtle;
  if (file.ends_with(".trig")) return rdf::Syntax::kTriG;
  if (file.ends_with(".nt")) return rdf::Syntax::kNTriples;
  if (file.ends_with(".rdf")) return rdf::Syntax::kRdfXml;
  return absl::UnimplementedError("no reader for " + file);
}

absl::StatusOr<std::vector<Quad>> ReadGraph(const std::filesystem::path& path,
                                            const std::string& base_iri) {
  const auto syntax = SyntaxOf(path.string());
  if (!syntax.ok()) return syntax.status();
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  std::vector<Quad> quads;
  const absl::Status status = rdf::ReadText(
      *text, {.syntax = *syntax, .base_iri = base_iri}, [&](const Quad& quad) {
        quads.push_back(quad);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return quads;
}

// Its blank nodes, also those inside triple terms, as those of one document.
Term OfDocument(Term term, const std::string& document) {
  if (term.kind == rdf::TermKind::kBlankNode) {
    term.value = document + term.value;
  } else if (term.kind == rdf::TermKind::kTripleTerm) {
    return Term::Triple(OfDocument(term.triple->subject, document),
                        OfDocument(term.triple->predicate, document),
                        OfDocument(term.triple->object, document));
  }
  return term;
}

// A store for one case.
class CaseStore {
 public:
  absl::Status Open() {
    auto store = storage::Store::Open(storage::MakeMemoryKv(), {});
    if (!store.ok()) return store.status();
    store_ = *std::move(store);
    const storage::Store::CreateOptions create;
    auto graph = store_->OpenGraph("public", "main", &create);
    if (!graph.ok()) return graph.status();
    graph_.emplace(*std::move(graph));
    return absl::OkStatus();
  }

  // The files' blank nodes are apart from each other. No name: the graphs that
  // the quads name.
  absl::Status Add(const std::vector<Quad>& quads, const std::string& name) {
    if (quads.empty()) return absl::OkStatus();
    const std::string document = "d" + std::to_string(++documents_) + "x";
    storage::CommitRequest request;
    for (const Quad& quad : quads) {
      storage::WriteOperation operation;
      if (!name.empty())
        operation.key.graph = Id(Term::Iri(name), document, request);
      else if (!quad.in_default_graph())
        operation.key.graph = Id(quad.graph, document, request);
      operation.key.subject = Id(quad.subject, document, request);
      operation.key.predicate = Id(quad.predicate, document, request);
      operation.key.object = Id(quad.object, document, request);
      request.operations.push_back(operation);
    }
    return graph_->Commit(request).status();
  }

  [[nodiscard]] absl::StatusOr<storage::ReadView> View() const {
    return graph_->Latest();
  }

 private:
  rdf::TermId Id(Term term, const std::string& document,
                 storage::CommitRequest& request) {
    term = OfDocument(std::move(term), document);
    const auto known = graph_->Lookup(term);
    REQUIRE_OK(known);
    if (known->bound()) return *known;
    for (size_t i = 0; i < request.new_terms.size(); ++i) {
      if (request.new_terms[i] == term)
        return rdf::TermId::Make(rdf::TermTag::kArena, i);
    }
    request.new_terms.push_back(term);
    return rdf::TermId::Make(rdf::TermTag::kArena,
                             request.new_terms.size() - 1);
  }

  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
  int documents_ = 0;
};

absl::Status Load(const std::filesystem::path& folder,
                  const nlohmann::json& test_case, CaseStore& store) {
  const std::string base = test_case.at("base");
  const auto add = [&](const std::string& file,
                       const std::string& name) -> absl::Status {
    const auto quads = ReadGraph(folder / file, base + file);
    if (!quads.ok()) return quads.status();
    return store.Add(*quads, name);
  };
  for (const std::string file :
       test_case.value("data", nlohmann::json::array())) {
    if (const absl::Status status = add(file, ""); !status.ok()) return status;
  }
  for (const char* const member : {"graphData", "from"}) {
    for (const auto& graph : test_case.value(member, nlohmann::json::array())) {
      const absl::Status status = add(graph.at("file"), graph.at("name"));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<QueryResult> Solve(const query::Query& query,
                                  const storage::ReadView& view,
                                  const query::QueryOptions& options) {
  QueryResult result;
  if (query.form == query::Query::Form::kAsk) {
    const auto truth = query::RunAsk(query, view, options);
    if (!truth.ok()) return truth.status();
    result.boolean = *truth;
    return result;
  }
  const auto solutions = query::RunSelect(query, view, options);
  if (!solutions.ok()) return solutions.status();
  result.variables = (*solutions)->variables();
  query::Batch batch;
  std::vector<std::vector<std::optional<Term>>> rows;
  for (;;) {
    const auto more = (*solutions)->Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) return result;
    const absl::Status decoded = (*solutions)->Decode(batch, &rows);
    if (!decoded.ok()) return decoded;
    for (const auto& row : rows) {
      auto& solution = result.rows.emplace_back();
      for (size_t c = 0; c < row.size(); ++c) {
        if (row[c]) solution[result.variables[c]] = *row[c];
      }
    }
  }
}

// What is read from the answer once it is written in the format of `file`, if
// that is one of query results.
absl::StatusOr<QueryResult> ThroughFormat(const QueryResult& result,
                                          const std::filesystem::path& file) {
  const auto format = FormatOf(file);
  if (!format) return result;
  std::string text;
  const auto sink = [&](std::string_view bytes) {
    text.append(bytes);
    return absl::OkStatus();
  };
  if (result.boolean) {
    const absl::Status status =
        sparql::WriteBoolean(*format, *result.boolean, sink);
    if (!status.ok()) return status;
    return ReadDocument(*format, text);
  }
  const auto writer = sparql::MakeResultWriter(*format, sink, result.variables);
  for (const auto& solution : result.rows) {
    std::vector<const Term*> row;
    for (const std::string& name : result.variables) {
      const auto found = solution.find(name);
      row.push_back(found == solution.end() ? nullptr : &found->second);
    }
    const absl::Status status = writer->Write(row);
    if (!status.ok()) return status;
  }
  const absl::Status status = writer->Finish();
  if (!status.ok()) return status;
  return ReadDocument(*format, text);
}

std::string RunGraphCase(const query::Query& query,
                         const storage::ReadView& view,
                         const query::QueryOptions& options,
                         const std::filesystem::path& file,
                         const std::string& base_iri) {
  const auto answer = query::RunGraph(query, view, options);
  if (!answer.ok()) return answer.status().ToString();
  std::vector<Quad> got;
  std::vector<rdf::TripleTerm> triples;
  for (;;) {
    const auto more = (*answer)->Next(&triples);
    if (!more.ok()) return more.status().ToString();
    if (!*more) break;
    for (const rdf::TripleTerm& t : triples)
      got.push_back({t.subject, t.predicate, t.object, {}});
  }
  const auto want = ReadGraph(file, base_iri);
  if (!want.ok()) return want.status().ToString();
  return AreIsomorphic(got, *want) ? "" : "another graph";
}

std::string RunEvaluation(const std::filesystem::path& folder,
                          const nlohmann::json& test_case,
                          const query::Query& query,
                          const std::string& base_iri) {
  CaseStore store;
  if (const absl::Status status = store.Open(); !status.ok())
    return status.ToString();
  if (const absl::Status status = Load(folder, test_case, store); !status.ok())
    return status.ToString();
  const auto view = store.View();
  if (!view.ok()) return view.status().ToString();
  const Cancellation deadline(absl::Now() + absl::Seconds(30));
  query::QueryOptions options;
  options.cancellation = &deadline;
  options.base_iri = base_iri;
  const std::string file = test_case.at("result");
  const std::string result_base =
      test_case.at("base").get<std::string>() + file;
  if (test_case.at("resultKind") == "graph")
    return RunGraphCase(query, *view, options, folder / file, result_base);
  auto got = Solve(query, *view, options);
  if (got.ok()) got = ThroughFormat(*got, folder / file);
  if (!got.ok()) return got.status().ToString();
  const auto want = ReadQueryResult(folder / file, result_base);
  if (!want.ok()) return want.status().ToString();
  return CompareResults(*got, *want, test_case.value("ordered", false),
                        test_case.value("resultCardinality", "") == "lax");
}

}  // namespace

std::string RunQueryCase(const std::filesystem::path& folder,
                         const nlohmann::json& test_case) {
  const std::string type = test_case.at("type");
  const std::string file = test_case.at("query");
  const std::string base = test_case.at("base").get<std::string>() + file;
  const auto text = ReadFile(folder / file);
  if (!text.ok()) return text.status().ToString();
  const auto query = sparql::ParseQuery(*text, {.base_iri = base});
  if (type.starts_with("NegativeSyntaxTest"))
    return query.ok() ? "is accepted" : "";
  if (!query.ok()) return query.status().ToString();
  if (type.starts_with("PositiveSyntaxTest")) return "";
  if (type != "QueryEvaluationTest" && type != "CSVResultFormatTest")
    return "unknown type " + type;
  return RunEvaluation(folder, test_case, *query, base);
}

}  // namespace skg::test
