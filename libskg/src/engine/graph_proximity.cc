#include "engine/graph_proximity.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"

namespace skg::engine {
namespace {

using rdf::TermId;

// What a node takes in the set of those reached and in a frontier.
constexpr size_t kNodeBytes = 32;
constexpr size_t kReserveNodes = 4096;

class BreadthFirst {
 public:
  BreadthFirst(const storage::ReadView& view, const ProximityQuery& query,
               MemoryBudget& memory)
      : view_(view), query_(query), memory_(memory) {}

  absl::StatusOr<std::vector<RankedNode>> Run() {
    for (const TermId node : query_.from) SKG_RETURN_IF_ERROR(Reach(node));
    for (uint32_t distance = 0;; ++distance) {
      std::vector<TermId> frontier = std::exchange(next_, {});
      std::sort(frontier.begin(), frontier.end());
      for (const TermId node : frontier) {
        if (!Allowed(node)) continue;
        found_.push_back({node, 1.0f / static_cast<float>(1 + distance)});
        if (found_.size() == query_.k) return std::move(found_);
      }
      if (frontier.empty() || distance == query_.max_distance)
        return std::move(found_);
      for (const TermId node : frontier) {
        SKG_RETURN_IF_ERROR(Expand(node, /*out=*/true));
        SKG_RETURN_IF_ERROR(Expand(node, /*out=*/false));
      }
    }
  }

 private:
  bool Allowed(TermId node) const {
    return query_.allowed == nullptr ||
           std::binary_search(query_.allowed->begin(), query_.allowed->end(),
                              node);
  }

  absl::Status Reach(TermId node) {
    if (!reached_.insert(node).second) return absl::OkStatus();
    if (reached_.size() * kNodeBytes > reservation_.bytes())
      SKG_RETURN_IF_ERROR(Reserve());
    next_.push_back(node);
    return absl::OkStatus();
  }

  absl::Status Reserve() {
    const size_t bytes =
        std::max(kReserveNodes, 2 * reached_.size()) * kNodeBytes;
    if (reservation_.bytes() > 0) return reservation_.Resize(bytes);
    SKG_ASSIGN_OR_RETURN(reservation_,
                         memory_.Reserve("graph proximity", bytes));
    return absl::OkStatus();
  }

  absl::Status Expand(TermId node, bool out) {
    storage::ScanPattern pattern;
    (out ? pattern.subject : pattern.object) = node;
    storage::ScanOptions options;
    options.cancellation = query_.cancellation;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern, options));
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch_));
      if (!more) return absl::OkStatus();
      for (const TermId other : out ? batch_.object : batch_.subject)
        if (other.is_resource()) SKG_RETURN_IF_ERROR(Reach(other));
    }
  }

  const storage::ReadView& view_;
  const ProximityQuery& query_;
  MemoryBudget& memory_;
  MemoryReservation reservation_;
  absl::flat_hash_set<TermId> reached_;
  std::vector<TermId> next_;
  std::vector<RankedNode> found_;
  storage::StatementBatch batch_;
};

}  // namespace

absl::StatusOr<std::vector<RankedNode>> NearestNodes(
    const storage::ReadView& view, const ProximityQuery& query,
    MemoryBudget& memory) {
  return BreadthFirst(view, query, memory).Run();
}

}  // namespace skg::engine
