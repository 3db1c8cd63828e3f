#include "structure_support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <numeric>
#include <sstream>

#include "absl/time/clock.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

// Numbers of any text, whatever lies between them.
std::vector<uint64_t> Numbers(const std::string& line) {
  std::vector<uint64_t> numbers;
  std::istringstream in(line);
  for (uint64_t number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TestGraph OfCsv(const std::string& nodes, std::string edges) {
  TestGraph graph;
  std::map<uint64_t, Vertex> number;
  for (const std::string& line : Lines(nodes)) {
    number.emplace(Numbers(line).at(0), graph.vertices++);
  }
  std::replace(edges.begin(), edges.end(), ',', ' ');
  for (const std::string& line : Lines(edges)) {
    const std::vector<uint64_t> ends = Numbers(line);
    graph.edges.push_back({number.at(ends.at(0)), number.at(ends.at(1))});
  }
  return graph;
}

TestGraph OfMetis(const std::string& text) {
  TestGraph graph;
  const std::vector<std::string> lines = Lines(text);
  graph.vertices = static_cast<Vertex>(Numbers(lines.at(0)).at(0));
  for (Vertex v = 0; v < graph.vertices; ++v) {
    for (const uint64_t target : Numbers(lines.at(v + 1))) {
      graph.edges.push_back({v, static_cast<Vertex>(target - 1)});
    }
  }
  return graph;
}

TestGraph OfGml(const std::string& text) {
  TestGraph graph;
  std::istringstream in(text);
  std::map<uint64_t, Vertex> number;
  bool in_edge = false;
  uint64_t value = 0;
  for (std::string word; in >> word;) {
    if (word == "node" || word == "edge") in_edge = word == "edge";
    if (word == "id" && !in_edge && in >> value) {
      number.emplace(value, graph.vertices++);
    }
    if (word == "source" && in >> value) {
      graph.edges.push_back({number.at(value), 0});
    }
    if (word == "target" && in >> value) {
      graph.edges.back().target = number.at(value);
    }
  }
  return graph;
}

}  // namespace

GraphView TestGraph::View(bool weighted) const {
  return GraphView::FromEdges(vertices, edges, weighted).value();
}

TestGraph TestGraph::Renamed(const std::vector<Vertex>& names) const {
  TestGraph renamed = *this;
  for (Edge& edge : renamed.edges) {
    edge.source = names[edge.source];
    edge.target = names[edge.target];
  }
  return renamed;
}

TestGraph RandomGraph(std::mt19937_64& random, Vertex vertices, size_t edges) {
  TestGraph graph{vertices, {}};
  for (size_t i = 0; i < edges; ++i) {
    graph.edges.push_back({static_cast<Vertex>(random() % vertices),
                           static_cast<Vertex>(random() % vertices),
                           static_cast<float>(random() % 9) / 8});
  }
  return graph;
}

TestGraph RandomGraph(std::mt19937_64& random, Vertex most_vertices) {
  const auto vertices = static_cast<Vertex>(1 + random() % most_vertices);
  return RandomGraph(random, vertices, random() % (4 * vertices));
}

std::vector<Vertex> RandomNames(std::mt19937_64& random, Vertex vertices) {
  std::vector<Vertex> names(vertices);
  std::iota(names.begin(), names.end(), Vertex{0});
  std::shuffle(names.begin(), names.end(), random);
  return names;
}

TestGraph Star(Vertex leaves) {
  TestGraph graph{leaves + 1, {}};
  for (Vertex v = 1; v <= leaves; ++v) graph.edges.push_back({0, v});
  return graph;
}

TestGraph Line(Vertex vertices) {
  TestGraph graph{vertices, {}};
  for (Vertex v = 1; v < vertices; ++v) graph.edges.push_back({v - 1, v});
  return graph;
}

std::vector<std::vector<bool>> Matrix(const TestGraph& graph, bool both) {
  std::vector<std::vector<bool>> rows(graph.vertices,
                                      std::vector<bool>(graph.vertices));
  for (const Edge& edge : graph.edges) {
    rows[edge.source][edge.target] = true;
    if (both) rows[edge.target][edge.source] = true;
  }
  return rows;
}

std::optional<TestGraph> SharedGraph(const std::string& name) {
  const auto shared = SharedFolder();
  if (!shared) {
    std::cout << "skipped: there is no folder shared/data\n";
    return std::nullopt;
  }
  const std::filesystem::path path = *shared / "data" / name;
  if (std::filesystem::is_directory(path)) {
    return OfCsv(ReadFile(path / "nodes.csv").value(),
                 ReadFile(path / "edges.csv").value());
  }
  if (const auto gml = ReadFile(path.string() + ".gml"); gml.ok()) {
    return OfGml(*gml);
  }
  return OfMetis(ReadFile(path.string() + ".graph").value());
}

void CheckThatItStops(
    const std::function<absl::Status(const KernelOptions&)>& kernel) {
  KernelOptions late;
  late.deadline = absl::Now() - absl::Seconds(1);
  CHECK(kernel(late).code() == absl::StatusCode::kDeadlineExceeded);
  for (const int calls : {1, 2, 3}) {
    KernelOptions cancelled;
    int heard = 0;
    bool in_range = true;
    cancelled.progress = [&](double done) {
      in_range = in_range && done >= 0 && done <= 1;
      return ++heard < calls;
    };
    const absl::Status status = kernel(cancelled);
    CHECK(in_range);
    // A short kernel may be done before it is cancelled.
    CHECK(status.code() == (heard < calls ? absl::StatusCode::kOk
                                          : absl::StatusCode::kCancelled));
    if (calls == 1) CHECK_FALSE(status.ok());
  }
}

}  // namespace skg::test
