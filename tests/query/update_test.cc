// Updates in a transaction: which commits of others they conflict with.
#include "query/exec/update.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sparql/parser.h"
#include "storage/store_fixture.h"

namespace skg::query::test {
namespace {

using storage::test::AddOne;
using storage::test::CreateGraph;
using storage::test::OpenMemoryStore;

Update Parse(const std::string& text) {
  sparql::ParseOptions options;
  options.prefixes = {{"", "urn:skg:"}};
  auto update = sparql::ParseUpdate(text, options);
  REQUIRE_OK(update);
  return *std::move(update);
}

UpdateExecution Execution() {
  UpdateExecution execution;
  auto number = std::make_shared<int>(0);
  execution.labels.next = [number] {
    return "new" + std::to_string(++*number);
  };
  execution.labels.lasting = [](std::string_view label) {
    return label.starts_with("new");
  };
  return execution;
}

TEST_CASE("an update conflicts with what changes its answers, and no more") {
  struct Case {
    const char* update;
    const char *subject, *predicate, *object;  // that another commit adds
    bool conflicts;
  };
  const Case cases[] = {
      // What it writes does not matter, only what it reads.
      {"INSERT DATA { :a :p :b }", "a", "p", "b", false},
      {"DELETE DATA { :a :p :b }", "a", "p", "b", false},
      {"DELETE { :a :v ?n } WHERE { :a :v ?n }", "a", "v", "new", true},
      {"DELETE { :a :v ?n } WHERE { :a :v ?n }", "a", "w", "new", false},
      // Nor what the planner counts.
      {"DELETE { :a :v ?n } WHERE { :a :v ?n }", "b", "v", "new", false},
      {"INSERT { :x :y ?m } WHERE { :a :v ?n . ?n :w ?m }", "1", "w", "new",
       true},
      // Terms that nobody had heard of.
      {"INSERT { :x :y :z } WHERE { FILTER NOT EXISTS { :unborn :v ?n } }",
       "unborn", "v", "new", true},
      {"DROP GRAPH :g", "a", "v", "new", false},
      // It reads nothing: what came before it goes, whoever brought it.
      {"CLEAR DEFAULT", "q", "r", "s", false},
      {"INSERT { :x :y ?n } WHERE { :a :v ?n } ; CLEAR DEFAULT", "a", "v",
       "new", true},
      // What an operation before has brought is read in the transaction.
      {"INSERT DATA { :c :v :d } ; DELETE WHERE { :c :v ?n }", "a", "v", "new",
       false},
      {"INSERT DATA { :c :v :d } ; DELETE WHERE { :c :v ?n }", "c", "v", "new",
       true},
  };
  for (const Case& c : cases) {
    INFO(c.update << " meets " << c.subject << " " << c.predicate);
    const auto store = OpenMemoryStore();
    storage::GraphStore graph = CreateGraph(*store);
    storage::test::RequestBuilder named(graph);
    const rdf::Term g = storage::test::Name("g");
    named.Add(g, g, g, 1.0f, &g);
    named.Commit();
    AddOne(graph, "a", "v", "1");
    AddOne(graph, "1", "w", "2");
    auto transaction = graph.Begin();
    REQUIRE_OK(transaction);
    REQUIRE_OK(ApplyUpdate(Parse(c.update), *transaction, Execution()));
    AddOne(graph, c.subject, c.predicate, c.object);
    const auto outcome = graph.Commit(*transaction, {});
    CHECK(absl::IsAborted(outcome.status()) == c.conflicts);
    CHECK(outcome.ok() == !c.conflicts);
  }
}

TEST_CASE("a clear takes what others added before it was committed") {
  const auto store = OpenMemoryStore();
  storage::GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "v", "1");
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(ApplyUpdate(Parse("CLEAR DEFAULT ; INSERT DATA { :x :y :z }"),
                         *transaction, Execution()));
  AddOne(graph, "q", "r", "s");
  REQUIRE_OK(graph.Commit(*transaction, {}));
  CHECK(storage::test::AllRows(*graph.Latest()).size() == 1);
}

TEST_CASE("all of an operation is read before any of it is changed") {
  const auto store = OpenMemoryStore();
  storage::GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 5000; ++i)
    AddOne(graph, "n" + std::to_string(i), "next", "n" + std::to_string(i + 1));
  const Update update = Parse(
      "INSERT { ?b :next ?a . _:x :of ?a } WHERE { ?a :next ?b } ; "
      "DELETE { ?a :next ?b } INSERT { ?a :next ?a } WHERE { ?a :next ?b }");
  const auto outcome = graph.Run(
      [&](storage::Transaction& transaction) {
        return ApplyUpdate(update, transaction, Execution());
      },
      {});
  REQUIRE_OK(outcome);
  // 5000 turned round, 5000 nodes; then every link, either way, is gone, and
  // each of 5001 nodes leads to itself.
  CHECK(outcome->result.inserted == 5000 + 5000 + 5001);
  CHECK(outcome->result.removed == 10000);
  CHECK(graph.Latest()->Count({})->triples == 5000 + 5001);
}

}  // namespace
}  // namespace skg::query::test
