// What the kernels of structure and paths take from the memory budget.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "analytics/graph_view_impl.h"
#include "skg/paths.h"
#include "skg/structure.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

TEST_CASE(
    "Kernels take memory from the budget, give it back, and end where "
    "there is none",
    "[structure][paths]") {
  auto random = test::Random();
  const test::TestGraph graph = test::RandomGraph(random, 20'000, 100'000);
  MemoryBudget budget(size_t{64} << 20);
  const GraphView view =
      analytics::GraphViewImpl::Wrap(std::make_shared<analytics::GraphViewImpl>(
          analytics::CsrOfEdges(graph.vertices, graph.edges, false,
                                ParallelEdges::kSum),
          false, ParallelEdges::kSum, analytics::ViewOrigin(), &budget,
          budget.Reserve("views", 1).value()));
  REQUIRE_OK(view.both());

  struct Case {
    std::string name;
    std::function<absl::Status()> call;
  };
  const Case cases[] = {
      {"weak", [&] { return WeaklyConnectedComponents(view).status(); }},
      {"strong", [&] { return StronglyConnectedComponents(view).status(); }},
      {"cores", [&] { return CoreNumbers(view).status(); }},
      {"triangles", [&] { return TriangleCount(view).status(); }},
      {"clustering", [&] { return Clustering(view).status(); }},
      {"features", [&] { return VertexFeatures(view).status(); }},
      {"breadth", [&] { return BreadthFirstSearch(view, 0).status(); }},
      {"depth", [&] { return DepthFirstSearch(view, 0).status(); }},
      {"all shortest", [&] { return AllShortestPaths(view, 0, 1).status(); }},
      {"shortest", [&] { return ShortestPath(view, 0, 1).status(); }},
      {"k shortest", [&] { return KShortestPaths(view, 0, 1).status(); }},
      {"one source",
       [&] { return SingleSourceShortestPaths(view, 0).status(); }},
  };
  const size_t free = budget.free_bytes();
  for (const Case& c : cases) {
    INFO(c.name);
    REQUIRE_OK(c.call());
    CHECK(budget.free_bytes() == free);
    {
      const auto others = budget.Reserve("others", free - 100'000).value();
      CHECK(c.call().code() == absl::StatusCode::kResourceExhausted);
      CHECK(budget.free_bytes() == 100'000);
    }
    CHECK(budget.free_bytes() == free);
  }
}

}  // namespace
}  // namespace skg
