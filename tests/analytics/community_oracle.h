// What the tests of communities compare with: definitions written down term by
// term over a matrix, and all partitions of a few vertices.
#pragma once

#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "skg/communities.h"
#include "skg/graph_view.h"

namespace skg::test {

using Matrix = std::vector<std::vector<double>>;

struct SmallGraph {
  GraphView view;
  Matrix edges;  // [source][target]
  Matrix both;   // symmetric; a loop's weight once
};

inline SmallGraph GraphOf(Vertex vertices, const std::vector<Edge>& edges,
                          bool weighted) {
  SmallGraph graph{GraphView::FromEdges(vertices, edges, weighted).value(),
                   Matrix(vertices, std::vector<double>(vertices)),
                   Matrix(vertices, std::vector<double>(vertices))};
  const auto fill = [](const Adjacency& from, Matrix& matrix) {
    for (Vertex v = 0; v < from.vertices(); ++v) {
      for (uint64_t i = from.offsets[v]; i < from.offsets[v + 1]; ++i) {
        matrix[v][from.targets[i]] = from.Weight(i);
      }
    }
  };
  fill(graph.view.out(), graph.edges);
  fill(graph.view.both().value(), graph.both);
  return graph;
}

// Weights are eighths, zero among them: their sums are exact.
inline std::vector<Edge> RandomEdges(Vertex vertices, size_t edges,
                                     std::mt19937_64& random) {
  std::vector<Edge> result;
  for (size_t i = 0; i < edges; ++i) {
    result.push_back({static_cast<Vertex>(random() % vertices),
                      static_cast<Vertex>(random() % vertices),
                      static_cast<float>(random() % 17) / 8});
  }
  return result;
}

inline Partition RandomPartition(Vertex vertices, Vertex labels,
                                 std::mt19937_64& random) {
  std::vector<Vertex> community(vertices);
  for (Vertex& c : community) c = static_cast<Vertex>(random() % labels);
  return PartitionOf(community);
}

// Every partition of so many vertices.
inline void ForEachPartition(
    Vertex vertices, const std::function<void(const Partition&)>& visit) {
  std::vector<Vertex> labels(vertices);
  const std::function<void(Vertex, Vertex)> place = [&](Vertex v, Vertex used) {
    if (v == vertices) return visit(PartitionOf(labels));
    for (labels[v] = 0; labels[v] <= used; ++labels[v]) {
      const Vertex own = labels[v];
      place(v + 1, own == used ? used + 1 : used);
      labels[v] = own;
    }
  };
  place(0, 0);
}

// The definition: a sum over all pairs of vertices.
inline double UndirectedModularity(const Matrix& both,
                                   const std::vector<Vertex>& community,
                                   double resolution) {
  const size_t size = both.size();
  std::vector<double> degree(size);
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) degree[u] += both[u][v];
    degree[u] += both[u][u];
  }
  const double all = std::accumulate(degree.begin(), degree.end(), 0.0);
  if (all == 0) return 0;
  double sum = 0;
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) {
      if (community[u] != community[v]) continue;
      sum += (u == v ? 2 : 1) * both[u][v] -
             resolution * degree[u] * degree[v] / all;
    }
  }
  return sum / all;
}

inline double DirectedModularity(const Matrix& edges,
                                 const std::vector<Vertex>& community,
                                 double resolution) {
  const size_t size = edges.size();
  std::vector<double> out(size), in(size);
  double all = 0;
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) {
      out[u] += edges[u][v];
      in[v] += edges[u][v];
      all += edges[u][v];
    }
  }
  if (all == 0) return 0;
  double sum = 0;
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) {
      if (community[u] == community[v]) {
        sum += edges[u][v] - resolution * out[u] * in[v] / all;
      }
    }
  }
  return sum / all;
}

// Whether the members of each community hang together by edges that weigh.
inline bool Connected(const Adjacency& both, const Partition& partition) {
  std::vector<bool> met(both.vertices()), has_root(partition.communities);
  for (Vertex root = 0; root < both.vertices(); ++root) {
    if (met[root]) continue;
    if (has_root[partition.community[root]]) return false;
    has_root[partition.community[root]] = true;
    std::vector<Vertex> open = {root};
    met[root] = true;
    while (!open.empty()) {
      const Vertex v = open.back();
      open.pop_back();
      for (uint64_t i = both.offsets[v]; i < both.offsets[v + 1]; ++i) {
        const Vertex u = both.targets[i];
        if (met[u] || both.Weight(i) == 0 ||
            partition.community[u] != partition.community[v]) {
          continue;
        }
        met[u] = true;
        open.push_back(u);
      }
    }
  }
  return true;
}

}  // namespace skg::test
