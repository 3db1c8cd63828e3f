// skg:matches and skg:similarTo in patterns, and limits that reach searches.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/asked_graph.h"
#include "nlohmann/json.hpp"
#include "support/test_support.h"

using namespace skg;
using namespace skg::test;

namespace {

struct Kitchen : AskedGraph {
  Kitchen() {
    TextIndexOptions text;
    text.names = false;
    REQUIRE_OK(graph.CreateTextIndex("default", text));
    REQUIRE_OK(graph.CreateTextIndex("other", text));
    VectorIndexOptions vectors;
    vectors.embedder = "hashing";
    vectors.dimension = 384;
    REQUIRE_OK(graph.CreateVectorIndex("default", vectors));
    MustAddAll(graph, {Triple("apple", "label", "\"sweet apple\""),
                       Triple("pear", "label", "\"sweet pear, sweet\""),
                       Triple("stone", "label", "\"hard stone\""),
                       Triple("pear", "near", "river"),
                       Triple("apple", "near", "house")});
    const std::shared_ptr<Embedder> embedder = MakeHashingEmbedder().value();
    const std::vector<std::string> names = {"apple", "pear", "stone"};
    const auto made = embedder->Embed(
        std::vector<std::string>{"sweet apple", "sweet pear", "hard stone"},
        absl::InfiniteFuture());
    REQUIRE_OK(made);
    std::vector<VectorEntry> entries;
    for (size_t i = 0; i < names.size(); ++i)
      entries.push_back({names[i], (*made)[i]});
    REQUIRE_OK(graph.PutVectors("default", entries));
  }
};

// Texts that say a word more or less often, so that scores differ; every
// seventh node is rare.
struct Library : AskedGraph {
  static constexpr size_t kBooks = 3000;
  Library() {
    TextIndexOptions text;
    text.names = false;
    REQUIRE_OK(graph.CreateTextIndex("default", text));
    VectorIndexOptions vectors;
    vectors.dimension = 2;
    vectors.metric = VectorMetric::kL2;
    REQUIRE_OK(graph.CreateVectorIndex("default", vectors));
    std::mt19937_64 random = Random(3);
    std::vector<NewStatement> statements;
    std::vector<VectorEntry> entries;
    for (size_t i = 0; i < kBooks; ++i) {
      const std::string name = "book" + std::to_string(i);
      std::string words = "\"river";
      for (size_t more = random() % 6; more > 0; --more) words += " river";
      for (size_t more = random() % 40; more > 0; --more) words += " and";
      statements.push_back(Triple(name, "title", words + "\""));
      if (i % 7 == 0) statements.push_back(Triple(name, "kind", "rare"));
      entries.push_back({name, {static_cast<float>(random() % 100'000), 1}});
    }
    MustAddAll(graph, statements);
    REQUIRE_OK(graph.PutVectors("default", entries));
  }
  // How many hits the query's search gave, and its plan.
  std::pair<uint64_t, std::string> HitsOf(const std::string& query) {
    QueryOptions options;
    options.profile = true;
    auto result =
        graph.Query("PREFIX skg: <urn:skg-vocabulary:>\n" + query, options);
    REQUIRE_OK(result);
    Rows some;
    while (true) {
      const auto more = result->Next(some);
      REQUIRE_OK(more);
      if (!*more) break;
    }
    const std::string plan = result->Explain(ExplainFormat::kJson);
    const auto json = nlohmann::json::parse(plan);
    std::vector<const nlohmann::json*> open = {&json};
    uint64_t hits = 0;
    while (!open.empty()) {
      const nlohmann::json* const node = open.back();
      open.pop_back();
      if (node->is_object() && node->value("operator", "") == "table")
        hits += node->at("profile").at("rows").get<uint64_t>();
      if (node->is_structured()) {
        for (const auto& part : *node) open.push_back(&part);
      }
    }
    return {hits, plan};
  }
};

}  // namespace

TEST_CASE("skg:matches finds what skg:textSearch finds", "[search_property]") {
  Kitchen test;
  const Rows service = test.MustAsk(R"(SELECT ?e ?score ?text {
    SERVICE skg:textSearch { skg:with skg:query "sweet" .
                             ?e skg:score ?score ; skg:text ?text }
    } ORDER BY DESC(?score))");
  REQUIRE(service.size() == 2);
  CHECK(test.MustAsk(R"(SELECT ?e ?score ?text {
    ?e skg:matches ("sweet" ?score ?text) } ORDER BY DESC(?score))") ==
        service);
  CHECK(test.MustAsk(R"(SELECT ?e ?score ?text {
    ?e skg:matches ("sweet" 5 ?score ?text "other") } ORDER BY DESC(?score))") ==
        service);
  CHECK(test.MustAsk(R"(SELECT ?e {
    ?e skg:matches "sweet" ; :near :river })") == Rows{{"pear"}});
  CHECK(test.MustAsk(R"(SELECT ?e { ?e skg:matches ("sweet" 1) })") ==
        Rows{{"pear"}});
  // Each object is a search of its own.
  CHECK(test.MustAsk(R"(SELECT ?e { ?e skg:matches "sweet", "apple" })") ==
        Rows{{"apple"}});
  CHECK(test.MustAsk(R"(SELECT ?place {
    [] skg:matches "apple" ; :near ?place })") == Rows{{"house"}});
}

TEST_CASE("skg:matches asks about a node, too", "[search_property]") {
  Kitchen test;
  CHECK(test.MustAsk(R"(SELECT ?score { :pear skg:matches ("sweet" ?score) })")
            .size() == 1);
  CHECK(test.MustAsk(R"(SELECT ?score { :stone skg:matches ("sweet" ?score) })")
            .empty());
  CHECK(test.MustAsk(R"(SELECT ?e {
      ?e :near ?place FILTER NOT EXISTS { ?e skg:matches "pear" } })") ==
        Rows{{"apple"}});
  CHECK(test.MustAsk(R"(SELECT ?e ?score {
      VALUES ?e { :stone :pear } OPTIONAL { ?e skg:matches ("pear" ?score) }
      FILTER (!BOUND(?score)) })") == Rows{{"stone", ""}});
}

TEST_CASE("skg:similarTo finds by a text or a node", "[search_property]") {
  Kitchen test;
  CHECK(test.MustAsk(R"(SELECT ?e { ?e skg:similarTo ("hard stones" 1) })") ==
        Rows{{"stone"}});
  CHECK(test.MustAsk(R"(SELECT ?e {
      ?e skg:similarTo (:apple 2 ?score) } ORDER BY DESC(?score))") ==
        Rows{{"apple"}, {"pear"}});
  CHECK(test.MustAsk(R"(SELECT ?place {
      ?e skg:similarTo ("sweet pear" 10 ?score "default") ; :near ?place }
      ORDER BY DESC(?score) LIMIT 1)") == Rows{{"river"}});
  // As arguments of the table, too.
  CHECK(test.MustAsk(R"(SELECT ?e { SERVICE skg:vectorSearch {
      skg:with skg:text "hard stones" ; skg:limit 1 . ?e skg:score ?s } })") ==
        Rows{{"stone"}});
}

TEST_CASE("what is wrong with a search property is told with its place",
          "[search_property]") {
  Kitchen test;
  const auto error = [&](const std::string& pattern) {
    const absl::Status status =
        test.Ask("SELECT * {\n" + pattern + " }").status();
    CHECK(absl::IsInvalidArgument(status));
    return std::string(status.message());
  };
  using Catch::Contains;
  CHECK_THAT(error("  ?e skg:matches ?words"),
             Contains("SPARQL 3:6") && Contains("the words to look for"));
  CHECK_THAT(error("?e skg:matches :apple"), Contains("as a text"));
  CHECK_THAT(error("?e skg:similarTo ?what"), Contains("a text or a node"));
  CHECK_THAT(error("?e skg:matches (\"a\" 1 2)"), Contains("two limits"));
  CHECK_THAT(error("?e skg:matches (\"a\" \"b\" \"c\")"),
             Contains("two indexes"));
  CHECK_THAT(error("?e skg:matches (\"a\" ?b ?c ?d)"),
             Contains("too many variables"));
  CHECK_THAT(error("?e skg:similarTo (\"a\" ?b ?c)"),
             Contains("too many variables"));
  CHECK_THAT(error("?e skg:matches (\"a\" ?e)"), Contains("another one"));
  CHECK_THAT(error("?e skg:matches (\"a\" :b)"), Contains("nodes are no"));
  CHECK_THAT(error("?e skg:matches ()"), Contains("3:17"));
  CHECK_THAT(error("?e ^skg:matches \"a\""),
             Contains("3:4: ") && Contains("not in a path"));
  CHECK_THAT(error("?e :p/skg:similarTo* \"a\""), Contains("not in a path"));
  CHECK_THAT(error("?e skg:matches \"a\" {| :p :o |}"), Contains("{|"));
  CHECK_THAT(error("?e skg:matches (\"a\" 0)"), Contains("limit"));
  CHECK(absl::IsNotFound(
      test.Ask("SELECT * { ?e skg:matches (\"a\" \"none\") }").status()));
}

TEST_CASE("searches find no more than a query's limit wants",
          "[search_property]") {
  Library test;
  struct Case {
    std::string pattern;
    uint64_t most;  // hits
  };
  const std::vector<Case> cases = {
      {"?e skg:matches (\"river\" ?score)", 64},
      {"?e skg:matches (\"river\" ?score) . ?e :kind :rare", 512},
      {"?e skg:matches (\"river\" ?score) ; :title ?title . "
       "OPTIONAL { ?e :kind ?kind }",
       64},
      {"?e skg:matches (\"river\" ?score) "
       "FILTER EXISTS { ?e :kind :rare }",
       512},
      {"SERVICE skg:vectorSearch { skg:with skg:vector \"[5000, 1]\" . "
       "?e skg:score ?score } ?e :kind :rare",
       512}};
  for (const Case& one : cases) {
    INFO(one.pattern);
    const std::string query =
        "SELECT ?e ?score { " + one.pattern + " } ORDER BY DESC(?score)";
    const Rows all = test.MustAsk(query);
    CHECK(all.size() >= 400);
    const auto [everything, whole_plan] = test.HitsOf(query);
    CHECK(everything == Library::kBooks);
    for (const size_t limit : {1, 5, 20}) {
      INFO(limit);
      const std::string limited = query + " LIMIT " + std::to_string(limit);
      const Rows some = test.MustAsk(limited);
      REQUIRE(some.size() == limit);
      // Ties may be others, never worse ones.
      for (size_t i = 0; i < limit; ++i) {
        CHECK(some[i][1] == all[i][1]);
        CHECK(std::find(all.begin(), all.end(), some[i]) != all.end());
      }
      const auto [hits, plan] = test.HitsOf(limited);
      INFO(plan);
      // Those that are equal to the last are read as well.
      CHECK(hits <= one.most);
    }
    // The offset counts as well; without an order any rows will do.
    const Rows later = test.MustAsk(query + " OFFSET 30 LIMIT 2");
    REQUIRE(later.size() == 2);
    CHECK(later[0][1] == all[30][1]);
    CHECK(later[1][1] == all[31][1]);
    const auto [any, plan] =
        test.HitsOf("SELECT ?e { " + one.pattern + " } LIMIT 3");
    INFO(plan);
    CHECK(any < Library::kBooks);
  }
}

TEST_CASE("distinct rows that a limit wants are found", "[search_property]") {
  Library test;
  // Two rows for each hit.
  const std::string query =
      "SELECT DISTINCT ?e ?score { ?e skg:matches (\"river\" ?score) . "
      "?e ?p ?o . ?e :kind :rare } ORDER BY DESC(?score)";
  const Rows all = test.MustAsk(query);
  CHECK(all.size() == (Library::kBooks + 6) / 7);
  const Rows some = test.MustAsk(query + " LIMIT 25");
  REQUIRE(some.size() == 25);
  for (size_t i = 0; i < some.size(); ++i) CHECK(some[i][1] == all[i][1]);
  CHECK(test.HitsOf(query + " LIMIT 25").first < Library::kBooks);
}

TEST_CASE("a limit of the search itself is of its hits", "[search_property]") {
  Library test;
  const Rows rows = test.MustAsk(
      "SELECT ?e { ?e skg:matches (\"river\" 100 ?score) } "
      "ORDER BY DESC(?score)");
  CHECK(rows.size() == 100);
  CHECK(test.MustAsk("SELECT ?e { ?e skg:matches (\"river\" 1000) }").size() ==
        1000);
  CHECK(test.MustAsk("SELECT ?e { ?e skg:matches (\"river\" 100) . "
                     "?e :kind :rare }")
            .size() < 100);
}
