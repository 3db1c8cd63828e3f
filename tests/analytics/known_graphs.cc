#include "known_graphs.h"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "support/test_support.h"

namespace skg::test {

std::optional<KnownGraph> ReadKnownGraph(const std::string& name) {
  const auto shared = SharedFolder();
  if (!shared || !std::filesystem::exists(*shared / "data/communities")) {
    WARN("skipped: there is no shared/data/communities beside the checkout");
    return std::nullopt;
  }
  const auto text = ReadFile(*shared / "data/communities" / name);
  REQUIRE_OK(text);
  std::istringstream words(*text);
  std::map<std::string, Vertex> vertex, label;
  std::vector<Vertex> truth;
  std::vector<Edge> edges;
  std::string source;
  bool in_edge = false;
  // Keys that say nothing here are passed over word by word.
  for (std::string key, value; words >> key;) {
    if (key == "node" || key == "edge") {
      in_edge = key == "edge";
    } else if (key == "id" && !in_edge) {
      words >> value;
      const auto number = static_cast<Vertex>(vertex.size());
      REQUIRE(vertex.emplace(value, number).second);
    } else if (key == "gt") {
      words >> value;
      if (value.front() == '"') value = value.substr(1, value.size() - 2);
      truth.push_back(label.emplace(value, static_cast<Vertex>(label.size()))
                          .first->second);
    } else if (key == "source") {
      words >> source;
    } else if (key == "target") {
      words >> value;
      if (value != source)
        edges.push_back({vertex.at(source), vertex.at(value)});
    }
  }
  REQUIRE(truth.size() == vertex.size());
  return KnownGraph{
      GraphView::FromEdges(static_cast<Vertex>(vertex.size()), edges).value(),
      PartitionOf(truth)};
}

}  // namespace skg::test
