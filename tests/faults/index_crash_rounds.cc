#include "faults/index_crash_rounds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "faults/index_workload.h"
#include "skg/embedder.h"
#include "skg/engine.h"
#include "support/child_process.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using Vectors = std::map<uint64_t, std::vector<float>>;  // by node
using Items = std::set<uint64_t>;

absl::Time Soon() { return absl::Now() + absl::Minutes(2); }

// What one writer has acknowledged, and whether it had begun another commit.
struct Progress {
  uint64_t acknowledged = 0;
  bool has_begun_next = false;
};

// By writer.
std::map<char, Progress> ReadLog(const std::string& path) {
  std::map<char, Progress> writers;
  std::ifstream log(path);
  std::string line;
  while (std::getline(log, line)) {
    std::istringstream words(line);
    char when = 0, what = 0;
    uint64_t number = 0;
    REQUIRE(words >> when >> what >> number);
    Progress& progress = writers[what];
    if (when == 'b') {
      // A round after a crash may begin with the commit that was lost, or go on
      // behind it.
      progress.acknowledged = number - 1;
      progress.has_begun_next = true;
    } else {
      REQUIRE(number == progress.acknowledged + 1);
      progress = {number, false};
    }
  }
  return writers;
}

void Apply(const VectorChange& change, Vectors& state) {
  for (const auto& [node, vector] : change.vectors) {
    if (vector.empty()) {
      state.erase(node);
    } else {
      state[node] = vector;
    }
  }
}
void Apply(const TextChange& change, Items& state) {
  state.insert(change.added.begin(), change.added.end());
  for (const uint64_t item : change.removed) state.erase(item);
}

// What the commits of one writer have left so far.
template <typename State, typename ChangeOf>
class Model {
 public:
  explicit Model(ChangeOf change_of) : change_of_(change_of) {}

  [[nodiscard]] uint64_t next() const { return next_; }
  [[nodiscard]] const State& state() const { return state_; }
  // `there`: what was found. Of a commit under way it must be whole.
  void Follow(const Progress& progress, const State& there) {
    while (next_ <= progress.acknowledged) Apply(change_of_(next_++), state_);
    if (progress.has_begun_next && there != state_)
      Apply(change_of_(next_++), state_);
    REQUIRE(there == state_);
  }

 private:
  const ChangeOf change_of_;
  State state_;
  uint64_t next_ = 1;
};

struct Models {
  Model<Vectors, VectorChange (*)(uint64_t)> vectors{VectorChangeOf};
  Model<Items, TextChange (*)(uint64_t)> items{TextChangeOf};
};

Vectors FindVectors(const ReadView& view) {
  Vectors vectors;
  for (uint64_t node = 0; node < kVectorNodes; ++node) {
    auto vector = view.GetVector("near", VectorNode(node));
    if (absl::IsNotFound(vector.status())) continue;
    REQUIRE_OK(vector);
    vectors[node] = *std::move(vector);
  }
  return vectors;
}

// All by their scores.
void CheckVectorSearch(const ReadView& view, const Vectors& vectors,
                       std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> query(kIndexDimension);
  for (float& x : query) x = normal(random);
  const auto hits = view.SearchVectors("near", query, {.top_k = 10'000});
  REQUIRE_OK(hits);
  std::map<std::string, float> scores;
  for (const VectorHit& hit : *hits) scores[hit.owner] = hit.score;
  REQUIRE(scores.size() == hits->size());
  REQUIRE(scores.size() == vectors.size());
  for (const auto& [node, vector] : vectors) {
    double sum = 0;
    for (size_t i = 0; i < vector.size(); ++i)
      sum += (double{vector[i]} - query[i]) * (double{vector[i]} - query[i]);
    REQUIRE(scores.contains(VectorNode(node)));
    REQUIRE(scores[VectorNode(node)] == Approx(1 / (1 + sum)).margin(1e-5));
  }
}

Items FindItems(const ReadView& view) {
  auto cursor = view.Match({.predicate = kSays});
  REQUIRE_OK(cursor);
  const auto statements = cursor->ToVector();
  REQUIRE_OK(statements);
  Items items;
  for (const Statement& statement : *statements) {
    REQUIRE(statement.object.starts_with("\"item"));
    const uint64_t item = std::stoull(statement.object.substr(5));
    REQUIRE(statement.subject == TextNode(item));
    items.insert(item);
  }
  REQUIRE(items.size() == statements->size());
  return items;
}

// Finds by each word the nodes that a scan finds.
void CheckTextSearch(const ReadView& view, std::string_view index,
                     const Items& items) {
  for (uint64_t word = 0; word < kWords; ++word) {
    std::set<std::string> wanted, found;
    for (const uint64_t item : items) {
      const std::string text = TextOf(item) + " ";
      if (text.find(" " + Word(word) + " ") != std::string::npos)
        wanted.insert(TextNode(item));
    }
    const auto hits = view.SearchText(index, Word(word), {.top_k = 10'000});
    REQUIRE_OK(hits);
    for (const TextHit& hit : *hits) found.insert(hit.owner);
    REQUIRE(found == wanted);
    REQUIRE(found.size() == hits->size());
  }
}

// Each node that says something has the vector of its text, no other has one.
void CheckEmbeddings(const Graph& graph, const Items& items) {
  REQUIRE_OK(graph.WaitForEmbeddings("meant", 0, Soon()));
  auto view = graph.Latest();
  REQUIRE_OK(view);
  std::set<std::string> nodes;
  for (const uint64_t item : items) nodes.insert(TextNode(item));
  const std::vector<std::string> names(nodes.begin(), nodes.end());
  std::vector<std::string> texts;
  for (const std::string& node : names) {
    const auto text = view->NodeText("meant", node);
    REQUIRE_OK(text);
    REQUIRE(!text->empty());
    texts.push_back(*text);
  }
  const auto embedder = MakeHashingEmbedder();
  REQUIRE_OK(embedder);
  const auto wanted = (*embedder)->Embed(texts, Soon());
  REQUIRE_OK(wanted);
  for (size_t i = 0; i < names.size(); ++i) {
    INFO(names[i] << ": " << texts[i]);
    const auto vector = view->GetVector("meant", names[i]);
    REQUIRE_OK(vector);
    REQUIRE(*vector == (*wanted)[i]);
  }
  const auto hits = view->SearchVectors(
      "meant", (*wanted).empty() ? std::vector<float>(384, 1) : (*wanted)[0],
      {.top_k = 10'000});
  REQUIRE_OK(hits);
  std::set<std::string> found;
  for (const VectorHit& hit : *hits) found.insert(hit.owner);
  REQUIRE(found == nodes);
  REQUIRE(found.size() == hits->size());
}

// Of those that were being made, or made anew, nothing is there.
void CheckTextIndexes(const ReadView& view) {
  const auto texts = view.TextIndexes();
  REQUIRE_OK(texts);
  std::set<std::string> names;
  for (const TextIndexInfo& index : *texts) {
    CHECK(index.complete_since > 0);
    CHECK(names.insert(index.name).second);
  }
}

// What was being made or dropped: where it is there it can be rebuilt, and
// dropped.
void EndGuests(Graph& graph, const Items& items, std::mt19937_64& random) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const auto texts = view->TextIndexes();
  REQUIRE_OK(texts);
  const auto guest =
      std::find_if(texts->begin(), texts->end(),
                   [](const auto& index) { return index.name == "guest"; });
  if (guest != texts->end()) {
    CHECK(absl::IsAlreadyExists(graph.CreateTextIndex("guest").status()));
    if (random() % 2 == 0) REQUIRE_OK(graph.RebuildTextIndex("guest"));
    view = graph.Latest();
    REQUIRE_OK(view);
    CheckTextSearch(*view, "guest", items);
    REQUIRE_OK(graph.DropTextIndex("guest"));
  }
  const auto dropped = graph.DropVectorIndex("guest");
  if (!absl::IsNotFound(dropped.status())) REQUIRE_OK(dropped);
}

void CheckAll(const Graph& graph, const Models& models,
              std::mt19937_64& random) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  CheckVectorSearch(*view, models.vectors.state(), random);
  CheckTextSearch(*view, "words", models.items.state());
  CheckEmbeddings(graph, models.items.state());
}

void CheckFiles(const Graph& graph, const std::string& folder) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const auto indexes = view->VectorIndexes();
  REQUIRE_OK(indexes);
  REQUIRE(indexes->size() == 2);
  size_t segments = 0, files = 0;
  for (const VectorIndexInfo& index : *indexes) segments += index.segments;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    INFO(entry.path());
    CHECK(entry.path().extension() == ".seg");
    ++files;
  }
  CHECK(files == segments);
  const auto texts = view->TextIndexes();
  REQUIRE_OK(texts);
  CHECK(texts->size() == 1);
}

// A restore that was killed has left nothing, or all of it.
void EndCopy(Engine& engine) {
  {
    auto copy = engine.OpenGraph(kCopiedGraph);
    if (absl::IsNotFound(copy.status())) return;
    REQUIRE_OK(copy);
    const auto report = engine.Check(true);
    REQUIRE_OK(report);
    for (const CheckFinding& finding : report->findings)
      FAIL_CHECK(finding.graph << ": " << finding.message);
    auto view = copy->Latest();
    REQUIRE_OK(view);
    CHECK(view->TextIndexes()->size() == 1);
    CheckTextSearch(*view, "words", FindItems(*view));
    auto random = Random(321);
    CheckVectorSearch(*view, FindVectors(*view), random);
    REQUIRE_OK(copy->WaitForEmbeddings("meant", 0, Soon()));
  }
  REQUIRE_OK(engine.DropGraph(kCopiedGraph));
}

void CheckWhatIsLeft(const std::string& directory,
                     const std::map<char, Progress>& writers, Models& models,
                     std::mt19937_64& random) {
  auto engine = Engine::Open(
      directory, {.create = false, .memory_budget_bytes = size_t{64} << 20});
  REQUIRE_OK(engine);
  auto graph = (*engine)->OpenGraph(kIndexGraph);
  REQUIRE_OK(graph);
  auto view = graph->Latest();
  REQUIRE_OK(view);
  const auto progress_of = [&](char writer) {
    const auto known = writers.find(writer);
    return known == writers.end() ? Progress() : known->second;
  };
  models.vectors.Follow(progress_of('v'), FindVectors(*view));
  models.items.Follow(progress_of('s'), FindItems(*view));
  CheckTextIndexes(*view);
  EndCopy(**engine);
  CheckAll(*graph, models, random);
  EndGuests(*graph, models.items.state(), random);
  REQUIRE_OK(graph->RebuildVectorIndex("near"));
  REQUIRE_OK(graph->RebuildVectorIndex("meant"));
  REQUIRE_OK(graph->RebuildTextIndex("words"));
  CheckAll(*graph, models, random);
  CheckFiles(*graph, directory + "/vectors");
  const auto report = (*engine)->Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.graph << ": " << finding.message);
}

}  // namespace

void RunIndexCrashRounds(int rounds) {
  constexpr int kRoundsPerDirectory = 10;
  std::unique_ptr<TemporaryDirectory> directory;
  std::optional<Models> models;
  auto random = Random(320);
  uint64_t commits = 0;
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    if (round % kRoundsPerDirectory == 0) {
      directory = std::make_unique<TemporaryDirectory>();
      models.emplace();
    }
    ChildProcess process({SKG_INDEX_CRASH_WRITER, *directory / "data",
                          *directory / "log",
                          std::to_string(models->vectors.next()),
                          std::to_string(models->items.next())});
    REQUIRE(process.WaitForOutput("ready\n"));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 800'000));
    REQUIRE(process.Kill());  // it did not fail by itself
    CheckWhatIsLeft(*directory / "data", ReadLog(*directory / "log"), *models,
                    random);
    commits += models->vectors.next() + models->items.next();
  }
  CHECK(commits > 2 * static_cast<uint64_t>(rounds));
}

}  // namespace skg::test
