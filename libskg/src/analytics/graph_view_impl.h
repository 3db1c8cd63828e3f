// What a GraphView holds; shared by its copies.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/csr.h"
#include "base/memory_budget.h"
#include "rdf/term_id.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// The dictionary of the graph that a view was made from. Thread-safe.
class VertexNames {
 public:
  virtual ~VertexNames() = default;
  [[nodiscard]] virtual absl::StatusOr<std::vector<std::string>> NamesOf(
      std::span<const rdf::TermId> terms) const = 0;
  // Unset: the graph has never seen it. kInvalidArgument: no term.
  [[nodiscard]] virtual absl::StatusOr<std::optional<rdf::TermId>> TermOf(
      std::string_view name) const = 0;
};

// Which graph's, at which state.
struct ViewOrigin {
  uint64_t commit = 0;
  Array<rdf::TermId> terms;  // of the vertices, ascending; empty: no names
  std::shared_ptr<const VertexNames> names;  // null: no names
};

// Thread-safe.
class GraphViewImpl {
 public:
  // `reservation` is of the bytes of `out` and the terms; of a view without a
  // budget it is of nothing. `budget` may be null, else it outlives the view.
  GraphViewImpl(Csr out, bool weighted, ParallelEdges rule, ViewOrigin origin,
                MemoryBudget* budget, MemoryReservation reservation);

  [[nodiscard]] static GraphView Wrap(
      std::shared_ptr<const GraphViewImpl> impl) {
    return GraphView(std::move(impl));
  }
  [[nodiscard]] static const GraphViewImpl& Of(const GraphView& view) {
    return *view.impl_;
  }

  [[nodiscard]] bool weighted() const { return weighted_; }
  [[nodiscard]] ParallelEdges rule() const { return rule_; }
  [[nodiscard]] const ViewOrigin& origin() const { return origin_; }
  [[nodiscard]] MemoryBudget* budget() const { return budget_; }
  [[nodiscard]] size_t memory_bytes() const;

  [[nodiscard]] Adjacency out() const { return out_.adjacency(); }
  [[nodiscard]] absl::StatusOr<Adjacency> in() const;
  [[nodiscard]] absl::StatusOr<Adjacency> both() const;
  // As in() where somebody has asked for it before, else unset: for kernels
  // that can do without.
  [[nodiscard]] std::optional<Adjacency> made_in() const;

 private:
  absl::Status MakeIn() const;
  absl::Status MakeBoth() const;
  [[nodiscard]] absl::Status Take(size_t bytes) const;

  const Csr out_;
  const bool weighted_;
  const ParallelEdges rule_;
  const ViewOrigin origin_;
  MemoryBudget* const budget_;

  mutable std::mutex mutex_;
  mutable MemoryReservation reservation_;
  mutable std::optional<Csr> in_, both_;
};

}  // namespace skg::analytics
