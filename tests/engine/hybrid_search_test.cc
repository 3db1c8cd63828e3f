// ReadView::Search through the public headers.
#include <algorithm>
#include <cmath>

#include "engine/open_graph.h"
#include "skg/field_error.h"
#include "skg/search.h"

using namespace skg;
using namespace skg::test;

namespace {

// a - b - c - d in a row, with labels and vectors.
struct Row : TestGraph {
  Row() {
    TextIndexOptions text;
    text.names = false;
    REQUIRE_OK(graph.CreateTextIndex("default", text));
    VectorIndexOptions vectors;
    vectors.dimension = 2;
    REQUIRE_OK(graph.CreateVectorIndex("default", vectors));
    MustAddAll(graph,
               {Triple("a", "next", "b"), Triple("b", "next", "c"),
                Triple("c", "next", "d"), Triple("a", "label", "\"apple pie\""),
                Triple("b", "label", "\"banana\""),
                Triple("c", "label", "\"apple tree\""),
                Triple("d", "label", "\"apple apple\"")});
    REQUIRE_OK(graph.PutVectors(
        "default",
        std::vector<VectorEntry>{
            {"a", {1, 0}}, {"b", {1, 0.1f}}, {"c", {0, 1}}, {"d", {-1, 0}}}));
  }
  std::vector<HybridHit> MustSearch(const HybridQuery& query) {
    auto view = graph.Latest();
    REQUIRE_OK(view);
    auto hits = view->Search(query);
    REQUIRE_OK(hits);
    return *std::move(hits);
  }
};

HybridQuery::Text Text(std::string query) {
  HybridQuery::Text text;
  text.query = std::move(query);
  return text;
}

HybridQuery::Vector Near(std::vector<float> vector) {
  HybridQuery::Vector part;
  part.vector = std::move(vector);
  return part;
}

HybridQuery::Proximity From(std::string node) {
  HybridQuery::Proximity part;
  part.nodes = {std::move(node)};
  return part;
}

}  // namespace

TEST_CASE("rankings become one by their ranks", "[hybrid]") {
  Row row;
  HybridQuery query;
  query.text = Text("apple");
  query.vector = Near({1, 0});
  query.vector->threshold = 0.5f;
  const auto hits = row.MustSearch(query);
  // Text: d, then a and c; vectors: a, b.
  REQUIRE(hits.size() == 4);
  CHECK(hits[0].owner == "a");
  REQUIRE(hits[0].text);
  REQUIRE(hits[0].vector);
  CHECK(hits[0].vector->rank == 1);
  CHECK(hits[0].vector->score == Approx(1));
  CHECK(hits[0].vector->share == Approx(1.0 / 61));
  CHECK(hits[0].text->share ==
        Approx(1.0 / (60.0 + static_cast<double>(hits[0].text->rank))));
  CHECK(hits[0].score == Approx(hits[0].text->share + hits[0].vector->share));
  CHECK(hits[0].matched_text == "apple pie");
  CHECK_FALSE(hits[0].proximity);
  CHECK(hits[1].owner == "d");
  CHECK(hits[1].text->rank == 1);
  CHECK_FALSE(hits[1].vector);
}

TEST_CASE("rankings become one by their scores", "[hybrid]") {
  Row row;
  HybridQuery query;
  query.fusion = Fusion::kWeightedScores;
  query.vector = Near({1, 0});
  query.vector->weight = 2;
  query.proximity = From("d");
  query.proximity->weight = 3;
  query.proximity->max_distance = 2;
  const auto hits = row.MustSearch(query);
  REQUIRE(hits.size() == 4);
  CHECK(hits[0].owner == "d");
  CHECK(hits[0].score == Approx(3));  // its vector looks the other way
  CHECK(hits[0].proximity->score == Approx(1));
  CHECK(hits[1].owner == "b");
  CHECK(hits[1].score == Approx(2 / std::sqrt(1.01) + 1));
  CHECK(hits[2].owner == "a");
  CHECK(hits[2].score == Approx(2));
  CHECK_FALSE(hits[2].proximity);
  CHECK(hits[3].owner == "c");
  CHECK(hits[3].score == Approx(1.5));
}

TEST_CASE("proximity goes along statements in both directions", "[hybrid]") {
  Row row;
  HybridQuery query;
  query.proximity = From("b");
  query.proximity->max_distance = 1;
  auto hits = row.MustSearch(query);
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].owner == "b");
  CHECK(hits[1].proximity->score == Approx(0.5));
  query.proximity->nodes = {"nobody"};
  CHECK(row.MustSearch(query).empty());
}

TEST_CASE("a hybrid search ranks what its filters allow", "[hybrid]") {
  Row row;
  HybridQuery query;
  query.vector = Near({1, 0});
  query.top_k = 1;
  query.filter = "SELECT ?s { ?s :next :d }";
  auto hits = row.MustSearch(query);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].owner == "c");
  CHECK(hits[0].vector->rank == 1);

  query.filter = {};
  query.top_k = 10;
  query.filter_patterns =
      R"({"patterns": [{"predicate": "next", "object": "c"}], "limit": 1})";
  hits = row.MustSearch(query);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].owner == "b");
  CHECK(hits[1].owner == "c");
  query.filter = "SELECT ?s { ?s :next :d }";
  hits = row.MustSearch(query);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].owner == "c");
}

TEST_CASE("the vector part is asked by a text, too", "[hybrid]") {
  Row row;
  VectorIndexOptions options;
  options.embedder = "hashing";
  options.auto_embedding.emplace().text.labels = {"label"};
  REQUIRE_OK(row.graph.CreateVectorIndex("meaning", options));
  REQUIRE_OK(row.graph.WaitForEmbeddings("meaning"));
  HybridQuery query;
  query.vector.emplace().index = "meaning";
  query.vector->text = "banana";
  query.text = Text("apple");
  const auto hits = row.MustSearch(query);
  const auto banana = std::find_if(
      hits.begin(), hits.end(), [](const auto& h) { return h.owner == "b"; });
  REQUIRE(banana != hits.end());
  REQUIRE(banana->vector);
  CHECK(banana->vector->rank == 1);
  CHECK_FALSE(banana->text);
  auto view = row.graph.Latest();
  REQUIRE_OK(view);
  query.vector->index = "default";
  CHECK(absl::IsFailedPrecondition(view->Search(query).status()));
}

TEST_CASE("a hybrid query that cannot be is told so", "[hybrid]") {
  Row row;
  auto view = row.graph.Latest();
  REQUIRE_OK(view);
  const auto first_path = [&](const HybridQuery& query) {
    const auto errors = FieldErrors(view->Search(query).status());
    REQUIRE(errors.size() == 1);
    return errors[0].path;
  };
  HybridQuery query;
  CHECK(first_path(query).empty());
  query.text = Text("apple");
  query.top_k = 0;
  CHECK(first_path(query) == List({"top_k"}));
  query.top_k = 10;
  query.window = 5;
  CHECK(first_path(query) == List({"window"}));
  query.window = 0;
  query.text->weight = std::nanf("");
  CHECK(first_path(query) == List({"text", "weight"}));
  query.text->weight = 1;
  query.proximity = From("a");
  query.proximity->max_distance = 11;
  CHECK(first_path(query) == List({"proximity", "max_distance"}));
  query.proximity->max_distance = 3;
  query.filter_patterns = R"({"patterns": [{"subject": "a"}], "as_of": 1})";
  CHECK(first_path(query) == List({"as_of"}));
  query.filter_patterns = {};
  query.vector = Near({});
  CHECK(first_path(query) == List({"vector"}));
  query.vector->vector = {1, 0};
  query.vector->text = "both";
  CHECK(first_path(query) == List({"vector"}));
  query.vector->text = {};
  query.vector->threshold = std::nanf("");
  CHECK(first_path(query) == List({"vector", "threshold"}));
  query.vector.reset();
  query.text->index = "none";
  CHECK(absl::IsNotFound(view->Search(query).status()));
  query.text.reset();
  query.vector = Near({1, 2, 3});
  CHECK(absl::IsInvalidArgument(view->Search(query).status()));
}
