// Clears one at a time: what they answer, whom they disturb, and how their
// marks end.
#include <chrono>
#include <thread>

#include "storage/graph_file_support.h"
#include "storage/pending_clears.h"
#include "storage/quota.h"
#include "storage/store_fixture.h"
#include "storage/versions.h"

namespace skg::storage::test {
namespace {

constexpr uint64_t kNoFolds = 1 << 20;

CommitRequest ClearOf(GraphScope scope, TermId graph = {}) {
  CommitRequest request;
  request.clears = {ClearScope{scope, graph}};
  return request;
}

CommitResult MustClear(GraphStore& graph, GraphScope scope, TermId named = {}) {
  const auto outcome = graph.Commit(ClearOf(scope, named));
  REQUIRE_OK(outcome);
  return outcome->result;
}

uint64_t StatementsOf(const GraphStore& graph,
                      const ScanPattern& pattern = {}) {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  const auto counts = view->Count(pattern);
  REQUIRE_OK(counts);
  CHECK(AllRows(*view, pattern).size() == counts->statements);
  return counts->statements;
}

// `count` statements of one graph in one commit.
void AddMany(GraphStore& graph, const std::string& tag, size_t count,
             const char* named = nullptr) {
  RequestBuilder builder(graph);
  const rdf::Term graph_name = Name(named != nullptr ? named : "");
  for (size_t i = 0; i < count; ++i) {
    builder.Add(Name(tag + std::to_string(i)), Name("p"), Name("o"), 1.0f,
                named != nullptr ? &graph_name : nullptr);
  }
  builder.Commit();
}

TermId IdOf(const GraphStore& graph, std::string_view name) {
  const auto id = graph.Lookup(Name(name));
  REQUIRE_OK(id);
  REQUIRE(id->bound());
  return *id;
}

Manifest ManifestOf(const GraphStore& graph) {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  return view->snapshot()->manifest();
}

TEST_CASE("a clear is one commit that says how many statements went",
          "[clear]") {
  const auto store = OpenMemoryStore({.fold_rows = kNoFolds});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 10);
  AddMany(graph, "a", 7, "g");
  AddMany(graph, "a", 5, "h");
  const TermId g = IdOf(graph, "g"), h = IdOf(graph, "h"), p = IdOf(graph, "p");
  const CommitResult one = MustClear(graph, GraphScope::kOne, g);
  CHECK(one.commit == 4);
  CHECK(one.removed == 7);
  CHECK(StatementsOf(graph) == 15);
  CHECK(StatementsOf(graph, {.scope = GraphScope::kOne, .graph = g}) == 0);
  CHECK(StatementsOf(graph, {.scope = GraphScope::kOne, .graph = h}) == 5);
  CHECK(StatementsOf(graph, {.predicate = p}) == 15);
  CHECK(MustClear(graph, GraphScope::kOne, g).removed == 0);
  CHECK(MustClear(graph, GraphScope::kNamed).removed == 5);
  CHECK(StatementsOf(graph, {.predicate = p}) == 10);
  AddMany(graph, "a", 3, "g");
  CHECK(MustClear(graph, GraphScope::kDefault).removed == 10);
  CHECK(StatementsOf(graph) == 3);
  CHECK(MustClear(graph, GraphScope::kUnion).removed == 3);
  CHECK(StatementsOf(graph, {.predicate = p}) == 0);
  CHECK(MustClear(graph, GraphScope::kUnion).removed == 0);
  AddMany(graph, "a", 2);
  CHECK(StatementsOf(graph, {.predicate = p}) == 2);
  const auto before = graph.AsOf(3);
  REQUIRE_OK(before);
  CHECK(AllRows(*before).size() == 22);
  RequireClean(*store);
}

TEST_CASE("a clear of a graph that is not there changes nothing", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 1);
  CommitRequest request =
      ClearOf(GraphScope::kOne, TermId::Make(rdf::TermTag::kArena, 0));
  request.new_terms.push_back(Name("nowhere"));
  const auto outcome = graph.Commit(request);
  REQUIRE_OK(outcome);
  CHECK(outcome->result.removed == 0);
  CHECK(outcome->result.commit == 2);
  // Nor does it make the graph's name known.
  const auto id = graph.Lookup(Name("nowhere"));
  REQUIRE_OK(id);
  CHECK_FALSE(id->bound());
  CHECK(ManifestOf(graph).clears.empty());
  RequireClean(*store);
}

TEST_CASE("a clear of a graph without a name, or of too many, is refused",
          "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  CHECK(absl::IsInvalidArgument(
      graph.Commit(ClearOf(GraphScope::kOne)).status()));
  CommitRequest many;
  many.clears.resize(kMostClears + 1);
  CHECK(absl::IsInvalidArgument(graph.Commit(many).status()));
  CHECK(graph.last_commit() == 0);
}

TEST_CASE("what a commit adds comes after its clears", "[clear]") {
  const bool in_runs = GENERATE(false, true);
  const auto store = OpenMemoryStore(
      {.fold_rows = kNoFolds, .run_rows = in_runs ? size_t{1} : kNoFolds});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 5);
  AddMany(graph, "a", 4, "g");
  const auto before = graph.Latest();
  REQUIRE_OK(before);
  const StatementKey kept = AllRows(*before).front().key;
  RequestBuilder builder(graph);
  builder.Add(Name("a0"), Name("p"), Name("o"), 0.5f);
  builder.Add(Name("new"), Name("p"), Name("o"));
  builder.Remove(Name("a1"), Name("p"), Name("o"));
  builder.request().clears = {ClearScope{GraphScope::kDefault, {}}};
  const CommitOutcome outcome = builder.Commit();
  CHECK(outcome.result.removed == 5);
  CHECK(outcome.outcomes ==
        std::vector{Outcome::kInserted, Outcome::kInserted, Outcome::kAbsent});
  CHECK(StatementsOf(graph) == 6);
  CHECK(StatementsOf(graph, {.predicate = IdOf(graph, "p")}) == 6);
  CHECK(StatementsOf(graph, {.scope = GraphScope::kDefault}) == 2);
  const auto then = graph.AsOf(2);
  REQUIRE_OK(then);
  CHECK(AllRows(*then).size() == 9);
  // The log tells what went before what came.
  const auto entry = graph.ReadLog(3);
  REQUIRE_OK(entry);
  REQUIRE(entry->changes.size() == 7);
  for (size_t i = 0; i < 7; ++i) {
    CHECK(entry->changes[i].operation ==
          (i < 5 ? RowOperation::kRemove : RowOperation::kInsertNew));
  }
  // What is written next knows of both.
  CHECK(AddOne(graph, "new", "p", "o").outcomes ==
        std::vector{Outcome::kDuplicate});
  CHECK(AddOne(graph, "a0", "p", "o", 0.25f).outcomes ==
        std::vector{Outcome::kReplaced});
  CHECK(AddOne(graph, "a1", "p", "o").outcomes ==
        std::vector{Outcome::kInserted});
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  const auto versions = ReadVersions(*view, kept);
  REQUIRE_OK(versions);
  CHECK(versions->front().operation == RowOperation::kInsertNew);
  CHECK((*versions)[1].row.commit == 3);
  RequireClean(*store);
  REQUIRE_OK(store->Compact(graph));
  CHECK(StatementsOf(graph) == 7);
  RequireClean(*store);
}

TEST_CASE("of clears that come together none takes what another one does",
          "[clear]") {
  const TermId g = TermId::Make(rdf::TermTag::kIri, 7);
  const TermId h = TermId::Make(rdf::TermTag::kIri, 8);
  const ClearScope all{}, standard{GraphScope::kDefault, {}},
      named{GraphScope::kNamed, {}}, one{GraphScope::kOne, g},
      other{GraphScope::kOne, h};
  const auto together = [](std::vector<ClearScope> clears) {
    std::vector<ClearScope> sum;
    for (const ClearScope& clear : clears) AddClear(clear, sum);
    return sum;
  };
  CHECK(together({one, one, other}) == std::vector{one, other});
  CHECK(together({one, other, named}) == std::vector{named});
  CHECK(together({named, one}) == std::vector{named});
  CHECK(together({one, standard}) == std::vector{one, standard});
  CHECK(together({standard, named}) == std::vector{all});
  CHECK(together({named, other, standard}) == std::vector{all});
  CHECK(together({one, all, standard}) == std::vector{all});
}

TEST_CASE("a transaction that clears is a blind write", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3, "g");
  AddMany(graph, "a", 3);
  const TermId g = IdOf(graph, "g"), p = IdOf(graph, "p");
  const bool reads = GENERATE(false, true);
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(transaction->Clear({GraphScope::kOne, g}));
  REQUIRE_OK(transaction->Add({g, p, p, p}, 1.0f, nullptr, false));
  CHECK(transaction->size() == 2);
  const ScanPattern in_g{.scope = GraphScope::kOne, .graph = g};
  if (reads) {
    const auto count = transaction->view().Count(in_g);
    REQUIRE_OK(count);
    CHECK(count->statements == 1);
  }
  AddMany(graph, "b", 5, "g");
  const auto committed = graph.Commit(*transaction, {});
  if (reads) {
    CHECK(absl::IsAborted(committed.status()));
    CHECK(StatementsOf(graph, in_g) == 8);
  } else {
    // What came meanwhile went too.
    REQUIRE_OK(committed);
    CHECK(committed->result.removed == 8);
    CHECK(StatementsOf(graph, in_g) == 1);
  }
  RequireClean(*store);
}

TEST_CASE("a transaction that clears sees no bound of what it cleared",
          "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3000, "g");
  AddMany(graph, "a", 10, "h");
  const TermId g = IdOf(graph, "g"), p = IdOf(graph, "p");
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(transaction->Clear({GraphScope::kOne, g}));
  CHECK(AllRows(transaction->view()).size() == 10);
  CHECK(AllRows(transaction->view(), {.predicate = p}).size() == 10);
  // Passing over what went can be stopped.
  Cancellation stop;
  stop.Cancel();
  ScanOptions options;
  options.cancellation = &stop;
  const auto cursor = transaction->view().Scan({}, options);
  REQUIRE_OK(cursor);
  StatementBatch batch;
  CHECK(absl::IsCancelled((*cursor)->Next(batch).status()));
  // It may be added to and cleared once more.
  REQUIRE_OK(transaction->Add({g, p, p, p}, 1.0f, nullptr, true));
  CHECK(AllRows(transaction->view()).size() == 11);
  REQUIRE_OK(transaction->Clear({GraphScope::kNamed, {}}));
  CHECK(AllRows(transaction->view()).empty());
  const auto committed = graph.Commit(*transaction, {});
  REQUIRE_OK(committed);
  CHECK(committed->result.removed == 3010);
  CHECK(committed->result.inserted == 0);
  RequireClean(*store);
}

TEST_CASE("a transaction clears before it spills, and after", "[clear]") {
  StoreOptions options;
  options.spill.changes = 10;
  const auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3);
  const TermId p = IdOf(graph, "p");
  const auto add = [&](Transaction& transaction, int number) {
    const auto id = transaction.Intern(Name("n" + std::to_string(number)));
    REQUIRE_OK(id);
    return transaction.Add({{}, *id, p, *id}, 1.0f, nullptr, false);
  };
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  for (int i = 0; i < 25; ++i) REQUIRE_OK(add(*transaction, i));
  REQUIRE_OK(transaction->Clear({}));
  for (int i = 20; i < 60; ++i) REQUIRE_OK(add(*transaction, i));
  AddMany(graph, "b", 4);  // goes, too: a clear is blind
  const auto committed = graph.Commit(*transaction, {});
  REQUIRE_OK(committed);
  CHECK(committed->result.inserted == 40);
  CHECK(committed->result.removed == 7);
  CHECK(StatementsOf(graph) == 40);
  // One commit, which the log tells whole.
  const auto entry = graph.ReadLog(committed->result.commit);
  REQUIRE_OK(entry);
  CHECK(entry->changes.size() == 47);
  const auto before = graph.AsOf(committed->result.commit - 1);
  REQUIRE_OK(before);
  CHECK(AllRows(*before).size() == 7);
  RequireClean(*store);
}

TEST_CASE("a graph that only a spilled transaction names is cleared in it",
          "[clear]") {
  StoreOptions options;
  options.spill.changes = 4;
  const auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3);
  const TermId p = IdOf(graph, "p");
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  const auto id = [&](const std::string& name) {
    const auto found = transaction->Intern(Name(name));
    REQUIRE_OK(found);
    return *found;
  };
  const auto add = [&](int number) {
    const TermId n = id("n" + std::to_string(number));
    REQUIRE_OK(transaction->Add({id("new"), n, p, n}, 1.0f, nullptr, false));
  };
  const bool looks = GENERATE(false, true);
  for (int i = 0; i < 10; ++i) add(i);
  if (looks) CHECK(AllRows(transaction->view()).size() == 13);
  REQUIRE_OK(transaction->Clear({GraphScope::kOne, id("new")}));
  if (looks) CHECK(AllRows(transaction->view()).size() == 3);
  for (int i = 8; i < 10; ++i) add(i);
  if (looks) CHECK(AllRows(transaction->view()).size() == 5);
  const auto committed = graph.Commit(*transaction, {});
  REQUIRE_OK(committed);
  CHECK(committed->result.inserted == 2);
  CHECK(committed->result.removed == 0);
  CHECK(StatementsOf(graph) == 5);
  RequireClean(*store);
}

TEST_CASE("a transaction clears so many graphs and no more", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  const auto scope = [&](size_t number) {
    const auto id = transaction->Intern(Name("g" + std::to_string(number)));
    REQUIRE_OK(id);
    return ClearScope{GraphScope::kOne, *id};
  };
  for (size_t i = 0; i < kMostClears; ++i)
    REQUIRE_OK(transaction->Clear(scope(i)));
  CHECK(transaction->CanClear(scope(0)));
  CHECK_FALSE(transaction->CanClear(scope(kMostClears)));
  CHECK(absl::IsResourceExhausted(transaction->Clear(scope(kMostClears))));
  CHECK(transaction->CanClear({}));
  REQUIRE_OK(transaction->Clear({}));
  REQUIRE_OK(transaction->Clear(scope(kMostClears)));
  CHECK(absl::IsInvalidArgument(transaction->Clear({GraphScope::kOne, {}})));
  REQUIRE_OK(graph.Commit(*transaction, {}));
  RequireClean(*store);
}

TEST_CASE("after a clear a statement is absent to writers", "[clear]") {
  const bool in_runs = GENERATE(false, true);
  const auto store = OpenMemoryStore(
      {.fold_rows = kNoFolds, .run_rows = in_runs ? size_t{1} : kNoFolds});
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o", 0.5f);
  MustClear(graph, GraphScope::kDefault);
  {
    RequestBuilder removal(graph);
    removal.Remove(Name("s"), Name("p"), Name("o"));
    CHECK(removal.Commit().outcomes == std::vector{Outcome::kAbsent});
  }
  CHECK(AddOne(graph, "s", "p", "o", 0.5f).outcomes ==
        std::vector{Outcome::kInserted});
  CHECK(AddOne(graph, "s", "p", "o", 0.5f).outcomes ==
        std::vector{Outcome::kDuplicate});
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  const StatementKey key = AllRows(*view).front().key;
  const auto versions = ReadVersions(*view, key);
  REQUIRE_OK(versions);
  REQUIRE(versions->size() == 3);
  CHECK((*versions)[1].operation == RowOperation::kRemove);
  CHECK((*versions)[1].row.commit == 2);
  CHECK((*versions)[2].operation == RowOperation::kInsertNew);
  RequireClean(*store);
}

TEST_CASE("ids of cleared statements lead nowhere", "[clear]") {
  const auto store = OpenMemoryStore({.run_rows = 1});
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o");
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const StatementKey key = AllRows(*view).front().key;
  const auto id = view->StatementId(key);
  REQUIRE_OK(id);
  MustClear(graph, GraphScope::kUnion);
  view = graph.Latest();
  REQUIRE_OK(view);
  auto found = view->FindById(*id);
  REQUIRE_OK(found);
  CHECK_FALSE(found->has_value());
  view = graph.AsOf(1);
  REQUIRE_OK(view);
  found = view->FindById(*id);
  REQUIRE_OK(found);
  CHECK(found->has_value());
}

TEST_CASE("a transaction that read what a clear takes conflicts with it",
          "[clear]") {
  struct Case {
    ScanPattern read;
    GraphScope cleared;
    bool conflicts;
  };
  const bool forgotten = GENERATE(false, true);  // by the writer: in the log
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3);
  AddMany(graph, "a", 3, "g");
  AddMany(graph, "a", 3, "h");
  const TermId g = IdOf(graph, "g"), h = IdOf(graph, "h"), p = IdOf(graph, "p");
  const ScanPattern all{.predicate = p};
  const ScanPattern in_default{.scope = GraphScope::kDefault, .predicate = p};
  const ScanPattern in_named{.scope = GraphScope::kNamed};
  const ScanPattern in_g{.scope = GraphScope::kOne, .graph = g};
  const ScanPattern in_h{.scope = GraphScope::kOne, .graph = h, .predicate = p};
  const Case cases[] = {{all, GraphScope::kOne, true},
                        {all, GraphScope::kDefault, true},
                        {all, GraphScope::kUnion, true},
                        {in_default, GraphScope::kOne, false},
                        {in_default, GraphScope::kNamed, false},
                        {in_default, GraphScope::kDefault, true},
                        {in_named, GraphScope::kOne, true},
                        {in_named, GraphScope::kDefault, false},
                        {in_g, GraphScope::kOne, true},
                        {in_h, GraphScope::kOne, false},
                        {in_h, GraphScope::kNamed, true},
                        {in_g, GraphScope::kDefault, false},
                        {in_h, GraphScope::kUnion, true}};
  for (const Case& each : cases) {
    INFO("read scope " << static_cast<int>(each.read.scope) << ", cleared "
                       << static_cast<int>(each.cleared));
    AddMany(graph, "a", 3);
    AddMany(graph, "a", 3, "g");
    AddMany(graph, "a", 3, "h");
    auto transaction = graph.Begin();
    REQUIRE_OK(transaction);
    REQUIRE_OK(transaction->view().Count(each.read));
    const auto subject = transaction->Intern(Name("new"));
    REQUIRE_OK(subject);
    REQUIRE_OK(transaction->Add({TermId(), *subject, p, *subject}, 1.0f,
                                nullptr, false));
    CHECK(MustClear(graph, each.cleared, g).removed > 0);
    if (forgotten) graph.state().ReleaseMemory();
    const absl::Status committed = graph.Commit(*transaction, {}).status();
    CHECK(absl::IsAborted(committed) == each.conflicts);
    CHECK(committed.ok() == !each.conflicts);
  }
  RequireClean(*store);
}

TEST_CASE("a clear that takes nothing conflicts with nobody", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3, "g");
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(transaction->view().Count({.scope = GraphScope::kDefault}));
  MustClear(graph, GraphScope::kDefault);
  CHECK(graph.Commit(*transaction, {}).ok());
}

TEST_CASE("a clear under an idempotency key happens once", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 3);
  CommitRequest request = ClearOf(GraphScope::kUnion);
  request.idempotency_key = "key";
  request.request_hash = std::string(16, 'h');
  REQUIRE_OK(graph.Commit(request));
  AddMany(graph, "b", 2);
  const auto again = graph.Commit(request);
  REQUIRE_OK(again);
  CHECK(again->result.replayed);
  CHECK(again->result.removed == 3);
  CHECK(StatementsOf(graph) == 2);
}

// Whole runs go to the past without being read; of the others only those are
// rewritten that hold what was cleared.
TEST_CASE("a compaction writes clears and forgets them", "[clear]") {
  const auto store = OpenMemoryStore({.fold_rows = kNoFolds, .run_rows = 4});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 100);
  AddMany(graph, "b", 100);
  AddMany(graph, "c", 2);
  MustClear(graph, GraphScope::kUnion);
  store->WaitForMaintenance();
  REQUIRE_OK(store->Compact(graph));
  Manifest manifest = ManifestOf(graph);
  CHECK(manifest.clears.empty());
  for (const RunInfo& run : manifest.runs) {
    CHECK(run.history);
    CHECK(run.max_end == 4);
  }
  AddMany(graph, "d", 10);
  CHECK(StatementsOf(graph) == 10);
  const auto before = graph.AsOf(3);
  REQUIRE_OK(before);
  CHECK(AllRows(*before).size() == 202);
  // Once nobody may look back, nothing is left of them.
  REQUIRE_OK(graph.SetHorizon(5));
  REQUIRE_OK(store->Compact(graph));
  manifest = ManifestOf(graph);
  REQUIRE(manifest.runs.size() == 1);
  CHECK(manifest.runs.front().rows == 10);
  RequireClean(*store);
}

TEST_CASE("small clears wait for merges, many of them do not", "[clear]") {
  const auto store = OpenMemoryStore({.fold_rows = kNoFolds, .run_rows = 64});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 5000);
  for (int i = 0; i < 200; ++i) {
    const std::string name = "g" + std::to_string(i);
    AddMany(graph, "x", 1, name.c_str());
    CHECK(MustClear(graph, GraphScope::kOne, IdOf(graph, name)).removed == 1);
    // Never rewritten: it holds none of them.
    if (i == 5) CHECK(ManifestOf(graph).clears.size() == 6);
  }
  store->WaitForMaintenance();
  CHECK(ManifestOf(graph).clears.size() < 64);
  CHECK(StatementsOf(graph) == 5000);
  RequireClean(*store);
}

TEST_CASE("clears beside writers, folds and loads of runs lose nothing",
          "[clear]") {
  const auto store = OpenMemoryStore({.fold_rows = 50, .run_rows = 5});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "seed", 1, "g");
  const TermId g = IdOf(graph, "g");
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::string failure;
  const auto note = [&](const absl::Status& status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex);
    failure = status.ToString();
  };
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < 60; ++i) {
        CommitRequest request;
        request.durability = Durability::kNone;
        for (int n = 0; n < 1 + i % 9; ++n) {
          request.new_terms.push_back(Name("w" + std::to_string(writer) + "-" +
                                           std::to_string(i) + "-" +
                                           std::to_string(n)));
          const TermId s =
              TermId::Make(rdf::TermTag::kArena, request.new_terms.size() - 1);
          request.operations.push_back(
              {.key = {n % 2 == 0 ? g : TermId(), s, g, s}});
        }
        note(graph.Commit(request).status());
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 40; ++i) {
      note(graph
               .Commit(i % 4 == 0 ? ClearOf(GraphScope::kDefault)
                                  : ClearOf(GraphScope::kOne, g))
               .status());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (i % 20 == 19) note(store->Compact(graph));
    }
  });
  for (std::thread& thread : threads) thread.join();
  CHECK(failure.empty());
  store->WaitForMaintenance();
  // The log, applied change by change, gives what is there.
  std::set<StatementKey> keys;
  for (uint64_t commit = 1; commit <= graph.last_commit(); ++commit) {
    const auto entry = graph.ReadLog(commit);
    REQUIRE_OK(entry);
    for (const LoggedChange& change : entry->changes) {
      if (change.operation == RowOperation::kRemove) {
        REQUIRE(keys.erase(change.key) == 1);
      } else {
        REQUIRE(keys.insert(change.key).second);
      }
    }
  }
  std::set<StatementKey> present;
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  for (const StatementRow& row : AllRows(*view)) present.insert(row.key);
  CHECK(present == keys);
  CHECK(StatementsOf(graph) == keys.size());
  RequireClean(*store);
}

TEST_CASE("the log of a clear ends where its past is forgotten", "[clear]") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 5);
  MustClear(graph, GraphScope::kUnion);
  AddMany(graph, "a", 5);
  CHECK(graph.ReadLog(2)->changes.size() == 5);
  REQUIRE_OK(graph.SetHorizon(2));
  CHECK(absl::IsOutOfRange(graph.ReadLog(2).status()));
  RequireClean(*store);
}

// The entry of its last commit is made anew: it lists what went.
TEST_CASE("a graph saved as of a clear that the log has dropped is whole",
          "[clear]") {
  const auto store = OpenMemoryStore({.run_rows = 4});
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, "a", 6);
  AddMany(graph, "b", 2, "g");
  MustClear(graph, GraphScope::kDefault);
  AddMany(graph, "a", 1);
  REQUIRE_OK(graph.TrimLog(3));
  {
    const auto view = graph.AsOf(3);
    REQUIRE_OK(view);
    const GraphStore copy =
        MustRestore(*store, "copy", MustSave(*store, *view));
    CHECK(StatementsOf(copy) == 2);
    const auto entry = copy.ReadLog(3);
    REQUIRE_OK(entry);
    CHECK(entry->changes.size() == 6);
    const auto before = copy.AsOf(2);
    REQUIRE_OK(before);
    CHECK(AllRows(*before).size() == 8);
  }
  RequireClean(*store);
}

}  // namespace
}  // namespace skg::storage::test
