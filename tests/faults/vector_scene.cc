#include "faults/vector_scene.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <system_error>
#include <utility>

#include "base/status.h"
#include "storage/memory_kv.h"
#include "vector/vector_catalog.h"
#include "vector/vector_segments.h"
#include "vector/vector_values.h"

namespace skg::test {

using storage::Store;

namespace {

constexpr char kName[] = "default";

// As an index of metric kL2 scores them.
float Score(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return static_cast<float>(1 / (1 + sum));
}

}  // namespace

VectorScene::VectorScene(VectorIndexKind kind, FaultPlan plan,
                         MemoryBudget* memory)
    : kind_(kind),
      memory_(memory),
      random_(Random(900)),
      below_(storage::MakeMemoryKv()) {
  {
    auto store = Store::Open(std::make_unique<FaultKv>(below_), {});
    REQUIRE_OK(store);
    const Store::CreateOptions create;
    REQUIRE_OK((*store)->OpenGraph("faults", "vectors", &create));
  }
  Reopen(std::move(plan));
}

void VectorScene::Reopen(FaultPlan plan) {
  index_.reset();
  graph_.reset();
  store_.reset();
  {
    // Opening the store is for others to test: faults are counted from there,
    // and it takes as many operations each time.
    auto counting = std::make_unique<FaultKv>(below_);
    const FaultKv& counters = *counting;
    auto store = Store::Open(std::move(counting), {});
    REQUIRE_OK(store);
    REQUIRE_OK((*store)->OpenGraph("faults", "vectors", nullptr));
    if (plan.write > 0) plan.write += counters.writes();
    if (plan.read > 0) plan.read += counters.reads();
    const auto graphs = (*store)->ListGraphs();
    REQUIRE_OK(graphs);
    REQUIRE(graphs->size() == 1);
    vector::RemoveUnlisted(*below_, directory(), {graphs->front().number});
  }
  auto faults = std::make_unique<FaultKv>(below_, std::move(plan));
  faults_ = faults.get();
  auto store = Store::Open(std::move(faults), {});
  REQUIRE_OK(store);
  store_ = *std::move(store);
  auto graph = store_->OpenGraph("faults", "vectors", nullptr);
  REQUIRE_OK(graph);
  graph_.emplace(*std::move(graph));
  Find().IgnoreError();
}

absl::Status VectorScene::Find() {
  if (index_ != nullptr) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_->Latest());
  SKG_ASSIGN_OR_RETURN(const auto definition, vector::FindIndex(view, kName));
  index_ = std::make_unique<vector::VectorIndex>(*graph_, definition,
                                                 directory(), memory_);
  return absl::OkStatus();
}

absl::Status VectorScene::Create() {
  VectorIndexOptions options;
  options.dimension = kDimension;
  options.kind = kind_;
  options.metric = VectorMetric::kL2;
  SKG_RETURN_IF_ERROR(
      vector::CreateIndex(*graph_, kName, options, Durability::kSync).status());
  state_.emplace();
  return absl::OkStatus();
}

absl::Status VectorScene::Drop() {
  SKG_RETURN_IF_ERROR(Find());
  SKG_RETURN_IF_ERROR(
      vector::DropIndex(*graph_, kName, Durability::kSync).status());
  vector::SegmentFiles{directory(), graph_->description().number,
                       index_->definition().number}
      .RemoveAll();
  index_.reset();
  state_.reset();
  return absl::OkStatus();
}

absl::Status VectorScene::Commit(const State& changes) {
  SKG_RETURN_IF_ERROR(Find());
  auto part = std::make_shared<vector::VectorPart>(graph_->description().number,
                                                   index_->definition().number);
  for (const auto& [node, v] : changes) part->Add(rdf::TermId{node}, v);
  storage::CommitRequest request;
  request.durability = Durability::kSync;
  request.parts.push_back(std::move(part));
  SKG_RETURN_IF_ERROR(graph_->Commit(std::move(request)).status());
  for (const auto& [node, v] : changes) {
    if (v.empty()) {
      state_->erase(node);
    } else {
      (*state_)[node] = v;
    }
  }
  return absl::OkStatus();
}

absl::Status VectorScene::Put(uint64_t begin, uint64_t end) {
  std::normal_distribution<float> normal;
  State changes;
  for (uint64_t i = begin; i < end; ++i) {
    std::vector<float>& v =
        changes[rdf::TermId::Make(rdf::TermTag::kIri, i + 1).bits];
    for (uint32_t n = 0; n < kDimension; ++n) v.push_back(normal(random_));
  }
  return Commit(changes);
}

absl::Status VectorScene::Remove(uint64_t begin, uint64_t end) {
  State changes;
  for (uint64_t i = begin; i < end; ++i)
    changes[rdf::TermId::Make(rdf::TermTag::kIri, i + 1).bits] = {};
  return Commit(changes);
}

absl::Status VectorScene::Seal() {
  SKG_RETURN_IF_ERROR(Find());
  return index_->Seal({.least_rows = 1});
}
absl::Status VectorScene::ForgetPast() {
  return graph_->SetHorizon(graph_->last_commit());
}
absl::Status VectorScene::Rebuild() {
  SKG_RETURN_IF_ERROR(Find());
  return index_->Rebuild({});
}
absl::Status VectorScene::Search() {
  SKG_RETURN_IF_ERROR(Find());
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_->Latest());
  const std::vector<float> query(kDimension, 1);
  return index_->Search(view, {.vector = query, .k = 3}).status();
}

void VectorScene::Check() {
  auto view = graph_->Latest();
  REQUIRE_OK(view);
  const auto definition = vector::FindIndex(*view, kName);
  REQUIRE(definition.ok() == state_.has_value());
  if (!state_) return;
  REQUIRE_OK(Find());
  REQUIRE(definition->number == index_->definition().number);
  std::normal_distribution<float> normal;
  std::vector<float> query(kDimension);
  for (float& x : query) x = normal(random_);
  const auto found = index_->Search(*view, {.vector = query, .k = 10'000});
  REQUIRE_OK(found);
  std::map<uint64_t, float> scores;
  for (const vector::VectorMatch& match : *found)
    scores[vector::NodeOf(match.label).bits] = match.score;
  REQUIRE(scores.size() == found->size());
  REQUIRE(scores.size() == state_->size());
  for (const auto& [node, v] : *state_) {
    REQUIRE(scores.contains(node));
    REQUIRE(scores[node] == Approx(Score(v, query)).margin(1e-5));
  }
}

std::vector<std::filesystem::path> VectorScene::Files() const {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory(), error)) {
    files.push_back(entry.path());
  }
  return files;
}

void VectorScene::CheckNoOtherFiles() {
  size_t listed = 0;
  if (state_) {
    const auto figures = index_->figures();
    REQUIRE_OK(figures);
    listed = figures->segments;
  }
  CHECK(Files().size() == listed);
}

void VectorScene::LoseFiles() {
  for (const auto& file : Files()) std::filesystem::remove_all(file);
}

}  // namespace skg::test
