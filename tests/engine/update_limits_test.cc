// SPARQL Update: all or nothing, one after the other, within limits.
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/update_fixture.h"

namespace skg::test {
namespace {

TEST_CASE("an update that fails leaves nothing") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :p 1 }");
  auto result = t.graph.Update(
      "INSERT DATA { :b :p 2 } ; DELETE WHERE { :a ?p ?o } ; DROP GRAPH "
      ":none ; INSERT DATA { :c :p 3 }");
  CHECK(absl::IsNotFound(result.status()));
  CHECK(Message(result.status()).starts_with("operation 3: "));
  CHECK(Contents(t.graph) == List({"a p 1"}));
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  CHECK(view->commit() == 1);
}

TEST_CASE("a reader of another process does not update") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :p 1 }");
  auto reader = Engine::OpenReader(t.directory / "data", {});
  REQUIRE_OK(reader);
  auto graph = (*reader)->OpenGraph("main", {});
  REQUIRE_OK(graph);
  CHECK(CodeOf(*graph, "INSERT DATA { :b :p 2 }") ==
        absl::StatusCode::kFailedPrecondition);
}

constexpr const char* kIncrement =
    "DELETE { :counter :is ?n } INSERT { :counter :is ?m } WHERE { :counter "
    ":is ?n BIND(?n + 1 AS ?m) }";

TEST_CASE("no increment of a counter is lost") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :counter :is 0 }");
  constexpr int kWriters = 4, kEach = 60;
  std::atomic<int> failed = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      Graph graph = t.graph;
      for (int j = 0; j < kEach; ++j) {
        if (!graph.Update(kIncrement).ok()) ++failed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(failed == 0);
  CHECK(Contents(t.graph) ==
        List({absl::StrCat("counter is ", kWriters * kEach)}));
}

TEST_CASE("an update ends though others write what it reads all the time") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :sum :is 0 }");
  std::atomic<bool> done = false;
  std::atomic<int> added = 0;
  std::thread writer([&] {
    Graph graph = t.graph;
    while (!done) {
      if (graph.Add(Triple(absl::StrCat("i", added.load()), "item", "1")).ok())
        ++added;
    }
  });
  while (added < 10) std::this_thread::yield();
  // Reads all items: each Add that comes between is a conflict.
  constexpr const char* kSum =
      "DELETE { :sum :is ?old } INSERT { :sum :is ?n } WHERE { :sum :is ?old { "
      "SELECT (COUNT(*) AS ?n) { ?s :item ?o } } }";
  for (int i = 0; i < 5; ++i) MustUpdate(t.graph, kSum);
  done = true;
  writer.join();
  MustUpdate(t.graph, kSum);
  CHECK(MustCount(
            t.graph,
            Where("sum", "is",
                  absl::StrCat(
                      "\"", added.load(),
                      "\"^^<http://www.w3.org/2001/XMLSchema#integer>"))) == 1);
  CHECK(MustCount(t.graph, Where("sum")) == 1);
}

// Joins of this many with itself take longer than anybody waits.
void FillMany(Graph& graph, int statements) {
  std::vector<NewStatement> many;
  for (int i = 0; i < statements; ++i)
    many.push_back(Triple("s" + std::to_string(i), "p", std::to_string(i)));
  MustAddAll(graph, many);
}

constexpr const char* kEndless =
    "INSERT { ?a :all ?b } WHERE { ?a :p ?x . ?b :p ?y . ?c :p ?z FILTER(?x + "
    "?y + ?z < 0) }";

TEST_CASE("an update ends at its deadline and when it is stopped") {
  TestGraph t;
  FillMany(t.graph, 3000);
  UpdateOptions options;
  const absl::Time begin = absl::Now();
  options.deadline = begin + absl::Milliseconds(100);
  CHECK(CodeOf(t.graph, kEndless, options) ==
        absl::StatusCode::kDeadlineExceeded);
  // Far from hours; how near exactly is for machines that do nothing else.
  CHECK(absl::Now() - begin < absl::Seconds(10));

  std::stop_source source;
  options = {};
  options.stop = source.get_token();
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(50));
    source.request_stop();
  });
  CHECK(CodeOf(t.graph, kEndless, options) == absl::StatusCode::kCancelled);
  stopper.join();

  // Before anything is begun, and SILENT is no excuse.
  options = {};
  options.deadline = absl::InfinitePast();
  CHECK(CodeOf(t.graph, "", options) == absl::StatusCode::kDeadlineExceeded);
  CHECK(CodeOf(t.graph, "DROP SILENT ALL", options) ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(MustCount(t.graph) == 3000);
}

TEST_CASE("an update stays in its memory") {
  TestGraph t;
  FillMany(t.graph, 3000);
  UpdateOptions options;
  options.memory_bytes = size_t{2} << 20;
  using Code = absl::StatusCode;
  // The changes of one operation, those of several, and copies of graphs.
  CHECK(CodeOf(t.graph, "INSERT { ?a :all ?b } WHERE { ?a :p ?x . ?b :p ?y }",
               options) == Code::kResourceExhausted);
  const std::string copy = "INSERT { ?a :q ?x } WHERE { ?a :p ?x } ; ";
  CHECK(CodeOf(t.graph, copy, options) == Code::kOk);
  std::string several;
  for (int i = 0; i < 10; ++i) {
    several += absl::StrCat("INSERT { ?a :q", i, " ?x } WHERE { ?a :p ?x } ; ");
  }
  CHECK(CodeOf(t.graph, several, options) == Code::kResourceExhausted);
  // Terms that are computed and come to nothing stay with the transaction.
  std::string computed;
  for (int i = 0; i < 10; ++i) {
    computed += absl::StrCat(
        "DELETE { ?a :none ?t } WHERE { { SELECT ?a { ?a :p ?x } LIMIT 1000 } "
        "BIND(CONCAT(STR(?a), ' is text number ",
        i, "') AS ?t) FILTER(STRLEN(?t) < 5) } ; ");
    if (i == 0) CHECK(CodeOf(t.graph, computed, options) == Code::kOk);
  }
  CHECK(CodeOf(t.graph, computed, options) == Code::kResourceExhausted);
  CHECK(CodeOf(t.graph, "COPY DEFAULT TO :copy", options) ==
        Code::kResourceExhausted);
  CHECK(MustCount(t.graph) == 6000);
  // That takes none, whatever goes.
  MustUpdate(t.graph, "CLEAR ALL", options);
  CHECK(MustCount(t.graph) == 0);
}

}  // namespace
}  // namespace skg::test
