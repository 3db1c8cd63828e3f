// The store against a std::map of statements, in random runs with every kind of
// operation, named graphs, edges, records, reopening and old views.
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

// How soon the delta is folded and batches become runs: small numbers make
// runs and merges of a small model.
void RandomRun(uint64_t stream, bool rocks, uint64_t fold_rows,
               size_t run_rows) {
  Run run(stream);
  const skg::test::TemporaryDirectory directory;
  const StoreOptions options{.fold_rows = fold_rows, .run_rows = run_rows};
  std::unique_ptr<Store> store =
      rocks ? OpenRocksStore(directory / "data", options)
            : OpenMemoryStore(options);
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
    if (fold_rows < 100 && run.Below(40) == 0) {
      REQUIRE_OK(store->Compact(*graph));
      RequireClean(*store);
      Compare(*graph->Latest(), model);
    }
    if (rocks && run.Below(20) == 0) {
      for (const Old& then : old) Compare(then.view, then.model);
      old.clear();
      view = absl::UnknownError("closed");
      graph.reset();
      store.reset();
      store = OpenRocksStore(directory / "data", options);
      graph = CreateGraph(*store);
    }
  }
  for (const Old& then : old) Compare(then.view, then.model);
  old.clear();
  RequireClean(*store);
}

constexpr uint64_t kNoFolds = 1 << 20;

TEST_CASE("a store in memory holds what a map of statements holds") {
  for (uint64_t stream = 0; stream < 6; ++stream)
    RandomRun(stream, false, kNoFolds, kNoFolds);
}

TEST_CASE("it holds the same while the delta is folded and runs are merged") {
  for (uint64_t stream = 0; stream < 6; ++stream)
    RandomRun(stream, false, 1 + 7 * stream, kNoFolds);
}

TEST_CASE("it holds the same where batches become runs of their own") {
  for (uint64_t stream = 20; stream < 26; ++stream)
    RandomRun(stream, false, stream % 2 == 0 ? 15 : kNoFolds,
              1 + (stream - 20) * 2);
}

TEST_CASE(
    "a store on RocksDB holds what a map of statements holds, also reopened") {
  for (uint64_t stream = 100; stream < 103; ++stream)
    RandomRun(stream, true, kNoFolds, kNoFolds);
}

TEST_CASE("a store on RocksDB holds the same with folds and merges") {
  for (uint64_t stream = 103; stream < 106; ++stream)
    RandomRun(stream, true, 5 + 10 * (stream - 103), 4);
}

}  // namespace
}  // namespace skg::storage::test
