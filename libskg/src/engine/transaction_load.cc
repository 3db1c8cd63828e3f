// Transaction::Load: one document among a transaction's changes.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/load_job.h"
#include "engine/statement_input.h"
#include "engine/transaction_impl.h"
#include "rdf/characters.h"

namespace skg::engine {
namespace {

bool IsRdf(Format format) {
  switch (format) {
    case Format::kNTriples:
    case Format::kNQuads:
    case Format::kTurtle:
    case Format::kTriG:
    case Format::kRdfXml:
      return true;
    case Format::kTsv:
    case Format::kCsv:
    case Format::kJson:
      break;
  }
  return false;
}

class TransactionCollector final : public LoadCollector {
 public:
  TransactionCollector(TransactionImpl& transaction, LoadInput& input,
                       rdf::Term graph)
      : transaction_(transaction), input_(input), graph_(std::move(graph)) {}

  [[nodiscard]] absl::Status Add(const rdf::Quad& quad) override {
    placed_ = quad;
    if (quad.in_default_graph()) placed_.graph = graph_;
    SKG_RETURN_IF_ERROR(transaction_.Add(placed_, blank_nodes_));
    input_.CountStatement();
    return absl::OkStatus();
  }
  [[nodiscard]] absl::Status Add(NewStatement& statement,
                                 bool if_absent) override {
    SKG_RETURN_IF_ERROR(transaction_.Add(statement, if_absent));
    input_.CountStatement();
    return absl::OkStatus();
  }
  // Of formats that say at their end what they mean; no RDF syntax does.
  [[nodiscard]] absl::StatusOr<size_t> Mark() override {
    return absl::InternalError("a transaction takes back nothing");
  }
  void MakeIfAbsentSince(size_t) override {}

 private:
  TransactionImpl& transaction_;
  LoadInput& input_;
  const rdf::Term graph_;  // of statements that name none
  const HashedBlankNodes blank_nodes_;
  rdf::Quad placed_;
};

absl::StatusOr<rdf::Term> GraphOf(const rdf::NameSpace& names,
                                  const std::string& graph) {
  if (graph.empty()) return rdf::Term();
  const absl::StatusOr<rdf::Term> term = names.ToTerm(graph);
  const std::string problem = term.ok()
                                  ? std::string(GraphError(term->kind))
                                  : std::string(sv(term.status().message()));
  if (problem.empty()) return term;
  return absl::InvalidArgumentError(absl::StrCat("graph: ", problem));
}

}  // namespace

absl::Status TransactionImpl::Add(const rdf::Quad& quad,
                                  const HashedBlankNodes& blank_nodes) {
  storage::Transaction& transaction = body_->transaction;
  const auto intern = [&](rdf::Term term) -> absl::StatusOr<rdf::TermId> {
    SKG_RETURN_IF_ERROR(graph().store().CheckTermSize(term));
    blank_nodes.Resolve(term);
    return transaction.Intern(term);
  };
  storage::StatementKey key;
  SKG_ASSIGN_OR_RETURN(key.subject, intern(quad.subject));
  SKG_ASSIGN_OR_RETURN(key.predicate, intern(quad.predicate));
  SKG_ASSIGN_OR_RETURN(key.object, intern(quad.object));
  if (!quad.in_default_graph()) {
    SKG_ASSIGN_OR_RETURN(key.graph, intern(quad.graph));
  }
  ++body_->generation;
  return transaction.Add(key, 1.0f, nullptr, /*if_absent=*/true);
}

absl::StatusOr<LoadResult> TransactionImpl::Load(const LoadSource& source,
                                                 const LoadOptions& options) {
  if (!IsRdf(options.format)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a transaction loads RDF syntaxes, not ",
                     av(FormatName(options.format)), "; use Graph::Load"));
  }
  if (!options.base_iri.empty() && !rdf::IsAbsoluteIri(options.base_iri)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "base IRI \"", options.base_iri, "\": must be an absolute IRI"));
  }
  SKG_ASSIGN_OR_RETURN(rdf::Term graph_term,
                       GraphOf(graph().names(), options.graph));
  loaded_ = true;
  LoadResult result;
  LoadInput input(source, options.progress);
  LoadErrors errors(input.name(), options.continue_on_error, result);
  TransactionCollector collector(*this, input, std::move(graph_term));
  LoadJob job{options, graph().names(), input, errors, collector};
  SKG_RETURN_IF_ERROR(LoadRdf(job));
  result.statements = input.statements();
  return result;
}

}  // namespace skg::engine
