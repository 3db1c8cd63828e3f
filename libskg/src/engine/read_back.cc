#include "engine/read_back.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "engine/statement_decoder.h"
#include "rdf/term.h"
#include "storage/read_view.h"
#include "storage/statement_id.h"

namespace skg::engine {
namespace {

struct Terms {
  rdf::Term subject, predicate, object;
  std::optional<rdf::Term> graph;
};

absl::StatusOr<Statement> ReadStored(const GraphImpl& graph, const Terms& terms,
                                     uint32_t edge) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph.store().Latest());
  storage::StatementKey key;
  key.edge = edge;
  SKG_ASSIGN_OR_RETURN(key.subject, view.Lookup(terms.subject));
  SKG_ASSIGN_OR_RETURN(key.predicate, view.Lookup(terms.predicate));
  SKG_ASSIGN_OR_RETURN(key.object, view.Lookup(terms.object));
  if (terms.graph) {
    SKG_ASSIGN_OR_RETURN(key.graph, view.Lookup(*terms.graph));
  }
  // An unbound id would find anything.
  if (!key.subject.bound() || !key.predicate.bound() || !key.object.bound() ||
      key.graph.bound() != terms.graph.has_value()) {
    return absl::NotFoundError("a term of the statement is gone");
  }
  SKG_ASSIGN_OR_RETURN(const std::optional<storage::StatementRow> row,
                       view.Find(key));
  if (!row) return absl::NotFoundError("the statement was removed again");
  StatementDecoder decoder(view, graph.names(),
                           {.metadata = false, .identity = true});
  std::vector<Statement> statements;
  SKG_RETURN_IF_ERROR(decoder.Decode(std::array{*row}, statements));
  return std::move(statements.front());
}

Statement AsWritten(const GraphImpl& graph, const Terms& terms,
                    const NewStatement& added, const CommitResult& result) {
  Statement written;
  written.id =
      storage::StatementUuid(graph.store().description().uuid, terms.subject,
                             terms.predicate, terms.object,
                             terms.graph ? &*terms.graph : nullptr, added.edge)
          .ToString();
  written.subject = graph.names().ToName(terms.subject);
  written.predicate = graph.names().ToName(terms.predicate);
  written.object = graph.names().ToName(terms.object);
  if (terms.graph) written.graph = graph.names().ToName(*terms.graph);
  written.weight = added.weight;
  written.edge = added.edge;
  written.version = written.created_commit = result.commit;
  written.created_at = written.updated_at = result.time;
  return written;
}

}  // namespace

absl::StatusOr<Statement> ReadBack(const GraphImpl& graph,
                                   CommitBuilder& builder,
                                   const NewStatement& added,
                                   const CommitResult& result) {
  Terms terms;
  SKG_ASSIGN_OR_RETURN(terms.subject, builder.TermOf(added.subject));
  SKG_ASSIGN_OR_RETURN(terms.predicate, builder.TermOf(added.predicate));
  SKG_ASSIGN_OR_RETURN(terms.object, builder.TermOf(added.object));
  if (!added.graph.empty()) {
    SKG_ASSIGN_OR_RETURN(terms.graph, builder.TermOf(added.graph));
  }
  absl::StatusOr<Statement> stored = ReadStored(graph, terms, added.edge);
  if (stored.ok()) return stored;
  return AsWritten(graph, terms, added, result);
}

}  // namespace skg::engine
