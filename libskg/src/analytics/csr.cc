#include "analytics/csr.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace skg::analytics {
namespace {

// Unweighted: sorts a row and moves it, each target once, to `to`. Returns how
// many are left.
uint64_t MoveRow(Vertex* from, Vertex* end, Vertex* to) {
  if (!std::is_sorted(from, end)) std::sort(from, end);
  return static_cast<uint64_t>(std::unique_copy(from, end, to) - to);
}

// The same with weights. Sorted by weight, too: a sum must not depend on the
// sequence of the edges.
uint64_t MoveRow(std::vector<std::pair<Vertex, float>>& row,
                 WeightMerger& merger, Vertex* targets, float* weights) {
  if (!std::is_sorted(row.begin(), row.end()))
    std::sort(row.begin(), row.end());
  uint64_t count = 0;
  for (size_t i = 0; i < row.size();) {
    const Vertex target = row[i].first;
    merger.Start(row[i].second);
    while (++i < row.size() && row[i].first == target)
      merger.Add(row[i].second);
    targets[count] = target;
    weights[count++] = merger.weight();
  }
  return count;
}

template <typename Value>
Array<Value> First(Array<Value> values, uint64_t count) {
  if (count == values.size()) return values;
  Array<Value> first(count);
  std::copy_n(values.data(), count, first.data());
  return first;
}

}  // namespace

void WeightMerger::Add(float weight) {
  ++count_;
  switch (rule_) {
    case ParallelEdges::kSum:
    case ParallelEdges::kMean:
      value_ += weight;
      break;
    case ParallelEdges::kGreatest:
      value_ = std::max(value_, static_cast<double>(weight));
      break;
    case ParallelEdges::kLeast:
      value_ = std::min(value_, static_cast<double>(weight));
      break;
  }
}

size_t CsrBytes(uint64_t vertices, uint64_t edges, bool weighted) {
  return (vertices + 1) * sizeof(uint64_t) + edges * sizeof(Vertex) +
         (weighted ? edges * sizeof(float) : 0);
}

Csr CsrOfRows(const Array<uint64_t>& starts, Array<Vertex> targets,
              Array<float> weights, ParallelEdges rule) {
  const size_t vertices = starts.size() - 1;
  const bool weighted = weights.size() > 0;
  Csr csr;
  csr.offsets = Array<uint64_t>(vertices + 1);
  std::vector<std::pair<Vertex, float>> row;
  WeightMerger merger(rule);
  uint64_t end = 0;
  for (size_t v = 0; v < vertices; ++v) {
    csr.offsets[v] = end;
    if (!weighted) {
      end += MoveRow(targets.data() + starts[v], targets.data() + starts[v + 1],
                     targets.data() + end);
      continue;
    }
    row.clear();
    for (uint64_t i = starts[v]; i < starts[v + 1]; ++i)
      row.emplace_back(targets[i], weights[i]);
    end += MoveRow(row, merger, targets.data() + end, weights.data() + end);
  }
  csr.offsets[vertices] = end;
  csr.targets = First(std::move(targets), end);
  csr.weights = weighted ? First(std::move(weights), end) : Array<float>();
  return csr;
}

Csr CsrOfEdges(Vertex vertices, std::span<const Edge> edges, bool weighted,
               ParallelEdges rule) {
  Array<uint64_t> starts(size_t{vertices} + 1);
  std::fill_n(starts.data(), starts.size(), 0);
  for (const Edge& edge : edges) ++starts[size_t{edge.source} + 1];
  for (size_t v = 1; v < starts.size(); ++v) starts[v] += starts[v - 1];
  std::vector<uint64_t> at(starts.data(), starts.data() + vertices);
  Array<Vertex> targets(edges.size());
  Array<float> weights(weighted ? edges.size() : 0);
  for (const Edge& edge : edges) {
    const uint64_t place = at[edge.source]++;
    targets[place] = edge.target;
    if (weighted) weights[place] = edge.weight;
  }
  return CsrOfRows(starts, std::move(targets), std::move(weights), rule);
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
  WeightMerger merger(rule);
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
