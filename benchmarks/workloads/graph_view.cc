// Views of stored graphs: built, built with weights, refreshed after a few
// writes, given again; and PageRank of a small stored graph from the start.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/scratch_directory.h"
#include "harness/stopwatch.h"
#include "kernels/graphs.h"
#include "skg/centrality.h"
#include "skg/engine.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

constexpr int kWrites = 100;
constexpr double kWantedEdges = 8e6;  // a second: 16 million in two

// An engine with the large graph and the small one. Not thread-safe.
class Stores {
 public:
  static absl::StatusOr<std::shared_ptr<Stores>> Make(const Options& options) {
    SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                         ScratchDirectory::Make(options.data));
    SKG_ASSIGN_OR_RETURN(
        std::unique_ptr<Engine> engine,
        Engine::Open(directory.store(),
                     {.durability = Durability::kNone,
                      .memory_budget_bytes = options.memory_bytes}));
    // Sixteen edges a vertex.
    const auto scale = static_cast<int>(
        std::bit_width(std::max<uint64_t>(options.triples / 16, 2)) - 1);
    SKG_ASSIGN_OR_RETURN(
        Graph large,
        Load(*engine, "large", absl::StrCat("rmat:", scale), options.seed));
    SKG_ASSIGN_OR_RETURN(
        Graph small,
        Load(*engine, "small", "random:10000:100000", options.seed));
    return std::shared_ptr<Stores>(
        new Stores(std::move(directory), std::move(engine), std::move(large),
                   std::move(small)));
  }

  [[nodiscard]] Graph& large() { return large_; }
  [[nodiscard]] Graph& small() { return small_; }
  // Options that no view was made with before: nothing is found in the cache.
  [[nodiscard]] GraphViewOptions NewOptions() {
    return {.min_weight = 1e-6f * static_cast<float>(++made_)};
  }

 private:
  Stores(ScratchDirectory directory, std::unique_ptr<Engine> engine,
         Graph large, Graph small)
      : directory_(std::move(directory)),
        engine_(std::move(engine)),
        large_(std::move(large)),
        small_(std::move(small)) {}

  static absl::StatusOr<Graph> Load(Engine& engine, const std::string& name,
                                    const std::string& spec, uint64_t seed) {
    SKG_ASSIGN_OR_RETURN(const EdgeList edges, MakeGraph(spec, seed));
    SKG_ASSIGN_OR_RETURN(Graph graph, engine.OpenGraph(name, {.create = true}));
    size_t next = 0;
    SKG_RETURN_IF_ERROR(
        graph
            .BulkLoad([&](NewStatement* out) -> absl::StatusOr<bool> {
              if (next == edges.edges.size()) return false;
              const Edge& edge = edges.edges[next++];
              out->subject = absl::StrCat("n", edge.source);
              out->predicate = "links";
              out->object = absl::StrCat("n", edge.target);
              out->weight = static_cast<float>(next % 100 + 1) / 100;
              return true;
            })
            .status());
    return graph;
  }

  // Destroyed last to first.
  ScratchDirectory directory_;
  std::unique_ptr<Engine> engine_;
  Graph large_, small_;
  uint64_t made_ = 0;
};

absl::StatusOr<Sample> TimeView(const Graph& graph,
                                const GraphViewOptions& options) {
  SKG_ASSIGN_OR_RETURN(const uint64_t statements, graph.Count());
  const Stopwatch watch;
  SKG_ASSIGN_OR_RETURN(const GraphView view, graph.View(options));
  const Sample sample{
      .operations = static_cast<double>(statements),
      .seconds = watch.Seconds(),
      .cpu_seconds = watch.CpuSeconds(),
      .rows = view.edges(),
      .figures = {{"ms", watch.Seconds() * 1e3},
                  {"MB", static_cast<double>(view.memory_bytes()) / 1e6}}};
  if (view.edges() == statements) return sample;
  return absl::InternalError(absl::StrCat(
      "a view of ", view.edges(), " edges of ", statements, " statements"));
}

absl::StatusOr<Sample> TimeRefresh(Graph& graph, uint64_t run) {
  SKG_RETURN_IF_ERROR(graph.View().status());
  for (int i = 0; i < kWrites; ++i) {
    SKG_RETURN_IF_ERROR(graph
                            .Add({.subject = absl::StrCat("new", run),
                                  .predicate = "links",
                                  .object = absl::StrCat("n", i)})
                            .status());
  }
  return TimeView(graph, {});
}

absl::StatusOr<Sample> TimePageRank(Stores& stores) {
  const GraphViewOptions options = stores.NewOptions();
  const Stopwatch watch;
  SKG_ASSIGN_OR_RETURN(const GraphView view, stores.small().View(options));
  SKG_ASSIGN_OR_RETURN(const IteratedScores ranks, PageRank(view));
  const Sample sample{.operations = 1,
                      .seconds = watch.Seconds(),
                      .cpu_seconds = watch.CpuSeconds(),
                      .rows = ranks.scores.size(),
                      .figures = {{"ms", watch.Seconds() * 1e3}}};
  if (ranks.converged) return sample;
  return absl::InternalError("PageRank has not converged");
}

}  // namespace

absl::StatusOr<Plan> PrepareGraphView(const Options& options) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<Stores> stores,
                       Stores::Make(options));
  SKG_ASSIGN_OR_RETURN(const uint64_t statements, stores->large().Count());
  Plan plan;
  plan.facts = {
      {"data", absl::StrCat("R-MAT, ", statements,
                            " statements; and 100,000 random ones among "
                            "10,000 nodes")}};
  const auto add = [&](const char* name, const char* unit, auto run) {
    plan.series.push_back({.name = name, .unit = unit, .run = run});
  };
  add("built", "edges",
      [stores] { return TimeView(stores->large(), stores->NewOptions()); });
  plan.series.back().wanted_rate = kWantedEdges;
  add("built, weighted", "edges", [stores] {
    GraphViewOptions view = stores->NewOptions();
    view.weighted = true;
    return TimeView(stores->large(), view);
  });
  add("refreshed after 100 writes", "edges",
      [stores, run = uint64_t{0}]() mutable {
        return TimeRefresh(stores->large(), ++run);
      });
  add("unchanged", "edges", [stores] { return TimeView(stores->large(), {}); });
  add("PageRank of 10,000 nodes, view included", "calls",
      [stores] { return TimePageRank(*stores); });
  plan.series.back().wanted_rate = 100;
  return plan;
}

}  // namespace skg::bench
