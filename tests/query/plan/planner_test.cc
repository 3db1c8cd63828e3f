// Which plans are chosen, and that choosing another changes no answer.
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "query/exec/query_graph.h"
#include "query/plan/statistics_cache.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

// A chain of towns, each with a number, in one of two lands; every third has a
// lake.
const QueryGraph& Towns() {
  static const QueryGraph kGraph = [] {
    NaiveDataset dataset;
    constexpr int kTowns = 9000;
    for (int i = 0; i < kTowns; ++i) {
      const std::string town = "<b:t" + std::to_string(i) + ">";
      dataset.default_graph.insert(
          {town, "<b:next>", "<b:t" + std::to_string(i + 1) + ">"});
      dataset.default_graph.insert({town, "<b:size>", std::to_string(i)});
      dataset.default_graph.insert(
          {town, "<b:in>", i % 2 == 0 ? "<b:north>" : "<b:south>"});
      if (i % 4000 == 0) {
        dataset.default_graph.insert({town, "<b:was>", "<b:capital>"});
      }
      if (i % 3 == 0)
        dataset.default_graph.insert({town, "<b:has>", "<b:lake>"});
    }
    return QueryGraph(dataset);
  }();
  return kGraph;
}

struct Case {
  const char* name;
  const char* query;
  const char* plan;  // must be in the plan's text
  const char* never = nullptr;
};

const Case kCases[] = {
    {"scans that are sorted by what they share are merged",
     "SELECT ?x { ?x :in :north . ?x :has :lake }", "merge join on ?x"},
    {"a few rows ask an index", "SELECT ?z { :t5 :next ?y . ?y :size ?z }",
     "index join given ?y"},
    {"many rows that are sorted otherwise are hashed",
     "SELECT ?x ?z { ?x :next ?y . ?x :size ?z }", "hash join on ?x"},
    {"one pattern is counted without reading it",
     "SELECT (COUNT(*) AS ?c) { ?x :next ?y }", "count ?x <b:next> ?y", "scan"},
    {"a limited sort keeps only the first",
     "SELECT ?x { ?x :size ?n } ORDER BY DESC(?n) LIMIT 5", "top 5 by",
     "sort ?"},
    {"a sort with an offset keeps those before it too",
     "SELECT ?x { ?x :size ?n } ORDER BY ?n LIMIT 5 OFFSET 7", "top 12 by"},
    {"exists of many rows is a join",
     "SELECT ?x { ?x :next ?y FILTER EXISTS { ?y :next ?z } }",
     "hash semi join on ?y"},
    {"not exists too",
     "SELECT ?x { ?x :next ?y FILTER NOT EXISTS { ?y :has :lake } }",
     "hash anti join on ?y"},
    {"exists of few rows is asked",
     "SELECT ?y { :t5 :next ?y FILTER EXISTS { ?y :next ?z } }", "filter",
     "semi join"},
    {"optional of few rows asks an index",
     "SELECT ?y ?z { :t5 :next ?y OPTIONAL { ?y :size ?z } }",
     "index left join given ?y"},
    {"optional of many rows is hashed",
     "SELECT ?x ?z { ?x :next ?y OPTIONAL { ?y :size ?z } }",
     "hash left join on ?y"},
    {"a path starts from what is bound",
     "SELECT ?z { :t2990 :next ?y . ?y :next* ?z }", "path $y to ?z"},
    {"columns that nobody needs are not read",
     "SELECT DISTINCT ?n { ?x :size ?n }", "scan ?x <b:size> ?n in pos -> ?n "},
    {"a few rows of a join need no table",
     "SELECT ?x ?z { ?x :next ?y . ?x :size ?z } LIMIT 3", "index join given",
     "hash join on"},
    {"nor does one alone", "ASK { ?x :next ?y . ?x :size ?z }",
     "index join given", "hash join on"},
    {"a limit above a sort limits no join",
     "SELECT ?x ?z { ?x :next ?y . ?x :size ?z } ORDER BY ?z LIMIT 3",
     "hash join on ?x"},
    {"distinct of what is sorted looks at neighbours",
     "SELECT DISTINCT ?n { ?x :size ?n }", "distinct neighbours"},
};

Query Parse(const std::string& text) {
  auto query = sparql::ParseQuery("PREFIX : <b:> " + text, {});
  REQUIRE_OK(query);
  return *std::move(query);
}

}  // namespace

TEST_CASE("the cheaper plan is chosen", "[query][plan]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const Query query = Parse(c.query);
      std::string plan;
      const auto rows = Solve(query, Towns().view(), {}, &plan);
      REQUIRE_OK(rows);
      INFO(plan);
      CHECK(plan.find(c.plan) != std::string::npos);
      if (c.never != nullptr) CHECK(plan.find(c.never) == std::string::npos);

      QueryOptions plain;
      plain.plan = {.merge_join = false,
                    .hash_join = true,
                    .index_join = false,
                    .semi_join = false,
                    .reorder = false,
                    .shortcuts = false,
                    .push_filters = false};
      const auto same = Solve(query, Towns().view(), plain);
      REQUIRE_OK(same);
      const std::string text = c.query;
      // Without an order any rows will do.
      const bool any = text.find(" LIMIT ") != std::string::npos &&
                       text.find(" ORDER ") == std::string::npos;
      CHECK(rows->size() == same->size());
      CHECK((any || AsMultiset(*rows) == AsMultiset(*same)));
    }
  }
}

TEST_CASE("a merge skips what the other side lacks", "[query][plan]") {
  for (const char* const text :
       {"SELECT ?x { ?x :in :north . ?x :was :capital }",
        "SELECT ?x { ?x :was :capital . ?x :in :north }"}) {
    QueryOptions options;
    options.profile = true;
    options.plan.index_join = options.plan.hash_join = false;
    std::string plan;
    const auto rows = Solve(Parse(text), Towns().view(), options, &plan);
    REQUIRE_OK(rows);
    INFO(plan);
    CHECK(rows->size() == 3);
    CHECK(plan.find("merge join on ?x") != std::string::npos);
    CHECK((plan.find("seeks 1,") != std::string::npos ||
           plan.find("seeks 2,") != std::string::npos));
  }
}

TEST_CASE("a profile counts the blocks that are read and passed over",
          "[query][plan]") {
  NaiveDataset dataset;
  constexpr int kRows = 20000;
  const auto town = [](int i) { return "<b:t" + std::to_string(i) + ">"; };
  for (int i = 0; i < kRows; ++i)
    dataset.default_graph.insert({town(i), "<b:in>", "<b:north>"});
  // Ids are given in the sequence of the names: these are the ends.
  for (const int i : {0, 9999})
    dataset.default_graph.insert({town(i), "<b:was>", "<b:capital>"});
  const QueryGraph graph(dataset);
  QueryOptions options;
  options.profile = true;
  options.plan.index_join = options.plan.hash_join = false;
  const Query query = Parse("SELECT ?x { ?x :in :north . ?x :was :capital }");
  const auto solutions = RunPattern(query, query.result, graph.view(), options);
  REQUIRE_OK(solutions);
  Batch batch;
  REQUIRE_OK((*solutions)->Next(batch));
  CHECK(batch.rows == 2);
  const std::string json = (*solutions)->ExplainJson();
  INFO(json);
  uint64_t read = 0, skipped = 0;
  const auto add = [&json](const std::string& name, uint64_t* sum) {
    for (size_t at = json.find(name); at != std::string::npos;
         at = json.find(name, at + 1)) {
      *sum += std::stoull(json.substr(at + name.size()));
    }
  };
  add("\"blocks_read\":", &read);
  add("\"blocks_skipped\":", &skipped);
  // Of the about twenty blocks of the first pattern only the ends are read.
  CHECK(read >= 2);
  CHECK(read <= 8);
  CHECK(skipped >= 10);
  const std::string text = (*solutions)->ExplainText();
  CHECK(text.find("blocks read ") != std::string::npos);
  CHECK(text.find(", skipped 0]") != text.rfind(", skipped "));
}

// The sum of all numbers that follow a name.
uint64_t SumOf(const std::string& name, const std::string& json) {
  uint64_t sum = 0;
  for (size_t at = json.find(name); at != std::string::npos;
       at = json.find(name, at + 1)) {
    sum += std::stoull(json.substr(at + name.size()));
  }
  return sum;
}

TEST_CASE("filters are ranges of what a scan reads", "[query][plan]") {
  NaiveDataset dataset;
  constexpr int kRows = 20000;
  for (int i = 0; i < kRows; ++i) {
    const std::string town = "<b:t" + std::to_string(i) + ">";
    dataset.default_graph.insert({town, "<b:size>", std::to_string(i)});
    dataset.default_graph.insert({town, "<b:in>", "<b:north>"});
  }
  const QueryGraph graph(dataset);
  const auto run = [&](const std::string& text, std::string* plan,
                       std::string* json) {
    QueryOptions options;
    options.profile = true;
    const Query query = Parse(text);
    const auto solutions =
        RunPattern(query, query.result, graph.view(), options);
    REQUIRE_OK(solutions);
    Batch batch;
    std::vector<std::vector<std::optional<rdf::Term>>> all, rows;
    for (;;) {
      const auto more = (*solutions)->Next(batch);
      REQUIRE_OK(more);
      if (!*more) break;
      REQUIRE_OK((*solutions)->Decode(batch, &rows));
      all.insert(all.end(), rows.begin(), rows.end());
    }
    *plan = (*solutions)->ExplainText();
    *json = (*solutions)->ExplainJson();
    return all;
  };
  std::string plan, json;
  const auto rows =
      run("SELECT ?x { ?x :size ?n FILTER(?n >= 12000 && 12050 > ?n) }", &plan,
          &json);
  INFO(plan);
  CHECK(rows.size() == 50);
  const char* const kRange = "where ?n is in { integers from 12000 to 12049 }";
  CHECK(plan.find(kRange) != std::string::npos);
  CHECK(json.find(kRange) != std::string::npos);
  // No other number is there: nothing is left to ask.
  CHECK(plan.find("filter") == std::string::npos);
  CHECK(plan.find("(rows ~50,") != std::string::npos);
  CHECK(SumOf("\"blocks_read\":", json) <= 4);
  CHECK(SumOf("\"blocks_skipped\":", json) >= 10);

  const auto count = run(
      "SELECT (COUNT(*) AS ?c) { ?x :size ?n FILTER(?n >= 100 && ?n < 19000) }",
      &plan, &json);
  INFO(plan);
  REQUIRE(count.size() == 1);
  CHECK(count[0][0]->value == "18900");
  CHECK(plan.find("count ?x <b:size> ?n where ?n is in { integers from 100 to "
                  "18999 }") != std::string::npos);
  CHECK(SumOf("\"blocks_read\":", json) <= 2);
  CHECK(SumOf("\"blocks_skipped\":", json) >= 10);

  // Joins know how few rows are left.
  const auto joined =
      run("SELECT ?x { ?x :size ?n ; :in :north FILTER(?n = 12000) }", &plan,
          &json);
  INFO(plan);
  CHECK(joined.size() == 1);
  CHECK(plan.find("index join") != std::string::npos);
}

TEST_CASE("alternatives say what they join, each once", "[query][plan]") {
  std::string plan;
  REQUIRE_OK(Solve(Parse("SELECT * { ?a :next ?b . ?b :next ?c . ?c :size 7 }"),
                   Towns().view(), {}, &plan));
  INFO(plan);
  std::set<std::string> seen;
  const std::string mark = "instead of: ";
  for (size_t at = plan.find(mark); at != std::string::npos;
       at = plan.find(mark, at + 1)) {
    const size_t end = plan.find('\n', at);
    const std::string line = plan.substr(at, end - at);
    CHECK(line.find(" join of { ") != std::string::npos);
    CHECK(line.find("cost ") != std::string::npos);
    CHECK(seen.insert(line.substr(0, line.find("cost "))).second);
  }
  CHECK(!seen.empty());
}

TEST_CASE("what was counted once is not counted again", "[query][plan]") {
  QueryGraph graph;
  const auto add = [&graph](int from, int to) {
    NaiveGraph triples;
    for (int i = from; i < to; ++i) {
      triples.insert({"<b:t" + std::to_string(i) + ">", "<b:in>",
                      i % 2 == 0 ? "<b:north>" : "<b:south>"});
    }
    graph.Add(triples, {});
  };
  add(0, 1000);
  plan::StatisticsCache cache;
  QueryOptions options;
  options.statistics = &cache;
  const Query query =
      Parse("SELECT * { ?x :in ?z . ?y :in ?z . ?y :in :north }");
  const auto rows_of_plan = [&] {
    std::string plan;
    REQUIRE_OK(Solve(query, graph.view(), options, &plan));
    return plan;
  };
  const std::string first = rows_of_plan();
  CHECK(rows_of_plan() == first);
  QueryOptions none;
  std::string alone;
  REQUIRE_OK(Solve(query, graph.view(), none, &alone));
  CHECK(alone == first);
  // What another commit brings is seen.
  add(1000, 3000);
  const std::string later = rows_of_plan();
  REQUIRE_OK(Solve(query, graph.view(), none, &alone));
  CHECK(later == alone);
  CHECK(later != first);
}

TEST_CASE("a filter is asked before the joins that do not need it",
          "[query][plan]") {
  std::string plan;
  REQUIRE_OK(Solve(Parse("SELECT * { ?x :next ?y . ?y :next ?z . ?x :size ?n "
                         "FILTER(?n + 0 < 5) }"),
                   Towns().view(), {}, &plan));
  INFO(plan);
  const size_t filter = plan.find("filter"), join = plan.find("join");
  REQUIRE(filter != std::string::npos);
  CHECK(join < filter);
}

TEST_CASE("joins begin with the fewest rows", "[query][plan]") {
  std::string plan;
  REQUIRE_OK(Solve(Parse("SELECT * { ?a :next ?b . ?b :next ?c . ?c :size 7 }"),
                   Towns().view(), {}, &plan));
  INFO(plan);
  // The innermost first input is the last to be written of those that are read
  // once.
  CHECK(plan.find("scan ?c <b:size> \"7\"") != std::string::npos);
  CHECK(plan.find("index join") != std::string::npos);
  CHECK(plan.find("hash join on") == std::string::npos);
}

TEST_CASE("more patterns than can be ordered exactly are ordered still",
          "[query][plan]") {
  std::string text = "SELECT * { :t0 :next ?v1 ";
  for (int i = 1; i < 70; ++i) {
    text += ". ?v" + std::to_string(i) + " :next ?v" + std::to_string(i + 1);
  }
  const auto rows = Solve(Parse(text + " }"), Towns().view(), {});
  REQUIRE_OK(rows);
  REQUIRE(rows->size() == 1);
  CHECK((*rows)[0].size() == 70);
}

TEST_CASE("patterns nested too deeply are refused", "[query][plan]") {
  AlgebraPtr pattern = MakeAlgebra(Bgp{});
  for (int i = 0; i < 300; ++i) {
    LeftJoin join;
    join.left = std::move(pattern);
    join.right = MakeAlgebra(Bgp{});
    pattern = MakeAlgebra(std::move(join));
  }
  CHECK(Solve(QueryOf(std::move(pattern)), Towns().view()).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace skg::query::test
