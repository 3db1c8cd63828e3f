#include "kernels/graphs.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"

namespace skg::bench {
namespace {

using Random = std::mt19937_64;

double Uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53;
}

std::vector<Vertex> Shuffled(Vertex count, Random& random) {
  std::vector<Vertex> order(count);
  std::iota(order.begin(), order.end(), Vertex{0});
  for (Vertex i = count; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<Vertex>(Uniform(random) * i)]);
  }
  return order;
}

EdgeList Rmat(uint32_t scale, Random& random) {
  EdgeList graph;
  graph.vertices = Vertex{1} << scale;
  graph.edges.reserve(size_t{16} << scale);
  const std::vector<Vertex> name = Shuffled(graph.vertices, random);
  for (size_t i = 0; i < size_t{16} << scale; ++i) {
    Vertex source = 0, target = 0;
    for (uint32_t bit = 0; bit < scale; ++bit) {
      const double draw = Uniform(random);
      source = source << 1 | (draw >= .76 ? 1 : 0);
      target = target << 1 | ((draw >= .57 && draw < .76) || draw >= .95);
    }
    graph.edges.push_back({name[source], name[target]});
  }
  return graph;
}

// A draw by weights, in constant time (Vose 1991).
class AliasTable {
 public:
  explicit AliasTable(const std::vector<double>& weights)
      : keep_(weights.size()), other_(weights.size()) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<size_t> small, large;
    for (size_t i = 0; i < weights.size(); ++i) {
      keep_[i] = weights[i] / sum * static_cast<double>(weights.size());
      (keep_[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
      const size_t less = small.back(), more = large.back();
      small.pop_back();
      other_[less] = more;
      keep_[more] -= 1 - keep_[less];
      if (keep_[more] >= 1) continue;
      large.pop_back();
      small.push_back(more);
    }
    for (const size_t i : small) keep_[i] = 1;
    for (const size_t i : large) keep_[i] = 1;
  }
  size_t Draw(Random& random) const {
    const auto i = static_cast<size_t>(Uniform(random) *
                                       static_cast<double>(keep_.size()));
    return Uniform(random) < keep_[i] ? i : other_[i];
  }

 private:
  std::vector<double> keep_;
  std::vector<size_t> other_;
};

EdgeList StochasticBlocks(Vertex vertices, size_t edges, Vertex groups,
                          double mixing, Random& random) {
  EdgeList graph;
  graph.vertices = vertices;
  graph.edges.reserve(2 * edges);
  const std::vector<Vertex> rank = Shuffled(vertices, random);
  std::vector<double> weights(vertices);
  std::vector<std::vector<Vertex>> members(groups);
  for (Vertex v = 0; v < vertices; ++v) {
    weights[v] = std::pow(rank[v] + 10.0, -0.5);
    members[v % groups].push_back(v);
  }
  const AliasTable all(weights);
  std::vector<AliasTable> of_group;
  of_group.reserve(groups);
  for (const auto& group : members) {
    std::vector<double> own;
    own.reserve(group.size());
    for (const Vertex v : group) own.push_back(weights[v]);
    of_group.emplace_back(own);
  }
  while (graph.edges.size() < 2 * edges) {
    const auto source = static_cast<Vertex>(all.Draw(random));
    const Vertex group = source % groups;
    const Vertex target = Uniform(random) < mixing
                              ? static_cast<Vertex>(all.Draw(random))
                              : members[group][of_group[group].Draw(random)];
    if (source == target) continue;
    graph.edges.push_back({source, target});
    graph.edges.push_back({target, source});
  }
  return graph;
}

EdgeList UniformEdges(Vertex vertices, size_t edges, Random& random) {
  EdgeList graph;
  graph.vertices = vertices;
  graph.edges.reserve(edges);
  while (graph.edges.size() < edges) {
    graph.edges.push_back({static_cast<Vertex>(Uniform(random) * vertices),
                           static_cast<Vertex>(Uniform(random) * vertices)});
  }
  return graph;
}

absl::StatusOr<EdgeList> ReadEdges(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  EdgeList graph;
  uint64_t line_number = 0;
  for (std::string line; std::getline(file, line);) {
    ++line_number;
    const std::vector<absl::string_view> parts =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    Edge edge;
    if (parts.empty()) continue;
    if (parts.size() > 3 || parts.size() < 2 ||
        !absl::SimpleAtoi(parts[0], &edge.source) ||
        !absl::SimpleAtoi(parts[1], &edge.target) ||
        (parts.size() == 3 && !absl::SimpleAtof(parts[2], &edge.weight))) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", line_number, ": wanted \"source target [weight]\""));
    }
    graph.vertices =
        std::max(graph.vertices, std::max(edge.source, edge.target) + 1);
    graph.edges.push_back(edge);
  }
  return graph;
}

}  // namespace

absl::StatusOr<EdgeList> MakeGraph(std::string_view spec, uint64_t seed) {
  Random random(seed);
  const std::vector<absl::string_view> parts = absl::StrSplit(av(spec), ':');
  uint32_t scale = 0, groups = 0, vertices = 0;
  uint64_t edges = 0;
  double mixing = 0;
  if ((parts[0] == "rmat" || parts[0] == "rmat-both") && parts.size() == 2 &&
      absl::SimpleAtoi(parts[1], &scale) && scale > 0 && scale < 27) {
    EdgeList graph = Rmat(scale, random);
    if (parts[0] == "rmat") return graph;
    const size_t drawn = graph.edges.size();
    graph.edges.reserve(2 * drawn);
    for (size_t i = 0; i < drawn; ++i) {
      graph.edges.push_back({graph.edges[i].target, graph.edges[i].source});
    }
    return graph;
  }
  if (parts[0] == "sbm" && parts.size() == 5 &&
      absl::SimpleAtoi(parts[1], &vertices) &&
      absl::SimpleAtoi(parts[2], &edges) &&
      absl::SimpleAtoi(parts[3], &groups) && groups > 0 && groups <= vertices &&
      absl::SimpleAtod(parts[4], &mixing)) {
    return StochasticBlocks(vertices, edges, groups, mixing, random);
  }
  if (parts[0] == "random" && parts.size() == 3 &&
      absl::SimpleAtoi(parts[1], &vertices) && vertices > 0 &&
      absl::SimpleAtoi(parts[2], &edges)) {
    return UniformEdges(vertices, edges, random);
  }
  return ReadEdges(std::string(spec));
}

void WriteEdges(const EdgeList& graph, std::ostream& out) {
  std::string text;
  for (const Edge& edge : graph.edges) {
    absl::StrAppend(&text, edge.source, " ", edge.target, "\n");
    if (text.size() < size_t{1} << 20) continue;
    out << text;
    text.clear();
  }
  out << text;
}

}  // namespace skg::bench
