// The graphs of the shared folder's data/graphs that tests of kernels read.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "skg/graph_view.h"
#include "support/test_support.h"

namespace skg::test {

struct SharedGraph {
  GraphView view;
  std::vector<std::string> names;  // by vertex
};

// data/graphs/<name>: nodes.csv has a name a line, edges.csv lines that begin
// with "from,to". Nothing where there is no shared folder.
inline std::optional<SharedGraph> ReadSharedGraph(const std::string& name) {
  const auto shared = SharedFolder();
  if (!shared) {
    WARN("skipped: there is no shared folder with data/graphs");
    return std::nullopt;
  }
  const auto folder = *shared / "data" / "graphs" / name;
  const absl::StatusOr<std::string> nodes = ReadFile(folder / "nodes.csv");
  REQUIRE_OK(nodes);
  const absl::StatusOr<std::string> text = ReadFile(folder / "edges.csv");
  REQUIRE_OK(text);
  std::vector<std::string> names;
  std::map<std::string, Vertex> vertices;
  std::istringstream node_lines(*nodes), edge_lines(*text);
  for (std::string line; std::getline(node_lines, line);) {
    vertices[line] = static_cast<Vertex>(names.size());
    names.push_back(line);
  }
  std::vector<Edge> edges;
  for (std::string line; std::getline(edge_lines, line);) {
    std::string from, to;
    std::istringstream parts(line);
    std::getline(parts, from, ',');
    std::getline(parts, to, ',');
    edges.push_back({vertices.at(from), vertices.at(to)});
  }
  auto view = GraphView::FromEdges(static_cast<Vertex>(names.size()), edges);
  REQUIRE_OK(view);
  return SharedGraph{*std::move(view), std::move(names)};
}

}  // namespace skg::test
