// The live graph as arrays: who matters, who belongs together, and how one
// reaches another.
//
//   skg_example_analytics DIRECTORY
#include <skg/centrality.h>
#include <skg/communities.h>
#include <skg/engine.h>
#include <skg/paths.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace {

absl::Status AddLetters(skg::Graph& graph) {
  return graph
      .Update(
          "INSERT DATA { :Ada :writesTo :Charles . :Charles :writesTo :Ada . "
          ":Mary :writesTo :Ada , :Charles . "
          ":Charles :writesTo :Michael . "
          ":Michael :writesTo :John . :John :writesTo :Michael . "
          ":William :writesTo :Michael , :John . :Ada :born 1815 }")
      .status();
}

absl::Status PrintRanks(const skg::GraphView& view) {
  const absl::StatusOr<skg::IteratedScores> ranks = skg::PageRank(view);
  if (!ranks.ok()) return ranks.status();
  const absl::StatusOr<std::vector<std::string>> names =
      view.Names(skg::TopK(ranks->scores, 3));
  if (!names.ok()) return names.status();
  std::cout << "most written to:";
  for (const std::string& name : *names) std::cout << ' ' << name;
  std::cout << '\n';
  return absl::OkStatus();
}

absl::Status PrintCircles(const skg::GraphView& view) {
  const absl::StatusOr<skg::LeidenResult> found = skg::Leiden(view);
  if (!found.ok()) return found.status();
  for (skg::Vertex c = 0; c < found->partition.communities; ++c) {
    std::vector<skg::Vertex> members;
    for (skg::Vertex v = 0; v < view.vertices(); ++v) {
      if (found->partition.community[v] == c) members.push_back(v);
    }
    const absl::StatusOr<std::vector<std::string>> names = view.Names(members);
    if (!names.ok()) return names.status();
    std::cout << "circle " << c + 1 << ':';
    for (const std::string& name : *names) std::cout << ' ' << name;
    std::cout << '\n';
  }
  return absl::OkStatus();
}

absl::Status PrintWay(const skg::GraphView& view, const std::string& from,
                      const std::string& to) {
  const auto source = view.Find(from), target = view.Find(to);
  if (!source.ok()) return source.status();
  if (!target.ok()) return target.status();
  if (!*source || !*target) return absl::OkStatus();
  const absl::StatusOr<skg::AllShortestPathsResult> found =
      skg::AllShortestPaths(view, **source, **target);
  if (!found.ok()) return found.status();
  for (const std::vector<skg::Vertex>& path : found->paths) {
    const absl::StatusOr<std::vector<std::string>> names = view.Names(path);
    if (!names.ok()) return names.status();
    std::cout << "way:";
    for (const std::string& name : *names) std::cout << ' ' << name;
    std::cout << '\n';
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<skg::Engine>> engine =
      skg::Engine::Open(directory);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<skg::Graph> graph =
      (*engine)->OpenGraph("letters", {.create = true});
  if (!graph.ok()) return graph.status();
  if (absl::Status added = AddLetters(*graph); !added.ok()) return added;
  // Kept until something is written, and then brought up to date.
  const absl::StatusOr<skg::GraphView> view =
      graph->View({.predicates = {"writesTo"}});
  if (!view.ok()) return view.status();
  for (const absl::Status& printed : {PrintRanks(*view), PrintCircles(*view),
                                      PrintWay(*view, "Mary", "John")})
    if (!printed.ok()) return printed;
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: skg_example_analytics DIRECTORY\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (status.ok()) return 0;
  std::cerr << "skg_example_analytics: " << status << '\n';
  return 1;
}
