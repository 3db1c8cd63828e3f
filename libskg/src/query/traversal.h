// Tree edges of a walk from one term, breadth or depth first.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "query/evaluation.h"
#include "query/pattern_query.h"

namespace skg::query {

// The edges in the order of the walk, at most `limit`: each leads to a term
// that the walk had not met. Edges of one term come in index order: outgoing
// by (predicate, object), then incoming by (subject, predicate). Literals are
// reached, but the walk does not go on from them (it may start at one).
// Depth first, a term counts as met at the depth where the walk first meets
// it, so that with max_depth it can reach less than breadth first.
// An unknown start gives no edges.
// Memory: O(limit). Errors: kInvalidArgument, kDataLoss, kResourceExhausted,
// kDeadlineExceeded, kCancelled.
[[nodiscard]] absl::StatusOr<PatternAnswer> Traverse(
    Evaluation& evaluation, const TraversalQuery& query, uint64_t limit);

}  // namespace skg::query
