// PathSearch: which nodes a property path leads to, in one graph.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/algebra.h"
#include "query/exec/context.h"
#include "query/exec/edge_table.h"
#include "query/plan/plan_node.h"

namespace skg::query::exec {

using NodeSet = absl::flat_hash_set<rdf::TermId>;

// Not thread-safe. Links that are asked for often are read once and kept.
// Errors of all methods: kResourceExhausted, kDeadlineExceeded, kCancelled,
// kDataLoss.
class PathSearch {
 public:
  // `graph` has no parameters and no variables. `counters` may be null.
  PathSearch(Context& context, plan::ActiveGraph graph,
             storage::ReadCounters* counters);

  // Appends the nodes that one walk along `path` leads to from `node` (against
  // its direction unless `forward`), perhaps some of them more than once.
  [[nodiscard]] absl::Status Walk(const PropertyPath& path, rdf::TermId node,
                                  bool forward, std::vector<rdf::TermId>* to);
  // All nodes of walks along kZeroOrMore, kOneOrMore or kZeroOrOne, each once;
  // with `target`, it may stop once that was found. A node need not be in the
  // graph to be reached from itself by a walk of no step.
  [[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> Reach(
      const PropertyPath& path, rdf::TermId node, bool forward,
      std::optional<rdf::TermId> target = std::nullopt);

  // Nodes that a walk along `path` may begin at; those that it does begin at
  // are among them.
  [[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> Starts(
      const PropertyPath& path);
  // Whether it is the subject or object of a triple.
  [[nodiscard]] absl::StatusOr<bool> IsNode(rdf::TermId node);

  [[nodiscard]] const MemoryCharge& charge() const { return charge_; }
  [[nodiscard]] const plan::ActiveGraph& graph() const { return graph_; }

 private:
  absl::StatusOr<rdf::TermId> IdOf(const std::string& iri);
  absl::Status Link(const std::string& iri, rdf::TermId node, bool forward,
                    std::vector<rdf::TermId>* to);
  absl::Status Negated(const PropertyPath& path, rdf::TermId node, bool forward,
                       std::vector<rdf::TermId>* to);
  absl::Status AddStarts(const PropertyPath& path, bool forward,
                         NodeSet* starts);
  // Subjects (objects) of the triples with this predicate; unbound: of all.
  absl::Status AddEnds(rdf::TermId predicate, bool subjects, NodeSet* ends);
  absl::Status Insert(rdf::TermId node, NodeSet* nodes);
  // A closure inside of another path, from one node and in one direction.
  using InnerWalk = std::tuple<const PropertyPath*, rdf::TermId, bool>;
  void Remember(const InnerWalk& walk, std::vector<rdf::TermId> reached);

  Context& context_;
  const plan::ActiveGraph graph_;
  storage::ReadCounters* const counters_;
  MemoryCharge charge_;
  absl::flat_hash_map<std::string, rdf::TermId> ids_;
  // By predicate and direction.
  absl::flat_hash_map<std::pair<rdf::TermId, bool>, std::unique_ptr<EdgeTable>>
      edges_;
  // Where such walks lead to: they are asked for again and again, and closures
  // within closures would multiply that with each level.
  absl::flat_hash_map<InnerWalk, std::vector<rdf::TermId>> remembered_;
  size_t remembered_bytes_ = 0;
};

}  // namespace skg::query::exec
