// What the public Engine holds.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "analytics/view_cache.h"
#include "base/memory_budget.h"
#include "engine/embedders.h"
#include "engine/embedding_followers.h"
#include "engine/parsed_queries.h"
#include "engine/vector_indexes.h"
#include "skg/engine.h"
#include "storage/store.h"
#include "text/text_indexes.h"

namespace skg::engine {

// Thread-safe. Outlives every GraphImpl.
class EngineImpl {
 public:
  ~EngineImpl() {
    // Followers and tasks use all that follows.
    embedding_followers_.Clear();
    if (store_ != nullptr) tasks().Shutdown();
    graph_views_.Clear();
    vector_indexes_.Clear();
  }
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<EngineImpl>> Open(
      std::string_view directory, const EngineOptions& options);
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<EngineImpl>> OpenReader(
      std::string_view directory, const EngineOptions& options);

  [[nodiscard]] storage::Store& store() { return *store_; }
  // The data directory; temporary files may lie in it.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] tasks::Runner& tasks() { return store_->tasks(); }
  [[nodiscard]] Durability durability() const { return durability_; }
  [[nodiscard]] size_t memory_budget_bytes() const { return memory_bytes_; }
  // What is not in the store's hands, for the calls that run.
  [[nodiscard]] MemoryBudget& memory() { return memory_; }
  [[nodiscard]] const MemoryBudget& memory() const { return memory_; }
  // Half of what is left for calls, at most.
  [[nodiscard]] analytics::ViewCache& graph_views() { return graph_views_; }
  // What one call may take for rows that it must hold to sort them.
  [[nodiscard]] size_t sort_budget_bytes() const { return memory_bytes_ / 4; }
  [[nodiscard]] VectorIndexes& vector_indexes() { return vector_indexes_; }
  [[nodiscard]] const VectorIndexes& vector_indexes() const {
    return vector_indexes_;
  }
  [[nodiscard]] Embedders& embedders() { return embedders_; }
  [[nodiscard]] EmbeddingFollowers& embedding_followers() {
    return embedding_followers_;
  }
  [[nodiscard]] text::TextIndexes& text_indexes() { return text_indexes_; }
  [[nodiscard]] ParsedQueries& parsed_queries() { return parsed_queries_; }
  void Log(LogLevel level, std::string_view message) const {
    if (logger_) logger_(level, message);
  }

 private:
  EngineImpl(std::string_view directory, const EngineOptions& options,
             size_t memory_bytes)
      : directory_(directory),
        durability_(options.durability),
        memory_bytes_(memory_bytes),
        memory_(memory_bytes),
        logger_(options.logger),
        graph_views_(memory_bytes / 8),
        vector_indexes_(directory_ + "/vectors", memory_),
        embedders_(options.embedders),
        embedding_followers_(*this) {
    memory_.SetReclaim([this] { graph_views_.Reclaim(); });
  }

  // Half for blocks and buffers, a quarter for decoded blocks, the dictionary's
  // cache, fences and filters; what is left is for the calls that run.
  [[nodiscard]] absl::Status ReserveForStore();
  // Calls that need more than is left get some of the store's, while they run.
  void LetStoreLend(const storage::KvStore& kv);
  // What a process that ended while it made text indexes has left of them.
  void RemoveIncomplete();
  // Once at a time for an index.
  void StartFold(text::PostingIndex index);

  std::string directory_;
  Durability durability_;
  size_t memory_bytes_;
  MemoryBudget memory_;
  MemoryReservation blocks_, caches_;  // the store's
  std::unique_ptr<storage::HoldCheck> holds_;
  Logger logger_;
  // Outlives the store, whose calls may ask memory back, but not with views of
  // its graphs in it.
  analytics::ViewCache graph_views_;
  VectorIndexes vector_indexes_;  // likewise
  Embedders embedders_;
  EmbeddingFollowers embedding_followers_;
  text::TextIndexes text_indexes_;
  std::mutex folding_mutex_;
  absl::flat_hash_set<std::pair<uint32_t, uint32_t>> folding_;
  std::unique_ptr<storage::Store> store_;
  ParsedQueries parsed_queries_;
};

}  // namespace skg::engine
