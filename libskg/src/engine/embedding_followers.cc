#include "engine/embedding_followers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/embedding_follower.h"
#include "engine/engine_impl.h"
#include "engine/graph_impl.h"
#include "engine/view_impl.h"
#include "storage/graph_state.h"
#include "vector/embedding_progress.h"

namespace skg::engine {

EmbeddingFollowers::EmbeddingFollowers(EngineImpl& engine) : engine_(engine) {}
EmbeddingFollowers::~EmbeddingFollowers() { Clear(); }

absl::Status EmbeddingFollowers::Resume() {
  SKG_ASSIGN_OR_RETURN(const auto followed,
                       vector::ReadFollowedIndexes(engine_.store().kv()));
  if (followed.empty()) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const auto descriptions, engine_.store().ListGraphs());
  absl::flat_hash_map<uint32_t, const storage::GraphDescription*> graphs;
  for (const auto& description : descriptions)
    graphs.emplace(description.number, &description);
  for (const vector::FollowedIndex& each : followed) {
    const auto graph = graphs.find(each.graph);
    if (graph == graphs.end()) continue;  // dropped; its rows go
    SKG_ASSIGN_OR_RETURN(
        const storage::GraphStore store,
        engine_.store().OpenGraph(graph->second->tenant, graph->second->name,
                                  nullptr));
    SKG_ASSIGN_OR_RETURN(
        const auto indexes,
        vector::ReadDefinitions(engine_.store().kv(), each.graph, nullptr));
    for (const vector::IndexDefinition& index : indexes) {
      if (index.number == each.index) Start(store, index);
    }
  }
  return absl::OkStatus();
}

void EmbeddingFollowers::Start(const storage::GraphStore& graph,
                               const vector::IndexDefinition& index) {
  if (!index.options.auto_embedding) return;
  const absl::Status status = StartWith(graph, index);
  if (status.ok()) return;
  engine_.Log(
      LogLevel::kWarning,
      absl::StrCat("vector index \"", index.name, "\" of ",
                   graph.description().tenant, "/", graph.description().name,
                   " does not follow its graph: ", status.message()));
}

absl::Status EmbeddingFollowers::StartWith(
    const storage::GraphStore& graph, const vector::IndexDefinition& index) {
  SKG_ASSIGN_OR_RETURN(auto embedder,
                       engine_.embedders().Find(index.options.embedder,
                                                index.options.dimension));
  SKG_ASSIGN_OR_RETURN(
      rdf::NameSpace names,
      rdf::NameSpace::Make(graph.description().base_namespace));
  const uint32_t number = graph.description().number;
  SKG_ASSIGN_OR_RETURN(const auto progress, vector::ReadEmbeddingProgress(
                                                engine_.store().kv(), number,
                                                index.number, nullptr));
  if (!progress) {
    return absl::DataLossError("the row that tells how far it is is missing");
  }
  const std::lock_guard lock(mutex_);
  auto& follower = followers_[Key(number, index.number)];
  if (cleared_ || follower != nullptr) return absl::OkStatus();
  follower = std::make_shared<EmbeddingFollower>(
      std::make_shared<GraphImpl>(engine_, graph, std::move(names)), index,
      std::move(embedder), *progress);
  return follower->Start();
}

std::shared_ptr<EmbeddingFollower> EmbeddingFollowers::Find(uint32_t graph,
                                                            uint32_t index) {
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(Key(graph, index));
  return found == followers_.end() ? nullptr : found->second;
}

void EmbeddingFollowers::Stop(uint32_t graph, uint32_t index) {
  std::shared_ptr<EmbeddingFollower> follower;
  {
    const std::lock_guard lock(mutex_);
    const auto found = followers_.find(Key(graph, index));
    if (found == followers_.end()) return;
    follower = std::move(found->second);
    followers_.erase(found);
  }
  if (follower != nullptr) follower->Stop();
}

void EmbeddingFollowers::StopGraph(uint32_t graph) {
  std::vector<uint32_t> indexes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, follower] : followers_) {
      if (key.first == graph) indexes.push_back(key.second);
    }
  }
  for (const uint32_t index : indexes) Stop(graph, index);
}

void EmbeddingFollowers::Clear() {
  std::map<Key, std::shared_ptr<EmbeddingFollower>> followers;
  {
    const std::lock_guard lock(mutex_);
    cleared_ = true;
    followers.swap(followers_);
  }
  for (const auto& [key, follower] : followers) {
    if (follower != nullptr) follower->Stop();
  }
}

absl::Status TellEmbedding(const ViewImpl& view,
                           const vector::IndexDefinition& index,
                           VectorIndexInfo* info) {
  if (!index.options.auto_embedding) return absl::OkStatus();
  EngineImpl& engine = view.graph().engine();
  const storage::GraphStore& store = view.graph().store();
  const uint32_t graph = store.description().number;
  if (const auto follower =
          engine.embedding_followers().Find(graph, index.number)) {
    const EmbeddingFollower::State state = follower->state();
    info->embedded_commit = state.commit;
    info->embedding_lag = state.lag;
    info->embedding_error = state.error;
    return absl::OkStatus();
  }
  const storage::ReadView& read = view.view();
  SKG_ASSIGN_OR_RETURN(
      const auto progress,
      vector::ReadEmbeddingProgress(read.snapshot()->graph().kv, graph,
                                    index.number, read.snapshot()->kv()));
  if (progress) {
    if (progress->phase == vector::EmbeddingProgress::Phase::kFollow)
      info->embedded_commit = progress->commit;
    const uint64_t last = read.commit();
    info->embedding_lag = last - std::min(last, progress->commit);
  }
  if (store.read_only()) {
    info->embedding_error = "another process writes this directory";
    return absl::OkStatus();
  }
  const absl::Status known =
      engine.embedders()
          .Find(index.options.embedder, index.options.dimension)
          .status();
  info->embedding_error =
      known.ok() ? "it could not be started" : std::string(sv(known.message()));
  return absl::OkStatus();
}

}  // namespace skg::engine
