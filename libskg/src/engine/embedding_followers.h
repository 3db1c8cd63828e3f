// EmbeddingFollowers: the indexes with auto-embedding that this process keeps
// up to date.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "skg/vector_index.h"
#include "storage/store.h"
#include "vector/vector_rows.h"

namespace skg::engine {

class EmbeddingFollower;
class EngineImpl;
class ViewImpl;

// Thread-safe. Clear() comes before the end of what the engine has.
class EmbeddingFollowers {
 public:
  explicit EmbeddingFollowers(EngineImpl& engine);
  ~EmbeddingFollowers();

  // Goes on with all that earlier processes left. What cannot go on (its
  // embedder is missing) is told to the engine's log and by Find.
  [[nodiscard]] absl::Status Resume();
  // Begins to follow, if the index has auto-embedding and nobody does yet.
  void Start(const storage::GraphStore& graph,
             const vector::IndexDefinition& index);
  // Ends it, and waits for that. Of all indexes of a graph; of all graphs.
  void Stop(uint32_t graph, uint32_t index);
  void StopGraph(uint32_t graph);
  void Clear();

  // Null: nobody follows.
  [[nodiscard]] std::shared_ptr<EmbeddingFollower> Find(uint32_t graph,
                                                        uint32_t index);

 private:
  using Key = std::pair<uint32_t, uint32_t>;

  [[nodiscard]] absl::Status StartWith(const storage::GraphStore& graph,
                                       const vector::IndexDefinition& index);

  EngineImpl& engine_;
  std::mutex mutex_;
  bool cleared_ = false;
  std::map<Key, std::shared_ptr<EmbeddingFollower>> followers_;
};

// Fills in what is told of auto-embedding.
[[nodiscard]] absl::Status TellEmbedding(const ViewImpl& view,
                                         const vector::IndexDefinition& index,
                                         VectorIndexInfo* info);

}  // namespace skg::engine
