#include "engine/vector_indexes.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace skg::engine {

void VectorIndexes::RemoveUnlisted(storage::Store& store) {
  // There may be many graphs without any index.
  std::error_code error;
  if (std::filesystem::is_empty(directory_, error) || error) return;
  const auto graphs = store.ListGraphs();
  if (!graphs.ok()) return;  // others will tell
  absl::flat_hash_set<uint32_t> numbers;
  for (const auto& graph : *graphs) numbers.insert(graph.number);
  vector::RemoveUnlisted(store.kv(), directory_, numbers);
}

std::shared_ptr<vector::VectorIndex> VectorIndexes::Get(
    const storage::GraphStore& graph,
    const vector::IndexDefinition& definition) {
  const Key key(graph.description().number, definition.number);
  const std::lock_guard lock(mutex_);
  if (dropped_.contains(key))
    return std::make_shared<vector::VectorIndex>(graph, definition, directory_,
                                                 &memory_);
  auto& index = open_[key];
  if (index == nullptr) {
    index = std::make_shared<vector::VectorIndex>(
        graph, definition, directory_, &memory_,
        [this, graph, definition] { StartSeal(graph, definition); });
  }
  return index;
}

void VectorIndexes::Added(const storage::GraphStore& graph,
                          const vector::IndexDefinition& definition,
                          uint64_t vectors) {
  {
    const std::lock_guard lock(mutex_);
    uint64_t& added =
        added_[Key(graph.description().number, definition.number)];
    added += vectors;
    if (added < vector::kSealRows) return;
    added = 0;
  }
  StartSeal(graph, definition);
}

void VectorIndexes::StartSeal(const storage::GraphStore& graph,
                              const vector::IndexDefinition& definition) {
  const Key key(graph.description().number, definition.number);
  {
    const std::lock_guard lock(mutex_);
    if (tasks_ == nullptr || dropped_.contains(key) ||
        !sealing_.insert(key).second) {
      return;
    }
  }
  tasks::TaskSpec spec;
  spec.kind = "vector-seal";
  spec.pool = TaskPool::kIndex;
  spec.graph =
      absl::StrCat(graph.description().tenant, "/", graph.description().name);
  spec.title = absl::StrCat(definition.name, " of ", spec.graph);
  spec.unit = "vectors";
  spec.persistent = false;
  const auto task = tasks_->Submit(
      std::move(spec),
      [this, graph, definition,
       key](tasks::TaskContext& context) -> absl::StatusOr<std::string> {
        const auto index = Get(graph, definition);
        const absl::Status status = index->Seal(
            {.cancellation = &context.cancellation(),
             .progress = [&](uint64_t done,
                             uint64_t rows) { context.Progress(done, rows); },
             .changing = &changing_});
        const std::lock_guard lock(mutex_);
        sealing_.erase(key);
        if (!status.ok()) return status;
        return std::string();
      });
  if (task.ok()) return;
  // Too many wait, or it is the end: the next search asks again.
  const std::lock_guard lock(mutex_);
  sealing_.erase(key);
}

void VectorIndexes::Forget(const storage::GraphStore& graph, uint32_t index) {
  const std::lock_guard lock(mutex_);
  const Key key(graph.description().number, index);
  open_.erase(key);
  dropped_.insert(key);
  vector::SegmentFiles{directory_, key.first, key.second}.RemoveAll();
}

void VectorIndexes::ForgetGraph(uint32_t graph) {
  // A seal has put its file where it belongs, or will see that the graph went.
  const std::lock_guard changing(changing_);
  const std::lock_guard lock(mutex_);
  absl::erase_if(open_,
                 [&](const auto& entry) { return entry.first.first == graph; });
  absl::erase_if(dropped_, [&](const Key& key) { return key.first == graph; });
  vector::SegmentFiles{directory_, graph, 0}.RemoveAll();
}

void VectorIndexes::Clear() {
  const std::lock_guard lock(mutex_);
  open_.clear();
}

}  // namespace skg::engine
