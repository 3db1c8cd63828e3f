#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {
namespace {

// Failures are counted, not asserted, off the main thread: Catch2's assertions
// are not thread-safe.
class Threads {
 public:
  explicit Threads(std::atomic<int>& failures) : failures_(failures) {}
  template <typename Body>
  void Run(int count, Body body) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, body, i] {
        if (!body(i)) ++failures_;
      });
    }
  }
  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  std::atomic<int>& failures_;
  std::vector<std::thread> threads_;
};

TEST_CASE("many threads write and read many graphs") {
  TemporaryDirectory directory;
  constexpr int kGraphs = 5, kWriters = 8, kCommits = 40, kPerCommit = 5;
  {
    const auto engine = OpenEngine(directory / "data");
    std::vector<Graph> graphs;
    for (int g = 0; g < kGraphs; ++g) {
      graphs.push_back(OpenGraph(
          *engine, "t" + std::to_string(g % 2) + "/g" + std::to_string(g)));
    }
    std::atomic<bool> writing = true;
    std::atomic<int> failures = 0;
    Threads writers(failures), readers(failures);
    // Every commit adds kPerCommit statements, so a view that shows part of a
    // commit has a count that is no multiple.
    writers.Run(kWriters, [&](int writer) {
      for (int i = 0; i < kCommits; ++i) {
        std::vector<NewStatement> batch;
        for (int k = 0; k < kPerCommit; ++k) {
          batch.push_back(Triple("w" + std::to_string(writer),
                                 "p" + std::to_string(i),
                                 "\"" + std::to_string(k) + "\""));
        }
        Graph& graph = graphs[static_cast<size_t>((writer + i) % kGraphs)];
        if (!graph.AddBatch(batch).ok()) return false;
      }
      return true;
    });
    readers.Run(4, [&](int reader) {
      std::vector<uint64_t> last(kGraphs, 0);
      while (writing) {
        for (size_t g = 0; g < kGraphs; ++g) {
          const auto view = graphs[g].Latest();
          if (!view.ok() || view->commit() < last[g]) return false;
          last[g] = view->commit();
          const auto count = view->Count();
          if (!count.ok() || *count != view->commit() * kPerCommit)
            return false;
          MatchOptions options;
          options.order_by =
              reader % 2 == 0 ? OrderField::kKey : OrderField::kWeight;
          auto cursor = view->Match({}, options);
          if (!cursor.ok()) return false;
          const auto statements = cursor->ToVector();
          if (!statements.ok() || statements->size() != *count) return false;
          const auto stats = view->Stats();
          if (!stats.ok() || stats->statements != *count) return false;
        }
      }
      return true;
    });
    writers.Join();
    writing = false;
    readers.Join();
    CHECK(failures == 0);
  }
  const auto engine = OpenEngine(directory / "data");
  uint64_t statements = 0, commits = 0;
  const auto graphs = engine->ListGraphs();
  REQUIRE_OK(graphs);
  for (const GraphInfo& info : *graphs) {
    statements += info.statements;
    commits += info.last_commit;
  }
  CHECK(statements == kWriters * kCommits * kPerCommit);
  CHECK(commits == kWriters * kCommits);
  auto report = engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("counters kept by transactions lose nothing") {
  TestGraph t;
  constexpr int kThreads = 4, kIncrements = 15;
  const auto integer = [](uint64_t value) {
    return "\"" + std::to_string(value) +
           "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
  };
  MustAdd(t.graph, Triple("counter", "value", integer(0)));
  std::atomic<int> failures = 0;
  const auto increment = [&](Graph& graph) {
    while (true) {
      auto transaction = graph.Begin();
      if (!transaction.ok()) return false;
      auto cursor = transaction->Match(Where("counter", "value"));
      if (!cursor.ok()) return false;
      const auto found = cursor->ToVector();
      if (!found.ok() || found->size() != 1) return false;
      const std::string& old = found->front().object;
      const uint64_t value = std::stoull(old.substr(1));
      if (!transaction->Remove("counter", "value", old).ok() ||
          !transaction->Add(Triple("counter", "value", integer(value + 1)))
               .ok()) {
        return false;
      }
      const auto result = graph.Apply(*std::move(transaction));
      if (result.ok()) return true;
      if (!absl::IsAborted(result.status())) return false;
    }
  };
  Threads threads(failures);
  threads.Run(kThreads, [&](int) {
    Graph graph = t.graph;
    for (int i = 0; i < kIncrements; ++i) {
      if (!increment(graph)) return false;
    }
    return true;
  });
  threads.Join();
  CHECK(failures == 0);
  CHECK(Texts(Matches(t.graph)) ==
        List({"counter value " + integer(kThreads * kIncrements)}));
}

TEST_CASE("of many threads with one idempotency key, one commits") {
  TestGraph t;
  std::atomic<int> failures = 0, committed = 0;
  Threads threads(failures);
  threads.Run(8, [&](int) {
    CommitOptions once;
    once.idempotency_key = "the same";
    const auto result = t.graph.Add(Triple("a", "b", "_:new"), once);
    if (!result.ok()) return false;
    if (!result->replayed) ++committed;
    return result->commit == 1;
  });
  threads.Join();
  CHECK(failures == 0);
  CHECK(committed == 1);
  CHECK(MustCount(t.graph) == 1);
}

TEST_CASE("graphs come and go while others are written") {
  TestGraph t;
  std::atomic<int> failures = 0;
  std::atomic<bool> stop = false;
  Threads threads(failures);
  threads.Run(2, [&](int i) {
    const std::string name = "temp" + std::to_string(i);
    OpenGraphOptions create;
    create.create = true;
    for (int round = 0; round < 10; ++round) {
      auto graph = t.engine->OpenGraph(name, create);
      if (!graph.ok() || !graph->Add(Triple("a", "b", "c")).ok()) return false;
      if (graph->Count().value_or(0) != 1) return false;
      if (!t.engine->DropGraph(name).ok()) return false;
      if (!absl::IsNotFound(graph->Count().status())) return false;
    }
    return true;
  });
  threads.Run(1, [&](int) {
    for (int i = 0; !stop; ++i) {
      if (!t.graph.Add(Triple("s", "p", "o" + std::to_string(i))).ok())
        return false;
      if (!t.engine->ListGraphs().ok()) return false;
      if (i > 200) stop = true;
    }
    return true;
  });
  threads.Join();
  CHECK(failures == 0);
  CHECK(t.engine->ListGraphs()->size() == 1);
  auto report = t.engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

}  // namespace
}  // namespace skg::test
