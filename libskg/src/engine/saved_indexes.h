// The indexes of a graph in its file: what they are, and the vectors that were
// put. Postings are made again of the restored statements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/memory_budget.h"
#include "storage/saved_indexes.h"
#include "text/text_catalog.h"
#include "vector/saved_vectors.h"
#include "vector/vector_rows.h"

namespace skg::engine {

// Not thread-safe. Within the life of what is saved.
class SavedIndexes final : public storage::IndexSaver {
 public:
  [[nodiscard]] absl::StatusOr<bool> Begin(
      const storage::Snapshot& snapshot) override;
  [[nodiscard]] absl::Status ForEachTerm(
      const std::function<void(rdf::TermId)>& need) override;
  [[nodiscard]] absl::Status Write(const WriteChunk& write) override;

 private:
  [[nodiscard]] vector::SavedVectors VectorsOf(
      const vector::IndexDefinition& index) const;
  [[nodiscard]] absl::Status WriteDefinitions(const WriteChunk& write) const;

  const storage::Snapshot* snapshot_ = nullptr;
  std::vector<text::IndexDefinition> texts_;
  std::vector<vector::IndexDefinition> vectors_;
};

// Not thread-safe.
class RestoredIndexes final : public storage::IndexRestorer {
 public:
  explicit RestoredIndexes(MemoryBudget& memory) : memory_(memory) {}

  void Begin(uint32_t graph, uint64_t last_commit,
             std::function<bool(rdf::TermId)> is_term) override;
  [[nodiscard]] absl::Status Read(storage::ChunkKind kind,
                                  std::string_view payload,
                                  storage::KvBatch& batch) override;
  [[nodiscard]] absl::Status Complete(
      storage::GraphStore graph, const Cancellation* cancellation) override;

  // The vector indexes, and how many rows each has.
  [[nodiscard]] const std::vector<std::unique_ptr<vector::RestoredVectors>>&
  vectors() const {
    return vectors_;
  }

 private:
  [[nodiscard]] absl::Status ReadText(uint32_t number, std::string_view bytes);
  [[nodiscard]] absl::Status ReadVector(uint32_t number, std::string_view bytes,
                                        std::string_view progress,
                                        storage::KvBatch& batch);
  [[nodiscard]] absl::Status ReadDefinitions(std::string_view payload,
                                             storage::KvBatch& batch);

  MemoryBudget& memory_;
  uint32_t graph_ = 0;
  uint64_t last_commit_ = 0;
  std::function<bool(rdf::TermId)> is_term_;
  std::vector<text::IndexDefinition> texts_;
  std::vector<std::unique_ptr<vector::RestoredVectors>> vectors_;
};

}  // namespace skg::engine
