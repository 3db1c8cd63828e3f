#include "storage/commit_memory.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

// So many adds of new statements.
CommitRequest& Fill(RequestBuilder& builder, int count, int first = 0) {
  for (int i = 0; i < count; ++i) {
    const std::string name = std::to_string(first + i);
    builder.Add(Name("subject " + name), Name("p"), Name("object " + name));
  }
  return builder.request();
}

CommitRequest Operations(size_t count) {
  CommitRequest request;
  request.operations.resize(count);
  return request;
}

TEST_CASE("the bytes of a commit grow with all that is in it") {
  CommitRequest request;
  CHECK(CommitBytes(request) == 0);
  size_t last = 0;
  const auto grown_by = [&](size_t least) {
    const size_t bytes = CommitBytes(request);
    const bool grown = bytes >= last + least;
    last = bytes;
    return grown;
  };
  request.operations.resize(10);
  CHECK(grown_by(10 * sizeof(WriteOperation)));
  request.new_terms.push_back(Name(std::string(1000, 'x')));
  CHECK(grown_by(1000));
  Record record;
  record.metadata = std::string(5000, 'm');
  request.records.push_back(record);
  CHECK(grown_by(5000));
}

TEST_CASE("a small commit asks nobody, a large one is refused or reserved") {
  MemoryBudget budget(size_t{2} << 20);
  CommitMemory memory(&budget);
  REQUIRE_OK(memory.Reserve(Operations(10)).status());
  CHECK(budget.free_bytes() == budget.limit_bytes());
  {
    const CommitRequest request = Operations(1000);
    auto share = memory.Reserve(request);
    REQUIRE_OK(share);
    CHECK(budget.limit_bytes() - budget.free_bytes() == CommitBytes(request));
    CommitMemory::Share moved = *std::move(share);
    CHECK(budget.limit_bytes() - budget.free_bytes() == CommitBytes(request));
  }
  CHECK(budget.free_bytes() == budget.limit_bytes());
  const absl::Status refused = memory.Reserve(Operations(100'000)).status();
  CHECK(absl::IsResourceExhausted(refused));
  for (const char* part : {"100000 changes", "2048 KiB are free", "split it"})
    CHECK_THAT(std::string(refused.message()), Catch::Contains(part));
  CHECK(budget.free_bytes() == budget.limit_bytes());
}

TEST_CASE("what other work holds is not waited for, another commit is") {
  MemoryBudget budget(size_t{1} << 20);
  CommitMemory memory(&budget);
  const CommitRequest request = Operations(1000);
  {
    const auto other = budget.Reserve("sorting", size_t{700} << 10);
    REQUIRE_OK(other);
    CHECK(absl::IsResourceExhausted(memory.Reserve(request).status()));
  }
  auto first = memory.Reserve(request);
  REQUIRE_OK(first);
  std::optional<CommitMemory::Share> held(*std::move(first));
  std::atomic<bool> got{false};
  absl::Status second;
  std::thread waiter([&] {
    second = memory.Reserve(request).status();
    got = true;
  });
  absl::SleepFor(absl::Milliseconds(20));
  CHECK(!got);  // there is room for one only
  held.reset();
  waiter.join();
  CHECK(second == absl::OkStatus());
  CHECK(budget.free_bytes() == budget.limit_bytes());
}

TEST_CASE("a commit beyond the budget leaves the graph as it was") {
  MemoryBudget budget(size_t{4} << 20);
  StoreOptions options;
  options.commit_budget = &budget;
  const auto store = OpenMemoryStore(options);
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b");
  RequestBuilder large(graph);
  Fill(large, 20'000);
  GraphStore handle = graph;
  CHECK(absl::IsResourceExhausted(handle.Commit(large.request()).status()));
  CHECK(graph.last_commit() == 1);
  CHECK(AllRows(*graph.Latest()).size() == 1);

  RequestBuilder fits(graph);
  REQUIRE_OK(handle.Commit(std::move(Fill(fits, 2000))));
  CHECK(AllRows(*graph.Latest()).size() == 2001);
  CHECK(budget.free_bytes() == budget.limit_bytes());
  RequireClean(*store);
}

TEST_CASE("commits that fit one at a time all succeed together") {
  MemoryBudget budget(size_t{4} << 20);
  StoreOptions options;
  options.commit_budget = &budget;
  const auto store = OpenMemoryStore(options);
  const GraphStore graph = CreateGraph(*store);
  constexpr int kThreads = 4, kEach = 2000;
  std::vector<RequestBuilder> builders(kThreads, RequestBuilder(graph));
  for (int i = 0; i < kThreads; ++i)
    Fill(builders[size_t(i)], kEach, i * kEach);
  REQUIRE(CommitBytes(builders[0].request()) * 2 > budget.limit_bytes());
  std::vector<absl::Status> results(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      GraphStore handle = graph;
      results[i] = handle.Commit(std::move(builders[i].request())).status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) CHECK(result == absl::OkStatus());
  CHECK(AllRows(*graph.Latest()).size() == kThreads * kEach);
  CHECK(budget.free_bytes() == budget.limit_bytes());
}

}  // namespace
}  // namespace skg::storage::test
