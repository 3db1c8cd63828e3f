#include "analytics/community_graph.h"

#include <algorithm>

namespace skg::analytics {
namespace {

constexpr uint64_t kVerticesAPiece = 4096;
constexpr uint64_t kEdgesAPiece = 1 << 15;

template <typename Weight>
uint64_t EdgesOf(const Rows<Weight>& rows) {
  uint64_t edges = 0;
  for (Vertex v = 0; v < rows.vertices(); ++v) {
    edges += rows.ends[v] - rows.begins[v];
  }
  return edges;
}

}  // namespace

Vertex VerticesOf(const AnyRows& rows) {
  return std::visit([](const auto& any) { return any.vertices(); }, rows);
}

AnyRows RowsOf(const Adjacency& graph, bool weighted) {
  const auto begins = graph.offsets.first(graph.vertices());
  const auto ends = graph.offsets.subspan(1);
  if (weighted && graph.weighted()) {
    return Rows<float>{begins, ends, graph.targets.data(),
                       graph.weights.data()};
  }
  return Rows<UnitWeight>{begins, ends, graph.targets.data(), nullptr};
}

AnyRows RowsOf(const Adjacency& graph, const double* weights) {
  return Rows<double>{graph.offsets.first(graph.vertices()),
                      graph.offsets.subspan(1), graph.targets.data(), weights};
}

absl::StatusOr<Array<double>> Degrees(KernelRun& run, const AnyRows& rows,
                                      int loops) {
  const Vertex vertices = VerticesOf(rows);
  SKG_RETURN_IF_ERROR(run.Take(size_t{vertices} * sizeof(double)));
  Array<double> degrees(vertices);
  const auto sum_rows = [&](const auto& any, Vertex begin, Vertex end) {
    for (Vertex v = begin; v < end; ++v) {
      double degree = 0;
      for (uint64_t i = any.begins[v]; i < any.ends[v]; ++i) {
        degree +=
            any.targets[i] == v ? loops * any.WeightOf(i) : any.WeightOf(i);
      }
      degrees[v] = degree;
    }
  };
  run.team().For(vertices, kVerticesAPiece,
                 [&](uint64_t begin, uint64_t end, size_t) {
                   if (run.Stopped()) return;
                   std::visit(
                       [&](const auto& any) {
                         sum_rows(any, static_cast<Vertex>(begin),
                                  static_cast<Vertex>(end));
                       },
                       rows);
                 });
  SKG_RETURN_IF_ERROR(run.Check(0));
  return degrees;
}

double Sum(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

absl::StatusOr<AnyRows> Coarsener::Coarsen(const AnyRows& rows,
                                           std::span<const Vertex> community,
                                           Vertex communities, double done) {
  Graph& graph = graphs_[next_];
  next_ = 1 - next_;
  SKG_RETURN_IF_ERROR(std::visit(
      [&](const auto& any) {
        return Fill(any, community, communities, done, graph);
      },
      rows));
  return Rows<double>{graph.begins.span().first(communities),
                      graph.ends.span().first(communities),
                      graph.targets.data(), graph.weights.data()};
}

absl::Status Coarsener::Reserve(Graph& graph, Vertex vertices,
                                Vertex communities, uint64_t edges) {
  SKG_RETURN_IF_ERROR(Grow(run_, graph.begins, communities));
  SKG_RETURN_IF_ERROR(Grow(run_, graph.ends, communities));
  SKG_RETURN_IF_ERROR(Grow(run_, graph.targets, edges));
  SKG_RETURN_IF_ERROR(Grow(run_, graph.weights, edges));
  SKG_RETURN_IF_ERROR(Grow(run_, members_, vertices));
  SKG_RETURN_IF_ERROR(Grow(run_, member_begins_, size_t{communities} + 1));
  near_.resize(run_.team().most());
  for (Near& near : near_) {
    const size_t had = near.weight.size();
    SKG_RETURN_IF_ERROR(Grow(run_, near.weight, communities));
    SKG_RETURN_IF_ERROR(Grow(run_, near.met, size_t{communities} + 1));
    if (near.weight.size() > had) {
      std::fill_n(near.weight.data(), near.weight.size(), 0.0);
    }
  }
  return absl::OkStatus();
}

template <typename Weight>
void Coarsener::Place(const Rows<Weight>& rows,
                      std::span<const Vertex> community, Vertex communities,
                      Graph& graph) {
  uint64_t* const begins = member_begins_.data();
  std::fill_n(begins, size_t{communities} + 1, uint64_t{0});
  std::fill_n(graph.begins.data(), communities, uint64_t{0});
  for (Vertex v = 0; v < rows.vertices(); ++v) {
    ++begins[community[v]];
    graph.begins[community[v]] += rows.ends[v] - rows.begins[v];
  }
  uint64_t member = 0, edge = 0;
  for (Vertex c = 0; c < communities; ++c) {
    member += begins[c];
    begins[c] = member;
    edge += std::exchange(graph.begins[c], edge);
  }
  begins[communities] = member;
  for (Vertex v = rows.vertices(); v-- > 0;) {
    members_[--begins[community[v]]] = v;
  }
}

template <typename Weight>
void Coarsener::FillRow(const Rows<Weight>& rows,
                        std::span<const Vertex> community, Vertex own,
                        Near& near, Graph& graph) const {
  double* const weight = near.weight.data();
  Vertex* const met = near.met.data();
  size_t count = 0;
  for (uint64_t m = member_begins_[own]; m < member_begins_[own + 1]; ++m) {
    // Rows of one community lie anywhere.
    if (m + 8 < rows.vertices()) {
      __builtin_prefetch(&rows.begins[members_[m + 8]]);
      __builtin_prefetch(rows.targets + rows.begins[members_[m + 4]]);
    }
    const Vertex v = members_[m];
    for (uint64_t i = rows.begins[v]; i < rows.ends[v]; ++i) {
      const Vertex c = community[rows.targets[i]];
      const double more = rows.WeightOf(i);
      if (c == own || more == 0) continue;
      met[count] = c;
      count += weight[c] == 0 ? 1 : 0;
      weight[c] += more;
    }
  }
  uint64_t place = graph.begins[own];
  for (size_t i = 0; i < count; ++i, ++place) {
    graph.targets[place] = met[i];
    graph.weights[place] = std::exchange(weight[met[i]], 0.0);
  }
  graph.ends[own] = place;
}

template <typename Weight>
absl::Status Coarsener::Fill(const Rows<Weight>& rows,
                             std::span<const Vertex> community,
                             Vertex communities, double done, Graph& graph) {
  SKG_RETURN_IF_ERROR(
      Reserve(graph, rows.vertices(), communities, EdgesOf(rows)));
  Place(rows, community, communities, graph);
  SKG_RETURN_IF_ERROR(run_.Check(done));
  // Pieces of about equal numbers of edges: one community may have them all.
  std::vector<Vertex> pieces;
  for (Vertex c = 0; c < communities; ++c) {
    if (pieces.empty() ||
        graph.begins[c] - graph.begins[pieces.back()] >= kEdgesAPiece) {
      pieces.push_back(c);
    }
  }
  pieces.push_back(communities);
  run_.team().For(pieces.size() - 1, 1,
                  [&](uint64_t begin, uint64_t end, size_t thread) {
                    if (run_.Stopped()) return;
                    for (Vertex c = pieces[begin]; c < pieces[end]; ++c) {
                      FillRow(rows, community, c, near_[thread], graph);
                    }
                  });
  return run_.Check(done);
}

}  // namespace skg::analytics
