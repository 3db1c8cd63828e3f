// Deadlines, cancellation, memory and rows: in every operator.
#include <catch2/catch.hpp>
#include <ctime>
#include <string>

#include "query/exec/query_graph.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

// A chain of nodes, each with a number: products of its parts have billions of
// rows.
const QueryGraph& Chain() {
  static const QueryGraph kGraph = [] {
    NaiveDataset dataset;
    constexpr int kNodes = 3000;
    for (int i = 0; i < kNodes; ++i) {
      const std::string node = "<b:n" + std::to_string(i) + ">";
      dataset.default_graph.insert(
          {node, "<b:next>", "<b:n" + std::to_string(i + 1) + ">"});
      dataset.default_graph.insert({node, "<b:is>", std::to_string(i)});
      dataset.named["<b:g>"].insert(
          {node, "<b:next>", "<b:n" + std::to_string(i + 1) + ">"});
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

// Runs a query to its end, keeping nothing.
absl::Status Drain(const Query& query, const QueryOptions& options) {
  if (query.form == Query::Form::kConstruct) {
    const auto answer = RunGraph(query, Chain().view(), options);
    if (!answer.ok()) return answer.status();
    std::vector<rdf::TripleTerm> triples;
    for (;;) {
      const auto more = (*answer)->Next(&triples);
      if (!more.ok() || !*more) return more.status();
    }
  }
  const auto solutions = RunSelect(query, Chain().view(), options);
  if (!solutions.ok()) return solutions.status();
  Batch batch;
  for (;;) {
    const auto more = (*solutions)->Next(batch);
    if (!more.ok() || !*more) return more.status();
  }
}

double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

struct Endless {
  const char* name;
  const char* query;
  const char* holder;  // what runs out of memory; null: it holds nothing
};

// Three million rows each, or many more.
const Endless kEndless[] = {
    {"product", "SELECT * { ?a :next ?b . ?c :is ?d . ?e :next ?f }", nullptr},
    {"sort", "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY ?d ?a", "sort"},
    {"sort by a computed key",
     "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY CONCAT(STR(?a), STR(?d))",
     nullptr},
    {"group",
     "SELECT ?a ?d (COUNT(*) AS ?n) { ?a :next ?b . ?c :is ?d } "
     "GROUP BY ?a ?d",
     "group"},
    {"count distinct",
     "SELECT (COUNT(DISTINCT *) AS ?n) { ?a :next ?b . ?c :is ?d }", "group"},
    {"group concat",
     "SELECT (GROUP_CONCAT(STR(?a)) AS ?n) { ?a :next ?b . ?c :is ?d }",
     nullptr},
    {"distinct", "SELECT DISTINCT ?a ?d { ?a :next ?b . ?c :is ?d }",
     "distinct set"},
    {"left join",
     "SELECT * { ?a :next ?b . ?c :is ?d OPTIONAL { ?a :is ?x . ?c :next ?y } "
     "}",
     nullptr},
    {"left join with a condition",
     "SELECT * { ?a :next ?b . OPTIONAL { ?c :is ?d . ?e :is ?f "
     "FILTER(?a = ?c && ?b = ?c) } }",
     nullptr},
    {"minus",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f MINUS { ?a :next ?b } }",
     nullptr},
    {"filter",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f FILTER(?a = ?c) }",
     nullptr},
    {"extend",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f BIND(?d + ?f AS ?g) }",
     nullptr},
    {"union",
     "SELECT * { { ?a :next ?b . ?c :is ?d . ?e :is ?f } UNION "
     "{ ?a :next ?b . ?c :is ?d . ?e :is ?f } }",
     nullptr},
    {"slice",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f } OFFSET 9000000000",
     nullptr},
    {"exists",
     "SELECT * { ?a :next ?b . ?c :is ?d FILTER EXISTS { ?c :next ?a } }",
     nullptr},
    {"path", "SELECT * { ?a :next+ ?b . ?c :next* ?d }", nullptr},
    {"path in each graph", "SELECT * { GRAPH ?g { ?a :next+ ?b } ?c :is ?d }",
     nullptr},
    {"subquery",
     "SELECT * { { SELECT ?a ?d { ?a :next ?b . ?c :is ?d } } ?e :is ?f }",
     nullptr},
    {"construct",
     "CONSTRUCT { ?a :with ?c } { ?a :next ?b . ?c :is ?d . ?e :is ?f }",
     nullptr},
};

}  // namespace

TEST_CASE("a query ends soon after its deadline", "[query][exec]") {
  for (const Endless& endless : kEndless) {
    DYNAMIC_SECTION(endless.name) {
      const Query query = Parse(endless.query);
      Chain();
      const double begin = CpuMilliseconds();
      const Cancellation deadline(absl::Now() + absl::Milliseconds(100));
      QueryOptions options;
      options.cancellation = &deadline;
      options.memory_bytes = size_t{4} << 30;
      const absl::Status status = Drain(query, options);
      CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
      // This thread's own time: what others do meanwhile does not count.
      CHECK(CpuMilliseconds() - begin < 100 + 50);
    }
  }
}

TEST_CASE("a cancelled query ends", "[query][exec]") {
  for (const Endless& endless : kEndless) {
    DYNAMIC_SECTION(endless.name) {
      Cancellation cancellation;
      cancellation.Cancel();
      QueryOptions options;
      options.cancellation = &cancellation;
      CHECK(Drain(Parse(endless.query), options).code() ==
            absl::StatusCode::kCancelled);
    }
  }
}

TEST_CASE("what holds rows ends with its memory and says who it is",
          "[query][exec]") {
  for (const Endless& endless : kEndless) {
    if (endless.holder == nullptr) continue;
    DYNAMIC_SECTION(endless.name) {
      QueryOptions options;
      options.memory_bytes = size_t{2} << 20;
      const absl::Status status = Drain(Parse(endless.query), options);
      INFO(status.ToString());
      CHECK(status.code() == absl::StatusCode::kResourceExhausted);
      CHECK(status.message().find(endless.holder) != absl::string_view::npos);
    }
  }
}

TEST_CASE("tables of joins are charged", "[query][exec]") {
  QueryOptions options;
  options.memory_bytes = 20000;
  options.plan.index_join = options.plan.merge_join = false;
  const absl::Status status =
      Drain(Parse("SELECT * { ?a :next ?b . ?b :is ?c }"), options);
  INFO(status.ToString());
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message().find("hash join") != absl::string_view::npos);
}

TEST_CASE("a path search is charged", "[query][exec]") {
  QueryOptions options;
  options.memory_bytes = 20000;
  const absl::Status status =
      Drain(Parse("SELECT * { :n0 :next+ ?b }"), options);
  INFO(status.ToString());
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message().find("path search") != absl::string_view::npos);
}

TEST_CASE("more rows than allowed are an error", "[query][exec]") {
  QueryOptions options;
  options.max_rows = 2999;
  CHECK(Drain(Parse("SELECT * { ?a :next ?b }"), options).code() ==
        absl::StatusCode::kResourceExhausted);
  options.max_rows = 3000;
  REQUIRE_OK(Drain(Parse("SELECT * { ?a :next ?b }"), options));
}

}  // namespace skg::query::test
