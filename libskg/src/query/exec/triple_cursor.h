// The statements of the active graph(s) that fit a pattern, as one cursor.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"
#include "storage/read_view.h"

namespace skg::query::exec {

struct TriplePlaces {
  rdf::TermId subject, predicate, object;  // unbound: any
};

struct TripleCursor {
  // Null: nothing can match.
  std::unique_ptr<storage::ScanCursor> rows;
  // Rows of one triple that differ in their graph are one solution, and they
  // are neighbours.
  bool merges_graphs = false;
};

// `graph.name` must not be a parameter; with kAny or kVariable the rows are
// those of every named graph of the dataset. They are read from `view`, which
// outlives the cursor; null: the context's. `counters` may be null, outlives
// the cursor. Cost: a seek or more.
[[nodiscard]] absl::StatusOr<TripleCursor> OpenTriples(
    Context& context, const plan::ActiveGraph& graph,
    const TriplePlaces& places, storage::TermOrder order,
    storage::ReadCounters* counters = nullptr,
    const storage::ReadView* view = nullptr);

// The same graph, with a parameter's value in its place.
[[nodiscard]] plan::ActiveGraph Resolve(const plan::ActiveGraph& graph,
                                        const Parameters& given);
[[nodiscard]] plan::Place Resolve(const plan::Place& place,
                                  const Parameters& given);

// The order whose prefix the fixed places are.
[[nodiscard]] storage::TermOrder NaturalOrder(bool subject, bool predicate,
                                              bool object);

}  // namespace skg::query::exec
