// Deadlines, memory and cancellation.

#include <catch2/catch.hpp>
#include <stop_token>
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

TEST_CASE("a join whose tables are larger than its memory says so") {
  TestGraph graph;
  AddHub(graph, 20000);
  const auto query = ParsePatternQuery(
      R"({"patterns":[{"subject":"?a","predicate":"p","object":"hub"},
          {"subject":"?a","predicate":"?p","object":"?h"}]})",
      {});
  REQUIRE_OK(query);
  PlanLimits only_hash;
  only_hash.merge_join = only_hash.index_join = false;
  const auto run = [&](uint64_t bytes) {
    return RunPatternQuery(graph.view(), graph.names(), *query,
                           {.memory_bytes = bytes}, {.plan = only_hash})
        .status();
  };
  REQUIRE_OK(run(16 << 20));
  const absl::Status status = run(256 << 10);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  INFO(status.ToString());
  CHECK(status.ToString().find("262144") != std::string::npos);
}

TEST_CASE("a join holds its page, not its solutions") {
  TestGraph graph;
  AddHub(graph, 150);
  // 3,375,000 solutions, of which the first are wanted.
  const auto result = graph.Query(kSelfJoin, {.memory_bytes = 2 << 20});
  REQUIRE_OK(result);
  CHECK(result->bindings.size() == 100);
  CHECK(result->statements.size() == 100);
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

TEST_CASE("as many patterns as a document may have end by the deadline") {
  TestGraph graph;
  AddHub(graph, 100);
  // All of one shape, so that each may have found what the others find; in a
  // chain, in a star, and apart from each other.
  for (const char* shape : {"chain", "star", "apart"}) {
    for (const char* op : {"AND", "OR", "NOT"}) {
      std::string patterns;
      for (int i = 0; i < 64; ++i) {
        const std::string n = std::to_string(i);
        const std::string subject =
            shape == std::string("star") ? "?x" : "?x" + n;
        const std::string object = shape == std::string("chain")
                                       ? "?x" + std::to_string(i + 1)
                                       : "?y" + n;
        patterns += (i == 0 ? "" : ",") + (R"({"subject":")" + subject) +
                    R"(","predicate":"?p)" + n + R"(","object":")" + object +
                    R"(","weight_min":0.5})";
      }
      const std::string document =
          R"({"patterns":[)" + patterns + R"(],"operator":")" + op + R"("})";
      INFO(shape << " " << op);
      const absl::Time begin = absl::Now();
      const auto result =
          graph.Query(document, {.deadline = begin + absl::Seconds(1)});
      if (!result.ok())
        CHECK(result.status().code() == absl::StatusCode::kDeadlineExceeded);
      CHECK(absl::Now() - begin < absl::Seconds(20));
    }
  }
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

TEST_CASE("a stop ends a query, whatever its form") {
  TestGraph graph;
  AddHub(graph, 1200);
  std::stop_source stop;
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(50));
    stop.request_stop();
  });
  const auto begun = graph.Query(
      kSelfJoin, {.stop = stop.get_token(), .memory_bytes = uint64_t{8} << 30});
  stopper.join();
  CHECK(absl::IsCancelled(begun.status()));
  for (const char* query :
       {R"({"pattern":[null,null,null]})", R"({"patterns":[{}]})",
        R"({"start_entity":"hub"})"}) {
    INFO(query);
    CHECK(absl::IsCancelled(
        graph.Query(query, {.stop = stop.get_token()}).status()));
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
  const auto answer = RunPatternQuery(graph.view(), graph.names(), *query, {},
                                      {.cancellation = &cancellation});
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
    CHECK(graph.Run(query, {.memory_bytes = 512 << 10}).statements.size() ==
          10);
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
      {.memory_bytes = 512 << 10});
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
