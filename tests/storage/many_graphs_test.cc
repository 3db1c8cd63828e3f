// Thousands of graphs in one directory: what they cost, and what is left of
// those that were dropped.
#include <malloc.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/keys.h"
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

constexpr int kGraphs = 2000;

std::string NameOf(int i) { return absl::StrCat("g", i); }

std::vector<Store::GraphName> Names(int count) {
  std::vector<Store::GraphName> names;
  for (int i = 0; i < count; ++i)
    names.push_back({absl::StrCat("t", i % 50), NameOf(i)});
  return names;
}

GraphStore Open(Store& store, const Store::GraphName& name) {
  auto graph = store.OpenGraph(name.tenant, name.name, nullptr);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

int64_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

// Rows of all graphs with these numbers.
size_t RowsOf(KvStore& kv, uint32_t first, uint32_t last) {
  size_t count = 0;
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto rows = kv.NewIterator(static_cast<Family>(i),
                                     {.snapshot = nullptr,
                                      .lower = GraphPrefix(first),
                                      .upper = PrefixEnd(GraphPrefix(last))});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++count;
    REQUIRE_OK(rows->status());
  }
  return count;
}

// Enough rows in all families that they are deleted as ranges.
void Fill(GraphStore& graph, int statements = 200, size_t text = 100) {
  RequestBuilder builder(graph);
  for (int i = 0; i < statements; ++i) {
    builder.Add(Name(absl::StrCat("s", i)), Name("p"),
                rdf::Term::Literal(absl::StrCat(i, std::string(text, 'x'))));
  }
  builder.Commit();
  AddOne(graph, "a", "b", "c");
}

TEST_CASE("many graphs are made with one fsync") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  const std::vector<Store::GraphName> names = Names(kGraphs);
  const uint64_t syncs = store->kv().wal_syncs();
  REQUIRE_OK(store->CreateGraphs(names, {.base_namespace = "urn:many:"}));
  CHECK(store->kv().wal_syncs() <= syncs + 2);
  // Again, and with a few more, one of them twice.
  std::vector<Store::GraphName> more = Names(kGraphs + 5);
  more.push_back(more.back());
  REQUIRE_OK(store->CreateGraphs(more, {}));
  REQUIRE_OK(store->CreateGraphs({}, {}));

  const auto graphs = store->ListGraphs();
  REQUIRE_OK(graphs);
  REQUIRE(graphs->size() == kGraphs + 5);
  std::set<uint32_t> numbers;
  std::set<std::string> uuids;
  for (const GraphDescription& graph : *graphs) {
    numbers.insert(graph.number);
    uuids.insert(graph.uuid.ToString());
  }
  CHECK(numbers.size() == graphs->size());
  CHECK(uuids.size() == graphs->size());
  const auto figures = store->ReadFigures(*graphs);
  REQUIRE_OK(figures);
  for (const auto& each : *figures) REQUIRE(each);
  // None of that needed a graph in memory.
  CHECK(store->open_graphs() == 0);

  GraphStore graph = Open(*store, names[7]);
  CHECK(graph.description().base_namespace == "urn:many:");
  AddOne(graph, "a", "b", "c");
}

TEST_CASE("an idle graph that is open costs less than a kilobyte") {
  auto store = OpenMemoryStore();
  const std::vector<Store::GraphName> names = Names(kGraphs);
  REQUIRE_OK(store->CreateGraphs(names, {}));
  std::vector<GraphStore> graphs;
  graphs.reserve(kGraphs);
  for (const auto& name : names) {
    graphs.push_back(Open(*store, name));
    AddOne(graphs.back(), "a", "b", "c");
  }
  const auto read = [&] {
    for (const GraphStore& graph : graphs) {
      const auto view = graph.Latest();
      REQUIRE_OK(view);
      REQUIRE(AllRows(*view).size() == 1);
    }
  };
  read();
  // The first sweep finds them used, the second idle.
  store->ReleaseIdleMemory();
  store->ReleaseIdleMemory();
  const int64_t with = AllocatedBytes();
  graphs.clear();
  store->ReleaseIdleMemory();
  CHECK(store->open_graphs() == 0);
  const int64_t each = (with - AllocatedBytes()) / kGraphs;
  INFO(each << " bytes a graph");
  CHECK(each < 1024);
  // In memory again on demand, with all they had.
  for (const auto& name : names) graphs.push_back(Open(*store, name));
  read();
  for (const GraphStore& graph : graphs) AddOne(graph, "a", "b", "d");
}

TEST_CASE("graphs that nobody holds stay in memory only for a while") {
  auto store = OpenMemoryStore();
  REQUIRE_OK(store->CreateGraphs(Names(kGraphs), {}));
  for (const auto& name : Names(kGraphs)) {
    const GraphStore graph = Open(*store, name);
    REQUIRE_OK(graph.Latest());  // a shared snapshot must not keep it
  }
  store->ReleaseIdleMemory();
  const size_t kept = store->open_graphs();
  CHECK(kept > 0);
  CHECK(kept < kGraphs);
  store->ReleaseIdleMemory();
  store->ReleaseIdleMemory();
  CHECK(store->open_graphs() == 0);
}

// Whatever is let go and loaded again, a graph has one writer: no commit number
// is given twice and no statement is lost.
TEST_CASE("graphs are let go and opened again while others write to them") {
  auto store = OpenMemoryStore();
  const std::vector<Store::GraphName> names = Names(40);
  REQUIRE_OK(store->CreateGraphs(names, {}));
  constexpr int kThreads = 4, kCommits = 300;
  std::atomic<bool> stop = false;
  std::thread sweeper([&] {
    while (!stop) store->ReleaseIdleMemory();
  });
  std::vector<std::set<uint64_t>> commits(kThreads * names.size());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto random = skg::test::Random(static_cast<uint64_t>(t));
      for (int i = 0; i < kCommits; ++i) {
        const size_t g = random() % names.size();
        auto graph = store->OpenGraph(names[g].tenant, names[g].name, nullptr);
        CommitRequest request;
        request.durability = Durability::kNone;
        request.new_terms = {Name(absl::StrCat("s", t, "-", i))};
        const TermId id = TermId::Make(rdf::TermTag::kArena, 0);
        request.operations.resize(1);
        request.operations[0].key = {TermId{}, id, id, id};
        const auto outcome = graph->Commit(request);
        if (outcome.ok())
          commits[static_cast<size_t>(t) * names.size() + g].insert(
              outcome->result.commit);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  stop = true;
  sweeper.join();
  size_t total = 0;
  for (size_t g = 0; g < names.size(); ++g) {
    std::set<uint64_t> all;
    size_t made = 0;
    for (size_t t = 0; t < kThreads; ++t) {
      const auto& some = commits[t * names.size() + g];
      all.insert(some.begin(), some.end());
      made += some.size();
    }
    CHECK(all.size() == made);
    const GraphStore graph = Open(*store, names[g]);
    CHECK(graph.last_commit() == made);
    CHECK(AllRows(*graph.Latest()).size() == made);
    total += made;
  }
  CHECK(total == kThreads * kCommits);
  RequireClean(*store);
}

TEST_CASE("a view, a transaction and a hold keep their graph in memory") {
  auto store = OpenMemoryStore();
  std::optional<GraphStore> graph = CreateGraph(*store);
  AddOne(*graph, "a", "b", "c");
  auto view = graph->Latest();
  REQUIRE_OK(view);
  auto past = graph->AsOf(uint64_t{0});
  REQUIRE_OK(past);
  auto transaction = graph->Begin();
  REQUIRE_OK(transaction);
  const auto sweep = [&] {
    store->ReleaseIdleMemory();
    store->ReleaseIdleMemory();
  };
  SECTION("a view") {
    graph.reset();
    transaction = absl::CancelledError();
    past = absl::CancelledError();
    sweep();
    CHECK(store->open_graphs() == 1);
    CHECK(AllRows(*view).size() == 1);
    view = absl::CancelledError();
    sweep();
    CHECK(store->open_graphs() == 0);
  }
  SECTION("a view of the past") {
    graph.reset();
    transaction = absl::CancelledError();
    view = absl::CancelledError();
    sweep();
    CHECK(AllRows(*past).empty());
    CHECK(store->open_graphs() == 1);
  }
  SECTION("a transaction, whose reads are still checked") {
    CHECK(AllRows(transaction->view()).size() == 1);
    sweep();
    AddOne(*graph, "a", "b", "d");
    sweep();
    REQUIRE_OK(transaction->Intern(Name("x")));
    auto x = transaction->Intern(Name("x"));
    REQUIRE_OK(transaction->Add({TermId{}, *x, *x, *x}, 1.0f, nullptr, false));
    CHECK(absl::IsAborted(graph->Commit(*transaction, {}).status()));
  }
  past = absl::CancelledError();
  view = absl::CancelledError();
  transaction = absl::CancelledError();
}

TEST_CASE("dropped graphs go with all their rows, and no others") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  const std::vector<Store::GraphName> names = Names(300);
  REQUIRE_OK(store->CreateGraphs(names, {}));
  const auto list = store->ListGraphs();
  REQUIRE_OK(list);
  // Every sixth graph is large enough for ranges, and neighbours are as well.
  for (size_t i = 0; i < names.size(); ++i) {
    GraphStore graph = Open(*store, names[i]);
    if (i % 6 < 2) {
      Fill(graph);
    } else {
      AddOne(graph, "a", "b", "c");
    }
  }
  const auto kept = [](size_t i) { return i % 6 == 1 || i % 10 == 4; };
  std::vector<std::set<StatementKey>> before(names.size());
  std::vector<std::string> uuids;
  for (size_t i = 0; i < names.size(); ++i) {
    const GraphStore graph = Open(*store, names[i]);
    uuids.push_back(graph.description().uuid.ToString());
    if (kept(i)) {
      for (const StatementRow& row : AllRows(*graph.Latest()))
        before[i].insert(row.key);
    }
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!kept(i)) REQUIRE_OK(store->DropGraph(names[i].tenant, names[i].name));
  }
  SECTION("at once") { store->WaitForRemovals(); }
  SECTION("after the directory was closed and opened again") {
    store.reset();
    store = OpenRocksStore(directory / "data");
    store->WaitForRemovals();
  }
  for (size_t i = 0; i < names.size(); ++i) {
    INFO("graph " << i);
    uint32_t number = 0;
    for (const GraphDescription& graph : *list) {
      if (graph.uuid.ToString() == uuids[i]) number = graph.number;
    }
    if (!kept(i)) {
      CHECK(RowsOf(store->kv(), number, number) == 0);
      CHECK(absl::IsNotFound(
          store->OpenGraph(names[i].tenant, names[i].name, nullptr).status()));
      continue;
    }
    std::set<StatementKey> after;
    const GraphStore graph = Open(*store, names[i]);
    for (const StatementRow& row : AllRows(*graph.Latest()))
      after.insert(row.key);
    CHECK(after == before[i]);
  }
  RequireClean(*store);
  // Nothing is left to be deleted by the next open.
  store.reset();
  store = OpenRocksStore(directory / "data");
  const auto rows = store->kv().NewIterator(
      Family::kCatalog, {.snapshot = nullptr,
                         .lower = CatalogKey(kDroppedKind),
                         .upper = PrefixEnd(CatalogKey(kDroppedKind))});
  rows->SeekToFirst();
  CHECK(!rows->Valid());
}

TEST_CASE("graph numbers are never given again") {
  const skg::test::TemporaryDirectory directory;
  std::set<uint32_t> seen;
  for (int round = 0; round < 4; ++round) {
    auto store = OpenRocksStore(directory / "data");
    for (int i = 0; i < 5; ++i) {
      const uint32_t number = CreateGraph(*store).description().number;
      CHECK(seen.insert(number).second);
      REQUIRE_OK(store->DropGraph("public", "main"));
      REQUIRE_OK(store->CreateGraphs(Names(3), {}));
      const auto graphs = store->ListGraphs();
      REQUIRE_OK(graphs);
      for (const GraphDescription& graph : *graphs) {
        CHECK(seen.insert(graph.number).second);
        REQUIRE_OK(store->DropGraph(graph.tenant, graph.name));
      }
    }
    if (round % 2 == 0) store->WaitForRemovals();
  }
}

TEST_CASE("the place of a large dropped graph is given back") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  GraphStore stays = CreateGraph(*store, "stays");
  AddOne(stays, "a", "b", "c");
  {
    GraphStore graph = CreateGraph(*store, "large");
    auto random = skg::test::Random(3);
    for (int i = 0; i < 12; ++i) {
      RequestBuilder builder(graph);
      for (int j = 0; j < 50; ++j) {
        // Random, so that compression takes nothing away.
        std::string text;
        for (int k = 0; k < 2500; ++k)
          text += absl::StrCat(absl::Hex(random()));
        builder.Add(Name(absl::StrCat("s", i)), Name("p"),
                    rdf::Term::Literal(text));
      }
      builder.Commit();
    }
  }
  REQUIRE_OK(store->kv().Flush());
  const auto full = store->kv().DiskBytes();
  REQUIRE_OK(full);
  CHECK(*full > 10 << 20);
  REQUIRE_OK(store->DropGraph("public", "large"));
  store->WaitForRemovals();
  REQUIRE_OK(store->kv().Flush());
  // Files are unlinked by a thread of RocksDB's own.
  uint64_t left = *full;
  for (int i = 0; i < 500 && left > *full / 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto now = store->kv().DiskBytes();
    REQUIRE_OK(now);
    left = *now;
  }
  INFO(*full << " -> " << left);
  CHECK(left <= *full / 5);
  CHECK(AllRows(*stays.Latest()).size() == 1);
}

// The logs of graphs that nobody opens are trimmed as well, a few at a time.
TEST_CASE("upkeep also visits graphs that are closed") {
  auto kv = std::shared_ptr<KvStore>(MakeMemoryKv());
  StoreOptions options;
  options.upkeep_interval = absl::Milliseconds(5);
  options.log_retention.max_commits = 1;
  auto store = OpenMemoryStore(options);
  const std::vector<Store::GraphName> names = Names(100);
  REQUIRE_OK(store->CreateGraphs(names, {}));
  for (const auto& name : names) {
    const GraphStore graph = Open(*store, name);
    AddOne(graph, "a", "b", "c");
    AddOne(graph, "a", "b", "d");
    AddOne(graph, "a", "b", "e");
  }
  const auto trimmed = [&] {
    size_t entries = 0;
    for (uint32_t number = 1; number <= names.size(); ++number) {
      const std::string prefix = LogKindPrefix(number, kLogEntryKind);
      const auto rows = store->kv().NewIterator(
          Family::kLog,
          {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
      for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++entries;
    }
    return entries == names.size();
  };
  for (int i = 0; i < 2000 && !trimmed(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(trimmed());
  RequireClean(*store);
}

// What is kept to find rows in runs is counted, and graphs that nobody uses
// give it back when it is too much.
TEST_CASE("fences and filters of unused graphs go when they are too many") {
  StoreOptions options;
  options.memory_bytes = size_t{1} << 20;
  options.run_rows = 50;
  auto store = OpenMemoryStore(options);
  const std::vector<Store::GraphName> names = Names(60);
  REQUIRE_OK(store->CreateGraphs(names, {}));
  std::vector<GraphStore> graphs;
  const auto ask = [](const GraphStore& graph, int i) {
    const auto view = graph.Latest();
    REQUIRE_OK(view);
    const auto s = view->Lookup(Name(absl::StrCat("s", i)));
    const auto p = view->Lookup(Name("p"));
    REQUIRE_OK(s);
    REQUIRE_OK(p);
    ScanPattern pattern;
    pattern.subject = *s;
    pattern.predicate = *p;
    REQUIRE(AllRows(*view, pattern).size() == 1);
  };
  for (const auto& name : names) {
    graphs.push_back(Open(*store, name));
    Fill(graphs.back(), 4000, 0);
  }
  // All of them together are far over the limit of half a megabyte.
  for (int i = 0; i < 2000 && store->memory().runs > size_t{1} << 19; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(store->memory().runs <= size_t{1} << 19);
  for (const GraphStore& graph : graphs) ask(graph, 2000);
  CHECK(store->memory().runs > 0);
  CHECK(store->memory().terms > 0);
  CHECK(store->memory().terms <= size_t{1} << 19);
  graphs.clear();
  store->ReleaseIdleMemory();
  store->ReleaseIdleMemory();
  CHECK(store->memory().runs == 0);
}

}  // namespace
}  // namespace skg::storage::test
