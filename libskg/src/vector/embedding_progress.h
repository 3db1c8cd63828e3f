// How far an index with auto-embedding has followed its graph: a row of family
// `followers`, written with the vectors that it speaks of.
//
//   graph 'E' index -> commit (8 bytes), phase (1), next (8), big-endian
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/commit_part.h"
#include "storage/kv.h"

namespace skg::vector {

struct EmbeddingProgress {
  enum class Phase : uint8_t {
    kFollow,    // all changes up to `commit` are in
    kSubjects,  // all nodes are being looked at, from `next` on; what comes
                // after `commit` is in the log
    kVectors,   // then all nodes that have a vector, likewise
  };
  uint64_t commit = 0;
  Phase phase = Phase::kFollow;
  uint64_t next = 0;  // a node's id
  // Whether it was begun anew: vectors of nodes that are gone may be left.
  // Kept as the phase's high bit.
  bool anew = false;
  friend bool operator==(const EmbeddingProgress&,
                         const EmbeddingProgress&) = default;
};

[[nodiscard]] std::string EncodeEmbeddingProgress(
    const EmbeddingProgress& progress);
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<EmbeddingProgress> DecodeEmbeddingProgress(
    std::string_view value);

struct FollowedIndex {
  uint32_t graph = 0, index = 0;
  EmbeddingProgress progress;
};

void PutEmbeddingProgress(uint32_t graph, uint32_t index,
                          const EmbeddingProgress& progress,
                          storage::KvBatch& batch);
void DeleteEmbeddingProgress(uint32_t graph, uint32_t index,
                             storage::KvBatch& batch);
// Unset: there is none. Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<std::optional<EmbeddingProgress>>
ReadEmbeddingProgress(const storage::KvStore& kv, uint32_t graph,
                      uint32_t index, const storage::KvSnapshot* at);
// Those of all graphs.
[[nodiscard]] absl::StatusOr<std::vector<FollowedIndex>> ReadFollowedIndexes(
    const storage::KvStore& kv);

// Part of the commit that puts the vectors.
class EmbeddingProgressPart final : public storage::CommitPart {
 public:
  EmbeddingProgressPart(uint32_t graph, uint32_t index,
                        const EmbeddingProgress& progress)
      : graph_(graph), index_(index), progress_(progress) {}
  [[nodiscard]] std::span<const rdf::TermId> terms() const override {
    return {};
  }
  void AddRows(uint64_t commit, std::span<const rdf::TermId> ids,
               storage::KvBatch& batch) override;

 private:
  const uint32_t graph_, index_;
  const EmbeddingProgress progress_;
};

}  // namespace skg::vector
