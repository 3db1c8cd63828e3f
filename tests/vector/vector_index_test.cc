// VectorIndex against a map of what every commit left, through seals, merges,
// lost files and reopening.
#include "vector/vector_index.h"

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "support/test_support.h"
#include "vector/exact_search.h"
#include "vector/vector_catalog.h"
#include "vector/vector_values.h"

using namespace skg;
using namespace skg::test;
using rdf::TermId;
using skg::vector::IndexDefinition;
using skg::vector::VectorIndex;
using skg::vector::VectorMatch;

namespace {

constexpr uint32_t kDimension = 6;

// A graph in a store of its own with one index.
class Fixture {
 public:
  explicit Fixture(VectorIndexKind kind) {
    Open();
    VectorIndexOptions options;
    options.dimension = kDimension;
    options.kind = kind;
    options.ef_search = 256;
    REQUIRE_OK(
        vector::CreateIndex(*graph_, "default", options, Durability::kNone));
    MakeIndex();
  }

  void Open() {
    index_.reset();
    graph_.reset();
    store_.reset();
    auto kv = storage::OpenRocksDb(directory_ / "data", {});
    REQUIRE_OK(kv);
    auto store = storage::Store::Open(*std::move(kv), {});
    REQUIRE_OK(store);
    store_ = *std::move(store);
    storage::Store::CreateOptions options;
    auto graph = store_->OpenGraph("public", "main", &options);
    REQUIRE_OK(graph);
    graph_.emplace(*std::move(graph));
  }
  void Reopen() {
    Open();
    MakeIndex();
  }
  void MakeIndex() {
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    auto definition = vector::FindIndex(*view, "default");
    REQUIRE_OK(definition);
    index_ = std::make_unique<VectorIndex>(*graph_, *definition, segments(),
                                           nullptr);
  }

  // Unset: the vector goes.
  void Commit(
      const std::vector<std::pair<TermId, std::optional<std::vector<float>>>>&
          changes) {
    auto part = std::make_shared<vector::VectorPart>(
        graph_->description().number, index_->definition().number);
    for (const auto& [node, v] : changes)
      part->Add(node,
                v ? std::span<const float>(*v) : std::span<const float>());
    storage::CommitRequest request;
    request.durability = Durability::kNone;
    request.parts.push_back(std::move(part));
    REQUIRE_OK(graph_->Commit(std::move(request)));
  }
  storage::ReadView Latest() {
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    return *std::move(view);
  }

  [[nodiscard]] std::string segments() const { return directory_ / "segments"; }
  [[nodiscard]] std::vector<std::filesystem::path> Files() const {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(segments(), error)) {
      files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  storage::GraphStore& graph() { return *graph_; }
  VectorIndex& index() { return *index_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
  std::unique_ptr<VectorIndex> index_;
};

using State = std::map<uint64_t, std::vector<float>>;  // by node

std::vector<float> RandomVector(std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> v(kDimension);
  for (float& x : v) x = normal(random);
  return v;
}

// All of a state by their scores.
std::vector<std::pair<float, uint64_t>> Ranked(
    const State& state, const std::vector<float>& query,
    const std::vector<TermId>* allowed) {
  const auto unit =
      vector::AcceptVector(query, kDimension, VectorMetric::kCosine);
  REQUIRE_OK(unit);
  std::vector<std::pair<float, uint64_t>> ranked;
  for (const auto& [node, v] : state) {
    if (allowed != nullptr &&
        !std::binary_search(allowed->begin(), allowed->end(), TermId{node})) {
      continue;
    }
    const auto other =
        vector::AcceptVector(v, kDimension, VectorMetric::kCosine);
    REQUIRE_OK(other);
    double product = 0;
    for (uint32_t i = 0; i < kDimension; ++i)
      product += double{(*unit)[i]} * (*other)[i];
    ranked.emplace_back(-static_cast<float>(product), node);
  }
  std::sort(ranked.begin(), ranked.end());
  return ranked;
}

TermId Node(uint64_t i) { return TermId::Make(rdf::TermTag::kIri, i + 1); }

void Damage(const std::filesystem::path& file, std::mt19937_64& random) {
  if (random() % 2 == 0) {
    std::filesystem::remove(file);
    return;
  }
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
}

}  // namespace

TEST_CASE("an index finds what each view's commit left", "[index]") {
  const auto kind = GENERATE(VectorIndexKind::kFlat, VectorIndexKind::kHnsw,
                             VectorIndexKind::kHnswQuantized);
  CAPTURE(static_cast<int>(kind));
  Fixture f(kind);
  auto random = Random(static_cast<uint64_t>(kind) + 71);
  const auto pick = [&](size_t n) { return random() % n; };
  State state;
  std::map<uint64_t, State> states;  // by commit
  uint64_t first = f.Latest().commit();
  states[first] = state;
  size_t wanted = 0, found = 0;
  for (int step = 0; step < 160; ++step) {
    switch (pick(10)) {
      case 0:
        REQUIRE_OK(f.index().Seal({.least_rows = 1}));
        break;
      case 1:
        if (pick(3) == 0) REQUIRE_OK(f.index().Rebuild({.threads = 2}));
        break;
      case 2:
        if (pick(3) == 0) f.Reopen();
        break;
      case 3:
        if (pick(3) == 0 && !f.Files().empty()) {
          const auto files = f.Files();
          Damage(files[pick(files.size())], random);
          f.MakeIndex();
        }
        break;
      default: {
        std::map<uint64_t, std::optional<std::vector<float>>> changes;
        for (size_t n = 1 + pick(12); n > 0; --n) {
          const TermId node = Node(pick(60));
          if (pick(4) == 0) {
            changes[node.bits] = std::nullopt;
          } else {
            changes[node.bits] = RandomVector(random);
          }
        }
        std::vector<std::pair<TermId, std::optional<std::vector<float>>>> list;
        for (const auto& [node, v] : changes) {
          list.emplace_back(TermId{node}, v);
          if (v) {
            state[node] = *v;
          } else {
            state.erase(node);
          }
        }
        f.Commit(list);
      }
    }
    states[f.Latest().commit()] = state;

    auto at = states.lower_bound(first + pick(f.Latest().commit() - first + 1));
    auto view = f.graph().AsOf(at->first);
    REQUIRE_OK(view);
    const std::vector<float> query = RandomVector(random);
    std::vector<TermId> allowed;
    for (size_t n = pick(40); n > 0; --n) allowed.push_back(Node(pick(60)));
    std::sort(allowed.begin(), allowed.end());
    allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
    VectorIndex::Query wish;
    wish.vector = query;
    wish.k = 1 + pick(10);
    if (pick(2) == 0) wish.allowed = &allowed;
    auto matches = f.index().Search(*view, wish);
    REQUIRE_OK(matches);
    const auto ranked = Ranked(at->second, query, wish.allowed);
    INFO("step " << step << ", commit " << at->first);
    REQUIRE(matches->size() == std::min(wish.k, ranked.size()));
    for (size_t i = 0; i < matches->size(); ++i) {
      const VectorMatch& match = (*matches)[i];
      const uint64_t node = vector::NodeOf(match.label).bits;
      // Of this state, and with the score that it has there.
      const auto right =
          std::find_if(ranked.begin(), ranked.end(),
                       [&](const auto& entry) { return entry.second == node; });
      REQUIRE(right != ranked.end());
      CHECK(match.score == Approx(-right->first).margin(1e-5));
      if (i > 0) CHECK((*matches)[i - 1].score >= match.score);
      ++wanted;
      found += right - ranked.begin() < static_cast<ptrdiff_t>(matches->size())
                   ? 1
                   : 0;
    }
  }
  INFO(found << " of " << wanted);
  CHECK(static_cast<double>(found) >= 0.98 * static_cast<double>(wanted));
  if (kind == VectorIndexKind::kFlat) CHECK(found == wanted);
}

TEST_CASE("segments are merged, and forgotten versions go", "[index]") {
  Fixture f(VectorIndexKind::kHnsw);
  auto random = Random(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<TermId, std::optional<std::vector<float>>>> changes;
    for (uint64_t i = 0; i < 30; ++i)
      changes.emplace_back(Node(i), RandomVector(random));
    f.Commit(changes);
    REQUIRE_OK(f.index().Seal({.least_rows = 1}));
    CHECK(f.Files().size() < vector::kSegmentFanIn);
  }
  auto figures = f.index().figures();
  REQUIRE_OK(figures);
  CHECK(figures->vectors == 30);
  CHECK(figures->sealed_rows == 600);
  CHECK(figures->tail_rows == 0);
  REQUIRE_OK(f.index().Rebuild({}));
  CHECK(f.index().figures()->sealed_rows == 600);
  REQUIRE_OK(f.graph().SetHorizon(f.Latest().commit()));
  REQUIRE_OK(f.index().Rebuild({}));
  figures = f.index().figures();
  REQUIRE_OK(figures);
  CHECK(figures->sealed_rows == 30);
  CHECK(figures->segments == 1);
  CHECK(f.Files().size() == 1);
  f.Reopen();
  CHECK(f.index().figures()->vectors == 30);
}

namespace {

// What the commits of the test below write, each of them all.
constexpr uint64_t kEvery = 40;

// None before the first commit, and then always every one.
absl::Status SearchAll(Fixture& f, const std::vector<float>& vector) {
  auto view = f.graph().Latest();
  if (!view.ok()) return view.status();
  VectorIndex::Query query;
  query.vector = vector;
  query.k = 100;
  auto matches = f.index().Search(*view, query);
  if (!matches.ok()) return matches.status();
  if (matches->size() == kEvery || matches->empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(matches->size(), " matches"));
}

}  // namespace

TEST_CASE("searches go on while an index is written and sealed", "[index]") {
  Fixture f(VectorIndexKind::kHnsw);
  std::atomic<bool> stop = false;
  // Each thread keeps its first failure; the assertions are for this one.
  std::array<absl::Status, 3> failures;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    while (!stop && failures[0].ok())
      failures[0] = f.index().Seal({.least_rows = 20});
    if (failures[0].ok()) failures[0] = f.index().Rebuild({});
  });
  for (uint64_t t = 1; t < failures.size(); ++t) {
    threads.emplace_back([&, t] {
      auto random = Random(t + 1);
      while (!stop && failures[t].ok())
        failures[t] = SearchAll(f, RandomVector(random));
    });
  }
  auto random = Random(1);
  for (int i = 0; i < 40; ++i) {
    std::vector<std::pair<TermId, std::optional<std::vector<float>>>> changes;
    for (uint64_t n = 0; n < kEvery; ++n)
      changes.emplace_back(Node(n), RandomVector(random));
    f.Commit(changes);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& failure : failures) REQUIRE_OK(failure);
  CHECK(f.index().figures()->vectors == kEvery);
}

// Each of such searches reads the index for itself; its files are gone.
TEST_CASE("views from before a drop are searched by several threads",
          "[index]") {
  Fixture f(VectorIndexKind::kHnsw);
  auto random = Random(8);
  std::vector<std::pair<TermId, std::optional<std::vector<float>>>> changes;
  for (uint64_t n = 0; n < 400; ++n)
    changes.emplace_back(Node(n), RandomVector(random));
  f.Commit(changes);
  REQUIRE_OK(f.index().Seal({.least_rows = 1}));
  // Whose snapshot knows of the segment.
  f.Commit({{Node(0), RandomVector(random)}});
  const storage::ReadView before = f.Latest();
  const IndexDefinition definition = f.index().definition();
  REQUIRE_OK(vector::DropIndex(f.graph(), "default", Durability::kNone));
  vector::SegmentFiles{f.segments(), f.graph().description().number,
                       definition.number}
      .RemoveAll();
  const std::vector<float> query = RandomVector(random);
  std::array<absl::Status, 4> failures;
  std::vector<std::thread> threads;
  for (absl::Status& failure : failures) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20 && failure.ok(); ++i) {
        VectorIndex index(f.graph(), definition, f.segments(), nullptr);
        auto matches = index.Search(before, {.vector = query, .k = 1000});
        failure = matches.status();
        if (matches.ok() && matches->size() != changes.size())
          failure = absl::InternalError(absl::StrCat(matches->size()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& failure : failures) REQUIRE_OK(failure);
  CHECK(f.Files().empty());
}
