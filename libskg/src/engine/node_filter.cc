#include "engine/node_filter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/patterns/pattern_query.h"
#include "rdf/term.h"
#include "skg/column_batch.h"
#include "skg/field_error.h"
#include "skg/pattern_query.h"
#include "skg/query.h"

namespace skg::engine {

using rdf::TermId;

namespace {

// Nodes as they come, in memory that is counted.
class NodeSet {
 public:
  explicit NodeSet(MemoryBudget& memory) : memory_(memory) {}

  absl::Status Add(TermId node) {
    if (nodes_.size() == nodes_.capacity()) SKG_RETURN_IF_ERROR(Grow());
    nodes_.push_back(node);
    return absl::OkStatus();
  }
  std::vector<TermId> Take() {
    std::sort(nodes_.begin(), nodes_.end());
    nodes_.erase(std::unique(nodes_.begin(), nodes_.end()), nodes_.end());
    return std::move(nodes_);
  }

 private:
  absl::Status Grow() {
    constexpr size_t kFirst = 1024;
    const size_t nodes = std::max(kFirst, nodes_.capacity() * 2);
    if (reservation_.bytes() == 0) {
      SKG_ASSIGN_OR_RETURN(
          reservation_,
          memory_.Reserve("search filter", nodes * sizeof(TermId)));
    } else {
      SKG_RETURN_IF_ERROR(reservation_.Resize(nodes * sizeof(TermId)));
    }
    nodes_.reserve(nodes);
    return absl::OkStatus();
  }

  MemoryBudget& memory_;
  MemoryReservation reservation_;
  std::vector<TermId> nodes_;
};

absl::StatusOr<std::vector<TermId>> NodesOfTypes(
    const ViewImpl& view, const std::vector<std::string>& types,
    const Cancellation& cancellation) {
  NodeSet nodes(view.graph().engine().memory());
  SKG_ASSIGN_OR_RETURN(
      const TermId predicate,
      view.view().Lookup(rdf::Term::Iri(std::string(rdf::iri::kRdfType))));
  for (size_t i = 0; i < types.size(); ++i) {
    const absl::StatusOr<rdf::Term> term = view.names().ToTerm(types[i]);
    if (!term.ok()) {
      return FieldErrorStatus({{{"node_types", absl::StrCat(i)},
                                std::string(sv(term.status().message())),
                                "malformed"}});
    }
    SKG_ASSIGN_OR_RETURN(const TermId type, view.view().Lookup(*term));
    if (!type.bound() || !predicate.bound()) continue;
    storage::ScanPattern pattern;
    pattern.predicate = predicate;
    pattern.object = type;
    storage::ScanOptions options;
    options.cancellation = &cancellation;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view.view().Scan(pattern, options));
    storage::StatementBatch batch;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
      if (!more) break;
      for (const TermId subject : batch.subject)
        SKG_RETURN_IF_ERROR(nodes.Add(subject));
    }
  }
  return nodes.Take();
}

absl::StatusOr<std::vector<TermId>> NodesOfQuery(const ReadView& view,
                                                 const ViewImpl& impl,
                                                 const NodeFilter& filter) {
  QueryOptions options;
  options.deadline = filter.deadline;
  SKG_ASSIGN_OR_RETURN(QueryResult result, view.Query(filter.query, options));
  if (result.form() != QueryResult::Form::kSolutions ||
      result.variables().empty()) {
    return FieldErrorStatus({{{"filter"},
                              "must be a SELECT with a variable: what it binds "
                              "are the nodes that may be found",
                              "not_allowed"}});
  }
  NodeSet nodes(impl.graph().engine().memory());
  ColumnBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, result.NextBatch(batch));
    if (!more) break;
    for (const uint64_t bits : batch.column(0).ids) {
      const TermId id{bits};
      // A term that the query has made has no entry in any index.
      if (id.bound() && !id.in_arena()) SKG_RETURN_IF_ERROR(nodes.Add(id));
    }
  }
  return nodes.Take();
}

absl::StatusOr<std::vector<TermId>> NodesOfPatterns(const ViewImpl& view,
                                                    const NodeFilter& filter) {
  PatternQueryOptions options;
  options.allow_traversal = false;
  options.include_identity = false;
  options.deadline = filter.deadline;
  SKG_ASSIGN_OR_RETURN(query::PatternQuery query,
                       query::ParsePatternQuery(filter.patterns, options));
  if (query.as_of) {
    return FieldErrorStatus({{{"as_of"},
                              "a filter is of the state that is searched",
                              "not_allowed"}});
  }
  // Who may be found does not depend on how many there are.
  query.offset = 0;
  query.limit = UINT64_MAX;
  SKG_ASSIGN_OR_RETURN(
      const PatternResult result,
      query::RunPatternQuery(view.view(), view.names(), query, options,
                             {.memory = &view.graph().engine().memory()}));
  NodeSet nodes(view.graph().engine().memory());
  for (const Statement& statement : result.statements) {
    for (const std::string* name : {&statement.subject, &statement.object}) {
      SKG_ASSIGN_OR_RETURN(const rdf::Term term, view.names().ToTerm(*name));
      SKG_ASSIGN_OR_RETURN(const TermId id, view.view().Lookup(term));
      if (id.bound()) SKG_RETURN_IF_ERROR(nodes.Add(id));
    }
  }
  return nodes.Take();
}

// Those of both; unset: all.
void Intersect(std::optional<std::vector<TermId>>& nodes,
               std::vector<TermId> chosen) {
  if (!nodes) {
    nodes = std::move(chosen);
    return;
  }
  std::vector<TermId> both;
  std::set_intersection(nodes->begin(), nodes->end(), chosen.begin(),
                        chosen.end(), std::back_inserter(both));
  nodes = std::move(both);
}

}  // namespace

absl::StatusOr<std::optional<std::vector<TermId>>> NodesAllowed(
    const ReadView& view, const ViewImpl& impl, const NodeFilter& filter) {
  std::optional<std::vector<TermId>> nodes;
  if (!filter.types.empty()) {
    const Cancellation cancellation(filter.deadline);
    SKG_ASSIGN_OR_RETURN(std::vector<TermId> chosen,
                         NodesOfTypes(impl, filter.types, cancellation));
    Intersect(nodes, std::move(chosen));
  }
  if (!filter.query.empty()) {
    SKG_ASSIGN_OR_RETURN(std::vector<TermId> chosen,
                         NodesOfQuery(view, impl, filter));
    Intersect(nodes, std::move(chosen));
  }
  if (!filter.patterns.empty()) {
    SKG_ASSIGN_OR_RETURN(std::vector<TermId> chosen,
                         NodesOfPatterns(impl, filter));
    Intersect(nodes, std::move(chosen));
  }
  return nodes;
}

}  // namespace skg::engine
