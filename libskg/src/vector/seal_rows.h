// SealRows: the rows that become a segment, from the tail or from segments that
// are merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "storage/kv.h"
#include "vector/segment.h"
#include "vector/vector_rows.h"
#include "vector/vector_segments.h"

namespace skg::vector {

// Of one index; either ReadTail or Merge is called. Not thread-safe; ends
// before what it is made of.
class SealRows {
 public:
  SealRows(storage::KvStore& kv, uint32_t graph,
           const IndexDefinition& definition)
      : kv_(kv),
        graph_(graph),
        definition_(definition),
        label_bytes_(LabelBytes(definition.options)) {}

  // Which rows of the tail have these commits: whole commits from the first on,
  // as many as may be in memory at once, but for the last commit no more than
  // `most`.
  [[nodiscard]] absl::Status ReadTail(const storage::KvSnapshot* at,
                                      uint64_t first_commit,
                                      uint64_t last_commit, size_t most);
  [[nodiscard]] std::span<const uint64_t> commits() const { return commits_; }
  [[nodiscard]] absl::Status ReadVectors(const storage::KvSnapshot* at,
                                         MemoryBudget* memory,
                                         const Cancellation* cancellation);
  // They are in a segment now.
  void DeleteTail(storage::KvBatch& batch) const;

  // The rows of open segments, whose vectors lie in their files, without those
  // that ended at the horizon or before. The caller holds the index's lock.
  void Merge(const std::vector<std::shared_ptr<OpenSegment>>& segments,
             uint64_t horizon);
  // Deletes the versions that were left out.
  [[nodiscard]] absl::Status DeleteLeftOut();
  // Deletes removals up to a commit, which end nothing any more.
  [[nodiscard]] absl::Status DeleteRemovals(uint64_t last_commit);

  [[nodiscard]] std::span<const SegmentRow> rows() const { return rows_; }
  [[nodiscard]] size_t label_bytes() const { return label_bytes_; }

 private:
  [[nodiscard]] uint32_t number() const { return definition_.number; }
  [[nodiscard]] std::string_view Label(size_t i) const {
    return std::string_view(labels_).substr(i * label_bytes_, label_bytes_);
  }
  [[nodiscard]] absl::Status WriteIf(storage::KvBatch& batch,
                                     size_t least_bytes);

  storage::KvStore& kv_;
  const uint32_t graph_;
  const IndexDefinition& definition_;
  const size_t label_bytes_;
  MemoryReservation reservation_;
  std::string labels_;
  std::vector<uint64_t> commits_;
  std::vector<float> vectors_;
  std::vector<std::shared_ptr<OpenSegment>> kept_;
  std::vector<SegmentRow> rows_;
  std::vector<std::pair<std::string, uint64_t>> left_out_;
};

}  // namespace skg::vector
