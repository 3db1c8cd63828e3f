// Vector indexes through the public headers.
#include "skg/vector_index.h"

#include <cmath>
#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

using namespace skg;
using namespace skg::test;

namespace {

VectorIndexOptions Small(uint32_t dimension = 3) {
  VectorIndexOptions options;
  options.dimension = dimension;
  return options;
}

std::vector<std::string> Owners(
    const absl::StatusOr<std::vector<VectorHit>>& hits) {
  REQUIRE_OK(hits);
  std::vector<std::string> owners;
  for (const VectorHit& hit : *hits) owners.push_back(hit.owner);
  return owners;
}

std::vector<VectorHit> MustSearch(const Graph& graph, std::vector<float> v,
                                  const VectorSearchOptions& options = {}) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  auto hits = view->SearchVectors("default", v, options);
  REQUIRE_OK(hits);
  return *std::move(hits);
}

void MustPut(Graph& graph, std::vector<VectorEntry> entries) {
  REQUIRE_OK(graph.PutVectors("default", entries));
}

}  // namespace

TEST_CASE("the nearest vectors are found, best first", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  MustPut(t.graph, {{"x", {1, 0, 0}}, {"y", {0, 2, 0}}, {"xy", {3, 3, 0}}});
  const auto hits = MustSearch(t.graph, {1, 0.1f, 0});
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].owner == "x");
  CHECK(hits[0].score == Approx(1 / std::sqrt(1.01)));
  CHECK(hits[1].owner == "xy");
  CHECK(hits[2].owner == "y");
  VectorSearchOptions options;
  options.top_k = 2;
  CHECK(MustSearch(t.graph, {1, 0.1f, 0}, options).size() == 2);
  options.threshold = 0.9f;
  CHECK(MustSearch(t.graph, {1, 0.1f, 0}, options).size() == 1);
}

TEST_CASE("each metric scores as its docstring says", "[vectors]") {
  TestGraph t;
  for (const auto& [metric, score] :
       {std::pair(VectorMetric::kCosine, 11 / std::sqrt(5.0 * 25.0)),
        std::pair(VectorMetric::kInnerProduct, 11.0),
        std::pair(VectorMetric::kL2, 1 / (1.0 + 8.0))}) {
    VectorIndexOptions options = Small(2);
    options.metric = metric;
    const std::string name = "m" + std::to_string(static_cast<int>(metric));
    REQUIRE_OK(t.graph.CreateVectorIndex(name, options));
    REQUIRE_OK(
        t.graph.PutVectors(name, std::vector<VectorEntry>{{"a", {3, 4}}}));
    auto view = t.graph.Latest();
    REQUIRE_OK(view);
    auto hits = view->SearchVectors(name, std::vector<float>{1, 2});
    REQUIRE_OK(hits);
    REQUIRE(hits->size() == 1);
    CHECK((*hits)[0].score == Approx(score));
  }
}

TEST_CASE("a view finds what its state holds", "[vectors]") {
  TestGraph t;
  const uint64_t before = MustAdd(t.graph, Triple("a", "p", "b")).commit;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  MustPut(t.graph, {{"a", {1, 0, 0}}});
  auto first = t.graph.Latest();
  REQUIRE_OK(first);
  MustPut(t.graph, {{"a", {0, 1, 0}}, {"b", {0, 0, 1}}});
  auto second = t.graph.Latest();
  REQUIRE_OK(second);
  REQUIRE_OK(t.graph.RemoveVectors("default",
                                   std::vector<std::string>{"a", "nobody"}));

  const std::vector<float> x{1, 0, 0};
  CHECK(MustSearch(t.graph, x).size() == 1);
  auto hits = second->SearchVectors("default", x);
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 2);
  CHECK((*hits)[0].score == Approx(0));
  hits = first->SearchVectors("default", x);
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 1);
  CHECK((*hits)[0].score == Approx(1));
  CHECK(first->GetVector("default", "a").value() == x);
  CHECK(absl::IsNotFound(t.graph.Latest()->GetVector("default", "a").status()));

  auto past = t.graph.AsOf(PointInTime{second->commit()});
  REQUIRE_OK(past);
  CHECK(Owners(past->SearchVectors("default", x)).size() == 2);
  past = t.graph.AsOf(PointInTime{before});
  REQUIRE_OK(past);
  CHECK(absl::IsOutOfRange(past->SearchVectors("default", x).status()));
}

TEST_CASE("vectors of statements are found where these are", "[vectors]") {
  TestGraph t;
  VectorIndexOptions options = Small();
  options.over = IndexOver::kStatements;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", options));
  Statement stored;
  REQUIRE_OK(t.graph.Add(Triple("a", "knows", "b"), {}, &stored));
  MustPut(t.graph, {{stored.id, {1, 0, 0}}});
  auto with = t.graph.Latest();
  REQUIRE_OK(with);
  REQUIRE(MustSearch(t.graph, {1, 0, 0}).size() == 1);
  CHECK(MustSearch(t.graph, {1, 0, 0})[0].owner == stored.id);
  REQUIRE_OK(t.graph.Remove("a", "knows", "b"));
  CHECK(MustSearch(t.graph, {1, 0, 0}).empty());
  CHECK(Owners(with->SearchVectors("default", std::vector<float>{1, 0, 0})) ==
        std::vector{stored.id});
  MustAdd(t.graph, Triple("a", "knows", "b"));
  CHECK(MustSearch(t.graph, {1, 0, 0}).size() == 1);
  const auto unknown = t.graph.PutVectors(
      "default", std::vector<VectorEntry>{
                     {"00000000-0000-5000-8000-000000000000", {1, 0, 0}}});
  CHECK(absl::IsNotFound(unknown.status()));
  CHECK(absl::IsInvalidArgument(
      t.graph.PutVectors("default", std::vector<VectorEntry>{{"a", {1, 0, 0}}})
          .status()));
}

TEST_CASE("filters choose before the ranking", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  const std::string type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
  for (int i = 0; i < 50; ++i) {
    const std::string name = "n" + std::to_string(i);
    MustAdd(t.graph, Triple(name, type, i % 10 == 9 ? "Rare" : "Common"));
    MustAdd(t.graph, Triple(name, "number",
                            "\"" + std::to_string(i) +
                                "\"^^<http://www.w3.org/2001/"
                                "XMLSchema#integer>"));
    MustPut(t.graph, {{name, {1, static_cast<float>(i) / 10, 0}}});
  }
  VectorSearchOptions options;
  options.top_k = 2;
  options.node_types = {"Rare"};
  auto hits = MustSearch(t.graph, {1, 0, 0}, options);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].owner == "n9");
  CHECK(hits[1].owner == "n19");
  options.filter = "SELECT ?n { ?n :number ?i FILTER(?i > 30) }";
  hits = MustSearch(t.graph, {1, 0, 0}, options);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].owner == "n39");
  options.node_types = {"Nothing"};
  CHECK(MustSearch(t.graph, {1, 0, 0}, options).empty());
  options.node_types = {};
  options.filter = "ASK { ?s ?p ?o }";
  auto view = t.graph.Latest();
  CHECK(absl::IsInvalidArgument(
      view->SearchVectors("default", std::vector<float>{1, 0, 0}, options)
          .status()));
}

TEST_CASE("what is wrong with a vector is told", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  const auto put = [&](std::vector<float> v) {
    return t.graph
        .PutVectors("default", std::vector<VectorEntry>{{"ok", {1, 1, 1}},
                                                        {"a", std::move(v)}})
        .status();
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK_THAT(Message(put({1, 2})), Catch::Contains("wants 3"));
  CHECK_THAT(Message(put({1, nan, 0})), Catch::Contains("component 1"));
  CHECK_THAT(Message(put({1, 0, -infinity})), Catch::Contains("component 2"));
  CHECK_THAT(Message(put({0, 0, 0})), Catch::Contains("direction"));
  CHECK_THAT(Message(put({1e30f, 0, 0})), Catch::Contains("at most"));
  const auto errors = FieldErrors(put({1, 2}));
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].path == std::vector<std::string>{"1", "vector"});
  // Nothing of the batch is there.
  CHECK(MustSearch(t.graph, {1, 0, 0}).empty());
  auto view = t.graph.Latest();
  CHECK(absl::IsInvalidArgument(
      view->SearchVectors("default", std::vector<float>{1}).status()));
  CHECK(absl::IsInvalidArgument(
      view->SearchVectors("default", std::vector<float>{1, nan, 0}).status()));
  VectorSearchOptions none;
  none.top_k = 0;
  CHECK(absl::IsInvalidArgument(
      view->SearchVectors("default", std::vector<float>{1, 0, 0}, none)
          .status()));
}

TEST_CASE("indexes are made, listed, dropped and made again", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("a", Small()));
  CHECK(
      absl::IsAlreadyExists(t.graph.CreateVectorIndex("a", Small()).status()));
  CHECK(absl::IsInvalidArgument(
      t.graph.CreateVectorIndex("no blanks", Small()).status()));
  CHECK(absl::IsInvalidArgument(
      t.graph.CreateVectorIndex("b", Small(0)).status()));
  CHECK(absl::IsInvalidArgument(
      t.graph.CreateVectorIndex("b", Small(4097)).status()));
  REQUIRE_OK(
      t.graph.PutVectors("a", std::vector<VectorEntry>{{"x", {1, 0, 0}}}));
  auto view = t.graph.Latest();
  auto infos = view->VectorIndexes();
  REQUIRE_OK(infos);
  REQUIRE(infos->size() == 1);
  CHECK((*infos)[0].name == "a");
  CHECK((*infos)[0].vectors == 1);
  CHECK((*infos)[0].options.dimension == 3);

  REQUIRE_OK(t.graph.DropVectorIndex("a"));
  CHECK(absl::IsNotFound(t.graph.DropVectorIndex("a").status()));
  REQUIRE_OK(t.graph.CreateVectorIndex("a", Small(2)));
  auto now = t.graph.Latest();
  CHECK(now->SearchVectors("a", std::vector<float>{1, 0})->empty());
  // The view from before the drop.
  CHECK(view->SearchVectors("a", std::vector<float>{1, 0, 0})->size() == 1);
  CHECK_THAT(Message(now->SearchVectors("b", std::vector<float>{1}).status()),
             Catch::Contains("there are: a"));
}

TEST_CASE("a reopened engine finds the same vectors", "[vectors]") {
  TemporaryDirectory directory;
  {
    auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    REQUIRE_OK(graph.CreateVectorIndex("default", Small()));
    MustPut(graph, {{"a", {1, 0, 0}}, {"b", {0, 1, 0}}});
    REQUIRE_OK(graph.RemoveVectors("default", std::vector<std::string>{"a"}));
    MustPut(graph, {{"c", {1, 1, 0}}});
  }
  auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  const auto hits = MustSearch(graph, {1, 0, 0});
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].owner == "c");
  CHECK(hits[1].owner == "b");
}

TEST_CASE("vectors alone make nodes that have no statements", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  MustPut(t.graph, {{"<http://example.org/new>", {1, 0, 0}}});
  CHECK(MustSearch(t.graph, {1, 0, 0})[0].owner == "<http://example.org/new>");
  CHECK(MustCount(t.graph) == 0);
  auto report = t.engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("a batch of vectors under a key is put once", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  const std::vector<VectorEntry> entries = {{"x", {1, 0, 0}}};
  const CommitOptions key{.idempotency_key = "one"};
  const auto first = t.graph.PutVectors("default", entries, key);
  REQUIRE_OK(first);
  CHECK_FALSE(first->replayed);
  MustPut(t.graph, {{"x", {0, 1, 0}}});
  const auto again = t.graph.PutVectors("default", entries, key);
  REQUIRE_OK(again);
  CHECK(again->replayed);
  CHECK(again->commit == first->commit);
  CHECK(MustSearch(t.graph, {0, 1, 0})[0].score == Approx(1));
  const std::vector<VectorEntry> other = {{"x", {1, 0, 0.5f}}};
  CHECK(absl::IsInvalidArgument(
      t.graph.PutVectors("default", other, key).status()));
  const std::vector<std::string> owners = {"x"};
  CHECK(absl::IsInvalidArgument(
      t.graph.RemoveVectors("default", owners, key).status()));
  CHECK(MustSearch(t.graph, {0, 1, 0}).size() == 1);
  const CommitOptions remove_key{.idempotency_key = "two"};
  REQUIRE_OK(t.graph.RemoveVectors("default", owners, remove_key));
  MustPut(t.graph, {{"x", {0, 1, 0}}});
  CHECK(t.graph.RemoveVectors("default", owners, remove_key)->replayed);
  CHECK(MustSearch(t.graph, {0, 1, 0}).size() == 1);
}

TEST_CASE("options that mean nothing to an index are refused", "[vectors]") {
  TestGraph t;
  const CommitOptions key{.idempotency_key = "one"};
  const CommitOptions skip{.skip_duplicates = true};
  const auto path = [](const absl::Status& status) {
    const auto errors = FieldErrors(status);
    REQUIRE(errors.size() == 1);
    return errors[0].path;
  };
  using Path = std::vector<std::string>;
  CHECK(path(t.graph.CreateVectorIndex("default", Small(), key).status()) ==
        Path{"idempotency_key"});
  CHECK(path(t.graph.CreateVectorIndex("default", Small(), skip).status()) ==
        Path{"skip_duplicates"});
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  CHECK(path(t.graph.DropVectorIndex("default", key).status()) ==
        Path{"idempotency_key"});
  const std::vector<VectorEntry> entries = {{"x", {1, 0, 0}}};
  CHECK(path(t.graph.PutVectors("default", entries, skip).status()) ==
        Path{"skip_duplicates"});
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  const std::vector<float> v = {1, 0, 0};
  VectorSearchOptions options;
  options.ef = 10'001;
  CHECK(path(view->SearchVectors("default", v, options).status()) ==
        Path{"ef"});
  options.ef = 0;
  options.threshold = std::nanf("");
  CHECK(path(view->SearchVectors("default", v, options).status()) ==
        Path{"threshold"});
}

TEST_CASE("the vector of a removed statement can go", "[vectors]") {
  TestGraph t;
  VectorIndexOptions options = Small();
  options.over = IndexOver::kStatements;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", options));
  Statement stored;
  REQUIRE_OK(t.graph.Add(Triple("a", "p", "b"), {}, &stored));
  MustPut(t.graph, {{stored.id, {1, 0, 0}}});
  REQUIRE_OK(t.graph.Remove("a", "p", "b"));
  CHECK(MustSearch(t.graph, {1, 0, 0}).empty());
  const std::vector<std::string> owners = {stored.id};
  REQUIRE_OK(t.graph.RemoveVectors("default", owners));
  REQUIRE_OK(t.graph.Add(Triple("a", "p", "b")));
  CHECK(MustSearch(t.graph, {1, 0, 0}).empty());
}

TEST_CASE("an index is rebuilt where caches hold most of the memory",
          "[vectors]") {
  TestGraph t;  // 64 MiB, of which calls have 16
  constexpr int kRounds = 6, kRows = 2000;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small(256)));
  std::mt19937_64 random = Random();
  std::uniform_real_distribution<float> number(-1, 1);
  std::vector<float> asked;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<VectorEntry> entries;
    for (int i = 0; i < kRows; ++i) {
      std::vector<float> vector(256);
      for (float& x : vector) x = number(random);
      if (i == 0) asked = vector;
      entries.push_back({absl::StrCat("n", round, "_", i), vector});
    }
    MustPut(t.graph, std::move(entries));
  }
  const uint64_t free = t.engine->memory_use().free_bytes;
  REQUIRE_OK(t.graph.RebuildVectorIndex("default"));
  CHECK(t.engine->memory_use().free_bytes >= free);
  CHECK(MustSearch(t.graph, asked, {.top_k = 1}).front().owner ==
        absl::StrCat("n", kRounds - 1, "_0"));
}

TEST_CASE("a blank node of nobody gets no vector", "[vectors]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Small()));
  const std::vector<VectorEntry> entries = {{"_:x", {1, 0, 0}}};
  const auto put = t.graph.PutVectors("default", entries);
  REQUIRE(absl::IsInvalidArgument(put.status()));
  CHECK(FieldErrors(put.status())[0].path ==
        std::vector<std::string>{"0", "owner"});
  Statement stored;
  REQUIRE_OK(t.graph.Add(Triple("_:x", "p", "b"), {}, &stored));
  MustPut(t.graph, {{stored.subject, {1, 0, 0}}});
  CHECK(MustSearch(t.graph, {1, 0, 0})[0].owner == stored.subject);
}
