// VectorIndexes: the vector indexes of an engine that were searched, for as
// long as they are there.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "storage/store.h"
#include "tasks/task_runner.h"
#include "vector/vector_index.h"

namespace skg::engine {

// Thread-safe. Ends before the store.
class VectorIndexes {
 public:
  // `directory`: where segments lie.
  VectorIndexes(std::string directory, MemoryBudget& memory)
      : directory_(std::move(directory)), memory_(memory) {}
  // Who runs seals from now on; null: nobody.
  void SetTasks(tasks::Runner* tasks) { tasks_ = tasks; }

  // Removes the files that no index has. Before the first call of another
  // method.
  void RemoveUnlisted(storage::Store& store);

  [[nodiscard]] std::shared_ptr<vector::VectorIndex> Get(
      const storage::GraphStore& graph,
      const vector::IndexDefinition& definition);
  // So many vectors were put into an index: it may want to be sealed.
  void Added(const storage::GraphStore& graph,
             const vector::IndexDefinition& definition, uint64_t vectors);
  // An index was dropped: views from before it read it anew for each search.
  void Forget(const storage::GraphStore& graph, uint32_t index);
  // All indexes of a graph that was dropped.
  void ForgetGraph(uint32_t graph);
  void Clear();

  // Where segments lie.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  // Held by who makes or drops an index.
  [[nodiscard]] std::mutex& changing() { return changing_; }

 private:
  using Key = std::pair<uint32_t, uint32_t>;  // graph, index

  // Once at a time for an index.
  void StartSeal(const storage::GraphStore& graph,
                 const vector::IndexDefinition& definition);

  const std::string directory_;
  MemoryBudget& memory_;
  std::mutex changing_;
  std::mutex mutex_;
  absl::flat_hash_map<Key, std::shared_ptr<vector::VectorIndex>> open_;
  absl::flat_hash_set<Key> dropped_;
  absl::flat_hash_set<Key> sealing_;          // a task waits or runs
  absl::flat_hash_map<Key, uint64_t> added_;  // since the last one began
  tasks::Runner* tasks_ = nullptr;
};

}  // namespace skg::engine
