#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

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

}  // namespace
}  // namespace skg::test
