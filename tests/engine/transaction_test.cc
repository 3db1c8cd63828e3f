#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"

namespace skg::test {
namespace {

Transaction Begin(Graph& graph) {
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  return *std::move(transaction);
}

TEST_CASE(
    "a transaction sees its own writes, others see them once it is applied") {
  TestGraph t;
  MustAddAll(t.graph, {Triple("a", "p", "kept"), Triple("a", "p", "gone"),
                       Triple("a", "p", "changed", 0.5f)});
  Transaction transaction = Begin(t.graph);
  NewStatement described = Triple("a", "p", "new");
  described.metadata = "{\"why\":\"test\"}";
  REQUIRE_OK(transaction.Add(described));
  REQUIRE_OK(transaction.Add(Triple("a", "p", "changed", 0.75f)));
  REQUIRE_OK(transaction.AddIfAbsent(Triple("a", "p", "kept", 0.1f)));
  REQUIRE_OK(transaction.Remove("a", "p", "gone"));
  CHECK(transaction.size() >= 3);

  MatchOptions options;
  options.order_by = OrderField::kObject;
  options.include_metadata = true;
  const auto seen = Matches(transaction, Where("a"), options);
  CHECK(Texts(seen) == List({"a p changed", "a p kept", "a p new"}));
  CHECK(seen[0].weight == 0.75f);
  CHECK(seen[1].weight == 1.0f);
  CHECK(seen[2].metadata == "{\"why\":\"test\"}");
  CHECK(seen[2].version == 0);
  CHECK_FALSE(seen[2].id.empty());
  CHECK(MustCount(transaction, Where("a")) == 3);
  CHECK(MustCount(transaction) == 3);
  CHECK(Texts(Matches(t.graph, Where("a"), options)) ==
        List({"a p changed", "a p gone", "a p kept"}));

  auto result = t.graph.Apply(std::move(transaction));
  REQUIRE_OK(result);
  CHECK(result->inserted == 1);
  CHECK(result->replaced == 1);
  CHECK(result->removed == 1);
  const auto now = Matches(t.graph, Where("a"), options);
  CHECK(Texts(now) == Texts(seen));
  CHECK(now[2].id == seen[2].id);
  CHECK(now[2].version == result->commit);
}

TEST_CASE("a transaction that is dropped or used up changes nothing more") {
  TestGraph t;
  {
    Transaction transaction = Begin(t.graph);
    REQUIRE_OK(transaction.Add(Triple("a", "b", "c")));
  }
  CHECK(MustCount(t.graph) == 0);
  CHECK(t.graph.Latest()->commit() == 0);

  Transaction transaction = Begin(t.graph);
  REQUIRE_OK(transaction.Add(Triple("a", "b", "c")));
  REQUIRE_OK(t.graph.Apply(std::move(transaction)));
  // NOLINTBEGIN(bugprone-use-after-move): the moved-from state is specified.
  CHECK(transaction.Add(Triple("d", "e", "f")).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(transaction.Match({}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(transaction.size() == 0);
  CHECK(t.graph.Apply(std::move(transaction)).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  // NOLINTEND(bugprone-use-after-move)
}

TEST_CASE(
    "a transaction belongs to its graph and decides about duplicates itself") {
  TestGraph t;
  Graph other = OpenGraph(*t.engine, "other");
  CHECK(other.Apply(Begin(t.graph)).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CommitOptions skip;
  skip.skip_duplicates = true;
  CHECK(t.graph.Apply(Begin(t.graph), skip).status().code() ==
        absl::StatusCode::kInvalidArgument);
  // Another handle of the same graph is fine.
  Transaction transaction = Begin(t.graph);
  REQUIRE_OK(transaction.Add(Triple("a", "b", "c")));
  Graph same = OpenGraph(*t.engine);
  REQUIRE_OK(same.Apply(std::move(transaction)));
}

struct Conflict {
  std::string name;
  // What the transaction reads, what another commit does, and whether the
  // transaction may then commit.
  StatementPattern read;
  NewStatement written;
  bool conflicts;
};

TEST_CASE("what a transaction has read must not change under it") {
  const std::vector<Conflict> cases = {
      {"a new match", Where("a"), Triple("a", "p", "new"), true},
      {"a new weight", Where("a", "p", "b"), Triple("a", "p", "b", 0.5f), true},
      {"another subject", Where("a"), Triple("z", "p", "b"), false},
      {"another predicate", Where("a", "p"), Triple("a", "q", "b"), false},
      {"everything was read", {}, Triple("z", "z", "z"), true},
      {"a term that nobody knew", Where("unknown"), Triple("unknown", "p", "b"),
       true},
      {"a term that nobody knew as object", Where({}, {}, "unknown"),
       Triple("a", "p", "unknown"), true},
      {"an unknown term stays unknown", Where("unknown"),
       Triple("also new", "p", "b"), false},
      {"another named graph", Where("a", {}, {}, "g"), Triple("a", "p", "new"),
       false},
      {"that named graph", Where("a", {}, {}, "g"),
       In("g", Triple("a", "p", "new")), true},
      {"the default graph only", Where("a", {}, {}, ""),
       In("g", Triple("a", "p", "new")), false},
      {"no change at all", Where("a"), Triple("a", "p", "b"), false},
  };
  for (const Conflict& c : cases) {
    for (const bool counting : {false, true}) {
      DYNAMIC_SECTION(c.name << (counting ? " (counted)" : " (matched)")) {
        TestGraph t;
        MustAddAll(t.graph,
                   {Triple("a", "p", "b"), In("g", Triple("x", "p", "b"))});
        Transaction transaction = Begin(t.graph);
        if (counting) {
          MustCount(transaction, c.read);
        } else {
          Matches(transaction, c.read);
        }
        REQUIRE_OK(transaction.Add(Triple("result", "of", "reading")));
        MustAdd(t.graph, c.written);
        const auto result = t.graph.Apply(std::move(transaction));
        if (c.conflicts) {
          CHECK(result.status().code() == absl::StatusCode::kAborted);
        } else {
          REQUIRE_OK(result);
        }
        CHECK(MustCount(t.graph, Where("result")) == (c.conflicts ? 0 : 1));
      }
    }
  }
}

TEST_CASE("blind writes never conflict") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "p", "b"));
  Transaction first = Begin(t.graph);
  Transaction second = Begin(t.graph);
  REQUIRE_OK(first.Add(Triple("a", "p", "b", 0.25f)));
  REQUIRE_OK(second.Remove("a", "p", "b"));
  REQUIRE_OK(second.Add(Triple("a", "p", "new")));
  REQUIRE_OK(t.graph.Remove("a", "p", "b"));
  REQUIRE_OK(t.graph.Apply(std::move(first)));
  REQUIRE_OK(t.graph.Apply(std::move(second)));
  CHECK(Texts(Matches(t.graph)) == List({"a p new"}));
}

TEST_CASE("of two transactions that read and write the same, one is applied") {
  TestGraph t;
  MustAdd(t.graph, Triple("counter", "value",
                          "\"0\"^^<http://www.w3.org/2001/XMLSchema#integer>"));
  Transaction first = Begin(t.graph);
  Transaction second = Begin(t.graph);
  for (Transaction* transaction : {&first, &second}) {
    const auto value = Matches(*transaction, Where("counter", "value"));
    REQUIRE(value.size() == 1);
    REQUIRE_OK(transaction->Remove("counter", "value", value[0].object));
    REQUIRE_OK(transaction->Add(
        Triple("counter", "value",
               "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>")));
  }
  REQUIRE_OK(t.graph.Apply(std::move(first)));
  CHECK(t.graph.Apply(std::move(second)).status().code() ==
        absl::StatusCode::kAborted);
}

TEST_CASE(
    "a blank node label means one node in one transaction, also when it "
    "reads") {
  TestGraph t;
  Transaction transaction = Begin(t.graph);
  CHECK(MustCount(transaction, Where("_:x")) == 0);
  REQUIRE_OK(transaction.Add(Triple("_:x", "p", "1")));
  REQUIRE_OK(transaction.Add(Triple("_:x", "p", "2")));
  REQUIRE_OK(transaction.Add(Triple("_:y", "p", "1")));
  CHECK(MustCount(transaction, Where("_:x")) == 2);
  REQUIRE_OK(transaction.Remove("_:x", "p", "2"));
  CHECK(MustCount(transaction, Where("_:x")) == 1);
  REQUIRE_OK(t.graph.Apply(std::move(transaction)));
  const auto found = Matches(t.graph, Where({}, "p", "1"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].subject != found[1].subject);
}

TEST_CASE("a cursor over a transaction stops when the transaction goes on") {
  TestGraph t;
  std::vector<NewStatement> many;
  for (int i = 0; i < 5000; ++i)
    many.push_back(Triple("s", "p", "o" + std::to_string(i)));
  MustAddAll(t.graph, many);
  std::vector<Statement> batch;

  Transaction transaction = Begin(t.graph);
  auto cursor = transaction.Match({}, {.order_by = OrderField::kKey});
  REQUIRE_OK(cursor);
  REQUIRE_OK(cursor->Next(batch));
  REQUIRE_OK(transaction.Add(Triple("a", "b", "c")));
  CHECK(cursor->Next(batch).status().code() ==
        absl::StatusCode::kFailedPrecondition);

  auto outliving = transaction.Match({}, {.order_by = OrderField::kKey});
  REQUIRE_OK(outliving);
  REQUIRE_OK(t.graph.Apply(std::move(transaction)));
  CHECK(outliving->Next(batch).status().code() ==
        absl::StatusCode::kFailedPrecondition);

  // Dropped, not applied: the cursor still shows what it showed.
  auto kept = [&t] {
    return *Begin(t.graph).Match({}, {.order_by = OrderField::kKey});
  }();
  auto rest = kept.ToVector();
  REQUIRE_OK(rest);
  CHECK(rest->size() == 5001);
}

TEST_CASE("a transaction clears and goes on") {
  using Part = ClearTarget::Part;
  TestGraph t;
  const auto in_graph = [](NewStatement statement, const char* graph) {
    statement.graph = graph;
    return statement;
  };
  MustAddAll(t.graph, {Triple("a", "p", "1"), Triple("b", "p", "2"),
                       in_graph(Triple("a", "p", "3"), "g"),
                       in_graph(Triple("b", "p", "4"), "g")});
  Transaction transaction = Begin(t.graph);
  REQUIRE_OK(transaction.Add(in_graph(Triple("c", "p", "5"), "g")));
  REQUIRE_OK(transaction.Clear({Part::kNamedGraph, "g"}));
  CHECK(MustCount(transaction) == 2);
  REQUIRE_OK(transaction.Add(in_graph(Triple("a", "p", "3", 0.5f), "g")));
  REQUIRE_OK(transaction.Clear({Part::kDefaultGraph}));
  REQUIRE_OK(transaction.Add(Triple("d", "p", "6")));
  CHECK(transaction.size() == 4);
  CHECK(Texts(Matches(transaction, Where("a", {}, {}, "g"))) ==
        List({"a p 3 @g"}));
  CHECK(MustCount(transaction) == 2);
  // Nobody else has seen any of it.
  CHECK(MustCount(t.graph) == 4);

  for (const ClearTarget& target :
       {ClearTarget{Part::kNamedGraph}, ClearTarget{Part::kEverything, "g"}})
    CHECK(absl::IsInvalidArgument(transaction.Clear(target)));
  const auto result = t.graph.Apply(std::move(transaction));
  REQUIRE_OK(result);
  CHECK(result->removed == 4);
  CHECK(result->inserted == 2);
  CHECK(MustCount(t.graph) == 2);
  CHECK(Matches(t.graph, Where("a", {}, {}, "g"))[0].weight == 0.5f);
  CHECK(absl::IsFailedPrecondition(transaction.Clear({})));
}

TEST_CASE("idempotency keys work for transactions") {
  TestGraph t;
  CommitOptions once;
  once.idempotency_key = "k";
  const auto apply = [&](float weight) {
    Transaction transaction = Begin(t.graph);
    REQUIRE_OK(transaction.Add(Triple("a", "b", "c", weight)));
    REQUIRE_OK(transaction.Remove("x", "y", "z"));
    return t.graph.Apply(std::move(transaction), once);
  };
  const auto first = apply(0.5f);
  REQUIRE_OK(first);
  CHECK_FALSE(first->replayed);
  const auto again = apply(0.5f);
  REQUIRE_OK(again);
  CHECK(again->replayed);
  CHECK(again->commit == first->commit);
  CHECK(apply(0.25f).status().code() == absl::StatusCode::kInvalidArgument);
}

// More than a transaction holds in memory.
constexpr int kMany = 70'000;

std::string Item(int i) { return "item" + std::to_string(i); }

TEST_CASE("a transaction too large for memory reads itself and is one commit") {
  TestGraph t;
  MustAddAll(t.graph, {Triple("item7", "p", "o", 0.5f), Triple("a", "p", "b")});
  const uint64_t before = t.graph.Latest()->commit();
  Transaction transaction = Begin(t.graph);
  for (int i = 0; i < kMany; ++i)
    REQUIRE_OK(transaction.Add(Triple(Item(i), "p", "o")));
  REQUIRE_OK(transaction.Remove("a", "p", "b"));
  NewStatement described = Triple("_:x", "p", "new");
  described.metadata = "{\"why\":\"test\"}";
  REQUIRE_OK(transaction.Add(described));
  CHECK(MustCount(transaction, Where({}, "p")) == kMany + 1);
  // Changes after that, over what was spilled.
  REQUIRE_OK(transaction.Remove("item3", "p", "o"));
  REQUIRE_OK(transaction.AddIfAbsent(Triple("item4", "p", "o", 0.1f)));
  REQUIRE_OK(transaction.Add(Triple("_:x", "p", "also new")));
  CHECK(transaction.size() == kMany + 5);
  CHECK(MustCount(transaction, Where("item3")) == 0);
  CHECK(MustCount(transaction, Where("_:x")) == 2);
  MatchOptions options;
  options.include_metadata = true;
  const auto seen = Matches(transaction, Where({}, {}, "new"), options);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].metadata == "{\"why\":\"test\"}");
  CHECK(seen[0].version == 0);
  const auto replaced = Matches(transaction, Where("item7"), options);
  REQUIRE(replaced.size() == 1);
  CHECK(replaced[0].weight == 1.0f);
  CHECK(replaced[0].version == 0);
  CHECK(MustCount(t.graph) == 2);

  const auto result = t.graph.Apply(std::move(transaction));
  REQUIRE_OK(result);
  CHECK(result->commit == before + 1);
  CHECK(result->inserted == kMany + 1);
  CHECK(result->replaced == 1);
  CHECK(result->removed == 2);
  CHECK(result->duplicates == 1);
  CHECK(MustCount(t.graph) == kMany + 1);
  const auto now = Matches(t.graph, Where({}, {}, "new"), options);
  REQUIRE(now.size() == 1);
  CHECK(now[0].id == seen[0].id);
  CHECK(now[0].subject == seen[0].subject);
  CHECK(t.graph.Get(now[0].id).ok());
  const auto then = t.graph.AsOf(before);
  REQUIRE_OK(then);
  CHECK(MustCount(*then) == 2);

  // Followers are told every one of its changes.
  std::atomic<int> inserted{0}, replacing{0}, removed{0};
  {
    const auto subscription =
        t.graph.Watch({}, before, [&](const Change& change) {
          ++(change.kind == Change::Kind::kInserted   ? inserted
             : change.kind == Change::Kind::kReplaced ? replacing
                                                      : removed);
        });
    REQUIRE_OK(subscription);
    const absl::Time deadline = absl::Now() + absl::Seconds(120);
    while (subscription->position() <= before && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(5));
  }
  CHECK(inserted == kMany);  // one of these came and went
  CHECK(replacing == 1);
  CHECK(removed == 1);
  const auto report = t.engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("what a large transaction has read must not change under it") {
  TestGraph t;
  MustAdd(t.graph, Triple("read", "p", "b"));
  Transaction first = Begin(t.graph);
  Transaction second = Begin(t.graph);
  CHECK(MustCount(first, Where("read")) == 1);
  CHECK(MustCount(second, Where("unknown")) == 0);
  for (int i = 0; i < kMany; ++i) {
    REQUIRE_OK(first.Add(Triple(Item(i), "p", "o")));
    REQUIRE_OK(second.Add(Triple(Item(i), "q", "o")));
  }
  MustAdd(t.graph, Triple("read", "p", "new"));
  CHECK(t.graph.Apply(std::move(first)).status().code() ==
        absl::StatusCode::kAborted);
  CHECK(MustCount(t.graph) == 2);
  REQUIRE_OK(t.graph.Apply(std::move(second)));
  CHECK(MustCount(t.graph) == kMany + 2);
}

}  // namespace
}  // namespace skg::test
