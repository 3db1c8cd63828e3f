// The vectors of an index as a graph's file holds them: all versions up to a
// commit. The bytes are settled in libskg/docs/formats.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "rdf/term_id.h"
#include "storage/kv.h"
#include "vector/vector_rows.h"

namespace skg::vector {

// Of one index of a graph, as of a commit that `at` shows. Errors of all:
// kDataLoss, kCancelled, those of the store and of what is called.
struct SavedVectors {
  const storage::KvStore& kv;
  uint32_t graph = 0;
  const IndexDefinition& index;
  uint64_t commit = 0;
  const storage::KvSnapshot* at = nullptr;

  // The terms of all owners.
  [[nodiscard]] absl::Status ForEachTerm(
      const std::function<void(TermId)>& tell) const;
  // All versions, in chunks of about `chunk_bytes`.
  [[nodiscard]] absl::Status Write(
      size_t chunk_bytes,
      const std::function<absl::Status(std::string_view chunk)>& write) const;

 private:
  [[nodiscard]] absl::Status ForEachRow(
      const std::function<absl::Status(std::string_view label, uint64_t commit,
                                       std::string_view value)>& visit) const;
};

// The number of the index that a chunk is of; 0: it is no such chunk.
[[nodiscard]] uint32_t IndexOfChunk(std::string_view chunk);

// Makes rows of the chunks of one index. Not thread-safe.
class RestoredVectors {
 public:
  RestoredVectors(uint32_t graph, IndexDefinition index, uint64_t last_commit,
                  std::function<bool(TermId)> is_term)
      : graph_(graph),
        index_(std::move(index)),
        last_commit_(last_commit),
        is_term_(std::move(is_term)) {}

  [[nodiscard]] const IndexDefinition& index() const { return index_; }
  [[nodiscard]] uint64_t rows() const { return rows_; }
  // Errors: kDataLoss (what no save has written).
  [[nodiscard]] absl::Status Read(std::string_view chunk,
                                  storage::KvBatch& batch);

 private:
  [[nodiscard]] bool MayHaveVector(std::string_view label) const;
  [[nodiscard]] absl::Status Damaged() const;

  const uint32_t graph_;
  const IndexDefinition index_;
  const uint64_t last_commit_;
  const std::function<bool(TermId)> is_term_;
  std::string last_key_;
  uint64_t rows_ = 0;
};

}  // namespace skg::vector
