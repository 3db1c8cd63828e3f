// Transactions: own view, conflicts, and that blind writes have none.
#include <thread>

#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

StatementKey Key(Transaction& transaction, std::string_view s,
                 std::string_view p, std::string_view o) {
  return {{},
          *transaction.Intern(Name(s)),
          *transaction.Intern(Name(p)),
          *transaction.Intern(Name(o)),
          0};
}

ScanPattern Subject(const ReadView& view, std::string_view s) {
  ScanPattern pattern;
  pattern.subject = *view.Lookup(Name(s));
  return pattern;
}

// All in memory, or with changes in files from the first or second one on.
StoreOptions OptionsOf(size_t spill_changes) {
  StoreOptions options;
  options.spill.changes = spill_changes;
  return options;
}
constexpr size_t kSpills[] = {1, 2, 1 << 16};

Transaction Begin(GraphStore& graph) {
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  return *std::move(transaction);
}

TEST_CASE("a transaction sees its snapshot and its own changes") {
  const size_t spill =
      GENERATE(from_range(std::begin(kSpills), std::end(kSpills)));
  CAPTURE(spill);
  const auto store = OpenMemoryStore(OptionsOf(spill));
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "1");
  AddOne(graph, "a", "p", "2");
  Transaction transaction = Begin(graph);
  AddOne(graph, "b", "p", "later");
  REQUIRE_OK(
      transaction.Add(Key(transaction, "a", "p", "3"), 0.5f, nullptr, false));
  REQUIRE_OK(transaction.RemoveTriple(Key(transaction, "a", "p", "1")));
  const ReadView& view = transaction.view();
  CHECK(AllRows(view).size() == 2);
  CHECK(view.Count({})->statements == 2);
  CHECK(view.Find(Key(transaction, "a", "p", "3"))->value().weight == 0.5f);
  CHECK_FALSE(view.Find(Key(transaction, "a", "p", "1"))->has_value());
  std::vector<rdf::Term> terms;
  const TermId own[] = {*transaction.Intern(Name("3")),
                        *transaction.Intern(Name("a"))};
  REQUIRE_OK(view.Decode(own, &terms));
  CHECK(terms[0] == Name("3"));
}

TEST_CASE("what a transaction changes becomes one commit") {
  const size_t spill =
      GENERATE(from_range(std::begin(kSpills), std::end(kSpills)));
  CAPTURE(spill);
  const auto store = OpenMemoryStore(OptionsOf(spill));
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "1");
  Transaction transaction = Begin(graph);
  REQUIRE_OK(
      transaction.Add(Key(transaction, "a", "p", "2"), 1.0f, nullptr, false));
  REQUIRE_OK(
      transaction.Add(Key(transaction, "a", "p", "1"), 0.1f, nullptr, true));
  REQUIRE_OK(transaction.RemoveTriple(Key(transaction, "a", "p", "1")));
  auto outcome = graph.Commit(transaction, {});
  REQUIRE_OK(outcome);
  CHECK(outcome->result.commit == 2);
  CHECK(outcome->result.inserted == 1);
  CHECK(outcome->result.duplicates == 1);
  CHECK(outcome->result.removed == 1);
  CHECK(AllRows(*graph.Latest()).size() == 1);
  RequireClean(*store);
}

struct Conflict {
  const char* name;
  void (*read)(Transaction&);
  void (*write)(GraphStore&);
  bool conflicts;
};

TEST_CASE("a commit is refused exactly where something read has changed") {
  const auto read_subject = [](Transaction& t) {
    AllRows(t.view(), Subject(t.view(), "a"));
  };
  const auto add_subject = [](GraphStore& g) { AddOne(g, "a", "p", "new"); };
  const auto add_other = [](GraphStore& g) { AddOne(g, "z", "p", "new"); };
  const auto replace = [](GraphStore& g) { AddOne(g, "a", "p", "1", 0.25f); };
  const auto same_again = [](GraphStore& g) { AddOne(g, "a", "p", "1"); };
  const auto remove = [](GraphStore& g) {
    RequestBuilder builder(g);
    builder.Remove(Name("a"), Name("p"), Name("1"));
    builder.Commit();
  };
  const auto nothing = [](Transaction&) {};
  const auto count_all = [](Transaction& t) { REQUIRE_OK(t.view().Count({})); };
  const auto find = [](Transaction& t) {
    REQUIRE_OK(t.view().Find(Key(t, "a", "p", "1")));
  };
  const auto unknown_term = [](Transaction& t) {
    CHECK(AllRows(t.view(), Subject(t.view(), "unborn")).empty());
  };
  const auto bear = [](GraphStore& g) { AddOne(g, "unborn", "p", "1"); };
  const Conflict cases[] = {
      {"an insert into a scanned range", read_subject, add_subject, true},
      {"an insert elsewhere", read_subject, add_other, false},
      {"a replace of what was scanned", read_subject, replace, true},
      {"a remove of what was scanned", read_subject, remove, true},
      {"a duplicate of what was scanned", read_subject, same_again, false},
      {"a blind write", nothing, add_subject, false},
      {"a count of everything", count_all, add_other, true},
      {"a look at one statement, that changed", find, replace, true},
      {"a look at one statement, another changed", find, add_subject, false},
      {"a term that came to be", unknown_term, bear, true},
      {"a term that stayed unknown", unknown_term, add_other, false},
  };
  for (const size_t spill : kSpills) {
    for (const Conflict& c : cases) {
      INFO(c.name);
      CAPTURE(spill);
      const auto store = OpenMemoryStore(OptionsOf(spill));
      GraphStore graph = CreateGraph(*store);
      AddOne(graph, "a", "p", "1");
      Transaction transaction = Begin(graph);
      c.read(transaction);
      REQUIRE_OK(transaction.Add(Key(transaction, "mine", "p", "1"), 1.0f,
                                 nullptr, false));
      c.write(graph);
      const uint64_t before = graph.last_commit();
      const auto outcome = graph.Commit(transaction, {});
      CHECK(outcome.ok() == !c.conflicts);
      if (c.conflicts) {
        CHECK(absl::IsAborted(outcome.status()));
        CHECK(graph.last_commit() == before);
        // What was spilled may leave numbers that nothing uses.
        if (spill > 1) CHECK_FALSE(graph.Lookup(Name("mine"))->bound());
      }
      RequireClean(*store);
    }
  }
}

TEST_CASE("concurrent increments through transactions lose none") {
  // Each thread moves a counter statement forward; only serialisable
  // transactions with retries keep the count.
  const size_t spill =
      GENERATE(from_range(std::begin(kSpills), std::end(kSpills)));
  CAPTURE(spill);
  const auto store = OpenMemoryStore(OptionsOf(spill));
  GraphStore graph = CreateGraph(*store);
  const auto number = [](uint64_t n) {
    return rdf::Term::Literal(std::to_string(n),
                              std::string(rdf::iri::kXsdInteger));
  };
  RequestBuilder first(graph);
  first.Add(Name("counter"), Name("value"), number(0));
  first.Commit();
  constexpr int kThreads = 4, kSteps = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      GraphStore mine = graph;
      for (int done = 0; done < kSteps;) {
        auto transaction = mine.Begin();
        ScanPattern pattern;
        pattern.subject = *transaction->view().Lookup(Name("counter"));
        auto cursor = transaction->view().Scan(pattern);
        StatementBatch batch;
        if (!*(*cursor)->Next(batch) || batch.size() != 1) return;
        const StatementKey old = batch.Row(0).key;
        std::vector<rdf::Term> value;
        if (!transaction->view().Decode(std::span(&old.object, 1), &value).ok())
          return;
        StatementKey next = old;
        if (!transaction->RemoveTriple(old).ok()) return;
        next.object =
            *transaction->Intern(number(std::stoull(value[0].value) + 1));
        if (!transaction->Add(next, 1.0f, nullptr, false).ok()) return;
        const auto outcome = mine.Commit(*transaction, {});
        if (outcome.ok())
          ++done;
        else if (!absl::IsAborted(outcome.status()))
          return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const ReadView view = *graph.Latest();
  const std::vector<StatementRow> rows = AllRows(view);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].key.object == *view.Lookup(number(kThreads * kSteps)));
  RequireClean(*store);
}

TEST_CASE("a transaction that is run goes through whatever comes between") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "0");
  int calls = 0;
  const auto outcome = graph.Run(
      [&](Transaction& transaction) {
        const std::string number = std::to_string(++calls);
        const size_t seen =
            AllRows(transaction.view(), Subject(transaction.view(), "a"))
                .size();
        // At last nobody else may write: one that tried would wait for itself.
        if (calls <= GraphStore::kTransactionTries)
          AddOne(graph, "a", "p", number);
        return transaction.Add(
            Key(transaction, "seen", std::to_string(seen), number), 1.0f,
            nullptr, false);
      },
      {});
  REQUIRE_OK(outcome);
  CHECK(calls == GraphStore::kTransactionTries + 1);
  CHECK(outcome->result.commit == 5);
  CHECK(outcome->result.inserted == 1);
  const ReadView view = *graph.Latest();
  CHECK(AllRows(view, Subject(view, "a")).size() == 4);
  const auto left = AllRows(view, Subject(view, "seen"));
  REQUIRE(left.size() == 1);
  std::vector<rdf::Term> terms;
  const TermId ids[] = {left.begin()->key.predicate, left.begin()->key.object};
  REQUIRE_OK(view.Decode(ids, &terms));
  CHECK(terms[0] == Name("4"));
  CHECK(terms[1] == Name("4"));
  AddOne(graph, "b", "p", "after");
  RequireClean(*store);
}

TEST_CASE("work that fails has changed nothing, alone or not") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  int added = 0;
  for (const int fail_at : {1, 2, GraphStore::kTransactionTries + 1}) {
    int calls = 0;
    const uint64_t before = graph.last_commit();
    const auto outcome = graph.Run(
        [&](Transaction& transaction) -> absl::Status {
          (void)AllRows(transaction.view(), {});
          if (++calls == fail_at) return absl::OutOfRangeError("enough");
          AddOne(graph, "a", "p", std::to_string(++added));
          return transaction.Add(Key(transaction, "x", "y", "z"), 1.0f, nullptr,
                                 false);
        },
        {});
    CHECK(absl::IsOutOfRange(outcome.status()));
    CHECK(calls == fail_at);
    CHECK(graph.last_commit() == before + static_cast<uint64_t>(calls) - 1);
  }
  CHECK(AllRows(*graph.Latest()).size() == 4);
  RequireClean(*store);
}

}  // namespace
}  // namespace skg::storage::test
