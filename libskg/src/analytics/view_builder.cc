#include "analytics/view_builder.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "analytics/edge_scan.h"
#include "analytics/vertex_index.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

// One build, pass by pass.
class Builder {
 public:
  Builder(const storage::ReadView& view, const ViewFilter& filter,
          const ViewWork& work)
      : view_(view), filter_(filter), work_(work) {}

  absl::StatusOr<GraphView> Build(std::shared_ptr<const VertexNames> names) {
    SKG_RETURN_IF_ERROR(FindTyped());
    SKG_ASSIGN_OR_RETURN(EdgeScan scan,
                         EdgeScan::Open(view_, filter_, work_.cancellation));
    SKG_RETURN_IF_ERROR(FindVertices(scan));
    SKG_ASSIGN_OR_RETURN(
        MemoryReservation reservation,
        work_.budget.Reserve("graph views", BytesNeeded(scan)));
    scan.Rewind();
    SKG_ASSIGN_OR_RETURN(
        Csr csr, scan.by_predicate() ? CollectEdges(scan) : CollectRows(scan));
    ViewOrigin origin;
    origin.commit = view_.commit();
    origin.terms = vertices_.Terms();
    origin.names = std::move(names);
    SKG_RETURN_IF_ERROR(reservation.Resize(csr.bytes() + origin.terms.bytes()));
    return GraphViewImpl::Wrap(std::make_shared<GraphViewImpl>(
        std::move(csr), filter_.weighted, filter_.parallel_edges,
        std::move(origin), &work_.budget, std::move(reservation)));
  }

 private:
  [[nodiscard]] size_t BytesNeeded(const EdgeScan& scan) const {
    return CsrBytes(count_, edges_, filter_.weighted) +
           count_ * (sizeof(rdf::TermId) + sizeof(uint64_t)) +
           (scan.by_predicate() ? edges_ * sizeof(Edge) : 0) +
           vertices_.bytes();
  }

  // The nodes of the wanted types.
  absl::Status FindTyped() {
    if (!filter_.only_types) return absl::OkStatus();
    typed_.emplace();
    storage::ScanPattern pattern;
    pattern.scope = filter_.scope;
    pattern.graph = filter_.graph;
    pattern.predicate = filter_.type_predicate;
    storage::ScanOptions options;
    options.cancellation = &work_.cancellation;
    storage::StatementBatch batch;
    for (const rdf::TermId type : filter_.node_types) {
      if (!pattern.predicate.bound()) break;
      pattern.object = type;
      SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern, options));
      while (true) {
        SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
        if (!more) break;
        for (const rdf::TermId node : batch.subject) typed_->Add(node);
      }
    }
    typed_->Number();
    return absl::OkStatus();
  }

  [[nodiscard]] bool Takes(const TermEdge& edge) const {
    return !typed_ || (typed_->Has(edge.source) && typed_->Has(edge.target));
  }

  // Calls take(edge) for each edge; the pass is the half that begins at `from`.
  template <typename Take>
  absl::Status ForEach(EdgeScan& scan, double from, Take take) {
    std::vector<TermEdge> edges;
    uint64_t read = 0;
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(edges));
      if (!more) return absl::OkStatus();
      for (const TermEdge& edge : edges) {
        if (Takes(edge)) take(edge);
      }
      read += edges.size();
      if (!work_.progress) continue;
      const double part = static_cast<double>(read) /
                          static_cast<double>(scan.statements() + 1);
      SKG_RETURN_IF_ERROR(work_.progress(from + std::min(part, 1.0) / 2));
    }
  }

  absl::Status FindVertices(EdgeScan& scan) {
    SKG_RETURN_IF_ERROR(ForEach(scan, 0, [&](const TermEdge& edge) {
      vertices_.Add(edge.source);
      vertices_.Add(edge.target);
      ++edges_;
    }));
    count_ = vertices_.Number();
    if (count_ <= std::numeric_limits<Vertex>::max()) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("the view would have ", count_, " nodes; at most ",
                     std::numeric_limits<Vertex>::max(),
                     " can be numbered: choose some by "
                     "predicate, type or named graph"));
  }

  // The scan comes by subject: rows follow each other.
  absl::StatusOr<Csr> CollectRows(EdgeScan& scan) {
    Array<uint64_t> starts(count_ + 1);
    Array<Vertex> targets(edges_);
    Array<float> weights(filter_.weighted ? edges_ : 0);
    uint64_t place = 0;
    size_t rows = 0;  // whose start is known
    rdf::TermId last;
    SKG_RETURN_IF_ERROR(ForEach(scan, 0.5, [&](const TermEdge& edge) {
      if (edge.source != last) {
        last = edge.source;
        // Vertices before it that are no sources have empty rows.
        const size_t source = vertices_.VertexOf(edge.source);
        while (rows <= source) starts[rows++] = place;
      }
      targets[place] = vertices_.VertexOf(edge.target);
      if (filter_.weighted) weights[place] = edge.weight;
      ++place;
    }));
    while (rows <= count_) starts[rows++] = place;
    return CsrOfRows(starts, std::move(targets), std::move(weights),
                     filter_.parallel_edges);
  }

  absl::StatusOr<Csr> CollectEdges(EdgeScan& scan) {
    std::vector<Edge> edges;
    edges.reserve(edges_);
    SKG_RETURN_IF_ERROR(ForEach(scan, 0.5, [&](const TermEdge& edge) {
      edges.push_back({vertices_.VertexOf(edge.source),
                       vertices_.VertexOf(edge.target), edge.weight});
    }));
    return CsrOfEdges(static_cast<Vertex>(count_), edges, filter_.weighted,
                      filter_.parallel_edges);
  }

  const storage::ReadView& view_;
  const ViewFilter& filter_;
  const ViewWork& work_;
  std::optional<VertexIndex> typed_;  // unset: all nodes will do
  VertexIndex vertices_;
  uint64_t count_ = 0, edges_ = 0;
};

}  // namespace

absl::StatusOr<GraphView> BuildView(const storage::ReadView& view,
                                    const ViewFilter& filter,
                                    std::shared_ptr<const VertexNames> names,
                                    const ViewWork& work) {
  return Builder(view, filter, work).Build(std::move(names));
}

}  // namespace skg::analytics
