// Graph::Clear through the public headers: what it answers, what is left, and
// who is told.
#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

using Part = ClearTarget::Part;

CommitResult MustClear(Graph& graph, const ClearTarget& target,
                       const CommitOptions& options = {}) {
  auto result = graph.Clear(target, options);
  REQUIRE_OK(result);
  return *result;
}

void Fill(Graph& graph) {
  MustAddAll(graph,
             {Triple("a", "p", "1"), Triple("a", "q", "2"),
              In("g", Triple("a", "p", "1")), In("g", Triple("b", "p", "3")),
              In("h", Triple("c", "q", "4"))});
}

uint64_t CountIn(Graph& graph, const std::string& named) {
  return MustCount(graph, {.graph = named});
}

TEST_CASE("each part of a graph can be cleared by itself") {
  struct Case {
    ClearTarget target;
    uint64_t removed, in_default, in_g, in_h;
  };
  const Case cases[] = {{{Part::kEverything}, 5, 0, 0, 0},
                        {{Part::kDefaultGraph}, 2, 0, 2, 1},
                        {{Part::kNamedGraphs}, 3, 2, 0, 0},
                        {{Part::kNamedGraph, "g"}, 2, 2, 0, 1},
                        {{Part::kNamedGraph, "<urn:skg:h>"}, 1, 2, 2, 0},
                        {{Part::kNamedGraph, "unheard of"}, 0, 2, 2, 1}};
  for (const Case& each : cases) {
    INFO(static_cast<int>(each.target.part) << " " << each.target.graph);
    TestGraph t;
    Fill(t.graph);
    const CommitResult result = MustClear(t.graph, each.target);
    CHECK(result.commit == 2);
    CHECK(result.removed == each.removed);
    CHECK(CountIn(t.graph, "") == each.in_default);
    CHECK(CountIn(t.graph, "g") == each.in_g);
    CHECK(CountIn(t.graph, "h") == each.in_h);
    const auto stats = t.graph.Latest()->Stats();
    REQUIRE_OK(stats);
    CHECK(stats->statements == 5 - each.removed);
    const auto before = t.graph.AsOf(PointInTime(uint64_t{1}));
    REQUIRE_OK(before);
    const auto then = before->Stats();
    REQUIRE_OK(then);
    CHECK(then->statements == 5);
  }
}

TEST_CASE("a target that says too little or too much is refused") {
  TestGraph t;
  Fill(t.graph);
  for (const ClearTarget& target :
       {ClearTarget{Part::kNamedGraph}, ClearTarget{Part::kEverything, "g"},
        ClearTarget{Part::kNamedGraph, "<no iri>"}}) {
    const absl::Status status = t.graph.Clear(target).status();
    CHECK(absl::IsInvalidArgument(status));
    REQUIRE(FieldErrors(status).size() == 1);
    CHECK(FieldErrors(status)[0].path == std::vector<std::string>{"graph"});
  }
  CHECK(t.graph.Latest()->commit() == 1);
}

TEST_CASE("a cleared statement has an id and a history, and comes back anew") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "p", "b", 0.5f));
  const Statement first = Matches(t.graph).front();
  MustClear(t.graph, {});
  CHECK(absl::IsNotFound(t.graph.Get(first.id).status()));
  MustAdd(t.graph, Triple("a", "p", "b", 0.5f));
  const Statement again = Matches(t.graph).front();
  CHECK(again.id == first.id);
  CHECK(again.created_commit == 3);
  const auto history = t.graph.History(first.id);
  REQUIRE_OK(history);
  REQUIRE(history->size() == 3);
  CHECK((*history)[0].kind == Change::Kind::kInserted);
  CHECK((*history)[1].kind == Change::Kind::kRemoved);
  CHECK((*history)[1].commit == 2);
  CHECK((*history)[1].statement.id == first.id);
  CHECK((*history)[2].kind == Change::Kind::kInserted);
}

TEST_CASE("a watch is told each statement that a clear took") {
  TestGraph t;
  Fill(t.graph);
  std::mutex mutex;
  std::multiset<std::string> removed;
  const auto all = t.graph.Watch({}, 1, [&](const Change& change) {
    const std::lock_guard lock(mutex);
    const bool is_removed = change.kind == Change::Kind::kRemoved;
    removed.insert((is_removed ? "" : "not removed: ") +
                   std::to_string(change.commit) + " " +
                   change.statement.graph + " " + change.statement.subject);
  });
  REQUIRE_OK(all);
  MustClear(t.graph, {Part::kNamedGraph, "g"});
  MustClear(t.graph, {});
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (all->position() < 3 && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(5));
  REQUIRE(all->position() == 3);
  const std::lock_guard lock(mutex);
  CHECK(removed ==
        std::multiset<std::string>{"2 g a", "2 g b", "3  a", "3  a", "3 h c"});
}

TEST_CASE("a clear differs, conflicts and is repeated as other writes are") {
  TestGraph t;
  Fill(t.graph);
  auto reader = t.graph.Begin();
  auto other = t.graph.Begin();
  REQUIRE_OK(reader);
  REQUIRE_OK(other);
  CHECK(MustCount(*reader, {.graph = "g"}) == 2);
  CHECK(MustCount(*other, {.graph = "h"}) == 1);
  REQUIRE_OK(reader->Add(Triple("x", "p", "y")));
  REQUIRE_OK(other->Add(Triple("x", "p", "y")));
  CommitOptions keyed;
  keyed.idempotency_key = "once";
  const ClearTarget g{Part::kNamedGraph, "g"};
  CHECK(MustClear(t.graph, g, keyed).removed == 2);
  CHECK(absl::IsAborted(t.graph.Apply(*std::move(reader)).status()));
  REQUIRE_OK(t.graph.Apply(*std::move(other)));
  CHECK(MustClear(t.graph, g, keyed).replayed);
  CHECK(absl::IsInvalidArgument(t.graph.Clear({}, keyed).status()));
  const auto before = t.graph.AsOf(PointInTime(uint64_t{1}));
  const auto after = t.graph.AsOf(PointInTime(uint64_t{2}));
  REQUIRE_OK(before);
  REQUIRE_OK(after);
  auto cursor = t.graph.Diff(*before, *after);
  REQUIRE_OK(cursor);
  std::vector<Difference> differences;
  const auto more = cursor->Next(differences);
  REQUIRE_OK(more);
  CHECK(differences.size() == 2);
}

TEST_CASE("clears survive a reopening and a compaction") {
  TestGraph t;
  Fill(t.graph);
  MustClear(t.graph, {Part::kNamedGraph, "g"});
  const auto check = [&](uint64_t now) {
    CHECK(MustCount(t.graph, {.predicate = "p"}) == now);
    const auto view = t.graph.AsOf(PointInTime(uint64_t{1}));
    REQUIRE_OK(view);
    const auto count = view->Count({.graph = "g"});
    REQUIRE_OK(count);
    CHECK(*count == 2);
  };
  check(1);
  t.graph = OpenGraph(*t.engine, "other");
  t.engine.reset();
  t.engine = OpenEngine(t.directory / "data");
  t.graph = OpenGraph(*t.engine);
  check(1);
  REQUIRE_OK(t.graph.Compact());
  check(1);
  MustAdd(t.graph, In("g", Triple("b", "p", "3")));
  check(2);
}

}  // namespace
}  // namespace skg::test
