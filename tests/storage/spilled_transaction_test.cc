// Transactions too large for memory against the model of a store: all kinds of
// changes, what they see of themselves, and what is left where they fail.
#include <thread>

#include "storage/diff.h"
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
    switch (known ? Apply(model, operation, key, change.metadata, commit)
                  : Outcome::kAbsent) {
      case Outcome::kInserted:
        ++expected.inserted;
        break;
      case Outcome::kReplaced:
        ++expected.replaced;
        break;
      case Outcome::kDuplicate:
        ++expected.duplicates;
        break;
      case Outcome::kRemoved:
        ++expected.removed;
        break;
      case Outcome::kAbsent:
        ++expected.absent;
    }
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

// The log has what differs between the states before and after, and so has the
// difference of the two views.
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

}  // namespace
}  // namespace skg::storage::test
