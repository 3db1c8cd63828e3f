#include "kernels/scores.h"

#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <utility>

#include "kernels/graphs.h"
#include "nlohmann/json.hpp"
#include "skg/centrality.h"

namespace skg::bench {
namespace {

constexpr double kTolerance = 1e-12;

void Put(nlohmann::json& line, const Scores& result) {
  line["scores"] = result.scores;
}
void Put(nlohmann::json& line, const IteratedScores& result) {
  line["scores"] = result.scores;
  line["iterations"] = result.iterations;
  line["converged"] = result.converged;
}
void Put(nlohmann::json& line, const KatzScores& result) {
  Put(line, static_cast<const IteratedScores&>(result));
  line["alpha"] = result.alpha;
}
void Put(nlohmann::json& line, const HitsScores& result) {
  line["hubs"] = result.hubs;
  line["authorities"] = result.authorities;
  line["converged"] = result.converged;
}

using Measure = std::function<absl::Status(
    const GraphView& view, size_t threads, nlohmann::json& line)>;

template <typename Kernel, typename Options>
Measure Of(Kernel kernel, Options options) {
  return [kernel, options](const GraphView& view, size_t threads,
                           nlohmann::json& line) {
    Options own = options;
    own.run.threads = threads;
    const std::clock_t start = std::clock();
    const auto result = kernel(view, own);
    line["seconds"] =
        static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (result.ok()) Put(line, *result);
    return result.status();
  };
}

std::map<std::string, Measure> Measures() {
  return {
      {"pagerank", Of(PageRank, PageRankOptions{.tolerance = kTolerance,
                                                .max_iterations = 1000})},
      {"degree", Of(Degree, DegreeOptions())},
      {"betweenness", Of(Betweenness, BetweennessOptions())},
      {"betweenness-undirected",
       Of(Betweenness, BetweennessOptions{.directed = false})},
      {"betweenness-weighted",
       Of(Betweenness, BetweennessOptions{.weighted = true})},
      {"closeness", Of(Closeness, ClosenessOptions())},
      {"closeness-weighted", Of(Closeness, ClosenessOptions{.weighted = true})},
      {"harmonic", Of(Harmonic, HarmonicOptions())},
      {"eigenvector",
       Of(Eigenvector, EigenvectorOptions{.tolerance = kTolerance,
                                          .max_iterations = 100'000})},
      {"katz", Of(Katz, KatzOptions{.tolerance = kTolerance})},
      {"hits", Of(Hits, HitsOptions{.tolerance = kTolerance,
                                    .max_iterations = 100'000})}};
}

absl::Status Print(const ScoresVerb& verb) {
  const std::map<std::string, Measure> measures = Measures();
  const auto measure = measures.find(verb.kernel);
  if (measure == measures.end()) {
    std::string names;
    for (const auto& [name, unused] : measures) names += " " + name;
    return absl::NotFoundError("no measure \"" + verb.kernel +
                               "\"; there are:" + names);
  }
  const absl::StatusOr<EdgeList> edges = MakeGraph(verb.graph, 1);
  if (!edges.ok()) return edges.status();
  // A file of the script has every edge once: without weights they are 1.
  const absl::StatusOr<GraphView> view =
      GraphView::FromEdges(edges->vertices, edges->edges, /*weighted=*/true);
  if (!view.ok()) return view.status();
  for (const auto& adjacency : {view->in(), view->both()}) {
    if (!adjacency.ok()) return adjacency.status();
  }
  nlohmann::json line = {{"kernel", verb.kernel},
                         {"vertices", view->vertices()}};
  const absl::Status status = measure->second(*view, verb.threads, line);
  if (status.ok()) std::cout << line << std::endl;
  return status;
}

}  // namespace

int PrintScores(const ScoresVerb& verb) {
  const absl::Status status = Print(verb);
  if (status.ok()) return 0;
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

}  // namespace skg::bench
