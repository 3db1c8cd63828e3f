// What indexes of texts and vectors put into a graph's file, and make of it:
// what the bytes mean is theirs to know.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "rdf/term_id.h"
#include "storage/graph_file.h"
#include "storage/graph_state.h"
#include "storage/kv.h"
#include "storage/store.h"

namespace skg::storage {

// Of one save.
class IndexSaver {
 public:
  virtual ~IndexSaver() = default;
  // Whether the state has any index; if not nothing else is asked.
  [[nodiscard]] virtual absl::StatusOr<bool> Begin(
      const Snapshot& snapshot) = 0;
  // Tells the terms that what it writes needs.
  [[nodiscard]] virtual absl::Status ForEachTerm(
      const std::function<void(rdf::TermId)>& need) = 0;
  // Gives chunks of the kinds kIndexes and kVectors, in this sequence.
  using WriteChunk =
      std::function<absl::Status(ChunkKind kind, std::string_view payload)>;
  [[nodiscard]] virtual absl::Status Write(const WriteChunk& write) = 0;
};

// Of one restore. Whatever the chunks hold, what it adds to the batches
// decodes; what it cannot read is kDataLoss.
class IndexRestorer {
 public:
  virtual ~IndexRestorer() = default;
  // Of the graph that is made: its number, its last commit, and whether the
  // file has this term (or it needs none). Before the first chunk.
  virtual void Begin(uint32_t graph, uint64_t last_commit,
                     std::function<bool(rdf::TermId)> is_term) = 0;
  [[nodiscard]] virtual absl::Status Read(ChunkKind kind,
                                          std::string_view payload,
                                          KvBatch& batch) = 0;
  // All statements and all that was read are there, and nobody sees the graph
  // yet: what is derived from them is made.
  [[nodiscard]] virtual absl::Status Complete(
      GraphStore graph, const Cancellation* cancellation) = 0;
};

}  // namespace skg::storage
