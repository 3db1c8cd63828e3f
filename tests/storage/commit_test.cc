// The commit path: numbers, outcomes, group commit, idempotency, failures.
#include <atomic>
#include <map>
#include <thread>

#include "storage/store_fixture.h"
#include "support/fault_kv.h"

namespace skg::storage::test {
namespace {

TEST_CASE(
    "each commit gets the next number and a later time, with a gapless log") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  absl::Time last = absl::InfinitePast();
  for (uint64_t i = 1; i <= 20; ++i) {
    const CommitOutcome outcome =
        AddOne(graph, "s", "p", "o" + std::to_string(i));
    CHECK(outcome.result.commit == i);
    CHECK(outcome.result.time > last);
    last = outcome.result.time;
    auto entry = graph.ReadLog(i);
    REQUIRE_OK(entry);
    CHECK(entry->time == last);
    REQUIRE(entry->changes.size() == 1);
    CHECK(entry->changes[0].operation == RowOperation::kInsertNew);
  }
  CHECK(absl::IsOutOfRange(graph.ReadLog(21).status()));
}

TEST_CASE("what changes nothing takes a commit number and an empty log entry") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o", 0.5f);
  const CommitOutcome again = AddOne(graph, "s", "p", "o", 0.5f);
  CHECK(again.result.commit == 2);
  CHECK(again.result.duplicates == 1);
  auto entry = graph.ReadLog(2);
  REQUIRE_OK(entry);
  CHECK(entry->changes.empty());
  auto view = graph.Latest();
  REQUIRE_OK(view);
  CHECK(AllRows(*view)[0].commit == 1);
  RequireClean(*store);
}

TEST_CASE("a replace keeps when the statement was created") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o", 0.5f);
  AddOne(graph, "s", "p", "o", 0.6f);
  CHECK(AddOne(graph, "s", "p", "o", 0.7f).outcomes[0] == Outcome::kReplaced);
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const StatementRow row = AllRows(*view)[0];
  CHECK(row.commit == 3);
  CHECK(view->ReadRecord(row)->created_commit == 1);
}

TEST_CASE(
    "writers of one graph and readers beside them agree on every commit") {
  const skg::test::TemporaryDirectory directory;
  const auto store = OpenRocksStore(directory / "data");
  constexpr int kGraphs = 3, kThreads = 4, kCommits = 60;
  std::vector<GraphStore> graphs;
  for (int g = 0; g < kGraphs; ++g)
    graphs.push_back(CreateGraph(*store, "g" + std::to_string(g)));
  std::atomic<bool> stop{false};
  std::atomic<int> failures{0};
  std::vector<std::thread> readers;
  for (int g = 0; g < kGraphs; ++g) {
    readers.emplace_back([&, g] {
      uint64_t last = 0;
      while (!stop) {
        auto view = graphs[static_cast<size_t>(g)].Latest();
        if (!view.ok()) {
          ++failures;
          return;
        }
        // Each commit adds exactly two statements of one subject.
        auto counts = view->Count({});
        auto cursor = view->Scan({});
        uint64_t rows = 0;
        StatementBatch batch;
        while (cursor.ok() && *(*cursor)->Next(batch)) rows += batch.size();
        if (!counts.ok() || counts->statements != rows ||
            rows != 2 * view->commit() || view->commit() < last) {
          ++failures;
        }
        last = view->commit();
      }
    });
  }
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < kCommits; ++i) {
        GraphStore graph = graphs[static_cast<size_t>((t + i) % kGraphs)];
        CommitRequest request;
        const std::string subject =
            "s" + std::to_string(t) + "-" + std::to_string(i);
        request.durability = static_cast<Durability>(i % 3);
        request.new_terms = {Name(subject), Name("p"), Name("shared"),
                             Name(subject + "o")};
        for (const uint64_t object : {uint64_t{2}, uint64_t{3}}) {
          WriteOperation operation;
          operation.key = {{},
                           TermId::Make(rdf::TermTag::kArena, 0),
                           TermId::Make(rdf::TermTag::kArena, 1),
                           TermId::Make(rdf::TermTag::kArena, object),
                           0};
          request.operations.push_back(operation);
        }
        auto outcome = graph.Commit(request);
        if (!outcome.ok() || outcome->result.inserted != 2) ++failures;
        // Read your own write.
        auto view = graph.Latest();
        if (!view.ok() || view->commit() < outcome->result.commit) ++failures;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(failures == 0);
  uint64_t commits = 0;
  for (const GraphStore& graph : graphs) commits += graph.last_commit();
  CHECK(commits == kThreads * kCommits);
  RequireClean(*store);
}

TEST_CASE("an idempotency key replays its result and refuses another request") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  const auto commit = [&](std::string_view object, const std::string& hash) {
    GraphStore graph = CreateGraph(*store);
    RequestBuilder builder(graph);
    builder.Add(Name("s"), Name("p"), Name(object));
    builder.request().idempotency_key = "key 1";
    builder.request().request_hash = hash;
    builder.request().want_outcomes = true;
    return graph.Commit(builder.request());
  };
  auto first = commit("o", "hash a");
  REQUIRE_OK(first);
  CHECK_FALSE(first->result.replayed);
  for (int i = 0; i < 2; ++i) {
    auto again = commit("o", "hash a");
    REQUIRE_OK(again);
    CHECK(again->result.replayed);
    CHECK(again->result.commit == first->result.commit);
    CHECK(again->result.inserted == 1);
    CHECK(again->outcomes == first->outcomes);
    CHECK(absl::IsInvalidArgument(commit("o2", "hash b").status()));
    store.reset();
    store = OpenRocksStore(directory / "data");
  }
  CHECK(CreateGraph(*store).last_commit() == 1);
}

TEST_CASE("one idempotency key from many threads commits once") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  std::atomic<int> fresh{0}, replayed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      GraphStore mine = graph;
      CommitRequest request;
      request.idempotency_key = "k";
      request.request_hash = "h";
      request.new_terms = {Name("s")};
      WriteOperation operation;
      const TermId id = TermId::Make(rdf::TermTag::kArena, 0);
      operation.key = {{}, id, id, id, 0};
      request.operations.push_back(operation);
      const auto outcome = mine.Commit(request);
      if (outcome.ok()) ++(outcome->result.replayed ? replayed : fresh);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fresh == 1);
  CHECK(replayed == 7);
  CHECK(graph.last_commit() == 1);
}

TEST_CASE("a statement id leads to its statement") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o");
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const StatementRow row = AllRows(*view)[0];
  auto id = view->StatementId(row.key);
  REQUIRE_OK(id);
  auto found = view->FindById(*id);
  REQUIRE_OK(found);
  REQUIRE(found->has_value());
  CHECK((*found)->key == row.key);
  CHECK_FALSE(view->FindById(RandomUuid())->has_value());
  Store::CreateOptions options;
  options.statement_ids = false;
  const GraphStore other = CreateGraph(*store, "other", options);
  CHECK(absl::IsFailedPrecondition(other.Latest()->FindById(*id).status()));
}

}  // namespace
}  // namespace skg::storage::test
