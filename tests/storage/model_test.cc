// The store against a std::map of statements, in random runs with every kind of
// operation, named graphs, edges, records, reopening and old views.
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

void RandomRun(uint64_t stream, bool rocks) {
  Run run(stream);
  const skg::test::TemporaryDirectory directory;
  std::unique_ptr<Store> store =
      rocks ? OpenRocksStore(directory / "data") : OpenMemoryStore();
  std::optional<GraphStore> graph = CreateGraph(*store);
  Model model;
  struct Old {
    ReadView view;
    Model model;
  };
  std::vector<Old> old;

  const int commits = rocks ? 60 : 120;
  for (int i = 0; i < commits; ++i) {
    RandomCommit(run, *graph, model);
    auto view = graph->Latest();
    REQUIRE_OK(view);
    Compare(*view, model);
    if (run.Below(10) == 0) ComparePatterns(run, *view, model);
    if (run.Below(8) == 0) old.push_back({*view, model});
    if (rocks && run.Below(20) == 0) {
      for (const Old& then : old) Compare(then.view, then.model);
      old.clear();
      view = absl::UnknownError("closed");
      graph.reset();
      store.reset();
      store = OpenRocksStore(directory / "data");
      graph = CreateGraph(*store);
    }
  }
  for (const Old& then : old) Compare(then.view, then.model);
  old.clear();
  RequireClean(*store);
}

TEST_CASE("a store in memory holds what a map of statements holds") {
  for (uint64_t stream = 0; stream < 6; ++stream) RandomRun(stream, false);
}

TEST_CASE(
    "a store on RocksDB holds what a map of statements holds, also reopened") {
  for (uint64_t stream = 100; stream < 103; ++stream) RandomRun(stream, true);
}

}  // namespace
}  // namespace skg::storage::test
