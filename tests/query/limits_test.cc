// Deadlines, memory and cancellation.

#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "query_fixture.h"

namespace skg::query {
namespace {

using test::Fact;
using test::TestGraph;

// `size` subjects that share one object: its self-join has size^2 solutions.
void AddHub(TestGraph& graph, int size) {
  std::vector<Fact> facts;
  for (int i = 0; i < size; ++i)
    facts.push_back({"s" + std::to_string(i), "p", "hub"});
  graph.Add(facts);
}

constexpr char kSelfJoin[] =
    R"({"patterns":[{"subject":"?a","predicate":"p","object":"?h"},
    {"subject":"?b","predicate":"p","object":"?h"},{"subject":"?c","predicate":"p","object":"?h"}]})";

TEST_CASE("a join larger than its memory says so and how far it came") {
  TestGraph graph;
  AddHub(graph, 1500);
  const auto result = graph.Query(kSelfJoin, {.memory_bytes = 8 << 20});
  REQUIRE_FALSE(result.ok());
  CHECK(result.status().code() == absl::StatusCode::kResourceExhausted);
  const std::string message = result.status().ToString();
  INFO(message);
  CHECK(message.find("of 3 patterns") != std::string::npos);
  CHECK(message.find("may hold 8388608") != std::string::npos);
}

TEST_CASE("a join ends soon after its deadline") {
  TestGraph graph;
  AddHub(graph, 1500);
  const absl::Time before = absl::Now();
  const auto result =
      graph.Query(kSelfJoin, {.deadline = before + absl::Milliseconds(30),
                              .memory_bytes = uint64_t{8} << 30});
  REQUIRE_FALSE(result.ok());
  CHECK(result.status().code() == absl::StatusCode::kDeadlineExceeded);
  // Generous: other tests run beside this one, under sanitizers too.
  CHECK(absl::Now() - before < absl::Seconds(20));
}

TEST_CASE("a deadline that has passed stops every form") {
  TestGraph graph;
  AddHub(graph, 10);
  for (const char* query :
       {R"({"pattern":[null,null,null]})", R"({"patterns":[{}]})",
        R"({"patterns":[{}],"operator":"NOT"})",
        R"({"patterns":[{}],"operator":"OR"})", R"({"start_entity":"hub"})",
        kSelfJoin}) {
    INFO(query);
    const auto result =
        graph.Query(query, {.deadline = absl::Now() - absl::Seconds(1)});
    CHECK(result.status().code() == absl::StatusCode::kDeadlineExceeded);
  }
}

TEST_CASE("a query can be cancelled from another thread") {
  TestGraph graph;
  AddHub(graph, 1200);
  auto query = ParsePatternQuery(kSelfJoin, {});
  REQUIRE_OK(query);
  Cancellation cancellation;
  std::thread canceller([&] {
    absl::SleepFor(absl::Milliseconds(20));
    cancellation.Cancel();
  });
  const auto answer = EvaluatePatternQuery(
      graph.view(), graph.names(), *query,
      {.cancellation = &cancellation, .memory_bytes = uint64_t{8} << 30});
  canceller.join();
  CHECK(answer.status().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("plain matches hold only the rows asked for") {
  TestGraph graph;
  for (int part = 0; part < 5; ++part) {
    std::vector<Fact> facts;
    for (int i = 0; i < 4000; ++i) {
      facts.push_back({"s" + std::to_string(part * 4000 + i), "p", "o",
                       static_cast<float>(i % 100) / 100.0f});
    }
    graph.Add(facts);
  }
  for (
      const char* query :
      {R"({"pattern":[null,"p",null],"k":10})",
       R"({"patterns":[{"subject":"?s","predicate":"p","object":"?o"}],"limit":10})",
       R"({"patterns":[{"predicate":"p"}],"limit":10})",
       R"({"patterns":[{"predicate":"p"},{"object":"o"}],"operator":"OR","limit":10})",
       R"({"patterns":[{"predicate":"p"},{"subject":"s1"}],"operator":"NOT","limit":10})"}) {
    INFO(query);
    CHECK(graph.Run(query, {.memory_bytes = 64 << 10}).statements.size() == 10);
  }
  // Names are remembered within the account and forgotten in time.
  CHECK(
      graph
          .Run(
              R"({"patterns":[{"predicate":"p"}],"limit":10,"order_by":"subject_desc"})",
              {.memory_bytes = 4 << 20})
          .statements.size() == 10);
  // What is skipped has to be held.
  const auto deep = graph.Query(
      R"({"patterns":[{"predicate":"p"}],"limit":10,"offset":15000})",
      {.memory_bytes = 64 << 10});
  CHECK(deep.status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("large terms count against the memory") {
  TestGraph graph;
  std::vector<Fact> facts;
  for (int i = 0; i < 40; ++i) {
    facts.push_back({"s" + std::to_string(i), "p",
                     "\"" + std::string(200'000, 'x') + "\""});
  }
  graph.Add(facts);
  const auto result =
      graph.Query(R"({"patterns":[{}],"order_by":"object_asc"})",
                  {.memory_bytes = 1 << 20});
  CHECK(graph.Run(R"({"patterns":[{}],"order_by":"object_asc"})")
            .statements.size() == 40);
  (void)result;
  std::vector<Fact> distinct;
  for (int i = 0; i < 40; ++i) {
    distinct.push_back(
        {"s", "q",
         "\"" + std::to_string(i) + std::string(200'000, 'y') + "\""});
  }
  graph.Add(distinct);
  CHECK(graph
            .Query(R"({"patterns":[{"predicate":"q"}]})",
                   {.memory_bytes = 1 << 20})
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace skg::query
