// Nodes by their distance from given ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "engine/rank_fusion.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"

namespace skg::engine {

struct ProximityQuery {
  std::vector<rdf::TermId> from;  // they themselves are at distance 0
  uint32_t max_distance = 3;
  size_t k = 10;
  // Sorted; null: all nodes may be found. What may not is a way all the same.
  const std::vector<rdf::TermId>* allowed = nullptr;
  const Cancellation* cancellation = nullptr;
};

// The k nearest resources, of equally near ones the least; score 1 / (1 +
// distance). Breadth first, statements of all graphs in both directions; ends
// with the distance at which there are k. Memory: 16 bytes a node that was
// reached, from `memory`. Errors: kResourceExhausted, kCancelled,
// kDeadlineExceeded, kDataLoss.
[[nodiscard]] absl::StatusOr<std::vector<RankedNode>> NearestNodes(
    const storage::ReadView& view, const ProximityQuery& query,
    MemoryBudget& memory);

}  // namespace skg::engine
