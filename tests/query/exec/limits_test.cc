// Deadlines, cancellation, memory and rows: in every operator.
#include <array>
#include <catch2/catch.hpp>
#include <ctime>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "query/exec/query_graph.h"
#include "query/exec/running_query.h"
#include "query/plan/planner.h"
#include "query/tables/traverse.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

// A chain of nodes, each with a number, all of one kind, and told of by a
// triple term: products of its parts have billions of rows.
NaiveDataset ChainOf(int nodes) {
  NaiveDataset dataset;
  for (int i = 0; i < nodes; ++i) {
    const std::string node = "<b:n" + std::to_string(i) + ">";
    const std::string next = "<b:n" + std::to_string(i + 1) + ">";
    dataset.default_graph.insert({node, "<b:next>", next});
    dataset.default_graph.insert({node, "<b:is>", std::to_string(i)});
    dataset.default_graph.insert({node, "<b:kind>", "<b:node>"});
    dataset.default_graph.insert(
        {node, "<b:says>", "<<( " + node + " <b:next> " + next + " )>>"});
    dataset.named["<b:g>"].insert({node, "<b:next>", next});
  }
  return dataset;
}

const QueryGraph& Chain() {
  static const QueryGraph kGraph(ChainOf(3000));
  return kGraph;
}
const QueryGraph& ShortChain() {
  static const QueryGraph kGraph(ChainOf(3));
  return kGraph;
}

Query Parse(const std::string& text) {
  auto query = sparql::ParseQuery(
      "PREFIX : <b:> PREFIX skg: <urn:skg-vocabulary:> " + text, {});
  REQUIRE_OK(query);
  return *std::move(query);
}

bool IsGraph(const Query& query) {
  return query.form == Query::Form::kConstruct ||
         query.form == Query::Form::kDescribe;
}

// Runs a query to its end, keeping nothing. `begun` is called before the first
// row is asked for.
template <typename Begun>
absl::Status Drain(const Query& query, const QueryOptions& options,
                   const QueryGraph& graph, const Begun& begun) {
  if (IsGraph(query)) {
    const auto answer = RunGraph(query, graph.view(), options);
    begun();
    if (!answer.ok()) return answer.status();
    std::vector<rdf::TripleTerm> triples;
    for (;;) {
      const auto more = (*answer)->Next(&triples);
      if (!more.ok() || !*more) return more.status();
    }
  }
  const auto solutions = RunSelect(query, graph.view(), options);
  begun();
  if (!solutions.ok()) return solutions.status();
  Batch batch;
  for (;;) {
    const auto more = (*solutions)->Next(batch);
    if (!more.ok() || !*more) return more.status();
  }
}
absl::Status Drain(const Query& query, const QueryOptions& options,
                   const QueryGraph& graph = Chain()) {
  return Drain(query, options, graph, [] {});
}

double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

// Answers with rows of ?x without an end.
class EndlessService final : public ServiceClient {
 public:
  absl::Status Select(const std::string&, const std::string&,
                      const Cancellation*, size_t,
                      const ServiceHandler& handler) override {
    absl::Status status = handler.on_variables({"x"});
    for (uint64_t i = 0; status.ok(); ++i) {
      const std::optional<rdf::Term> row[] = {
          rdf::Term::Iri("b:far" + std::to_string(i))};
      status = handler.on_row(row);
    }
    return status;
  }
};

// Ways to carry out joins.
enum class Joins { kAny, kIndex, kHash, kMerge };

struct Case {
  const char* name;
  const char* query;
  // What runs out of memory; null: it holds nothing that grows.
  const char* holder = nullptr;
  Joins joins = Joins::kAny;
  // Its answer is never more than some rows and there at once.
  bool quick = false;
  // Joined with a walk through the whole chain.
  bool walk = false;
};

// Three million rows each, or many more, but for the quick ones.
const Case kCases[] = {
    {"product", "SELECT * { ?a :next ?b . ?c :is ?d . ?e :next ?f }"},
    {"triple terms",
     "SELECT * { ?a :says <<( ?s ?p ?o )>> . ?c :is ?d . ?e :next ?f }"},
    {"merge join of long runs",
     "SELECT * { ?a :kind ?k . ?b :kind ?k . ?c :kind ?k }", nullptr,
     Joins::kMerge},
    {"hash join of long runs",
     "SELECT * { ?a :kind ?k . ?b :kind ?k . ?c :kind ?k }", nullptr,
     Joins::kHash},
    {"index join",
     "SELECT * { ?a :next ?b . ?b :kind ?k . ?c :kind ?k . ?d :kind ?k }",
     nullptr, Joins::kIndex},
    {"index left join",
     "SELECT * { ?a :kind ?k . ?b :kind ?k OPTIONAL { ?b :next ?c . ?d :kind "
     "?k } }",
     nullptr, Joins::kIndex},
    {"semi join",
     "SELECT * { ?a :kind ?k . ?b :kind ?k . ?c :kind ?k FILTER EXISTS { ?a "
     ":next ?d } }"},
    {"anti join that leaves nothing",
     "SELECT * { ?a :kind ?k . ?b :kind ?k . ?c :kind ?k FILTER NOT EXISTS { "
     "?a :next ?d } }"},
    {"records",
     "SELECT * { << ?a :next ?b >> skg:weight ?w . ?c :is ?d . ?e :is ?f }"},
    {"values",
     "SELECT * { VALUES ?v { 1 2 3 } ?a :next ?b . ?c :is ?d . ?e :is ?f }"},
    {"graph names",
     "SELECT * { GRAPH ?g {} ?a :next ?b . ?c :is ?d . ?e :next ?f }"},
    {"sort", "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY ?d ?a", "sort"},
    {"top few",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f } ORDER BY ?d ?a LIMIT 5"},
    {"sort by a computed key",
     "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY CONCAT(STR(?a), STR(?d))",
     ""},
    {"group",
     "SELECT ?a ?d (COUNT(*) AS ?n) { ?a :next ?b . ?c :is ?d } "
     "GROUP BY ?a ?d",
     "group"},
    {"sum of few groups",
     "SELECT ?k (SUM(?d + ?f) AS ?n) { ?a :kind ?k . ?c :is ?d . ?e :is ?f } "
     "GROUP BY ?k"},
    {"count distinct",
     "SELECT (COUNT(DISTINCT *) AS ?n) { ?a :next ?b . ?c :is ?d }", "group"},
    {"group concat",
     "SELECT (GROUP_CONCAT(STR(?a)) AS ?n) { ?a :next ?b . ?c :is ?d }", ""},
    {"distinct", "SELECT DISTINCT ?a ?d { ?a :next ?b . ?c :is ?d }",
     "distinct set"},
    {"distinct of few",
     "SELECT DISTINCT ?k { ?a :kind ?k . ?c :is ?d . ?e :is ?f FILTER(?d + ?f "
     ">= 0) }"},
    {"reduced",
     "SELECT REDUCED ?k { ?a :next ?b . ?c :is ?d . ?e :kind ?k . "
     "?f :is ?g FILTER(?d + ?g >= 0) }"},
    {"left join",
     "SELECT * { ?a :next ?b . ?c :is ?d OPTIONAL { ?a :is ?x . ?c :next ?y } "
     "}",
     "hash join"},
    {"left join with a condition",
     "SELECT * { ?a :next ?b . OPTIONAL { ?c :is ?d . ?e :is ?f "
     "FILTER(?a = ?c && ?b = ?c) } }",
     "hash join"},
    {"minus",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f MINUS { ?a :next ?b } }"},
    {"filter",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f FILTER(?a = ?c) }"},
    {"regular expression",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f "
     "FILTER(REGEX(CONCAT(STR(?a), STR(?c)), \"(n.*)*x\")) }"},
    {"extend",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f BIND(?d + ?f AS ?g) }"},
    {"computed terms",
     "SELECT * { ?a :next ?b . ?c :is ?d BIND(CONCAT(STR(?a), STR(?c)) AS ?g) "
     "}",
     ""},
    {"union",
     "SELECT * { { ?a :next ?b . ?c :is ?d . ?e :is ?f } UNION "
     "{ ?a :next ?b . ?c :is ?d . ?e :is ?f } }"},
    {"slice",
     "SELECT * { ?a :next ?b . ?c :is ?d . ?e :is ?f } OFFSET 9000000000"},
    {"exists",
     "SELECT * { ?a :next ?b . ?c :is ?d FILTER EXISTS { ?c :next ?a } }"},
    {"path", "SELECT * { ?a :next+ ?b . ?c :next* ?d }"},
    {"path in each graph", "SELECT * { GRAPH ?g { ?a :next+ ?b } ?c :is ?d }"},
    {"subquery",
     "SELECT * { { SELECT ?a ?d { ?a :next ?b . ?c :is ?d } } ?e :is ?f }"},
    {"service", "SELECT * { SERVICE <b:endpoint> { ?x :next ?y } }", ""},
    {"construct",
     "CONSTRUCT { ?a :with ?c } { ?a :next ?b . ?c :is ?d . ?e :is ?f }"},
    {"construct of many",
     "CONSTRUCT { ?a :with ?c } { ?a :next ?b . ?c :is ?d }", ""},
    {"describe of many", "DESCRIBE ?a { ?a :next ?b . ?c :is ?d . ?e :is ?f }"},
    {"count", "SELECT (COUNT(*) AS ?n) { ?a :next ?b }", nullptr, Joins::kAny,
     true},
    {"first combinations",
     "SELECT * { { ?a :next ?b } { ?c :is ?d } { ?e :is ?f } } "
     "ORDER BY ?d ?a LIMIT 30000000",
     ""},
    {"walk", "SELECT * { ?a :next ?b . ?c :is ?d }", nullptr, Joins::kAny,
     false, true},
};

Query QueryOf(const Case& c) {
  Query query = Parse(c.query);
  if (!c.walk) return query;
  Traversal walk;
  walk.start = rdf::Term::Iri("b:n0");
  walk.max_depth = 5000;
  walk.limit = 5000;
  TableCall call{MakeTraverse(std::move(walk)), {}};
  auto& project = std::get<Project>(query.pattern->node);
  for (const std::string_view column : call.function->columns()) {
    const auto variable = static_cast<Variable>(query.variables.names.size());
    query.variables.names.push_back("walk " + std::string(column));
    call.columns.push_back(variable);
    project.variables.push_back(variable);
    query.result.push_back(variable);
  }
  Join join;
  join.inputs.push_back(MakeAlgebra(std::move(call)));
  join.inputs.push_back(std::move(project.input));
  project.input = MakeAlgebra(std::move(join));
  return query;
}

QueryOptions OptionsOf(const Case& c, EndlessService& service) {
  QueryOptions options;
  options.services = &service;
  options.threads = 2;
  options.plan.merge_join = c.joins == Joins::kAny || c.joins == Joins::kMerge;
  options.plan.hash_join = c.joins == Joins::kAny || c.joins == Joins::kHash;
  options.plan.index_join = c.joins == Joins::kAny || c.joins == Joins::kIndex;
  return options;
}

// The kinds of steps of a plan: the places of Step's alternatives.
void AddSteps(const plan::PlanNode& node, std::set<size_t>& steps,
              std::set<std::string>& joins) {
  steps.insert(node.step.index());
  const auto note = [&](const char* how, plan::JoinKind kind) {
    joins.insert(how + std::to_string(static_cast<int>(kind)));
  };
  if (const auto* hash = std::get_if<plan::HashJoinStep>(&node.step))
    note("hash", hash->kind);
  if (const auto* bind = std::get_if<plan::BindJoinStep>(&node.step))
    note("index", bind->kind);
  for (const plan::PlanPtr& input : node.inputs) AddSteps(*input, steps, joins);
}

}  // namespace

TEST_CASE("every kind of step is among those whose limits are tested",
          "[query][exec]") {
  std::set<size_t> steps;
  std::set<std::string> joins;
  EndlessService service;
  for (const Case& c : kCases) {
    const Query query = QueryOf(c);
    const storage::ReadView view = Chain().view();
    exec::RunningQuery running(query.variables, view, OptionsOf(c, service));
    REQUIRE_OK(running.Start(query.dataset));
    plan::Planner planner(running.context());
    const auto plan = planner.PlanQuery(*query.pattern, query.result);
    REQUIRE_OK(plan);
    AddSteps(**plan, steps, joins);
  }
  for (size_t step = 0; step < std::variant_size_v<plan::Step>; ++step) {
    INFO("alternative " << step << " of plan::Step");
    CHECK(steps.contains(step));
  }
  const std::set<std::string> want = {"hash0", "hash1",  "hash2", "hash3",
                                      "hash4", "index0", "index1"};
  CHECK(std::includes(joins.begin(), joins.end(), want.begin(), want.end()));
}

TEST_CASE("a query ends soon after its deadline", "[query][exec]") {
  for (const Case& c : kCases) {
    if (c.quick) continue;
    DYNAMIC_SECTION(c.name) {
      const Query query = QueryOf(c);
      Chain();
      const double begin = CpuMilliseconds();
      const Cancellation deadline(absl::Now() + absl::Milliseconds(50));
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      options.cancellation = &deadline;
      options.memory_bytes = size_t{4} << 30;
      const absl::Status status = Drain(query, options);
      INFO(status.ToString());
      CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
      // This thread's own time; how soon exactly is for benchmarks to say.
      CHECK(CpuMilliseconds() - begin < 5000);
    }
  }
}

TEST_CASE("a deadline that has passed lets nothing begin", "[query][exec]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const Cancellation deadline(absl::Now() - absl::Milliseconds(1));
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      options.cancellation = &deadline;
      CHECK(Drain(QueryOf(c), options).code() ==
            absl::StatusCode::kDeadlineExceeded);
    }
  }
}

TEST_CASE("a query that is cancelled before it gives a row gives none",
          "[query][exec]") {
  for (const Case& c : kCases) {
    // All of the pattern of a DESCRIBE is read before there is an answer.
    if (std::string_view(c.query).starts_with("DESCRIBE")) continue;
    DYNAMIC_SECTION(c.name) {
      Cancellation cancellation;
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      options.cancellation = &cancellation;
      CHECK(Drain(QueryOf(c), options, Chain(), [&] {
              cancellation.Cancel();
            }).code() == absl::StatusCode::kCancelled);
    }
  }
}

TEST_CASE("a query that another thread cancels ends", "[query][exec]") {
  for (const Case& c : kCases) {
    if (c.quick) continue;
    DYNAMIC_SECTION(c.name) {
      const Query query = QueryOf(c);
      Chain();
      Cancellation cancellation;
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      options.cancellation = &cancellation;
      options.memory_bytes = size_t{4} << 30;
      std::thread other([&] {
        absl::SleepFor(absl::Milliseconds(20));
        cancellation.Cancel();
      });
      const absl::Status status = Drain(query, options);
      other.join();
      INFO(status.ToString());
      CHECK(status.code() == absl::StatusCode::kCancelled);
    }
  }
}

TEST_CASE(
    "what holds rows ends with its memory, says who it is, and gives "
    "all back",
    "[query][exec]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      MemoryBudget engine(size_t{1} << 30);
      EndlessService service;
      // What holds nothing would go on.
      const Cancellation deadline(c.holder == nullptr
                                      ? absl::Now() + absl::Milliseconds(30)
                                      : absl::Now() + absl::Minutes(2));
      QueryOptions options = OptionsOf(c, service);
      options.memory = &engine;
      options.memory_bytes =
          c.holder == nullptr ? size_t{32} << 20 : size_t{2} << 20;
      options.cancellation = &deadline;
      const absl::Status status = Drain(QueryOf(c), options);
      INFO(status.ToString());
      if (c.holder != nullptr) {
        CHECK(status.code() == absl::StatusCode::kResourceExhausted);
        CHECK(status.message().find(c.holder) != absl::string_view::npos);
      } else if (!c.quick) {
        CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
      }
      CHECK(engine.free_bytes() == engine.limit_bytes());
      CHECK(engine.Uses().empty());
    }
  }
}

TEST_CASE("where the engine has no memory a query takes none",
          "[query][exec]") {
  for (const Case& c : kCases) {
    if (c.holder == nullptr) continue;
    DYNAMIC_SECTION(c.name) {
      MemoryBudget engine(size_t{1} << 20);
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      options.memory = &engine;
      CHECK(Drain(QueryOf(c), options).code() ==
            absl::StatusCode::kResourceExhausted);
      CHECK(engine.free_bytes() == engine.limit_bytes());
    }
  }
}

TEST_CASE("every query may have a limit of rows", "[query][exec]") {
  for (const Case& c : kCases) {
    const Query query = QueryOf(c);
    // These give none, or have a limit of another kind.
    const std::string_view name = c.name;
    if (IsGraph(query) || name == "service" || name == "slice" ||
        name == "minus" || name == "regular expression" ||
        name == "anti join that leaves nothing")
      continue;
    DYNAMIC_SECTION(c.name) {
      EndlessService service;
      QueryOptions options = OptionsOf(c, service);
      REQUIRE_OK(Drain(query, options, ShortChain()));
      options.max_rows = 0;
      const absl::Status status = Drain(query, options, ShortChain());
      INFO(status.ToString());
      CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    }
  }
}

TEST_CASE("an endpoint's rows are limited", "[query][exec]") {
  EndlessService service;
  QueryOptions options;
  options.services = &service;
  options.max_service_rows = 1000;
  for (const char* const silent : {"", "SILENT"}) {
    const absl::Status status =
        Drain(Parse(std::string("SELECT * { SERVICE ") + silent +
                    " <b:endpoint> { ?x :next ?y } }"),
              options);
    INFO(status.ToString());
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
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
