// Bulk loads against the model of a store: alone, into filled graphs, beside
// commits, with failures at every step.
#include "storage/bulk_load.h"

#include <thread>

#include "storage/load_block_builder.h"
#include "storage/store_model.h"
#include "support/fault_kv.h"

namespace skg::storage::test {
namespace {

struct Statement {
  rdf::Term subject, predicate, object;
  std::optional<rdf::Term> graph;
  uint32_t edge = 0;
  float weight = 1.0f;
  std::string metadata;
  bool if_absent = true;
  [[nodiscard]] bool plain() const {
    return !graph && edge == 0 && weight == 1.0f && metadata.empty() &&
           if_absent;
  }
};

Statement RandomStatement(Run& run, bool plain_only) {
  Statement s{run.Resource("s", 12), run.Resource("p", 4), run.Object(), {}};
  if (plain_only || run.Below(3) == 0) return s;
  if (run.Below(3) == 0) s.graph = run.Resource("g", 3);
  if (run.Below(4) == 0) s.edge = static_cast<uint32_t>(run.Below(3));
  s.weight = static_cast<float>(run.Below(4)) / 4.0f;
  if (run.Below(3) == 0)
    s.metadata = "{\"n\":" + std::to_string(run.Below(3)) + "}";
  s.if_absent = run.Below(2) == 0;
  return s;
}

void AddTo(LoadBlockBuilder& builder, const Statement& s) {
  LoadBlock::Full full;
  if (s.graph) full.key.graph = builder.IdOf(*s.graph);
  full.key.subject = builder.IdOf(s.subject);
  full.key.predicate = builder.IdOf(s.predicate);
  full.key.object = builder.IdOf(s.object);
  LoadBlock& block = builder.block();
  if (s.plain()) {
    block.plain.push_back(
        {full.key.subject, full.key.predicate, full.key.object});
    return;
  }
  full.key.edge = s.edge;
  full.weight = s.weight;
  if (s.if_absent) full.kind = WriteOperation::Kind::kAddIfAbsent;
  if (!s.metadata.empty()) {
    block.records.emplace_back().metadata = s.metadata;
    full.record = static_cast<uint32_t>(block.records.size());
  }
  block.full.push_back(full);
}

absl::StatusOr<CommitOutcome> Load(const GraphStore& graph,
                                   const std::vector<Statement>& statements,
                                   size_t per_block, size_t memory_bytes) {
  BulkLoad load(graph, {.memory_bytes = memory_bytes});
  LoadBlockBuilder builder;
  for (size_t i = 0; i < statements.size(); ++i) {
    AddTo(builder, statements[i]);
    if ((i + 1) % per_block != 0) continue;
    if (absl::Status added = load.Add(builder.block()); !added.ok())
      return added;
    builder.Clear();
  }
  if (absl::Status added = load.Add(builder.block()); !added.ok()) return added;
  return load.Finish();
}

// What a load says is applied plain statements first: readers give those of one
// input either all plain or all full.
struct Expected {
  uint64_t inserted = 0, replaced = 0, duplicates = 0;
};
Expected ApplyLoad(const GraphStore& graph, Model& model,
                   const std::vector<Statement>& statements, uint64_t commit) {
  Expected expected;
  const auto id = [&](const rdf::Term& term) {
    auto found = graph.Lookup(term);
    REQUIRE_OK(found);
    REQUIRE(found->bound());
    return *found;
  };
  for (const bool plain : {true, false}) {
    for (const Statement& s : statements) {
      if (s.plain() != plain) continue;
      const StatementKey key{s.graph ? id(*s.graph) : TermId{}, id(s.subject),
                             id(s.predicate), id(s.object), s.edge};
      WriteOperation operation;
      operation.kind = s.if_absent ? WriteOperation::Kind::kAddIfAbsent
                                   : WriteOperation::Kind::kAdd;
      operation.weight = s.weight;
      switch (Apply(model, operation, key, s.metadata, commit)) {
        case Outcome::kInserted:
          ++expected.inserted;
          break;
        case Outcome::kReplaced:
          ++expected.replaced;
          break;
        default:
          ++expected.duplicates;
      }
    }
  }
  return expected;
}

void RandomLoads(uint64_t stream, bool rocks, uint64_t fold_rows) {
  Run run(stream);
  const skg::test::TemporaryDirectory directory;
  const StoreOptions options{.fold_rows = fold_rows, .run_rows = 8};
  std::unique_ptr<Store> store =
      rocks ? OpenRocksStore(directory / "data", options)
            : OpenMemoryStore(options);
  std::optional<GraphStore> graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  Model model;
  struct Old {
    uint64_t commit;
    Model model;
  };
  std::vector<Old> old;
  for (int i = 0; i < 14; ++i) {
    for (size_t j = run.Below(4); j > 0; --j) RandomCommit(run, *graph, model);
    std::vector<Statement> statements;
    const bool plain_only = run.Below(2) == 0;
    for (size_t j = run.Below(300); j > 0; --j)
      statements.push_back(RandomStatement(run, plain_only));
    const auto outcome =
        Load(*graph, statements, 1 + run.Below(60),
             run.Below(2) == 0 ? size_t{1} << 18 : size_t{64} << 20);
    REQUIRE_OK(outcome);
    const Expected expected =
        ApplyLoad(*graph, model, statements, outcome->result.commit);
    CHECK(outcome->result.inserted == expected.inserted);
    CHECK(outcome->result.replaced == expected.replaced);
    CHECK(outcome->result.duplicates == expected.duplicates);
    CHECK(outcome->result.commit == graph->last_commit());
    auto view = graph->Latest();
    REQUIRE_OK(view);
    Compare(*view, model);
    ComparePatterns(run, *view, model);
    old.push_back({graph->last_commit(), model});
    // The log has it, too, by reference.
    const auto entry = graph->ReadLog(outcome->result.commit);
    REQUIRE_OK(entry);
    CHECK(entry->changes.size() <= expected.inserted + expected.replaced);
    for (const LoggedChange& change : entry->changes)
      CHECK(model.at(change.key).version == outcome->result.commit);
    if (run.Below(4) == 0) {
      REQUIRE_OK(store->Compact(*graph));
      Compare(*graph->Latest(), model);
      REQUIRE_OK(graph->ReadLog(outcome->result.commit));
    }
    if (rocks && run.Below(3) == 0) {
      view = absl::UnknownError("closed");
      graph.reset();
      store.reset();
      store = OpenRocksStore(directory / "data", options);
      graph = CreateGraph(*store);
    }
    RequireClean(*store);
  }
  for (const Old& then : old) {
    auto view = graph->AsOf(then.commit);
    REQUIRE_OK(view);
    Compare(*view, then.model);
  }
}

TEST_CASE("loads give what a map of statements holds") {
  for (uint64_t stream = 0; stream < 4; ++stream)
    RandomLoads(stream, false, uint64_t{1} << 20);
}

TEST_CASE("loads give the same while the delta is folded and runs merged") {
  for (uint64_t stream = 10; stream < 14; ++stream)
    RandomLoads(stream, false, 5 + 9 * (stream - 10));
}

TEST_CASE("loads into RocksDB give the same, also reopened") {
  for (uint64_t stream = 20; stream < 23; ++stream)
    RandomLoads(stream, true, 40);
}

TEST_CASE("an empty load is an empty commit") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  BulkLoad load(graph, {});
  const auto outcome = load.Finish();
  REQUIRE_OK(outcome);
  CHECK(outcome->result.commit == 1);
  CHECK(outcome->result.inserted == 0);
  RequireClean(*store);
}

TEST_CASE("a load of what is there changes nothing") {
  const auto store = OpenMemoryStore();
  const GraphStore graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  Run run(1);
  std::vector<Statement> statements;
  for (int i = 0; i < 500; ++i)
    statements.push_back(RandomStatement(run, true));
  REQUIRE_OK(Load(graph, statements, 100, 1 << 20));
  const auto before = AllRows(*graph.Latest());
  const auto again = Load(graph, statements, 70, 1 << 20);
  REQUIRE_OK(again);
  CHECK(again->result.inserted == 0);
  CHECK(again->result.duplicates == statements.size());
  CHECK(AllRows(*graph.Latest()).size() == before.size());
  RequireClean(*store);
}

TEST_CASE("a statement that refers to no term of its block is refused") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  BulkLoad load(graph, {});
  LoadBlock block;
  const TermId nowhere = TermId::Make(rdf::TermTag::kArena, 3);
  block.plain.push_back({nowhere, nowhere, nowhere});
  CHECK(absl::IsInvalidArgument(load.Add(block)));
}

TEST_CASE("terms of every length keep their order and their numbers") {
  const auto store = OpenMemoryStore();
  const GraphStore graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  std::vector<Statement> statements;
  const rdf::Term predicate = Name("p");
  for (size_t size = 0; size < 80; ++size) {
    for (const char fill : {'\1', 'x', '\x7f'}) {
      statements.push_back({Name("s"),
                            predicate,
                            rdf::Term::Literal(std::string(size, fill)),
                            {}});
      statements.push_back(
          {Name("s"),
           predicate,
           rdf::Term::Literal(std::string(size, fill) + "\1\1\1"),
           {}});
    }
  }
  statements.push_back({Name("s"),
                        predicate,
                        rdf::Term::Literal(std::string(3 << 20, 'y')),
                        {}});
  REQUIRE_OK(Load(graph, statements, 50, 1 << 16));
  for (const Statement& s : statements) {
    const auto id = graph.Lookup(s.object);
    REQUIRE_OK(id);
    CHECK(id->bound());
  }
  RequireClean(*store);
}

TEST_CASE("loads and commits beside each other number no term twice") {
  const skg::test::TemporaryDirectory directory;
  const auto store =
      OpenRocksStore(directory / "data", {.fold_rows = 50, .run_rows = 16});
  const GraphStore graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  std::atomic<bool> done{false};
  std::atomic<uint64_t> commits{0};
  std::vector<std::thread> writers;
  for (uint64_t w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      auto random = skg::test::Random(100 + w);
      while (!done) {
        CommitRequest request;
        for (int i = 0; i < 3; ++i) {
          const auto name = [&](const char* kind, uint64_t n) {
            request.new_terms.push_back(
                Name(kind + std::to_string(random() % n)));
            return TermId::Make(rdf::TermTag::kArena,
                                request.new_terms.size() - 1);
          };
          WriteOperation operation;
          operation.key = {TermId{}, name("s", 5000), name("p", 3),
                           name("o", 5000), 0};
          if (i == 2) operation.kind = WriteOperation::Kind::kRemoveTriple;
          request.operations.push_back(operation);
        }
        request.durability = Durability::kNone;
        GraphStore own = graph;
        if (!own.Commit(request).ok()) return;
        ++commits;
      }
    });
  }
  std::vector<std::thread> loaders;
  std::atomic<int> failed{0};
  for (uint64_t l = 0; l < 2; ++l) {
    loaders.emplace_back([&, l] {
      auto random = skg::test::Random(200 + l);
      for (int round = 0; round < 4; ++round) {
        std::vector<Statement> statements;
        for (int i = 0; i < 3000; ++i) {
          statements.push_back({Name("s" + std::to_string(random() % 5000)),
                                Name("p" + std::to_string(random() % 3)),
                                Name("o" + std::to_string(random() % 5000)),
                                {}});
        }
        if (!Load(graph, statements, 500, 1 << 18).ok()) ++failed;
      }
    });
  }
  for (std::thread& loader : loaders) loader.join();
  done = true;
  for (std::thread& writer : writers) writer.join();
  CHECK(failed == 0);
  CHECK(graph.last_commit() == commits + 8);
  store->WaitForMaintenance();
  RequireClean(*store);
}

TEST_CASE("a load of what is written all the time comes through") {
  const auto store = OpenMemoryStore({.fold_rows = 30});
  const GraphStore graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  AddOne(graph, "s", "p", "o");
  std::atomic<bool> done{false};
  std::atomic<uint64_t> commits{1};
  std::thread writer([&] {
    GraphStore own = graph;
    const auto id = [&](const char* name) { return *own.Lookup(Name(name)); };
    CommitRequest request;
    request.operations.resize(1);
    request.operations[0].key = {TermId{}, id("s"), id("p"), id("o"), 0};
    for (uint64_t i = 0; !done; ++i) {
      request.operations[0].kind = i % 2 == 0
                                       ? WriteOperation::Kind::kRemoveTriple
                                       : WriteOperation::Kind::kAdd;
      if (!own.Commit(request).ok()) return;
      ++commits;
    }
  });
  uint64_t loads = 0;
  std::vector<Statement> statements = {{Name("s"), Name("p"), Name("o"), {}}};
  for (int i = 0; i < 400; ++i) {
    statements.push_back(
        {Name("s" + std::to_string(i)), Name("p"), Name("o"), {}});
  }
  for (int i = 0; i < 15; ++i) {
    const auto outcome = Load(graph, statements, 100, 1 << 20);
    if (outcome.ok()) ++loads;
  }
  done = true;
  writer.join();
  CHECK(loads == 15);
  CHECK(graph.last_commit() == commits + loads);
  store->WaitForMaintenance();
  RequireClean(*store);
}

// What was there before a load and what is there after it, nothing between.
void LoadWithFault(const std::shared_ptr<KvStore>& kv,
                   const skg::test::FaultPlan& plan, bool* fired) {
  auto faulty = std::make_unique<skg::test::FaultKv>(kv, plan);
  const skg::test::FaultKv* faults = faulty.get();
  {
    auto store = Store::Open(std::move(faulty), {.fold_rows = 1 << 20});
    if (!store.ok()) {  // only the fault can be why; its counter is gone
      *fired = true;
      return;
    }
    auto graph = (*store)->OpenGraph("public", "main", nullptr);
    if (graph.ok()) {
      std::vector<Statement> statements;
      for (int i = 0; i < 40; ++i) {
        statements.push_back({Name("s" + std::to_string(i)),
                              Name("p"),
                              Name("new" + std::to_string(i)),
                              {}});
      }
      const auto outcome = Load(*graph, statements, 16, 1 << 20);
      if (outcome.ok()) CHECK(outcome->result.inserted == 39);
    }
    *fired = faults->fired();
  }
}

TEST_CASE("a load that fails at any write or read leaves no half of it") {
  using skg::test::FaultPlan;
  for (const bool writes : {true, false}) {
    for (const bool later : {false, true}) {
      bool fired = true;
      for (uint64_t n = 1; fired; n += writes ? 1 : 3) {
        std::shared_ptr<KvStore> kv = MakeMemoryKv();
        {
          auto store = Store::Open(std::make_unique<skg::test::FaultKv>(kv),
                                   StoreOptions{});
          REQUIRE_OK(store);
          const GraphStore graph =
              CreateGraph(**store, "main", {.statement_ids = false});
          AddOne(graph, "s1", "p", "o");
          AddOne(graph, "s2", "p", "new2");
        }
        FaultPlan plan;
        (writes ? plan.write : plan.read) = n;
        plan.every_later_one = later;
        LoadWithFault(kv, plan, &fired);
        auto store = Store::Open(std::make_unique<skg::test::FaultKv>(kv),
                                 StoreOptions{});
        REQUIRE_OK(store);
        const auto graph = (*store)->OpenGraph("public", "main", nullptr);
        REQUIRE_OK(graph);
        RequireClean(**store);
        const size_t rows = AllRows(*graph->Latest()).size();
        CHECK((rows == 2 || rows == 41));
        // And it can be done again.
        std::vector<Statement> statements;
        statements.push_back({Name("s7"), Name("p"), Name("new9"), {}});
        REQUIRE_OK(Load(*graph, statements, 1, 1 << 20));
        RequireClean(**store);
      }
    }
  }
}

}  // namespace
}  // namespace skg::storage::test
