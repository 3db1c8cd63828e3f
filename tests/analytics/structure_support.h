// Graphs for the tests of components, cores, triangles and paths.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg::test {

struct TestGraph {
  Vertex vertices = 0;
  std::vector<Edge> edges;

  [[nodiscard]] GraphView View(bool weighted = false) const;
  // Vertex v is called names[v].
  [[nodiscard]] TestGraph Renamed(const std::vector<Vertex>& names) const;
};

// Edges, loops and repetitions among them, drawn uniformly. Weights are eighths
// from 0 to 1: sums of them are exact.
[[nodiscard]] TestGraph RandomGraph(std::mt19937_64& random, Vertex vertices,
                                    size_t edges);
// As above, of a size that is drawn, too.
[[nodiscard]] TestGraph RandomGraph(std::mt19937_64& random,
                                    Vertex most_vertices);
[[nodiscard]] std::vector<Vertex> RandomNames(std::mt19937_64& random,
                                              Vertex vertices);
// From the centre, vertex 0, to each leaf.
[[nodiscard]] TestGraph Star(Vertex leaves);
// 0 to 1 to 2 ...
[[nodiscard]] TestGraph Line(Vertex vertices);

// Who has an edge to whom, a row a vertex; either way if `both`.
[[nodiscard]] std::vector<std::vector<bool>> Matrix(const TestGraph& graph,
                                                    bool both);

// A graph of shared/data ("graphs/grqc", "communities/karate"); unset, and said
// in one line, where the folder is not there.
[[nodiscard]] std::optional<TestGraph> SharedGraph(const std::string& name);

// The kernel heeds a deadline that has passed, and a callback that cancels.
void CheckThatItStops(
    const std::function<absl::Status(const KernelOptions&)>& kernel);

}  // namespace skg::test
