// SegmentRestore: segments whose files are lost, made again from the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "storage/kv.h"
#include "vector/vector_rows.h"
#include "vector/vector_segments.h"

namespace skg::vector {

// Not thread-safe.
class SegmentRestore {
 public:
  SegmentRestore(const storage::KvStore& kv, const storage::KvSnapshot* at,
                 const IndexDefinition& definition, const SegmentFiles& files,
                 bool keep, MemoryBudget* memory)
      : kv_(kv),
        at_(at),
        definition_(definition),
        files_(files),
        keep_(keep),
        memory_(memory) {}

  // Segments without links of all vectors that began in these commits, with
  // numbers from `next_file` on, which rises. Where they are not to be kept
  // they have no names when this returns. Cost: reads the rows of the whole
  // index.
  [[nodiscard]] absl::StatusOr<std::vector<std::shared_ptr<OpenSegment>>> Make(
      uint64_t first_commit, uint64_t last_commit, uint64_t& next_file);

 private:
  struct Rows;
  [[nodiscard]] absl::StatusOr<std::shared_ptr<OpenSegment>> Write(
      Rows& rows, uint64_t first_commit, uint64_t last_commit, uint64_t file);

  const storage::KvStore& kv_;
  const storage::KvSnapshot* const at_;
  const IndexDefinition& definition_;
  const SegmentFiles& files_;
  const bool keep_;
  MemoryBudget* const memory_;
};

}  // namespace skg::vector
