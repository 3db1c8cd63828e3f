// RefreshView: a copy of a view's arrays with some edges replaced.
#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "analytics/edge_scan.h"
#include "analytics/view_builder.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

// What leads from one term to another now; no weight: nothing does.
struct NewEdge {
  rdf::TermId source, target;
  std::optional<float> weight;
};

// The statements of one pair, made one edge as a build would.
class PairReader {
 public:
  PairReader(const storage::ReadView& view, const ViewFilter& filter,
             const Cancellation& cancellation)
      : view_(view), filter_(filter), cancellation_(cancellation) {}

  absl::StatusOr<NewEdge> Read(const TermPair& pair) {
    storage::ScanPattern pattern;
    pattern.scope = filter_.scope;
    pattern.graph = filter_.graph;
    pattern.subject = pair.first;
    pattern.object = pair.second;
    EdgeScan scan = EdgeScan::Of(view_, filter_, pattern, cancellation_);
    weights_.clear();
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(edges_));
      if (!more) break;
      for (const TermEdge& edge : edges_) weights_.push_back(edge.weight);
    }
    NewEdge edge{pair.first, pair.second, std::nullopt};
    if (weights_.empty()) return edge;
    std::sort(weights_.begin(), weights_.end());
    WeightMerger merger(filter_.parallel_edges);
    merger.Start(weights_.front());
    for (size_t i = 1; i < weights_.size(); ++i) merger.Add(weights_[i]);
    edge.weight = merger.weight();
    return edge;
  }

 private:
  const storage::ReadView& view_;
  const ViewFilter& filter_;
  const Cancellation& cancellation_;
  std::vector<TermEdge> edges_;
  std::vector<float> weights_;
};

std::optional<Vertex> Find(std::span<const rdf::TermId> terms,
                           rdf::TermId term) {
  const auto at = std::lower_bound(terms.begin(), terms.end(), term);
  if (at == terms.end() || *at != term) return std::nullopt;
  return static_cast<Vertex>(at - terms.begin());
}

bool HasEdge(const Adjacency& graph, Vertex source, Vertex target) {
  const auto targets = graph.Targets(source);
  return std::binary_search(targets.begin(), targets.end(), target);
}

// The nodes of the new view: the old ones that still have an edge, and those
// that are new.
class NodeChange {
 public:
  NodeChange(const Adjacency& old, std::span<const rdf::TermId> terms,
             std::span<const NewEdge> edges)
      : old_(old), terms_(terms) {
    CountUses(edges);
    for (const NewEdge& edge : edges) {
      if (!edge.weight) continue;
      for (const rdf::TermId term : {edge.source, edge.target}) {
        if (!Find(terms, term)) added_.push_back(term);
      }
    }
    std::sort(added_.begin(), added_.end());
    added_.erase(std::unique(added_.begin(), added_.end()), added_.end());
  }

  // Merges both; `map` of an old vertex that goes is kGone.
  static constexpr Vertex kGone = std::numeric_limits<Vertex>::max();
  Array<rdf::TermId> Merge(Array<Vertex>& map) const {
    const auto gone = static_cast<size_t>(
        std::count(uses_.data(), uses_.data() + uses_.size(), 0u));
    Array<rdf::TermId> merged(terms_.size() - gone + added_.size());
    size_t next = 0, added = 0;
    for (size_t v = 0; v < terms_.size(); ++v) {
      while (added < added_.size() && added_[added] < terms_[v])
        merged[next++] = added_[added++];
      if (uses_[v] == 0) {
        map[v] = kGone;
        continue;
      }
      map[v] = static_cast<Vertex>(next);
      merged[next++] = terms_[v];
    }
    while (added < added_.size()) merged[next++] = added_[added++];
    return merged;
  }

 private:
  // How many edges end at each old vertex, either way.
  void CountUses(std::span<const NewEdge> edges) {
    uses_ = Array<uint64_t>(terms_.size());
    for (size_t v = 0; v < terms_.size(); ++v)
      uses_[v] = old_.Degree(static_cast<Vertex>(v));
    for (const Vertex target : old_.targets) ++uses_[target];
    for (const NewEdge& edge : edges) {
      const auto source = Find(terms_, edge.source);
      const auto target = Find(terms_, edge.target);
      const bool was = source && target && HasEdge(old_, *source, *target);
      if (was == edge.weight.has_value()) continue;
      const uint64_t change = was ? ~uint64_t{0} : 1;  // minus one, plus one
      if (source) uses_[*source] += change;
      if (target) uses_[*target] += change;
    }
  }

  const Adjacency& old_;
  std::span<const rdf::TermId> terms_;
  Array<uint64_t> uses_;
  std::vector<rdf::TermId> added_;
};

// The old rows under their new numbers, with the new edges in place of those
// between the same vertices. `edges` ascend by (source, target).
class RowCopy {
 public:
  RowCopy(const Adjacency& old, const Array<Vertex>& map, bool weighted,
          size_t vertices, size_t most_edges)
      : old_(old), map_(map), weighted_(weighted) {
    csr_.offsets = Array<uint64_t>(vertices + 1);
    csr_.targets = Array<Vertex>(most_edges);
    if (weighted) csr_.weights = Array<float>(most_edges);
  }

  Csr Copy(std::span<const NewEdge> edges, std::span<const rdf::TermId> terms) {
    size_t vertex = 0, next = 0;
    for (Vertex v = 0; v < old_.vertices(); ++v) {
      if (map_[v] == NodeChange::kGone) continue;
      for (; vertex < map_[v]; ++vertex) NewRow(vertex, edges, terms, next);
      OldRow(v, vertex++, edges, terms, next);
    }
    for (; vertex < terms.size(); ++vertex) NewRow(vertex, edges, terms, next);
    csr_.offsets[terms.size()] = place_;
    return Shrink();
  }

 private:
  void Put(Vertex target, float weight) {
    csr_.targets[place_] = target;
    if (weighted_) csr_.weights[place_] = weight;
    ++place_;
  }

  // Edges of terms that are no vertices any more are only removals.
  static void SkipGone(std::span<const NewEdge> edges, rdf::TermId before,
                       size_t& next) {
    while (next < edges.size() && edges[next].source < before) ++next;
  }

  void NewRow(size_t vertex, std::span<const NewEdge> edges,
              std::span<const rdf::TermId> terms, size_t& next) {
    csr_.offsets[vertex] = place_;
    SkipGone(edges, terms[vertex], next);
    for (; next < edges.size() && edges[next].source == terms[vertex]; ++next) {
      if (edges[next].weight)
        Put(*Find(terms, edges[next].target), *edges[next].weight);
    }
  }

  void OldRow(Vertex old, size_t vertex, std::span<const NewEdge> edges,
              std::span<const rdf::TermId> terms, size_t& next) {
    csr_.offsets[vertex] = place_;
    SkipGone(edges, terms[vertex], next);
    uint64_t i = old_.offsets[old];
    const uint64_t end = old_.offsets[old + 1];
    const auto copy_before = [&](rdf::TermId target) {
      for (; i < end; ++i) {
        const Vertex to = map_[old_.targets[i]];
        if (to == NodeChange::kGone) continue;  // an edge says it is removed
        if (terms[to] >= target) return;
        Put(to, old_.Weight(i));
      }
    };
    for (; next < edges.size() && edges[next].source == terms[vertex]; ++next) {
      const NewEdge& edge = edges[next];
      copy_before(edge.target);
      const std::optional<Vertex> target = Find(terms, edge.target);
      if (i < end && target && map_[old_.targets[i]] == *target) ++i;
      if (edge.weight) Put(*target, *edge.weight);
    }
    for (; i < end; ++i) {
      const Vertex to = map_[old_.targets[i]];
      if (to != NodeChange::kGone) Put(to, old_.Weight(i));
    }
  }

  Csr Shrink() {
    const auto first = [this](auto values) {
      decltype(values) kept(place_);
      std::copy_n(values.data(), place_, kept.data());
      return kept;
    };
    if (place_ < csr_.targets.size()) {
      csr_.targets = first(std::move(csr_.targets));
      if (weighted_) csr_.weights = first(std::move(csr_.weights));
    }
    return std::move(csr_);
  }

  const Adjacency& old_;
  const Array<Vertex>& map_;
  const bool weighted_;
  Csr csr_;
  uint64_t place_ = 0;
};

}  // namespace

absl::StatusOr<GraphView> RefreshView(const GraphView& old,
                                      const storage::ReadView& view,
                                      const ViewFilter& filter,
                                      std::vector<TermPair> pairs,
                                      const ViewWork& work) {
  const GraphViewImpl& from = GraphViewImpl::Of(old);
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<NewEdge> edges;
  edges.reserve(pairs.size());
  PairReader reader(view, filter, work.cancellation);
  for (const TermPair& pair : pairs) {
    SKG_RETURN_IF_ERROR(work.cancellation.Check());
    SKG_ASSIGN_OR_RETURN(edges.emplace_back(), reader.Read(pair));
  }
  const Adjacency out = from.out();
  const size_t most_vertices = from.origin().terms.size() + 2 * edges.size();
  const size_t most_edges = out.edges() + edges.size();
  SKG_ASSIGN_OR_RETURN(
      MemoryReservation reservation,
      work.budget.Reserve("graph views",
                          CsrBytes(most_vertices, most_edges, filter.weighted) +
                              most_vertices * 3 * sizeof(uint64_t)));
  Array<Vertex> map(from.origin().terms.size());
  ViewOrigin origin;
  origin.commit = view.commit();
  origin.terms = NodeChange(out, from.origin().terms.span(), edges).Merge(map);
  origin.names = from.origin().names;
  Csr csr = RowCopy(out, map, filter.weighted, origin.terms.size(), most_edges)
                .Copy(edges, origin.terms.span());
  SKG_RETURN_IF_ERROR(reservation.Resize(csr.bytes() + origin.terms.bytes()));
  return GraphViewImpl::Wrap(std::make_shared<GraphViewImpl>(
      std::move(csr), filter.weighted, filter.parallel_edges, std::move(origin),
      &work.budget, std::move(reservation)));
}

}  // namespace skg::analytics
