// Several threads: rows, their sequence and the limits are those of one.
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "query/exec/query_graph.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

// Nodes in a ring, each with a number; every hundredth is one of few hubs that
// all lead to the same many.
const QueryGraph& Ring() {
  static const QueryGraph kGraph = [] {
    NaiveDataset dataset;
    constexpr int kNodes = 30000;
    const auto node = [](int i) {
      return "<b:n" + std::to_string(i % kNodes) + ">";
    };
    for (int i = 0; i < kNodes; ++i) {
      dataset.default_graph.insert({node(i), "<b:next>", node(i + 1)});
      dataset.default_graph.insert(
          {node(i), "<b:size>", std::to_string(i % 1000)});
      if (i % 3 == 0) {
        dataset.default_graph.insert(
            {node(i), "<b:of>", "<b:hub" + std::to_string(i % 7) + ">"});
      }
    }
    for (int hub = 0; hub < 7; ++hub) {
      for (int i = 0; i < 60; ++i) {
        dataset.default_graph.insert({"<b:hub" + std::to_string(hub) + ">",
                                      "<b:to>", node(hub * 100 + i)});
      }
    }
    return QueryGraph(dataset);
  }();
  return kGraph;
}

Query Parse(const std::string& text) {
  auto query = sparql::ParseQuery("PREFIX : <b:> " + text, {});
  REQUIRE_OK(query);
  return *std::move(query);
}

QueryOptions WithThreads(size_t threads) {
  QueryOptions options;
  options.threads = threads;
  options.plan.parallel_rows = 1024;
  options.plan.merge_join = false;
  return options;
}

// A number for all rows in their sequence; the rows themselves are too many.
struct Digest {
  uint64_t rows = 0, sum = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};

absl::StatusOr<Digest> Run(const Query& query, const QueryOptions& options,
                           std::string* plan = nullptr) {
  auto solutions = RunSelect(query, Ring().view(), options);
  if (!solutions.ok()) return solutions.status();
  Digest digest;
  Batch batch;
  for (;;) {
    const auto more = (*solutions)->Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) break;
    for (size_t row = 0; row < batch.rows; ++row) {
      for (const auto& column : batch.columns)
        digest.sum = digest.sum * 0x100000001B3u + column[row].bits;
    }
    digest.rows += batch.rows;
  }
  if (plan != nullptr) *plan = (*solutions)->ExplainText();
  return digest;
}

struct Case {
  const char* query;
  uint64_t rows;
  bool index_join, hash_join;
};
const Case kCases[] = {
    {"SELECT ?x ?z { ?x :next ?y . ?y :size ?z }", 30000, false, true},
    {"SELECT ?x ?z { ?x :next ?y . ?y :size ?z }", 30000, true, false},
    {"SELECT ?x ?z { ?x :next ?y . ?x :of ?z }", 10000, false, true},
    {"SELECT ?x ?z { ?x :next ?y OPTIONAL { ?y :of ?z } }", 30000, true, true},
    {"SELECT ?x { ?x :next ?y FILTER NOT EXISTS { ?y :of ?z } }", 20000, true,
     true},
    {"SELECT ?x { ?x :size ?n MINUS { ?x :of ?h } }", 20000, true, true},
    // Each batch makes many.
    {"SELECT ?x ?z { ?x :of ?h . ?h :to ?z }", 600000, false, true},
    {"SELECT ?x ?z { ?x :of ?h . ?h :to ?z }", 600000, true, false},
    {"SELECT ?x ?m { ?x :next ?y . ?y :size ?n BIND(?n * 2 AS ?m) "
     "FILTER(?m > 1000) }",
     14970, false, true},
    {"SELECT (COUNT(*) AS ?c) { ?x :of ?h . ?h :to ?z . ?z :size ?n }", 1,
     false, true},
    {"SELECT ?x { ?x :next ?y . ?y :nothing ?z }", 0, false, true},
};

}  // namespace

TEST_CASE("rows and their sequence do not depend on threads",
          "[query][exec][threads]") {
  size_t parallel = 0;
  for (const Case& c : kCases) {
    INFO(c.query);
    const Query query = Parse(c.query);
    QueryOptions alone = WithThreads(1), several = WithThreads(4);
    alone.plan.index_join = several.plan.index_join = c.index_join;
    alone.plan.hash_join = several.plan.hash_join = c.hash_join;
    const auto want = Run(query, alone);
    REQUIRE_OK(want);
    CHECK(want->rows == c.rows);
    for (int turn = 0; turn < 3; ++turn) {
      std::string plan;
      several.profile = turn == 2;
      const auto got = Run(query, several, &plan);
      REQUIRE_OK(got);
      INFO(plan);
      CHECK(got->rows == want->rows);
      CHECK(got->sum == want->sum);
      if (turn == 0 && plan.find("parallel") != std::string::npos) ++parallel;
    }
  }
  // All but what is counted without its rows.
  CHECK(parallel + 2 >= std::size(kCases));
}

TEST_CASE("where memory is short threads take turns",
          "[query][exec][threads]") {
  const Query query = Parse("SELECT ?x ?z { ?x :of ?h . ?h :to ?z }");
  QueryOptions alone = WithThreads(1), several = WithThreads(4);
  for (QueryOptions* const options : {&alone, &several}) {
    options->plan.hash_join = false;
    options->memory_bytes = size_t{32} << 10;
  }
  const auto want = Run(query, alone);
  REQUIRE_OK(want);
  for (int turn = 0; turn < 5; ++turn) {
    const auto got = Run(query, several);
    REQUIRE_OK(got);
    CHECK(*got == *want);
  }
}

TEST_CASE("profiles add up what threads did", "[query][exec][threads]") {
  QueryOptions options = WithThreads(4);
  options.profile = true;
  options.plan.index_join = false;
  std::string plan;
  REQUIRE_OK(
      Run(Parse("SELECT ?x ?z { ?x :next ?y . ?y :size ?z }"), options, &plan));
  INFO(plan);
  const size_t join = plan.find("hash join");
  REQUIRE(join != std::string::npos);
  CHECK(plan.find("[rows 30000, ", join) != std::string::npos);
}

TEST_CASE("answers that nobody reads to their end leave no thread behind",
          "[query][exec][threads]") {
  const Query query = Parse("SELECT ?x ?z { ?x :of ?h . ?h :to ?z }");
  for (int turn = 0; turn < 20; ++turn) {
    auto solutions = RunSelect(query, Ring().view(), WithThreads(4));
    REQUIRE_OK(solutions);
    Batch batch;
    for (int i = 0; i < turn * 3; ++i) REQUIRE_OK((*solutions)->Next(batch));
  }
}

TEST_CASE("limits hold in all threads", "[query][exec][threads]") {
  const Query query = Parse(
      "SELECT ?x ?z ?w { ?x :of ?h . ?h :to ?z . ?g :to ?z . ?g :to ?w }");
  SECTION("deadline") {
    const Cancellation cancellation(absl::Now() + absl::Milliseconds(100));
    QueryOptions options = WithThreads(4);
    options.cancellation = &cancellation;
    const absl::Time begin = absl::Now();
    const auto status = Run(query, options).status();
    CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
    CHECK(absl::Now() - begin < absl::Seconds(5));
  }
  SECTION("cancellation") {
    Cancellation cancellation;
    QueryOptions options = WithThreads(4);
    options.cancellation = &cancellation;
    auto solutions = RunSelect(query, Ring().view(), options);
    REQUIRE_OK(solutions);
    Batch batch;
    for (int i = 0; i < 20; ++i) REQUIRE_OK((*solutions)->Next(batch));
    cancellation.Cancel();
    absl::StatusOr<bool> more = true;
    // What is made already may still come.
    for (int i = 0; i < 200 && more.ok() && *more; ++i)
      more = (*solutions)->Next(batch);
    CHECK(more.status().code() == absl::StatusCode::kCancelled);
  }
  SECTION("memory") {
    QueryOptions options = WithThreads(4);
    options.memory_bytes = size_t{64} << 10;
    CHECK(Run(query, options).status().code() ==
          absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace skg::query::test
