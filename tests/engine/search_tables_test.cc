// SERVICE skg:textSearch and skg:vectorSearch in queries.
#include <string>
#include <vector>

#include "engine/asked_graph.h"

using namespace skg;
using namespace skg::test;

namespace {

struct Fruits : AskedGraph {
  Fruits() {
    TextIndexOptions text;
    text.names = false;
    REQUIRE_OK(graph.CreateTextIndex("default", text));
    VectorIndexOptions vectors;
    vectors.dimension = 2;
    REQUIRE_OK(graph.CreateVectorIndex("default", vectors));
    MustAddAll(graph, {Triple("apple", "label", "\"sweet apple\""),
                       Triple("pear", "label", "\"sweet pear, sweet\""),
                       Triple("stone", "label", "\"hard stone\""),
                       Triple("pear", "near", "river"),
                       Triple("apple", "near", "house")});
    REQUIRE_OK(graph.PutVectors(
        "default",
        std::vector<VectorEntry>{
            {"apple", {1, 0}}, {"pear", {1, 0.25F}}, {"stone", {-1, 0}}}));
  }
};

}  // namespace

TEST_CASE("hits by words join with patterns", "[search_tables]") {
  Fruits test;
  const Rows rows = test.MustAsk(R"(SELECT ?e ?where ?text ?score {
    SERVICE skg:textSearch { skg:with skg:query "sweet" .
                             ?e skg:score ?score ; skg:text ?text }
    ?e :near ?where } ORDER BY DESC(?score))");
  REQUIRE(rows.size() == 2);
  const auto view = test.graph.Latest();
  REQUIRE_OK(view);
  const auto hits = view->SearchText("default", "sweet");
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(rows[i][0] == (*hits)[i].owner);
    CHECK(rows[i][2] == "\"" + (*hits)[i].text + "\"");
    CHECK(std::stod(rows[i][3].substr(1)) == Approx((*hits)[i].score));
  }
  CHECK(test.MustAsk(R"(SELECT ?e { SERVICE skg:textSearch {
      skg:with skg:query "sweet" ; skg:limit 1 . ?e skg:score ?s } })")
            .size() == 1);
  CHECK(test.MustAsk(R"(SELECT ?e { SERVICE skg:textSearch {
      skg:with skg:query "sweet hard" ; skg:all_words true .
      ?e skg:score ?s } })")
            .empty());
}

TEST_CASE("hits by vectors join with patterns", "[search_tables]") {
  Fruits test;
  const Rows near = test.MustAsk(R"(SELECT ?e { SERVICE skg:vectorSearch {
      skg:with skg:near :apple ; skg:threshold 0 . ?e skg:score ?s }
      ?e :near :river })");
  CHECK(near == Rows{{"pear"}});
  const Rows vector = test.MustAsk(R"(SELECT ?e { SERVICE skg:vectorSearch {
      skg:with skg:vector "[-1, 0]" ; skg:limit 1 . ?e skg:score ?s } })");
  CHECK(vector == Rows{{"stone"}});
  const Rows filtered = test.MustAsk(R"(SELECT ?e { SERVICE skg:vectorSearch {
      skg:with skg:vector "[-1, 0]" ; skg:limit 1 ;
               skg:filter "SELECT ?s { ?s :near :house }" .
      ?e skg:score ?s } })");
  CHECK(filtered == Rows{{"apple"}});
}

TEST_CASE("a search in a query is of the state that is asked",
          "[search_tables]") {
  Fruits test;
  const auto before = test.graph.Latest();
  REQUIRE_OK(before);
  const std::string query = R"(SELECT ?e { SERVICE skg:textSearch {
      skg:with skg:query "hard" . ?e skg:score ?s } })";
  REQUIRE_OK(test.graph.Remove("stone", "label", "\"hard stone\""));
  CHECK(test.MustAsk(query).empty());
  QueryOptions options;
  options.as_of = PointInTime(before->commit());
  CHECK(test.MustAsk(query, options) == Rows{{"stone"}});
  // What an index cannot know is refused.
  options.min_weight = 0.5F;
  CHECK(absl::IsInvalidArgument(test.Ask(query, options).status()));
  options.min_weight = 0;
  options.valid_at = absl::UnixEpoch();
  CHECK(absl::IsInvalidArgument(test.Ask(query, options).status()));
}

TEST_CASE("statements are found as what stands for them", "[search_tables]") {
  Fruits test;
  TextIndexOptions options;
  options.over = IndexOver::kStatements;
  REQUIRE_OK(test.graph.CreateTextIndex("facts", options));
  const Rows rows = test.MustAsk(R"(SELECT ?s ?o {
    SERVICE skg:textSearch { skg:with skg:query "hard" ; skg:index "facts" .
                             ?fact skg:score ?score }
    ?fact <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies>
          <<( ?s :label ?o )>> ; skg:weight ?w })");
  CHECK(rows == Rows{{"stone", "\"hard stone\""}});
  // By what their metadata say, which is the text that was found.
  NewStatement noted = Triple("apple", "grows on", "tree");
  noted.metadata = R"({"note":"seen in spring"})";
  MustAdd(test.graph, noted);
  CHECK(test.MustAsk(R"(SELECT ?s ?o ?text {
    SERVICE skg:textSearch { skg:with skg:query "spring" ; skg:index "facts" .
                             ?fact skg:score ?score ; skg:text ?text }
    ?fact <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies>
          <<( ?s ?p ?o )>> ; skg:weight ?w })") ==
        Rows{{"apple", "tree", "\"seen in spring\""}});
}

TEST_CASE("what is wrong with a search in a query is told", "[search_tables]") {
  Fruits test;
  const auto error = [&](const std::string& table) {
    const absl::Status status =
        test.Ask("SELECT * { SERVICE skg:" + table + " }").status();
    CHECK_FALSE(status.ok());
    return std::string(status.message());
  };
  CHECK_THAT(error("textSearch { ?e skg:score ?s }"), Catch::Contains("query"));
  CHECK_THAT(error("textSearch { skg:with skg:query \"a\" . ?e skg:rank ?s }"),
             Catch::Contains("score, text"));
  CHECK_THAT(error("vectorSearch { ?e skg:score ?s }"),
             Catch::Contains("near"));
  CHECK_THAT(error("vectorSearch { skg:with skg:near :apple . "
                   "?e skg:text ?s }"),
             Catch::Contains("score"));
  CHECK_THAT(error("vectorSearch { skg:with skg:vector \"[1, x]\" . "
                   "?e skg:score ?s }"),
             Catch::Contains("numbers"));
  CHECK_THAT(error("vectorSearch { skg:with skg:vector \"[1]\" . "
                   "?e skg:score ?s }"),
             Catch::Contains("wants 2"));
  CHECK_THAT(error("textSearch { skg:with skg:query \"a\" ; skg:limit 0 . "
                   "?e skg:score ?s }"),
             Catch::Contains("limit"));
  CHECK_THAT(error("textSearch { skg:with skg:query \"a\" ; skg:near :b . "
                   "?e skg:score ?s }"),
             Catch::Contains("all_words"));
  CHECK_THAT(error("textSearch { skg:with skg:query \"a\" ; "
                   "skg:index \"none\" . ?e skg:score ?s }"),
             Catch::Contains("none"));
  CHECK_THAT(error("vectorSearch { skg:with skg:near :nobody . "
                   "?e skg:score ?s }"),
             Catch::Contains("nobody"));
}
