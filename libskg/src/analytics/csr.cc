#include "analytics/csr.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace skg::analytics {
namespace {

// The weight of edges that become one, edge by edge.
class Merger {
 public:
  explicit Merger(ParallelEdges rule) : rule_(rule) {}

  void Start(float weight) {
    sum_ = weight;
    count_ = 1;
  }
  void Add(float weight) {
    ++count_;
    switch (rule_) {
      case ParallelEdges::kSum:
      case ParallelEdges::kMean:
        sum_ += weight;
        break;
      case ParallelEdges::kGreatest:
        sum_ = std::max(sum_, static_cast<double>(weight));
        break;
      case ParallelEdges::kLeast:
        sum_ = std::min(sum_, static_cast<double>(weight));
        break;
    }
  }
  [[nodiscard]] float weight() const {
    return static_cast<float>(rule_ == ParallelEdges::kMean
                                  ? sum_ / static_cast<double>(count_)
                                  : sum_);
  }

 private:
  const ParallelEdges rule_;
  double sum_ = 0;
  uint64_t count_ = 0;
};

// Sorts and merges each vertex's edges, which lie in [starts[v], starts[v+1]),
// and moves them together.
Csr Merge(Vertex vertices, const std::vector<uint64_t>& starts,
          Array<Vertex> targets, Array<float> weights, ParallelEdges rule) {
  Csr csr;
  csr.offsets = Array<uint64_t>(size_t{vertices} + 1);
  const bool weighted = weights.size() > 0;
  std::vector<std::pair<Vertex, float>> row;
  Merger merger(rule);
  uint64_t end = 0;
  for (Vertex v = 0; v < vertices; ++v) {
    csr.offsets[v] = end;
    const uint64_t from = starts[v], to = starts[v + 1];
    if (!weighted) {
      std::sort(targets.data() + from, targets.data() + to);
      Vertex* const last =
          std::unique(targets.data() + from, targets.data() + to);
      end = std::move(targets.data() + from, last, targets.data() + end) -
            targets.data();
      continue;
    }
    row.clear();
    for (uint64_t i = from; i < to; ++i)
      row.emplace_back(targets[i], weights[i]);
    // By weight, too: a sum must not depend on the sequence of the edges.
    std::sort(row.begin(), row.end());
    for (size_t i = 0; i < row.size();) {
      const Vertex target = row[i].first;
      merger.Start(row[i].second);
      while (++i < row.size() && row[i].first == target) {
        merger.Add(row[i].second);
      }
      targets[end] = target;
      weights[end++] = merger.weight();
    }
  }
  csr.offsets[vertices] = end;
  if (end == targets.size()) {
    csr.targets = std::move(targets);
    csr.weights = std::move(weights);
    return csr;
  }
  csr.targets = Array<Vertex>(end);
  std::copy_n(targets.data(), end, csr.targets.data());
  if (weighted) {
    csr.weights = Array<float>(end);
    std::copy_n(weights.data(), end, csr.weights.data());
  }
  return csr;
}

// counts[v + 1] edges of v become the place where those of v start.
void SumUp(std::vector<uint64_t>& counts) {
  for (size_t v = 1; v < counts.size(); ++v) counts[v] += counts[v - 1];
}

}  // namespace

size_t CsrBytes(uint64_t vertices, uint64_t edges, bool weighted) {
  return (vertices + 1) * sizeof(uint64_t) + edges * sizeof(Vertex) +
         (weighted ? edges * sizeof(float) : 0);
}

Csr CsrOfEdges(Vertex vertices, std::span<const Edge> edges, bool weighted,
               ParallelEdges rule) {
  std::vector<uint64_t> starts(size_t{vertices} + 1);
  for (const Edge& edge : edges) ++starts[size_t{edge.source} + 1];
  SumUp(starts);
  std::vector<uint64_t> at(starts.begin(), starts.end() - 1);
  Array<Vertex> targets(edges.size());
  Array<float> weights(weighted ? edges.size() : 0);
  for (const Edge& edge : edges) {
    const uint64_t place = at[edge.source]++;
    targets[place] = edge.target;
    if (weighted) weights[place] = edge.weight;
  }
  return Merge(vertices, starts, std::move(targets), std::move(weights), rule);
}

Csr Transpose(const Adjacency& graph) {
  const Vertex vertices = graph.vertices();
  Csr csr;
  csr.offsets = Array<uint64_t>(size_t{vertices} + 1);
  csr.targets = Array<Vertex>(graph.edges());
  csr.weights = Array<float>(graph.weights.size());
  std::fill_n(csr.offsets.data(), csr.offsets.size(), 0);
  for (const Vertex target : graph.targets) ++csr.offsets[size_t{target} + 1];
  for (size_t v = 1; v <= vertices; ++v) csr.offsets[v] += csr.offsets[v - 1];
  std::vector<uint64_t> at(csr.offsets.data(), csr.offsets.data() + vertices);
  for (Vertex v = 0; v < vertices; ++v) {
    for (uint64_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const uint64_t place = at[graph.targets[i]]++;
      csr.targets[place] = v;
      if (graph.weighted()) csr.weights[place] = graph.weights[i];
    }
  }
  return csr;
}

Csr Undirected(const Adjacency& out, const Adjacency& in, ParallelEdges rule) {
  const Vertex vertices = out.vertices();
  Csr csr;
  csr.offsets = Array<uint64_t>(size_t{vertices} + 1);
  // The union of two sorted lists; `emit` gets each target with its places in
  // them (of in: one beyond the end where only out has it, and the reverse).
  const auto unite = [&](Vertex v, auto&& emit) {
    uint64_t i = out.offsets[v], j = in.offsets[v];
    const uint64_t out_end = out.offsets[v + 1], in_end = in.offsets[v + 1];
    while (i < out_end || j < in_end) {
      const bool of_out =
          i < out_end && (j >= in_end || out.targets[i] <= in.targets[j]);
      const bool of_in =
          j < in_end && (i >= out_end || in.targets[j] <= out.targets[i]);
      emit(of_out, of_in, i, j);
      i += of_out ? 1 : 0;
      j += of_in ? 1 : 0;
    }
  };
  uint64_t edges = 0;
  for (Vertex v = 0; v < vertices; ++v) {
    csr.offsets[v] = edges;
    unite(v, [&](bool, bool, uint64_t, uint64_t) { ++edges; });
  }
  csr.offsets[vertices] = edges;
  csr.targets = Array<Vertex>(edges);
  csr.weights = Array<float>(out.weighted() ? edges : 0);
  Merger merger(rule);
  uint64_t place = 0;
  for (Vertex v = 0; v < vertices; ++v) {
    unite(v, [&](bool of_out, bool of_in, uint64_t i, uint64_t j) {
      const Vertex target = of_out ? out.targets[i] : in.targets[j];
      csr.targets[place] = target;
      if (out.weighted()) {
        merger.Start(of_out ? out.weights[i] : in.weights[j]);
        // A loop is in both lists, but is one edge.
        if (of_out && of_in && target != v) merger.Add(in.weights[j]);
        csr.weights[place] = merger.weight();
      }
      ++place;
    });
  }
  return csr;
}

}  // namespace skg::analytics
