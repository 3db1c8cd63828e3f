#include "analytics/flow.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "analytics/map_equation.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

constexpr uint64_t kVerticesAPiece = 4096;

double Entropy(std::span<const VertexFlow> vertices) {
  double entropy = 0;
  for (const VertexFlow& flow : vertices) entropy -= PLogP(flow.visits);
  return entropy;
}

// Runs work(v) for every vertex, in pieces.
template <typename Work>
absl::Status ForEachVertex(KernelRun& run, Vertex vertices, double done,
                           const Work& work) {
  run.team().For(vertices, kVerticesAPiece,
                 [&](uint64_t begin, uint64_t end, size_t) {
                   if (run.Stopped()) return;
                   for (uint64_t v = begin; v < end; ++v) {
                     work(static_cast<Vertex>(v));
                   }
                 });
  return run.Check(done);
}

absl::StatusOr<Flow> UndirectedFlow(KernelRun& run, const GraphView& view,
                                    bool weighted) {
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  Flow flow;
  flow.rows = RowsOf(both, weighted);
  const size_t vertices = view.vertices();
  SKG_RETURN_IF_ERROR(run.Take(vertices * sizeof(VertexFlow)));
  flow.vertices = Array<VertexFlow>(vertices);
  std::fill_n(flow.vertices.data(), vertices, VertexFlow());
  SKG_ASSIGN_OR_RETURN(const Array<double> degrees, Degrees(run, flow.rows, 2));
  const double all = Sum(degrees.span());
  if (all == 0) return flow;
  flow.scale = 2 / all;
  SKG_ASSIGN_OR_RETURN(const Array<double> to_others,
                       Degrees(run, flow.rows, 0));
  for (size_t v = 0; v < vertices; ++v) {
    const double leaves = to_others[v] / all;
    flow.vertices[v] = {degrees[v] / all, leaves, leaves, 0, 0};
  }
  flow.entropy = Entropy(flow.vertices.span());
  return flow;
}

// The walker of directed edges.
class DirectedWalk {
 public:
  DirectedWalk(KernelRun& run, const GraphView& view,
               const FlowOptions& options)
      : run_(run),
        view_(view),
        options_(options),
        weighted_(options.weighted && view.weighted()) {}

  absl::StatusOr<Flow> Run();

 private:
  absl::Status Rank();
  absl::Status WeighEdges(Flow& flow);
  void CountSteps(Vertex v, Flow& flow) const;
  [[nodiscard]] double WeightOf(const Adjacency& graph, uint64_t edge) const {
    return weighted_ ? static_cast<double>(graph.weights[edge]) : 1;
  }
  // How often the walker, where it follows an edge from v, takes this one.
  [[nodiscard]] double Along(Vertex v) const { return along_[v]; }

  KernelRun& run_;
  const GraphView& view_;
  const FlowOptions& options_;
  const bool weighted_;
  Adjacency out_, in_, both_;
  Array<double> out_sums_;  // of the weights of each vertex's edges
  Array<double> rank_;      // of each vertex: where the walker is
  // The share of steps along an edge of the vertex that weighs 1.
  Array<double> along_;
};

// PageRank by power iteration; dangling mass is spread evenly.
absl::Status DirectedWalk::Rank() {
  const Vertex vertices = view_.vertices();
  const double even = 1 / static_cast<double>(vertices);
  const double follow = 1 - options_.teleportation;
  const double most_rounds =
      std::min(10'000.0, std::ceil(std::log(1e-12) / std::log(follow)) + 1);
  Array<double> next(vertices);
  std::fill_n(rank_.data(), vertices, even);
  for (double round = 0; round < most_rounds; ++round) {
    double dangling = 0;
    for (Vertex v = 0; v < vertices; ++v) {
      if (out_sums_[v] == 0) dangling += rank_[v];
      along_[v] = out_sums_[v] == 0 ? 0 : rank_[v] / out_sums_[v];
    }
    const double base = (options_.teleportation + follow * dangling) / vertices;
    SKG_RETURN_IF_ERROR(ForEachVertex(
        run_, vertices, 0.25 * round / most_rounds, [&](Vertex v) {
          double sum = 0;
          for (uint64_t i = in_.offsets[v]; i < in_.offsets[v + 1]; ++i) {
            sum += along_[in_.targets[i]] * WeightOf(in_, i);
          }
          next[v] = base + follow * sum;
        }));
    double change = 0;
    for (Vertex v = 0; v < vertices; ++v)
      change += std::abs(next[v] - rank_[v]);
    std::swap(next, rank_);
    if (change < 1e-14) break;
  }
  return absl::OkStatus();
}

void DirectedWalk::CountSteps(Vertex v, Flow& flow) const {
  VertexFlow& own = flow.vertices[v];
  for (uint64_t i = out_.offsets[v]; i < out_.offsets[v + 1]; ++i) {
    if (out_.targets[i] != v) own.leaves += along_[v] * WeightOf(out_, i);
  }
  for (uint64_t i = in_.offsets[v]; i < in_.offsets[v + 1]; ++i) {
    const double steps = along_[in_.targets[i]] * WeightOf(in_, i);
    own.visits += steps;
    if (in_.targets[i] != v) own.enters += steps;
  }
  if (!options_.recorded_teleportation) return;
  own.visits = rank_[v];
  own.teleports =
      out_sums_[v] == 0 ? rank_[v] : rank_[v] * options_.teleportation;
  own.vertices = 1 / static_cast<double>(view_.vertices());
}

absl::Status DirectedWalk::WeighEdges(Flow& flow) {
  SKG_RETURN_IF_ERROR(run_.Take(both_.edges() * sizeof(double)));
  flow.weights = Array<double>(both_.edges());
  flow.rows = RowsOf(both_, flow.weights.data());
  flow.scale = 1;
  return ForEachVertex(run_, view_.vertices(), 0.25, [&](Vertex v) {
    uint64_t i = out_.offsets[v], j = in_.offsets[v];
    for (uint64_t k = both_.offsets[v]; k < both_.offsets[v + 1]; ++k) {
      const Vertex u = both_.targets[k];
      double steps = 0;
      if (i < out_.offsets[v + 1] && out_.targets[i] == u) {
        steps += along_[v] * WeightOf(out_, i++);
      }
      if (j < in_.offsets[v + 1] && in_.targets[j] == u) {
        steps += along_[u] * WeightOf(in_, j++);
      }
      flow.weights[k] = steps;
    }
  });
}

absl::StatusOr<Flow> DirectedWalk::Run() {
  out_ = view_.out();
  SKG_ASSIGN_OR_RETURN(in_, view_.in());
  SKG_ASSIGN_OR_RETURN(both_, view_.both());
  const size_t vertices = view_.vertices();
  SKG_RETURN_IF_ERROR(
      run_.Take(vertices * (sizeof(VertexFlow) + 3 * sizeof(double))));
  Flow flow;
  flow.balanced = options_.recorded_teleportation;
  flow.vertices = Array<VertexFlow>(vertices);
  std::fill_n(flow.vertices.data(), vertices, VertexFlow());
  SKG_ASSIGN_OR_RETURN(out_sums_,
                       Degrees(run_, RowsOf(out_, options_.weighted), 1));
  if (Sum(out_sums_.span()) == 0) {
    flow.rows = RowsOf(both_, false);
    return flow;
  }
  rank_ = Array<double>(vertices);
  along_ = Array<double>(vertices);
  SKG_RETURN_IF_ERROR(Rank());
  // From where the walker is to how often it takes which edge.
  double steps = 0;
  for (size_t v = 0; v < vertices; ++v) {
    if (out_sums_[v] > 0) steps += rank_[v];
  }
  const double share =
      options_.recorded_teleportation ? 1 - options_.teleportation : 1 / steps;
  for (size_t v = 0; v < vertices; ++v) {
    along_[v] = out_sums_[v] == 0 ? 0 : share * rank_[v] / out_sums_[v];
  }
  SKG_RETURN_IF_ERROR(WeighEdges(flow));
  SKG_RETURN_IF_ERROR(ForEachVertex(run_, view_.vertices(), 0.25,
                                    [&](Vertex v) { CountSteps(v, flow); }));
  flow.entropy = Entropy(flow.vertices.span());
  return flow;
}

}  // namespace

absl::Status CheckFlowOptions(const FlowOptions& options) {
  if (options.teleportation > 0 && options.teleportation < 1) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("teleportation is ", options.teleportation,
                   "; it is between 0 and 1, and neither"));
}

absl::StatusOr<Flow> FlowOf(KernelRun& run, const GraphView& view,
                            const FlowOptions& options) {
  if (options.directed) return DirectedWalk(run, view, options).Run();
  return UndirectedFlow(run, view, options.weighted);
}

absl::Status SumFlows(KernelRun& run, const AnyRows& rows, double scale,
                      std::span<const VertexFlow> flows,
                      std::span<const Vertex> community, double done,
                      std::span<VertexFlow> sums) {
  std::fill(sums.begin(), sums.end(), VertexFlow());
  const auto add = [&](const auto& any, size_t v) {
    double within = 0;
    for (uint64_t i = any.begins[v]; i < any.ends[v]; ++i) {
      const Vertex u = any.targets[i];
      if (community[u] == community[v] && u != v) within += any.WeightOf(i);
    }
    // Each edge within is met from both ends.
    within *= scale / 2;
    VertexFlow& sum = sums[community[v]];
    sum.visits += flows[v].visits;
    sum.leaves += flows[v].leaves - within;
    sum.enters += flows[v].enters - within;
    sum.teleports += flows[v].teleports;
    sum.vertices += flows[v].vertices;
    return any.ends[v] - any.begins[v];
  };
  constexpr uint64_t kWorkACheck = 100'000;
  return std::visit(
      [&](const auto& any) {
        uint64_t work = 0;
        for (size_t v = 0; v < flows.size(); ++v) {
          work += 8 + add(any, v);
          if (work < kWorkACheck) continue;
          work = 0;
          SKG_RETURN_IF_ERROR(run.Check(done));
        }
        return absl::OkStatus();
      },
      rows);
}

}  // namespace skg::analytics
