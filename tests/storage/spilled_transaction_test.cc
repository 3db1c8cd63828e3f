// Transactions too large for memory against the model of a store: all kinds of
// changes, what they see of themselves, and what is left where they fail.
#include <atomic>
#include <functional>
#include <thread>

#include "storage/store_model.h"
#include "support/fault_kv.h"

namespace skg::storage::test {
namespace {

StoreOptions Spilling(size_t changes, uint64_t fold_rows = uint64_t{1} << 20) {
  StoreOptions options{.fold_rows = fold_rows, .run_rows = 8};
  options.spill.changes = changes;
  options.spill.load_bytes = size_t{1} << 18;
  return options;
}

// A change in names, which do not depend on who numbers them.
struct Change {
  WriteOperation::Kind kind = WriteOperation::Kind::kAdd;
  std::vector<rdf::Term> terms;  // subject, predicate, object[, graph]
  uint32_t edge = 0;
  float weight = 1.0f;
  std::string metadata;
};

Change RandomChange(Run& run) {
  using Kind = WriteOperation::Kind;
  constexpr Kind kKinds[] = {Kind::kAdd, Kind::kAdd, Kind::kAddIfAbsent,
                             Kind::kRemoveTriple};
  Change change;
  change.kind = kKinds[run.Below(std::size(kKinds))];
  change.terms = {run.Resource("s", 8), run.Resource("p", 3), run.Object()};
  if (run.Below(3) == 0) change.terms.push_back(run.Resource("g", 3));
  if (change.kind == Kind::kRemoveTriple) return change;
  if (run.Below(4) == 0) change.edge = static_cast<uint32_t>(run.Below(3));
  change.weight = run.Below(2) == 0 ? 1.0f : 0.5f;
  if (run.Below(3) == 0)
    change.metadata = R"({"n":)" + std::to_string(run.Below(2)) + "}";
  return change;
}

StatementKey KeyOf(const Change& change,
                   const std::function<TermId(const rdf::Term&)>& id) {
  StatementKey key{{},
                   id(change.terms[0]),
                   id(change.terms[1]),
                   id(change.terms[2]),
                   change.edge};
  if (change.terms.size() == 4) key.graph = id(change.terms[3]);
  return key;
}

void Make(Transaction& transaction, const Change& change) {
  const StatementKey key = KeyOf(change, [&](const rdf::Term& term) {
    const auto id = transaction.Intern(term);
    REQUIRE_OK(id);
    return *id;
  });
  if (change.kind == WriteOperation::Kind::kRemoveTriple) {
    REQUIRE_OK(transaction.RemoveTriple(key));
    return;
  }
  Record record;
  record.metadata = change.metadata;
  REQUIRE_OK(transaction.Add(
      key, change.weight, change.metadata.empty() ? nullptr : &record,
      change.kind == WriteOperation::Kind::kAddIfAbsent));
}

// Statements in names: what a transaction shows and what a graph does can be
// compared whoever numbers their terms.
using Named = std::map<std::vector<std::string>, std::pair<float, std::string>>;

Named NamedRows(const ReadView& view, const ScanPattern& pattern = {}) {
  Named named;
  for (const StatementRow& row : AllRows(view, pattern)) {
    std::vector<TermId> ids = {row.key.subject, row.key.predicate,
                               row.key.object};
    if (row.key.graph.bound()) ids.push_back(row.key.graph);
    std::vector<rdf::Term> terms;
    REQUIRE_OK(view.Decode(ids, &terms));
    std::vector<std::string> names;
    for (const rdf::Term& term : terms) names.push_back(rdf::ToNTriples(term));
    names.push_back("edge " + std::to_string(row.key.edge));
    const auto record = view.ReadRecord(row);
    REQUIRE_OK(record);
    named[names] = {row.weight, record->metadata};
    const auto found = view.Find(row.key);
    REQUIRE_OK(found);
    REQUIRE(found->has_value());
    CHECK((*found)->commit == row.commit);
    CHECK((*found)->weight == row.weight);
  }
  return named;
}

void ApplyNamed(Named& named, const Change& change) {
  std::vector<std::string> names;
  for (const rdf::Term& term : change.terms)
    names.push_back(rdf::ToNTriples(term));
  if (change.kind == WriteOperation::Kind::kRemoveTriple) {
    std::erase_if(named, [&](const auto& entry) {
      return std::equal(names.begin(), names.end(), entry.first.begin(),
                        entry.first.end() - 1);
    });
    return;
  }
  names.push_back("edge " + std::to_string(change.edge));
  const bool keep = change.kind == WriteOperation::Kind::kAddIfAbsent &&
                    named.contains(names);
  if (!keep) named[names] = {change.weight, change.metadata};
}

// What the transaction sees, whole and through patterns.
void CompareView(Run& run, const Transaction& transaction,
                 const Named& expected) {
  const ReadView& view = transaction.view();
  REQUIRE(NamedRows(view) == expected);
  const auto count = view.Count({});
  REQUIRE_OK(count);
  CHECK(count->statements == expected.size());
  for (int i = 0; i < 6; ++i) {
    std::optional<rdf::Term> terms[3];
    if (run.Below(2) == 0) terms[0] = run.Resource("s", 8);
    if (run.Below(2) == 0) terms[1] = run.Resource("p", 3);
    if (run.Below(3) == 0) terms[2] = run.Object();
    ScanPattern pattern;
    if (run.Below(3) == 0) pattern.scope = GraphScope::kNamed;
    if (run.Below(3) == 0) pattern.scope = GraphScope::kDefault;
    TermId* places[] = {&pattern.subject, &pattern.predicate, &pattern.object};
    for (int t = 0; t < 3; ++t) {
      if (!terms[t]) continue;
      const auto id = view.Lookup(*terms[t]);
      REQUIRE_OK(id);
      *places[t] = *id;
    }
    Named matching;
    std::set<std::vector<std::string>> triples;
    for (const auto& [names, value] : expected) {
      bool matches =
          pattern.scope == GraphScope::kUnion ||
          (names.size() == 5) == (pattern.scope == GraphScope::kNamed);
      for (size_t t = 0; t < 3; ++t)
        matches &= !terms[t] || names[t] == rdf::ToNTriples(*terms[t]);
      if (!matches) continue;
      matching[names] = value;
      triples.insert({names.begin(), names.end() - 1});
    }
    CHECK(NamedRows(view, pattern) == matching);
    const auto counts = view.Count(pattern);
    REQUIRE_OK(counts);
    CHECK(counts->statements == matching.size());
    CHECK(counts->triples == triples.size());
  }
}

// The model after the changes, and what is to be counted.
CommitResult ApplyChanges(const GraphStore& graph, Model& model,
                          const std::vector<Change>& changes, uint64_t commit) {
  CommitResult expected;
  const Model before = model;
  for (const Change& change : changes) {
    bool known = true;
    WriteOperation operation;
    operation.kind = change.kind;
    operation.weight = change.weight;
    const StatementKey key = KeyOf(change, [&](const rdf::Term& term) {
      const auto id = graph.Lookup(term);
      REQUIRE_OK(id);
      known &= id->bound();
      return *id;
    });
    Count(known ? Apply(model, operation, key, change.metadata, commit)
                : Outcome::kAbsent,
          expected);
  }
  return expected;
}

void CompareCreated(const ReadView& view, const Model& model) {
  for (const StatementRow& row : AllRows(view)) {
    const auto record = view.ReadRecord(row);
    REQUIRE_OK(record);
    CHECK(record->created_commit == model.at(row.key).created);
  }
}

// The log has what differs between the states before and after.
void CompareLog(const GraphStore& graph, uint64_t commit, const Model& before,
                const Model& after) {
  const auto entry = graph.ReadLog(commit);
  REQUIRE_OK(entry);
  std::map<StatementKey, RowOperation> expected, logged;
  for (const auto& [key, stored] : after) {
    if (!before.contains(key)) {
      expected[key] = RowOperation::kInsertNew;
    } else if (stored.version == commit) {
      expected[key] = RowOperation::kReplace;
    }
  }
  for (const auto& [key, stored] : before) {
    if (!after.contains(key)) expected[key] = RowOperation::kRemove;
  }
  for (const LoggedChange& change : entry->changes)
    logged[change.key] = change.operation;
  CHECK(logged == expected);
  CHECK(entry->changes.size() == expected.size());
}

void RandomTransactions(uint64_t stream, bool rocks, uint64_t fold_rows,
                        bool statement_ids) {
  Run run(stream);
  const skg::test::TemporaryDirectory directory;
  StoreOptions options = Spilling(1 + run.Below(90), fold_rows);
  if (run.Below(2) == 0) options.spill.batch_record_bytes = 200;
  std::unique_ptr<Store> store =
      rocks ? OpenRocksStore(directory / "data", options)
            : OpenMemoryStore(options);
  std::optional<GraphStore> graph =
      CreateGraph(*store, "main", {.statement_ids = statement_ids});
  Model model;
  struct Old {
    uint64_t commit;
    Model model;
  };
  std::vector<Old> old;
  for (int i = 0; i < 10; ++i) {
    INFO("stream " << stream << " transaction " << i);
    for (size_t j = run.Below(3); j > 0; --j) RandomCommit(run, *graph, model);
    auto begun = graph->Begin();
    REQUIRE_OK(begun);
    std::optional<Transaction> transaction = *std::move(begun);
    Named seen = NamedRows(transaction->view());
    std::vector<Change> changes;
    const bool reads = run.Below(2) == 0;
    for (size_t j = run.Below(250); j > 0; --j) {
      changes.push_back(RandomChange(run));
      Make(*transaction, changes.back());
      ApplyNamed(seen, changes.back());
      if (reads && run.Below(30) == 0) CompareView(run, *transaction, seen);
    }
    if (reads) CompareView(run, *transaction, seen);
    CHECK(transaction->size() == changes.size());
    if (run.Below(6) == 0) {  // given up: nothing has happened
      transaction.reset();
      Compare(*graph->Latest(), model);
      RequireClean(*store);
      continue;
    }
    const auto outcome = graph->Commit(*transaction, {});
    REQUIRE_OK(outcome);
    transaction.reset();
    const CommitResult& result = outcome->result;
    CHECK(result.commit == graph->last_commit());
    const Model before = model;
    const CommitResult expected =
        ApplyChanges(*graph, model, changes, result.commit);
    CHECK(result.inserted == expected.inserted);
    CHECK(result.replaced == expected.replaced);
    CHECK(result.duplicates == expected.duplicates);
    CHECK(result.removed == expected.removed);
    CHECK(result.absent == expected.absent);
    auto view = graph->Latest();
    REQUIRE_OK(view);
    Compare(*view, model);
    CompareCreated(*view, model);
    ComparePatterns(run, *view, model);
    CHECK(NamedRows(*view) == seen);
    CompareLog(*graph, result.commit, before, model);
    old.push_back({result.commit, model});
    if (run.Below(4) == 0) {
      REQUIRE_OK(store->Compact(*graph));
      Compare(*graph->Latest(), model);
      CompareLog(*graph, result.commit, before, model);
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
    const auto view = graph->AsOf(then.commit);
    REQUIRE_OK(view);
    Compare(*view, then.model);
  }
}

TEST_CASE("transactions too large for memory give what a map holds") {
  for (uint64_t stream = 300; stream < 306; ++stream)
    RandomTransactions(stream, false, uint64_t{1} << 20, stream % 2 == 0);
}

TEST_CASE("they give the same while the delta is folded and runs merged") {
  for (uint64_t stream = 310; stream < 314; ++stream)
    RandomTransactions(stream, false, 5 + 9 * (stream - 310), true);
}

TEST_CASE("they give the same on RocksDB, also reopened") {
  for (uint64_t stream = 320; stream < 323; ++stream)
    RandomTransactions(stream, true, 40, true);
}

// ---- beside others

Change Adding(const std::string& subject, const std::string& object,
              float weight = 1.0f) {
  Change change;
  change.terms = {Name(subject), Name("p"), Name(object)};
  change.weight = weight;
  return change;
}

Change Removing(const std::string& subject, const std::string& object) {
  Change change = Adding(subject, object);
  change.kind = WriteOperation::Kind::kRemoveTriple;
  return change;
}

Transaction BeginOn(GraphStore& graph) {
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  return *std::move(transaction);
}

TEST_CASE("what others wrote meanwhile is decided about again at commit") {
  const auto store = OpenMemoryStore(Spilling(3));
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "1");
  Transaction transaction = BeginOn(graph);
  for (int i = 0; i < 10; ++i)
    Make(transaction, Adding("s" + std::to_string(i), "o"));
  Make(transaction, Removing("a", "1"));
  Make(transaction, Removing("b", "1"));
  Change kept = Adding("c", "1", 0.25f);
  kept.kind = WriteOperation::Kind::kAddIfAbsent;
  Make(transaction, kept);
  AddOne(graph, "a", "p", "1", 0.5f);
  AddOne(graph, "b", "p", "1");  // its terms are new to the transaction
  AddOne(graph, "c", "p", "1", 0.75f);
  AddOne(graph, "s3", "p", "o", 0.5f);
  const auto outcome = graph.Commit(transaction, {});
  REQUIRE_OK(outcome);
  CHECK(outcome->result.commit == 6);
  CHECK(outcome->result.inserted == 9);
  CHECK(outcome->result.replaced == 1);
  CHECK(outcome->result.removed == 2);
  CHECK(outcome->result.duplicates == 1);
  const Named rows = NamedRows(*graph.Latest());
  CHECK(rows.size() == 11);
  RequireClean(*store);
}

TEST_CASE("blind large transactions come through beside a busy writer") {
  const auto store = OpenMemoryStore(Spilling(20, 30));
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s0", "p", "o");
  std::atomic<bool> done{false};
  std::atomic<uint64_t> commits{1};
  std::thread writer([&] {
    GraphStore own = graph;
    for (uint64_t i = 0; !done; ++i) {
      CommitRequest request;
      request.durability = Durability::kNone;
      request.new_terms = {Name("s0"), Name("p"), Name("o")};
      WriteOperation operation;
      const auto term = [](uint64_t n) {
        return TermId::Make(rdf::TermTag::kArena, n);
      };
      operation.key = {TermId{}, term(0), term(1), term(2), 0};
      operation.weight = i % 2 == 0 ? 0.5f : 0.25f;
      if (i % 5 == 0) operation.kind = WriteOperation::Kind::kRemoveTriple;
      request.operations.push_back(operation);
      if (!own.Commit(request).ok()) return;
      ++commits;
    }
  });
  uint64_t applied = 0;
  for (int round = 0; round < 10; ++round) {
    auto transaction = graph.Begin();
    if (!transaction.ok()) break;
    for (int i = 0; i < 100; ++i) {
      const std::string subject = "s" + std::to_string(i);
      Make(*transaction, round % 2 == 0 ? Adding(subject, "o", 0.75f)
                                        : Removing(subject, "o"));
    }
    if (graph.Commit(*transaction, {}).ok()) ++applied;
  }
  done = true;
  writer.join();
  CHECK(applied == 10);
  CHECK(graph.last_commit() == commits + applied);
  store->WaitForMaintenance();
  RequireClean(*store);
}

TEST_CASE("a large transaction is applied once under its key") {
  const auto store = OpenMemoryStore(Spilling(4));
  GraphStore graph = CreateGraph(*store);
  CommitRequest settings;
  settings.idempotency_key = "key";
  settings.request_hash = std::string(16, 'h');
  const auto apply = [&] {
    Transaction transaction = BeginOn(graph);
    for (int i = 0; i < 10; ++i)
      Make(transaction, Adding("s" + std::to_string(i), "o"));
    return graph.Commit(transaction, settings);
  };
  const auto first = apply();
  REQUIRE_OK(first);
  CHECK_FALSE(first->result.replayed);
  AddOne(graph, "later", "p", "o");
  const auto again = apply();
  REQUIRE_OK(again);
  CHECK(again->result.replayed);
  CHECK(again->result.commit == first->result.commit);
  CHECK(again->result.inserted == 10);
  settings.request_hash = std::string(16, 'x');
  CHECK(absl::IsInvalidArgument(apply().status()));
  CHECK(graph.last_commit() == 2);
  RequireClean(*store);
}

TEST_CASE("a quota refuses a large transaction, and a remove it does not") {
  const auto store = OpenMemoryStore(Spilling(4));
  GraphStore graph = CreateGraph(*store);
  const auto apply = [&](bool adds) {
    Transaction transaction = BeginOn(graph);
    for (int i = 0; i < 10; ++i) {
      const std::string subject = "s" + std::to_string(i);
      Make(transaction, adds ? Adding(subject, "o") : Removing(subject, "o"));
    }
    return graph.Commit(transaction, {}).status();
  };
  REQUIRE_OK(apply(true));
  REQUIRE_OK(store->SetQuota("public", "main", {.max_statements = 5}));
  AddOne(graph, "s0", "p", "o");  // changes nothing, and is none too many
  Transaction more = BeginOn(graph);
  for (int i = 0; i < 10; ++i)
    Make(more, Adding("more" + std::to_string(i), "o"));
  CHECK(absl::IsResourceExhausted(graph.Commit(more, {}).status()));
  CHECK(graph.Latest()->Count({})->statements == 10);
  REQUIRE_OK(apply(false));
  CHECK(graph.Latest()->Count({})->statements == 0);
  RequireClean(*store);
}

TEST_CASE("a large transaction needs memory, and says so where none is left") {
  MemoryBudget budget(size_t{5} << 20);
  StoreOptions options = Spilling(4);
  options.spill.memory = &budget;
  const auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  {
    Transaction transaction = BeginOn(graph);
    for (int i = 0; i < 10; ++i)
      Make(transaction, Adding("s" + std::to_string(i), "o"));
    CHECK(budget.free_bytes() < budget.limit_bytes());
    REQUIRE_OK(graph.Commit(transaction, {}));
  }
  CHECK(budget.free_bytes() == budget.limit_bytes());
  const auto taken = budget.Reserve("somebody else", size_t{4} << 20);
  REQUIRE_OK(taken);
  Transaction transaction = BeginOn(graph);
  absl::Status status;
  for (int i = 0; i < 10 && status.ok(); ++i) {
    const Change change = Adding("t" + std::to_string(i), "o");
    const StatementKey key = KeyOf(change, [&](const rdf::Term& term) {
      return *transaction.Intern(term);
    });
    status = transaction.Add(key, 1.0f, nullptr, false);
  }
  CHECK(absl::IsResourceExhausted(status));
  // It has lost changes: nothing may seem to go on.
  CHECK(transaction.view().Count({}).status() == status);
  CHECK(graph.Commit(transaction, {}).status() == status);
  CHECK(graph.Latest()->Count({})->statements == 10);
}

TEST_CASE("an id from before a spill is refused") {
  const auto store = OpenMemoryStore(Spilling(1));
  GraphStore graph = CreateGraph(*store);
  Transaction transaction = BeginOn(graph);
  const StatementKey key{{},
                         *transaction.Intern(Name("a")),
                         *transaction.Intern(Name("b")),
                         *transaction.Intern(Name("c")),
                         0};
  REQUIRE_OK(transaction.Add(key, 1.0f, nullptr, false));
  CHECK(absl::IsInvalidArgument(transaction.RemoveTriple(key)));
  REQUIRE_OK(graph.Commit(transaction, {}));
  CHECK(graph.Latest()->Count({})->statements == 1);
}

TEST_CASE("statements of a large transaction are found by their ids") {
  const auto store = OpenMemoryStore(Spilling(3));
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "known", "p", "o");
  Transaction transaction = BeginOn(graph);
  for (int i = 0; i < 8; ++i)
    Make(transaction, Adding("known", "o" + std::to_string(i)));
  REQUIRE_OK(graph.Commit(transaction, {}));
  const ReadView view = *graph.Latest();
  for (const StatementRow& row : AllRows(view)) {
    const auto id = view.StatementId(row.key);
    REQUIRE_OK(id);
    const auto found = view.FindById(*id);
    REQUIRE_OK(found);
    REQUIRE(found->has_value());
    CHECK((*found)->key == row.key);
  }
}

TEST_CASE("a triple of many edges goes and comes back in one transaction") {
  const auto store = OpenMemoryStore(Spilling(100));
  GraphStore graph = CreateGraph(*store);
  constexpr uint32_t kEdges = 3000;
  Transaction transaction = BeginOn(graph);
  for (int round = 0; round < 3; ++round) {
    for (uint32_t edge = 0; edge < kEdges; ++edge) {
      Change change = Adding("s", "o");
      change.edge = edge * 7919 % kEdges;
      Make(transaction, change);
    }
    if (round < 2) Make(transaction, Removing("s", "o"));
  }
  const auto outcome = graph.Commit(transaction, {});
  REQUIRE_OK(outcome);
  CHECK(outcome->result.inserted == 3 * kEdges);
  CHECK(outcome->result.removed == 2);
  CHECK(graph.Latest()->Count({})->statements == kEdges);
  CHECK(graph.Latest()->Count({})->triples == 1);
  RequireClean(*store);
}

TEST_CASE("a commit of many operations goes the same way") {
  const auto store = OpenMemoryStore(Spilling(10));
  GraphStore graph = CreateGraph(*store);
  RequestBuilder builder(graph);
  for (int i = 0; i < 50; ++i)
    builder.Add(Name("s" + std::to_string(i % 40)), Name("p"), Name("o"));
  builder.Remove(Name("s7"), Name("p"), Name("o"));
  const auto outcome = graph.Commit(builder.request());
  REQUIRE_OK(outcome);
  CHECK(outcome->result.inserted == 40);
  CHECK(outcome->result.duplicates == 10);
  CHECK(outcome->result.removed == 1);
  CHECK(graph.ReadLog(outcome->result.commit)->changes.size() == 39);
  builder.request().operations.back().key.object =
      TermId::Make(rdf::TermTag::kArena, 1000);
  CHECK(absl::IsInvalidArgument(graph.Commit(builder.request()).status()));
  RequireClean(*store);
}

// ---- failures

// A clear after it has spilled; reads in the middle, so that drafts
// are made; many records.
void TransactWithFault(const std::shared_ptr<KvStore>& kv,
                       const skg::test::FaultPlan& plan, bool* fired) {
  auto faulty = std::make_unique<skg::test::FaultKv>(kv, plan);
  const skg::test::FaultKv* faults = faulty.get();
  StoreOptions options = Spilling(5);
  options.spill.batch_record_bytes = 1;
  auto store = Store::Open(std::move(faulty), options);
  if (!store.ok()) {  // only the fault can be why; its counter is gone
    *fired = true;
    return;
  }
  const auto transact = [&]() -> absl::Status {
    auto graph = (*store)->OpenGraph("public", "main", nullptr);
    if (!graph.ok()) return graph.status();
    auto transaction = graph->Begin();
    if (!transaction.ok()) return transaction.status();
    for (int i = 0; i < 20; ++i) {
      if (i == 11) {
        const absl::Status cleared =
            transaction->Clear({GraphScope::kDefault, {}});
        if (!cleared.ok()) return cleared;
      }
      StatementKey key;
      const rdf::Term terms[] = {Name("s" + std::to_string(i)), Name("p"),
                                 Name("o")};
      TermId* places[] = {&key.subject, &key.predicate, &key.object};
      for (int t = 0; t < 3; ++t) {
        const auto id = transaction->Intern(terms[t]);
        if (!id.ok()) return id.status();
        *places[t] = *id;
      }
      Record record;
      record.metadata = R"({"n":1})";
      absl::Status changed = i == 19
                                 ? transaction->RemoveTriple(key)
                                 : transaction->Add(key, 1.0f, &record, false);
      if (!changed.ok()) return changed;
      if (i % 8 != 7) continue;
      const auto count = transaction->view().Count({});
      if (!count.ok()) return count.status();
      CHECK(count->statements ==
            static_cast<uint64_t>(i < 11 ? i + 2 : i - 10));
    }
    return graph->Commit(*transaction, {}).status();
  };
  const absl::Status status = transact();
  *fired = faults->fired();
  INFO(status);
  if (!*fired) CHECK(status.ok());
}

TEST_CASE("a large transaction that fails at any point leaves no half of it") {
  using skg::test::FaultPlan;
  for (const bool writes : {true, false}) {
    for (const bool later : {false, true}) {
      bool fired = true;
      for (uint64_t n = 1; fired; n += writes ? 1 : 3) {
        INFO((writes ? "write " : "read ") << n << (later ? " and later" : ""));
        std::shared_ptr<KvStore> kv = MakeMemoryKv();
        {
          auto store = Store::Open(std::make_unique<skg::test::FaultKv>(kv),
                                   StoreOptions{});
          REQUIRE_OK(store);
          const GraphStore graph = CreateGraph(**store);
          AddOne(graph, "s1", "p", "o", 0.5f);  // to be replaced
          AddOne(graph, "s19", "p", "o");       // to be removed
        }
        FaultPlan plan;
        (writes ? plan.write : plan.read) = n;
        plan.every_later_one = later;
        TransactWithFault(kv, plan, &fired);
        auto store =
            Store::Open(std::make_unique<skg::test::FaultKv>(kv), Spilling(5));
        REQUIRE_OK(store);
        auto graph = (*store)->OpenGraph("public", "main", nullptr);
        REQUIRE_OK(graph);
        RequireClean(**store);
        const size_t rows = AllRows(*graph->Latest()).size();
        CHECK((rows == 2 || rows == 8));
        CHECK((graph->last_commit() == 2) == (rows == 2));
        // And it can be done again.
        Transaction again = BeginOn(*graph);
        for (int i = 0; i < 7; ++i)
          Make(again, Adding("again" + std::to_string(i), "o"));
        REQUIRE_OK(graph->Commit(again, {}));
        RequireClean(**store);
      }
    }
  }
}

// Drafts and runs that never were published leave no row.
TEST_CASE("a large transaction that is given up leaves nothing in the store") {
  const auto store = OpenMemoryStore(Spilling(5));
  GraphStore graph = CreateGraph(*store);
  {
    Transaction transaction = BeginOn(graph);
    for (int i = 0; i < 60; ++i) {
      Make(transaction, Adding("s" + std::to_string(i), "o"));
      if (i % 4 == 0)
        CHECK(transaction.view().Count({})->statements ==
              static_cast<uint64_t>(i) + 1);
    }
  }
  for (const Family family : {Family::kGspo, Family::kGpos, Family::kRecords,
                              Family::kStatementIds}) {
    const auto rows = store->kv().NewIterator(family, {});
    rows->SeekToFirst();
    CHECK_FALSE(rows->Valid());
  }
  CHECK(graph.last_commit() == 0);
  RequireClean(*store);
}

}  // namespace
}  // namespace skg::storage::test
