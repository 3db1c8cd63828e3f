// A graph's file has its indexes: what is restored answers as what was saved.
#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "engine/saved_index_support.h"
#include "skg/embedder.h"

namespace skg::test {
namespace {

absl::Time Soon() { return absl::Now() + absl::Minutes(2); }

void CheckAlike(const ReadView& a, const ReadView& b, bool texts) {
  auto random = Random(900);
  for (int i = 0; i < 5; ++i) {
    const std::vector<float> query = RandomVector(random);
    for (const char* index : {"nodes", "facts"})
      CHECK(VectorLines(a, index, query) == VectorLines(b, index, query));
  }
  if (!texts) return;
  for (const char* index : {"words", "notes"})
    CHECK(TextLines(a, index) == TextLines(b, index));
}

void CheckClean(const Engine& engine) {
  const auto report = engine.Check(/*deep=*/true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.graph << ": " << finding.message);
}

TEST_CASE("indexes come back with their graph, in the middle of their life",
          "[saved]") {
  const auto kind = GENERATE(VectorIndexKind::kFlat, VectorIndexKind::kHnsw,
                             VectorIndexKind::kHnswQuantized);
  auto random = Random(901);
  TestGraph test;
  MakeIndexes(test.graph, kind);
  Change(test.graph, random, 60);
  for (const char* index : {"nodes", "facts"})
    REQUIRE_OK(test.graph.RebuildVectorIndex(index));
  REQUIRE_OK(test.graph.DropTextIndex("words"));
  REQUIRE_OK(test.graph.CreateTextIndex("words", {.predicates = {"says"}}));
  Change(test.graph, random, 30);
  const uint64_t last = test.graph.Latest()->commit();
  const std::string bytes = MustSave(test.graph);

  TemporaryDirectory elsewhere;
  auto engine = OpenEngine(elsewhere / "data");
  Graph copy = MustRestore(*engine, "acme/copy", bytes);
  CheckClean(*engine);
  REQUIRE(copy.Latest()->commit() == last);
  CheckAlike(*test.graph.Latest(), *copy.Latest(), /*texts=*/true);
  // Vectors have their past; texts are found from the saved state on.
  for (uint64_t commit = 5; commit < last; commit += 1 + last / 20)
    CheckAlike(*test.graph.AsOf(commit), *copy.AsOf(commit), /*texts=*/false);
  CHECK(absl::IsOutOfRange(
      copy.AsOf(last - 1)->SearchText("words", "word1").status()));
  {
    const auto third = OpenEngine(elsewhere / "third");
    const Graph again = MustRestore(*third, "again", MustSave(copy));
    CheckAlike(*copy.Latest(), *again.Latest(), /*texts=*/true);
  }

  // Both go on alike.
  auto one = random, other = random;
  Change(test.graph, one, 20);
  Change(copy, other, 20);
  CheckAlike(*test.graph.Latest(), *copy.Latest(), /*texts=*/true);
  for (const char* index : {"nodes", "facts"})
    REQUIRE_OK(copy.RebuildVectorIndex(index));
  REQUIRE_OK(copy.RebuildTextIndex("words"));
  CheckAlike(*test.graph.Latest(), *copy.Latest(), /*texts=*/true);
  CHECK(absl::IsAlreadyExists(copy.CreateTextIndex("words", {}).status()));
  REQUIRE_OK(copy.CreateVectorIndex("third"));
  REQUIRE_OK(copy.CreateTextIndex("third"));
  CheckClean(*engine);

  copy = OpenGraph(*test.engine, "none");  // lets go of the engine's graph
  engine.reset();
  engine = OpenEngine(elsewhere / "data");
  copy = OpenGraph(*engine, "acme/copy");
  CheckAlike(*test.graph.Latest(), *copy.Latest(), /*texts=*/true);
  CHECK(copy.Latest()->VectorIndexes()->size() == 3);
  CheckClean(*engine);
}

TEST_CASE("a copy beside the graph has indexes of its own", "[saved]") {
  auto random = Random(902);
  TestGraph test;
  MakeIndexes(test.graph, VectorIndexKind::kHnsw);
  Change(test.graph, random, 40);
  const Graph copy = MustRestore(*test.engine, "beside", MustSave(test.graph));
  const std::vector<float> query = RandomVector(random);
  const auto before = VectorLines(*copy.Latest(), "nodes", query);
  CHECK(before == VectorLines(*test.graph.Latest(), "nodes", query));
  CHECK(TextLines(*copy.Latest(), "words") ==
        TextLines(*test.graph.Latest(), "words"));
  // Ids of statements are others, and so are the owners.
  CHECK(VectorLines(*copy.Latest(), "facts", query).size() ==
        VectorLines(*test.graph.Latest(), "facts", query).size());
  Change(test.graph, random, 10);
  REQUIRE_OK(test.graph.DropVectorIndex("nodes"));
  REQUIRE_OK(test.graph.DropTextIndex("words"));
  CHECK(VectorLines(*copy.Latest(), "nodes", query) == before);
  CHECK_FALSE(TextLines(*copy.Latest(), "words").empty());
  CheckClean(*test.engine);
}

TEST_CASE("a past state is saved with the vectors that it had", "[saved]") {
  auto random = Random(903);
  TestGraph test;
  MakeIndexes(test.graph, VectorIndexKind::kFlat);
  Change(test.graph, random, 30);
  const uint64_t commit = test.graph.Latest()->commit();
  MustAdd(test.graph, Triple("later", "says", "\"later\""));
  const VectorEntry later{"much later", std::vector<float>(kDimension, 1)};
  REQUIRE_OK(test.graph.PutVectors("nodes", std::span(&later, 1)));
  Change(test.graph, random, 20);
  REQUIRE_OK(test.graph.CreateVectorIndex("later"));
  REQUIRE_OK(test.graph.CreateTextIndex("later"));
  const std::vector<std::string> notes =
      TextLines(*test.graph.AsOf(commit), "notes");
  REQUIRE_OK(test.graph.RebuildTextIndex("notes"));

  TemporaryDirectory elsewhere;
  const auto engine = OpenEngine(elsewhere / "data");
  const Graph copy =
      MustRestore(*engine, "copy", MustSave(test.graph, {.as_of = commit}));
  CheckAlike(*test.graph.AsOf(commit), *copy.Latest(), /*texts=*/false);
  CHECK(TextLines(*copy.Latest(), "words") ==
        TextLines(*test.graph.AsOf(commit), "words"));
  CHECK(TextLines(*copy.Latest(), "notes") == notes);
  CHECK(copy.Latest()->VectorIndexes()->size() == 2);
  CHECK(copy.Latest()->TextIndexes()->size() == 2);
  CHECK(absl::IsNotFound(
      copy.Latest()->GetVector("nodes", "much later").status()));
  CheckClean(*engine);
}

TEST_CASE("an index without entries and a graph without indexes", "[saved]") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "says", "\"text\""));
  const std::string plain = MustSave(test.graph);
  CHECK(plain[11] == 1);  // the version that older programs read
  MakeIndexes(test.graph, VectorIndexKind::kHnsw);
  const std::string bytes = MustSave(test.graph);
  CHECK(bytes[11] == 2);
  const Graph copy = MustRestore(*test.engine, "copy", bytes);
  CHECK(copy.Latest()->VectorIndexes()->size() == 2);
  CHECK(copy.Latest()->TextIndexes()->size() == 2);
  const Graph old = MustRestore(*test.engine, "old", plain);
  CHECK(old.Latest()->VectorIndexes()->empty());
}

TEST_CASE("many vectors are restored, and sealed by and by", "[saved]") {
  auto random = Random(904);
  TestGraph test;
  MakeIndexes(test.graph, VectorIndexKind::kHnsw);
  std::vector<VectorEntry> entries;
  for (int i = 0; i < 12'000; ++i)
    entries.push_back({NodeName(i), RandomVector(random)});
  REQUIRE_OK(test.graph.PutVectors("nodes", entries));
  const std::string bytes = MustSave(test.graph);
  TemporaryDirectory elsewhere;
  const auto engine = OpenEngine(elsewhere / "data");
  const Graph copy = MustRestore(*engine, "copy", bytes);
  for (const TaskInfo& task : engine->Tasks()) {
    if (task.kind == "vector-seal") REQUIRE_OK(engine->WaitTask(task.id));
  }
  CHECK(copy.Latest()->VectorIndexes()->front().vectors == 12'000);
  CHECK(copy.Latest()->VectorIndexes()->front().segments > 0);
  const auto hits =
      copy.Latest()->SearchVectors("nodes", entries[77].vector, {.top_k = 1});
  REQUIRE_OK(hits);
  CHECK(hits->front().owner == "n77");
}

// Counts the texts that it is asked for.
class CountingEmbedder final : public Embedder {
 public:
  [[nodiscard]] uint32_t dimension() const override { return 384; }
  [[nodiscard]] std::string_view name() const override { return "counting"; }
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts, absl::Time deadline) override {
    asked += texts.size();
    return hashing_->Embed(texts, deadline);
  }
  std::atomic<size_t> asked{0};

 private:
  const std::shared_ptr<Embedder> hashing_ = MakeHashingEmbedder().value();
};

TEST_CASE("an index that follows its graph goes on after a restore",
          "[saved]") {
  TemporaryDirectory directory;
  const auto embedder = std::make_shared<CountingEmbedder>();
  EngineOptions options;
  options.memory_budget_bytes = size_t{64} << 20;
  options.embedders = {{"counting", embedder}};
  const auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine, "first");
  for (int i = 0; i < 20; ++i) {
    MustAdd(graph,
            Triple(NodeName(i), "label", absl::StrCat("\"text ", i, "\"")));
  }
  VectorIndexOptions following;
  following.embedder = "counting";
  following.auto_embedding.emplace();
  following.auto_embedding->text.labels = {"label"};
  REQUIRE_OK(graph.CreateVectorIndex("meant", following));
  REQUIRE_OK(graph.WaitForEmbeddings("meant", 0, Soon()));
  const std::string bytes = MustSave(graph);
  const size_t asked = embedder->asked;
  CHECK(asked >= 20);

  Graph copy = MustRestore(**engine, "second", bytes);
  REQUIRE_OK(copy.WaitForEmbeddings("meant", 0, Soon()));
  CHECK(embedder->asked == asked);  // the vectors were in the file
  MustAdd(copy, Triple("new", "label", "\"quite another\""));
  REQUIRE_OK(copy.WaitForEmbeddings("meant", 0, Soon()));
  CHECK(embedder->asked == asked + 1);
  const auto hits =
      copy.Latest()->SearchSimilar("meant", "quite another", {.top_k = 1});
  REQUIRE_OK(hits);
  CHECK(hits->front().owner == "new");

  // Where nobody knows the embedder, what is there is found and stays.
  TemporaryDirectory elsewhere;
  const auto other = OpenEngine(elsewhere / "data");
  const Graph lone = MustRestore(*other, "lone", bytes);
  const auto info = lone.Latest()->VectorIndexes();
  REQUIRE_OK(info);
  CHECK(info->front().vectors == 20);
  CHECK_THAT(info->front().embedding_error, Catch::Contains("counting"));
}

}  // namespace
}  // namespace skg::test
