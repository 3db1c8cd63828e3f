// Indexes that are asked by text, and those that follow their graph, through
// the public headers.
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/embedder.h"
#include "skg/field_error.h"
#include "skg/vector_index.h"

using namespace skg;
using namespace skg::test;

namespace {

constexpr char kLabel[] = "<http://www.w3.org/2000/01/rdf-schema#label>";
constexpr char kType[] = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

NewStatement Label(const std::string& node, const std::string& text) {
  return Triple(node, kLabel, "\"" + text + "\"");
}

VectorIndexOptions Following() {
  VectorIndexOptions options;
  options.embedder = "hashing";
  options.auto_embedding.emplace();
  options.auto_embedding->text.name = false;
  return options;
}

// Counts, and fails or waits as it is told.
class TestEmbedder final : public Embedder {
 public:
  [[nodiscard]] uint32_t dimension() const override { return 384; }
  [[nodiscard]] std::string_view name() const override { return "test"; }
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts, absl::Time deadline) override {
    if (failing) return absl::UnavailableError("the model is away");
    embedded += texts.size();
    return hashing_->Embed(texts, deadline);
  }
  std::atomic<bool> failing{false};
  std::atomic<size_t> embedded{0};

 private:
  const std::shared_ptr<Embedder> hashing_ = MakeHashingEmbedder().value();
};

absl::Time Soon() { return absl::Now() + absl::Minutes(2); }

std::vector<std::string> Similar(const Graph& graph, const std::string& text,
                                 float threshold = 0.3f) {
  REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
  auto view = graph.Latest();
  REQUIRE_OK(view);
  VectorSearchOptions options;
  options.threshold = threshold;
  const auto hits = view->SearchSimilar("default", text, options);
  REQUIRE_OK(hits);
  std::vector<std::string> owners;
  for (const VectorHit& hit : *hits) owners.push_back(hit.owner);
  return owners;
}

VectorIndexInfo Info(const Graph& graph) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const auto infos = view->VectorIndexes();
  REQUIRE_OK(infos);
  REQUIRE(infos->size() == 1);
  return infos->front();
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("an index with an embedder is asked by text", "[embedding]") {
  TestGraph t;
  VectorIndexOptions options;
  options.embedder = "hashing";
  REQUIRE_OK(t.graph.CreateVectorIndex("default", options));
  const auto embedder = MakeHashingEmbedder();
  REQUIRE_OK(embedder);
  const auto vectors = (*embedder)->Embed(Strings{"red apple", "blue whale"});
  REQUIRE_OK(vectors);
  REQUIRE_OK(t.graph.PutVectors(
      "default", std::vector<VectorEntry>{{"apple", (*vectors)[0]},
                                          {"whale", (*vectors)[1]}}));
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  const auto hits = view->SearchSimilar("default", "an apple, red");
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 2);
  CHECK(hits->at(0).owner == "apple");
  CHECK(absl::IsFailedPrecondition(t.graph.WaitForEmbeddings("default")));
}

TEST_CASE("what cannot be embedded is refused when the index is made",
          "[embedding]") {
  TestGraph t;
  const auto fields = [&](const VectorIndexOptions& options) {
    const auto made = t.graph.CreateVectorIndex("default", options);
    REQUIRE(absl::IsInvalidArgument(made.status()));
    std::vector<Strings> paths;
    for (const FieldError& error : FieldErrors(made.status()))
      paths.push_back(error.path);
    return paths;
  };
  VectorIndexOptions options = Following();
  options.embedder = "word2vec";
  CHECK(fields(options) == std::vector<Strings>{{"embedder"}});
  CHECK_THAT(
      std::string(
          t.graph.CreateVectorIndex("default", options).status().message()),
      Catch::Contains("there are: hashing"));
  options.embedder = "";
  CHECK(fields(options) == std::vector<Strings>{{"embedder"}});
  options = Following();
  options.over = IndexOver::kStatements;
  CHECK(fields(options) == std::vector<Strings>{{"auto_embedding"}});
  options = Following();
  options.auto_embedding->text.labels.clear();
  CHECK(fields(options) == std::vector<Strings>{{"auto_embedding", "text"}});
  options.auto_embedding->text.properties = {"p", "<no iri"};
  CHECK(fields(options) ==
        std::vector<Strings>{{"auto_embedding", "text", "properties", "1"}});
  options = Following();
  options.auto_embedding->text.statements = 1001;
  CHECK(fields(options) ==
        std::vector<Strings>{{"auto_embedding", "text", "statements"}});

  VectorIndexOptions plain;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", plain));
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  CHECK(
      absl::IsFailedPrecondition(view->SearchSimilar("default", "x").status()));
  CHECK(absl::IsNotFound(view->SearchSimilar("other", "x").status()));
}

TEST_CASE("the text of a node is what the template says", "[embedding]") {
  TestGraph t;
  VectorIndexOptions options = Following();
  options.auto_embedding->text.name = true;
  options.auto_embedding->text.properties = {"born_in"};
  options.auto_embedding->text.statements = 2;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", options));
  MustAdd(t.graph, Label("Albert_Einstein", "Albert Einstein"));
  MustAdd(t.graph, Label("Albert_Einstein", "Albert\\nE."));
  MustAdd(t.graph, Triple("Albert_Einstein", "born_in", "Ulm"));
  MustAdd(t.graph, Triple("Albert_Einstein", "field", "physics"));
  MustAdd(t.graph, Triple("Albert_Einstein", "field", "\"theory\""));
  MustAdd(t.graph, Triple("Albert_Einstein", "field", "music"));
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  const auto text = view->NodeText("default", "Albert_Einstein");
  REQUIRE_OK(text);
  std::multiset<std::string> lines;
  size_t begin = 0;
  while (begin <= text->size()) {
    const size_t end = std::min(text->find('\n', begin), text->size());
    lines.insert(text->substr(begin, end - begin));
    begin = end + 1;
  }
  CHECK(lines.size() == 5);
  CHECK(lines.count("Albert Einstein") == 1);
  CHECK(lines.count("Albert E.") == 1);
  CHECK(lines.count("born in: Ulm") == 1);
  CHECK(lines.count("field: physics") + lines.count("field: theory") +
            lines.count("field: music") ==
        2);
  CHECK(view->NodeText("default", "nobody").value().empty());
  CHECK(absl::IsInvalidArgument(view->NodeText("default", "<no iri").status()));
  CHECK(absl::IsNotFound(view->NodeText("other", "x").status()));
}

TEST_CASE("labels that come, change and go change what is found",
          "[embedding]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Following()));
  MustAdd(t.graph, Label("n1", "blue whale"));
  MustAdd(t.graph, Label("n2", "red apple"));
  MustAdd(t.graph, Triple("n3", "eats", "n2"));  // has no text
  CHECK(Similar(t.graph, "blue whales") == Strings{"n1"});
  CHECK(Info(t.graph).vectors == 2);
  REQUIRE_OK(t.graph.Remove("n1", kLabel, "\"blue whale\""));
  MustAdd(t.graph, Label("n1", "green banana"));
  CHECK(Similar(t.graph, "blue whales").empty());
  CHECK(Similar(t.graph, "banana") == Strings{"n1"});
  REQUIRE_OK(t.graph.Remove("n1", kLabel, "\"green banana\""));
  CHECK(Similar(t.graph, "banana").empty());
  const VectorIndexInfo info = Info(t.graph);
  CHECK(info.vectors == 1);
  CHECK(info.embedding_error.empty());
  CHECK(info.options.embedder == "hashing");
  REQUIRE(info.options.auto_embedding);
  CHECK(info.options.auto_embedding->text.labels == Strings{kLabel});
  REQUIRE_OK(t.graph.Clear({}));
  CHECK(Similar(t.graph, "red apple").empty());
}

TEST_CASE("only nodes of the types are embedded", "[embedding]") {
  TestGraph t;
  VectorIndexOptions options = Following();
  options.auto_embedding->node_types = {"Animal"};
  REQUIRE_OK(t.graph.CreateVectorIndex("default", options));
  MustAdd(t.graph, Label("n1", "blue whale"));
  CHECK(Similar(t.graph, "blue whale").empty());
  MustAdd(t.graph, Triple("n1", kType, "Animal"));
  CHECK(Similar(t.graph, "blue whale") == Strings{"n1"});
  REQUIRE_OK(t.graph.Remove("n1", kType, "Animal"));
  CHECK(Similar(t.graph, "blue whale").empty());
}

TEST_CASE("what was there before the index is embedded", "[embedding]") {
  TestGraph t;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 1000; ++i) {
    statements.push_back(
        Label("n" + std::to_string(i), "thing " + std::to_string(i * 7919)));
  }
  REQUIRE_OK(t.graph.AddBatch(statements));
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Following()));
  MustAdd(t.graph, Label("late", "late comer"));
  CHECK(Similar(t.graph, "late comer", 0.9f) == Strings{"late"});
  CHECK(Info(t.graph).vectors == 1001);
  CHECK(Similar(t.graph, "thing 7919", 0.99f) == Strings{"n1"});
  CHECK(Similar(t.graph, "thing 7911081", 0.99f) == Strings{"n999"});
}

TEST_CASE("a node that changes often is embedded seldom", "[embedding]") {
  TemporaryDirectory directory;
  const auto embedder = std::make_shared<TestEmbedder>();
  EngineOptions engine_options;
  engine_options.embedders["test"] = embedder;
  auto engine = Engine::Open(directory / "data", engine_options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  VectorIndexOptions options = Following();
  options.embedder = "test";
  embedder->failing = true;
  REQUIRE_OK(graph.CreateVectorIndex("default", options));
  for (int i = 0; i < 20; ++i)
    MustAdd(graph, Label("n", "label " + std::to_string(i)));
  const absl::Status late = graph.WaitForEmbeddings(
      "default", 0, absl::Now() + absl::Milliseconds(50));
  CHECK(absl::IsDeadlineExceeded(late));
  embedder->failing = false;
  REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
  CHECK(embedder->embedded < 20);
  // A change that its text does not say.
  const size_t before = embedder->embedded;
  MustAdd(graph, Triple("n", "knows", "m"));
  REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
  CHECK(embedder->embedded == before);
}

TEST_CASE("an embedder that fails is told of and asked again", "[embedding]") {
  TemporaryDirectory directory;
  const auto embedder = std::make_shared<TestEmbedder>();
  EngineOptions engine_options;
  engine_options.embedders["test"] = embedder;
  auto engine = Engine::Open(directory / "data", engine_options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  VectorIndexOptions options = Following();
  options.embedder = "test";
  REQUIRE_OK(graph.CreateVectorIndex("default", options));
  REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
  embedder->failing = true;
  MustAdd(graph, Label("n1", "blue whale"));
  VectorIndexInfo info;
  do {
    info = Info(graph);
    absl::SleepFor(absl::Milliseconds(5));
  } while (info.embedding_error.empty());
  CHECK_THAT(info.embedding_error, Catch::Contains("the model is away"));
  CHECK(info.embedding_lag > 0);
  embedder->failing = false;
  CHECK(Similar(graph, "blue whale") == Strings{"n1"});
  CHECK(Info(graph).embedding_error.empty());
}

TEST_CASE("an engine that is opened again goes on", "[embedding]") {
  TemporaryDirectory directory;
  const auto embedder = std::make_shared<TestEmbedder>();
  EngineOptions engine_options;
  engine_options.embedders["test"] = embedder;
  const std::string path = directory / "data";
  VectorIndexOptions options = Following();
  options.embedder = "test";
  {
    auto engine = Engine::Open(path, engine_options);
    REQUIRE_OK(engine);
    Graph graph = OpenGraph(**engine);
    REQUIRE_OK(graph.CreateVectorIndex("default", options));
    MustAdd(graph, Label("n1", "blue whale"));
    REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
    embedder->failing = true;
    MustAdd(graph, Label("n2", "red apple"));
    REQUIRE_OK(graph.Remove("n1", kLabel, "\"blue whale\""));
  }
  {
    // Without the embedder it is told, and nothing else.
    auto engine = Engine::Open(path);
    REQUIRE_OK(engine);
    Graph graph = OpenGraph(**engine);
    CHECK(absl::IsFailedPrecondition(graph.WaitForEmbeddings("default")));
    CHECK_THAT(Info(graph).embedding_error, Catch::Contains("\"test\""));
    auto view = graph.Latest();
    REQUIRE_OK(view);
    CHECK(absl::IsFailedPrecondition(
        view->SearchSimilar("default", "x").status()));
    MustAdd(graph, Label("n3", "green banana"));
  }
  embedder->failing = false;
  const size_t before = embedder->embedded;
  auto engine = Engine::Open(path, engine_options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  CHECK(Similar(graph, "blue whale").empty());
  CHECK(Similar(graph, "red apple") == Strings{"n2"});
  CHECK(Similar(graph, "green banana") == Strings{"n3"});
  // Two texts of nodes, three of questions: it did not begin from scratch.
  CHECK(embedder->embedded == before + 5);
}

TEST_CASE("an index whose log is gone begins anew", "[embedding]") {
  TemporaryDirectory directory;
  const auto embedder = std::make_shared<TestEmbedder>();
  EngineOptions engine_options;
  engine_options.embedders["test"] = embedder;
  const std::string path = directory / "data";
  VectorIndexOptions options = Following();
  options.embedder = "test";
  {
    auto engine = Engine::Open(path, engine_options);
    REQUIRE_OK(engine);
    Graph graph = OpenGraph(**engine);
    REQUIRE_OK(graph.CreateVectorIndex("default", options));
    MustAdd(graph, Label("n1", "blue whale"));
    MustAdd(graph, Label("n2", "red apple"));
    REQUIRE_OK(graph.WaitForEmbeddings("default", 0, Soon()));
  }
  {
    auto engine = Engine::Open(path);
    REQUIRE_OK(engine);
    Graph graph = OpenGraph(**engine);
    REQUIRE_OK(graph.Remove("n1", kLabel, "\"blue whale\""));
    MustAdd(graph, Label("n3", "green banana"));
    const auto last = MustAdd(graph, Triple("a", "p", "b")).commit;
    REQUIRE_OK(graph.ForgetChangesBefore(last));
  }
  auto engine = Engine::Open(path, engine_options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  CHECK(Similar(graph, "blue whale").empty());
  CHECK(Similar(graph, "red apple") == Strings{"n2"});
  CHECK(Similar(graph, "green banana") == Strings{"n3"});
  CHECK(Info(graph).vectors == 2);
}

TEST_CASE("an index and a graph are dropped while it is embedded",
          "[embedding]") {
  TestGraph t;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 3000; ++i)
    statements.push_back(Label("n" + std::to_string(i), "some label"));
  REQUIRE_OK(t.graph.AddBatch(statements));
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Following()));
  REQUIRE_OK(t.graph.DropVectorIndex("default"));
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Following()));
  CHECK(Similar(t.graph, "some label").size() == 10);
  CHECK(Info(t.graph).vectors == 3000);
  REQUIRE_OK(t.graph.CreateVectorIndex("second", Following()));
  REQUIRE_OK(t.engine->DropGraph("main"));
}

TEST_CASE("threads that write while others wait find what they wrote",
          "[embedding]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateVectorIndex("default", Following()));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 3; ++n) {
    threads.emplace_back([&, n] {
      for (int i = 0; i < 10; ++i) {
        const std::string name =
            "t" + std::to_string(n) + "x" + std::to_string(i);
        const std::string label = name + " of " + std::to_string(i * 31 + n);
        const auto result = t.graph.Add(Label(name, label));
        if (!result.ok() ||
            !t.graph.WaitForEmbeddings("default", result->commit, Soon())
                 .ok()) {
          ++wrong;
          continue;
        }
        const auto view = t.graph.Latest();
        const auto hits =
            view.ok() ? view->SearchSimilar("default", label) : view.status();
        if (!hits.ok() || hits->empty() || hits->front().owner != name) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
