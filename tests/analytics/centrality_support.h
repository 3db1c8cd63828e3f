// Small random graphs and dense matrices, the oracles of centrality.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "skg/graph_view.h"

namespace skg::test {

using DenseMatrix = std::vector<std::vector<double>>;

struct RandomGraph {
  Vertex vertices = 0;
  bool weighted = false;
  std::vector<Edge> edges;  // no two of equal ends

  [[nodiscard]] GraphView View() const {
    return GraphView::FromEdges(vertices, edges, weighted).value();
  }
  // Entry [u][v]: the weight of u -> v, 0 where there is no such edge.
  [[nodiscard]] DenseMatrix Matrix() const {
    DenseMatrix matrix(vertices, std::vector<double>(vertices));
    for (const Edge& edge : edges) {
      matrix[edge.source][edge.target] =
          weighted ? static_cast<double>(edge.weight) : 1.0;
    }
    return matrix;
  }
  // Vertex v becomes names[v].
  [[nodiscard]] RandomGraph Renamed(const std::vector<Vertex>& names) const {
    RandomGraph graph = *this;
    for (Edge& edge : graph.edges) {
      edge = {names[edge.source], names[edge.target], edge.weight};
    }
    return graph;
  }
};

// Of 1 to `most` vertices, sparse or dense, with loops; weights are eighths up
// to 2, from `least_weight` eighths on.
inline RandomGraph MakeRandomGraph(std::mt19937_64& random, Vertex most,
                                   bool weighted, int least_weight = 0) {
  RandomGraph graph;
  graph.vertices = static_cast<Vertex>(1 + random() % most);
  graph.weighted = weighted;
  const uint64_t density = 1 + random() % 8;
  for (Vertex u = 0; u < graph.vertices; ++u) {
    for (Vertex v = 0; v < graph.vertices; ++v) {
      if (random() % 16 >= density) continue;
      const auto eighths = static_cast<float>(
          least_weight + static_cast<int>(random() % (17 - least_weight)));
      graph.edges.push_back({u, v, eighths / 8});
    }
  }
  return graph;
}

// x of matrix x = right, by elimination with pivots.
inline std::vector<double> Solve(DenseMatrix matrix,
                                 std::vector<double> right) {
  const size_t n = right.size();
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column + 1; row < n; ++row) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) {
        pivot = row;
      }
    }
    std::swap(matrix[column], matrix[pivot]);
    std::swap(right[column], right[pivot]);
    for (size_t row = 0; row < n; ++row) {
      if (row == column) continue;
      const double factor = matrix[row][column] / matrix[column][column];
      for (size_t k = column; k < n; ++k) {
        matrix[row][k] -= factor * matrix[column][k];
      }
      right[row] -= factor * right[column];
    }
  }
  for (size_t row = 0; row < n; ++row) right[row] /= matrix[row][row];
  return right;
}

constexpr double kFar = std::numeric_limits<double>::infinity();

// Lengths of all edges as they count; kFar: none.
inline DenseMatrix Lengths(const Adjacency& edges, bool weighted) {
  DenseMatrix lengths(edges.vertices(),
                      std::vector<double>(edges.vertices(), kFar));
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
      lengths[v][edges.targets[i]] =
          weighted ? static_cast<double>(edges.Weight(i)) : 1.0;
    }
  }
  return lengths;
}

// Of all pairs, by Floyd's algorithm.
inline DenseMatrix Distances(DenseMatrix distances) {
  const size_t n = distances.size();
  for (size_t v = 0; v < n; ++v) distances[v][v] = 0;
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        distances[i][j] =
            std::min(distances[i][j], distances[i][k] + distances[k][j]);
      }
    }
  }
  return distances;
}

inline std::vector<double> Times(std::vector<double> scores, double factor) {
  for (double& score : scores) score *= factor;
  return scores;
}

// The greatest difference of two scores.
inline double Furthest(const std::vector<double>& left,
                       const std::vector<double>& right) {
  double furthest = left.size() == right.size() ? 0 : INFINITY;
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    const double difference = std::abs(left[i] - right[i]);
    if (!(difference <= furthest)) furthest = difference;
  }
  return furthest;
}

}  // namespace skg::test
