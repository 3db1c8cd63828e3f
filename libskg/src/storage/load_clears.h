// LoadClears: what a load takes back of itself on its way, and of its graph
// when it commits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "storage/clear_marks.h"
#include "storage/commit.h"

namespace skg::storage {

class GraphState;

// Of what the scope covers a load says nothing before this sequence number, and
// the graph's own statements are not there.
struct RowClear {
  ClearScope scope;
  uint64_t from = 0;
};

// Not thread-safe.
class LoadClears {
 public:
  // `graph`: the term of a scope of one graph whose id is an arena's; else
  // null. `from`: the sequence number of what is said next. Errors:
  // kResourceExhausted (more than kMostClears that none other covers).
  [[nodiscard]] absl::Status Add(const ClearScope& scope,
                                 const rdf::Term* graph, uint64_t from);
  [[nodiscard]] bool empty() const { return clears_.empty(); }

  // With the ids that terms have by now; one without any names no row.
  [[nodiscard]] absl::StatusOr<std::vector<RowClear>> Resolve(
      GraphState& graph) const;
  // The graph's own part of it.
  void AppendTo(CommitRequest& request) const;

 private:
  struct Clear {
    ClearScope scope;
    std::optional<rdf::Term> graph;
    uint64_t from = 0;
  };
  std::vector<Clear> clears_;
};

}  // namespace skg::storage
