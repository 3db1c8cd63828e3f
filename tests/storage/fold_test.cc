// Folds and merges: nothing that a reader or a writer sees may change by them.
#include "storage/fold.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/run.h"
#include "storage/store_fixture.h"
#include "support/fault_kv.h"

namespace skg::storage::test {
namespace {

constexpr uint64_t kNever = UINT64_MAX;

Outcome Remove(const GraphStore& graph, std::string_view s, std::string_view p,
               std::string_view o) {
  RequestBuilder builder(graph);
  builder.Remove(Name(s), Name(p), Name(o));
  return builder.Commit().outcomes[0];
}

size_t RowCount(const GraphStore& graph) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  return AllRows(*view).size();
}

uint64_t Entries(const Store& store, Family family) {
  const auto rows = const_cast<Store&>(store).kv().NewIterator(family, {});
  uint64_t entries = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++entries;
  REQUIRE_OK(rows->status());
  return entries;
}

RunInfo RunOf(uint32_t number, uint64_t commits, uint64_t rows,
              bool history = false) {
  RunInfo run;
  run.number = number;
  run.history = history;
  run.min_commit = commits;
  run.max_commit = commits + 9;
  run.rows = rows;
  return run;
}

TEST_CASE("a fold moves every row out of the delta") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 3000; ++i)
    AddOne(graph, "s" + std::to_string(i % 50), "p", std::to_string(i));
  CHECK(Entries(*store, Family::kDelta) == 9000);
  REQUIRE_OK(store->Compact(graph));
  CHECK(Entries(*store, Family::kDelta) == 0);
  CHECK(Entries(*store, Family::kGspo) == 3);
  CHECK(Entries(*store, Family::kSpog) == 0);
  CHECK(RowCount(graph) == 3000);
  RequireClean(*store);
  // With nothing new there is nothing to do.
  REQUIRE_OK(store->Compact(graph));
  CHECK(Entries(*store, Family::kGspo) == 3);
}

TEST_CASE("a view made beside a fold is not shown after it") {
  std::function<void()> beside;  // once
  skg::test::FaultPlan plan;
  plan.after_snapshot = [&beside] {
    if (const auto now = std::exchange(beside, nullptr)) now();
  };
  auto opened = Store::Open(
      std::make_unique<skg::test::FaultKv>(MakeMemoryKv(), plan),
      {.fold_rows = kNever});
  REQUIRE_OK(opened);
  Store& store = **opened;
  const GraphStore graph = CreateGraph(store);
  AddOne(graph, "a", "p", "b");
  beside = [&] { REQUIRE_OK(store.Compact(graph)); };
  const auto before = graph.Latest();
  REQUIRE_OK(before);
  CHECK(before->snapshot()->head().delta_rows == 1);
  const auto after = graph.Latest();
  REQUIRE_OK(after);
  CHECK(after->snapshot()->head().delta_rows == 0);
  CHECK(AllRows(*before).size() == 1);
  CHECK(AllRows(*after).size() == 1);
}

TEST_CASE("the writer knows what lies in runs") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b", 0.5f);
  AddOne(graph, "c", "p", "d");
  REQUIRE_OK(store->Compact(graph));
  CHECK(AddOne(graph, "a", "p", "b", 0.5f).outcomes[0] == Outcome::kDuplicate);
  CHECK(AddOne(graph, "a", "p", "b", 0.7f).outcomes[0] == Outcome::kReplaced);
  CHECK(Remove(graph, "c", "p", "d") == Outcome::kRemoved);
  CHECK(Remove(graph, "c", "p", "d") == Outcome::kAbsent);
  CHECK(RowCount(graph) == 1);
  RequireClean(*store);
  REQUIRE_OK(store->Compact(graph));
  CHECK(RowCount(graph) == 1);
  CHECK(AddOne(graph, "c", "p", "d").outcomes[0] == Outcome::kInserted);
  RequireClean(*store);
}

// A remove that is settled too early would show an older row again.
TEST_CASE("what was removed stays removed, however the runs are merged") {
  const auto store = OpenMemoryStore({.fold_rows = 1});
  const GraphStore graph = CreateGraph(*store);
  for (int round = 0; round < 30; ++round) {
    AddOne(graph, "a", "p", "b", 0.1f);
    AddOne(graph, "a", "p", "b", 0.2f);
    CHECK(RowCount(graph) == 1);
    Remove(graph, "a", "p", "b");
    CHECK(RowCount(graph) == 0);
    if (round % 3 == 0) store->WaitForMaintenance();
    CHECK(RowCount(graph) == 0);
  }
  RequireClean(*store);
  REQUIRE_OK(store->Compact(graph));
  CHECK(RowCount(graph) == 0);
  RequireClean(*store);
}

TEST_CASE("a statement with a long past folds into one row and its history") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "x", "p", "y");
  for (int i = 0; i < 5000; ++i)
    AddOne(graph, "a", "p", "b", static_cast<float>(i % 100) / 100);
  Remove(graph, "a", "p", "b");
  AddOne(graph, "z", "p", "y");
  REQUIRE_OK(store->Compact(graph));
  CHECK(RowCount(graph) == 2);
  RequireClean(*store);
}

TEST_CASE("a view goes on showing its state while runs come and go") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 100; ++i) AddOne(graph, "s", "p", std::to_string(i));
  auto before = graph.Latest();
  REQUIRE_OK(before);
  auto scan = before->Scan({});
  REQUIRE_OK(scan);
  REQUIRE_OK(store->Compact(graph));
  for (int i = 0; i < 50; ++i) Remove(graph, "s", "p", std::to_string(i));
  REQUIRE_OK(store->Compact(graph));
  StatementBatch batch;
  auto more = (*scan)->Next(batch);
  REQUIRE_OK(more);
  CHECK(batch.size() == 100);
  CHECK(AllRows(*before).size() == 100);
  CHECK(RowCount(graph) == 50);
}

TEST_CASE("a fold that is cancelled leaves the graph as it was") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 5000; ++i) AddOne(graph, "s", "p", std::to_string(i));
  Cancellation cancellation;
  cancellation.Cancel();
  CHECK(absl::IsCancelled(store->Compact(graph, &cancellation)));
  CHECK(RowCount(graph) == 5000);
  CHECK(Entries(*store, Family::kGspo) == 0);
  RequireClean(*store);
  REQUIRE_OK(store->Compact(graph));
  CHECK(Entries(*store, Family::kDelta) == 0);
  RequireClean(*store);
}

TEST_CASE("folds and merges tell how far they are") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  uint64_t last_done = 0, last_total = 0;
  size_t calls = 0;
  RewriteProgress progress([&](uint64_t done, uint64_t total) {
    // No assertion here: there are many calls.
    if (done < last_done || done > total) ++calls += 1'000'000;
    last_done = done, last_total = total, ++calls;
  });
  const rdf::Term named = Name("g");
  uint64_t expected = 0;
  const auto add = [&](int count, int in_named) {
    for (int i = 0; i < count; ++i) {
      RequestBuilder builder(graph);
      builder.Add(Name("s" + std::to_string(i)), Name("p"),
                  Name("o" + std::to_string(last_done + size_t(i))), 1.0f,
                  i < in_named ? &named : nullptr);
      builder.Commit();
    }
  };
  // A row counts once for each order it is packed in.
  add(300, 50);
  REQUIRE_OK(FoldDelta(graph.state(), nullptr, &progress));
  expected += 3 * 300 + 3 * 50;
  CHECK(last_done == expected);
  CHECK(last_total == expected);
  // Another step comes on top.
  add(20, 20);
  REQUIRE_OK(FoldDelta(graph.state(), nullptr, &progress));
  expected += 6 * 20;
  CHECK(last_done == expected);
  std::vector<uint32_t> runs;
  for (const RunInfo& info : graph.Latest()->snapshot()->manifest().runs)
    runs.push_back(info.number);
  REQUIRE(runs.size() == 2);
  REQUIRE_OK(MergeRuns(graph.state(), runs, nullptr, &progress));
  expected += 3 * 320 + 3 * 70;
  CHECK(last_done == expected);
  CHECK(last_total == expected);
  CHECK(calls > 10);
  CHECK(calls < 1'000'000);
  RequireClean(*store);
}

TEST_CASE("an open removes what an interrupted fold left") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data", {.fold_rows = kNever});
  {
    const GraphStore graph = CreateGraph(*store);
    for (int i = 0; i < 10; ++i) AddOne(graph, "s", "p", std::to_string(i));
    REQUIRE_OK(store->Compact(graph));
    const uint64_t blocks = Entries(*store, Family::kGspo);
    RowKey first;
    const auto batch = store->kv().NewBatch();
    const std::string key = BlockKey(graph.description().number, 1000, first);
    batch->Put(Family::kGspo, key, "left");
    batch->Put(Family::kGpos, key, "left");
    REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));
    CHECK(Entries(*store, Family::kGspo) == blocks + 1);
  }
  store.reset();
  store = OpenRocksStore(directory / "data", {.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  CHECK(RowCount(graph) == 10);
  CHECK(Entries(*store, Family::kGspo) == 1);
  CHECK(Entries(*store, Family::kGpos) == 1);
  RequireClean(*store);
}

TEST_CASE("a damaged block is DataLoss, never another answer") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 100; ++i) AddOne(graph, "s", "p", std::to_string(i));
  REQUIRE_OK(store->Compact(graph));
  std::string key, value;
  {
    const auto rows = store->kv().NewIterator(Family::kGspo, {});
    rows->SeekToFirst();
    key = rows->key();
    value = rows->value();
  }
  value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 4);
  const auto batch = store->kv().NewBatch();
  batch->Put(Family::kGspo, key, value);
  REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));
  AddOne(graph, "other", "p", "x");  // a new snapshot
  auto view = graph.Latest();
  REQUIRE_OK(view);
  auto scan = view->Scan({});
  REQUIRE_OK(scan);
  StatementBatch rows;
  CHECK((*scan)->Next(rows).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("writers and readers go on while folds and merges run") {
  const auto store = OpenMemoryStore({.fold_rows = 20});
  const GraphStore graph = CreateGraph(*store);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        CommitRequest request;
        request.new_terms = {Name("s" + std::to_string(i)),
                             Name("p" + std::to_string(t)), Name("o")};
        WriteOperation& operation = request.operations.emplace_back();
        operation.key = {TermId{}, TermId::Make(rdf::TermTag::kArena, 0),
                         TermId::Make(rdf::TermTag::kArena, 1),
                         TermId::Make(rdf::TermTag::kArena, 2), 0};
        if (!GraphStore(graph).Commit(request).ok()) std::abort();
      }
    });
  }
  std::atomic<bool> torn{false};
  threads.emplace_back([&] {
    while (!done) {
      const auto view = graph.Latest();
      const auto counts = view->Count({});
      auto scan = view->Scan({});
      StatementBatch batch;
      uint64_t rows = 0;
      while (*(*scan)->Next(batch)) rows += batch.size();
      if (counts->statements != rows) torn = true;
    }
  });
  threads[0].join();
  threads[1].join();
  done = true;
  threads[2].join();
  CHECK_FALSE(torn);
  store->WaitForMaintenance();
  CHECK(RowCount(graph) == 600);
  RequireClean(*store);
}

TEST_CASE("a dropped graph leaves no rows, also while it is folded") {
  const auto store = OpenMemoryStore({.fold_rows = 10});
  for (int round = 0; round < 5; ++round) {
    const GraphStore graph = CreateGraph(*store, "g");
    for (int i = 0; i < 40; ++i) AddOne(graph, "s", "p", std::to_string(i));
    REQUIRE_OK(store->DropGraph("public", "g"));
  }
  store->WaitForMaintenance();
  // The next graph gets a number of its own and sees nothing.
  CHECK(RowCount(CreateGraph(*store, "g")) == 0);
  RequireClean(*store);
}

TEST_CASE("merges take neighbours in time of one size, fan-in many at least") {
  Manifest manifest;
  for (uint32_t i = 0; i + 1 < kMergeFanIn; ++i)
    manifest.runs.push_back(RunOf(i, 10 * i + 1, 1000));
  CHECK(ChooseMerge(manifest).empty());
  manifest.runs.push_back(RunOf(50, 1000, 1000, /*history=*/true));
  CHECK(ChooseMerge(manifest).empty());
  manifest.runs.push_back(RunOf(51, 1001, 2000));
  CHECK(ChooseMerge(manifest).size() == kMergeFanIn);
  // A large one in the middle stays and parts the others.
  manifest.runs[3].rows = 1 << 20;
  CHECK(ChooseMerge(manifest).empty());
}

TEST_CASE("a graph in use gives back what of its runs nobody asks for") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  for (int run = 0; run < 3; ++run) {
    RequestBuilder builder(graph);
    for (int i = 0; i < 5000; ++i)
      builder.Add(Name("s" + std::to_string(run)), Name("p"),
                  Name("o" + std::to_string(i)));
    builder.Commit();
  }
  const auto scan = [&](const ReadView& view) {
    ScanPattern by_predicate;
    by_predicate.predicate = *graph.Lookup(Name("p"));
    return AllRows(view, by_predicate).size();
  };
  const auto find = [&](const ReadView& view) {
    const StatementKey key{{},
                           *graph.Lookup(Name("s1")),
                           *graph.Lookup(Name("p")),
                           *graph.Lookup(Name("o17")),
                           0};
    auto found = view.Find(key);
    REQUIRE_OK(found);
    return found->has_value();
  };
  graph.state().ReleaseUnusedRuns();  // what their builders had preloaded
  auto before = graph.Latest();
  REQUIRE_OK(before);
  CHECK(scan(*before) == 15'000);
  CHECK(find(*before));
  const size_t all = store->memory().runs;
  CHECK(all > 0);
  // All of it was used since the last time.
  graph.state().ReleaseUnusedRuns();
  CHECK(store->memory().runs == all);

  CHECK(find(*graph.Latest()));
  graph.state().ReleaseUnusedRuns();
  CHECK(store->memory().runs == all);  // the open view has it still
  before = graph.Latest();
  const size_t rest = store->memory().runs;
  CHECK(rest < all);
  CHECK(rest > 0);  // the filters, and fences of one order
  CHECK(find(*before));
  CHECK(store->memory().runs == rest);
  CHECK(scan(*before) == 15'000);
  CHECK(store->memory().runs == all);
  // Writers find what is stored, whoever let go of what.
  graph.state().ReleaseUnusedRuns();
  graph.state().ReleaseUnusedRuns();
  CHECK(AddOne(graph, "s1", "p", "o17").outcomes[0] == Outcome::kDuplicate);
  CHECK(AddOne(graph, "s1", "p", "new").outcomes[0] == Outcome::kInserted);
  RequireClean(*store);
}

}  // namespace
}  // namespace skg::storage::test
