// VectorIndex: one vector index of one graph as searches see it: what segments
// hold and what has been written since, each row with the commits between which
// it is its label's vector.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/strings.h"
#include "storage/store.h"
#include "vector/vector_rows.h"
#include "vector/vector_segments.h"
#include "vector/vector_tail.h"

namespace skg::vector {

// A tail of so many rows is worth a segment.
inline constexpr uint64_t kSealRows = 4096;
// Segments of about the same size, of which so many are made one.
inline constexpr size_t kSegmentFanIn = 8;

// Nothing here is durable but the segments: it follows the rows. A search first
// reads what was written since the last one. A segment whose file is missing
// or damaged is made again from the rows, at first without links.
// Thread safety: all methods from any thread. Must end before its store.
class VectorIndex {
 public:
  // `directory`: where segments lie; empty: nothing is sealed. `memory` may be
  // null: nobody counts it.
  // `wants_seal` is called, under no lock, when Seal has something to do; may
  // be null.
  VectorIndex(storage::GraphStore graph, IndexDefinition definition,
              std::string directory, MemoryBudget* memory,
              std::function<void()> wants_seal = nullptr);

  [[nodiscard]] const IndexDefinition& definition() const {
    return definition_;
  }

  struct Query {
    std::span<const float> vector;  // one that AcceptVector takes
    size_t k = 10;
    uint32_t ef = 0;              // 0: as the index says
    float threshold = -INFINITY;  // what scores less is not found
    // Sorted; null: all nodes may be found. Of an index over statements null.
    const std::vector<TermId>* allowed = nullptr;
    // Asked of what would be found, best first; null: all of it is.
    std::function<absl::StatusOr<bool>(std::string_view label)> check = nullptr;
    const Cancellation* cancellation = nullptr;
  };
  // What a view of this process sees, best first: min(k, what may be found)
  // matches. Errors: kInvalidArgument (the vector), kResourceExhausted
  // (memory), kDataLoss, kCancelled, kDeadlineExceeded, those of `check`.
  [[nodiscard]] absl::StatusOr<std::vector<VectorMatch>> Search(
      const storage::ReadView& view, const Query& query);

  struct Figures {
    uint64_t vectors = 0;  // live ones at the last commit
    uint64_t tail_rows = 0;
    uint64_t segments = 0;
    uint64_t sealed_rows = 0;
    uint64_t memory_bytes = 0;
    uint64_t file_bytes = 0;
  };
  [[nodiscard]] absl::StatusOr<Figures> figures();

  struct SealWork {
    uint64_t least_rows = kSealRows;  // of a tail that becomes a segment
    size_t threads = 1;
    const Cancellation* cancellation = nullptr;
    std::function<void(uint64_t done, uint64_t rows)> progress;
    // Held while the list of segments changes, by who drops the index, too.
    std::mutex* changing = nullptr;
  };
  // Makes segments of the tail where it is large, and one of several where
  // these are many. Searches and writes go on. After an error or a crash the
  // index is as it was. Errors: those of SealSegment and of the store.
  [[nodiscard]] absl::Status Seal(const SealWork& work);
  // Makes one segment of everything, without the rows that no view can see any
  // more; their rows in the store go, too. Reads all segments to begin with:
  // damaged ones are made again from the rows.
  [[nodiscard]] absl::Status Rebuild(const SealWork& work);

 private:
  // Where the newest vector of a label is.
  struct Place {
    uint64_t file = 0;  // 0: the tail
    uint64_t row = 0;   // of the tail: how many rows came before it, ever
  };
  struct Event;
  class Sealer;
  [[nodiscard]] absl::Status SealTails(uint64_t least, const SealWork& work);
  [[nodiscard]] absl::Status RemoveDamaged(const Cancellation* cancellation);
  // The rows as they are after a commit.
  struct Source {
    const storage::KvSnapshot* at = nullptr;
    uint64_t commit = 0;
    std::unique_ptr<storage::KvSnapshot> owned;
  };

  // Reads what was written up to the present, but at least up to the view. Of
  // an index that was dropped, only that.
  [[nodiscard]] absl::Status CatchUp(const storage::ReadView& view);
  // Views share the snapshot of their commit; lists of segments change without
  // one.
  [[nodiscard]] absl::StatusOr<Source> Present() const;
  // Whether the index is there.
  [[nodiscard]] absl::StatusOr<bool> Knows(const storage::KvSnapshot* at) const;
  // All under the exclusive lock.
  [[nodiscard]] absl::Status Load(const Source& source);
  [[nodiscard]] absl::Status OpenSegments(const Source& source);
  [[nodiscard]] absl::StatusOr<std::shared_ptr<OpenSegment>> Open(
      const SegmentEntry& entry) const;
  [[nodiscard]] absl::Status ReplaySegments(const Source& source);
  [[nodiscard]] absl::Status ReadTail(const Source& source);
  [[nodiscard]] absl::Status Apply(const TailRow& row,
                                   std::span<const float> vector);
  void EndNewest(std::string_view label, uint64_t commit);
  [[nodiscard]] absl::Status SetNewest(std::string_view label, Place place);
  [[nodiscard]] OpenSegment* Find(uint64_t file) const;
  void Forget();
  void TellIfLarge() const;

  [[nodiscard]] absl::Status Find(uint64_t commit, size_t k,
                                  std::span<const float> accepted,
                                  const Query& query,
                                  std::vector<VectorMatch>& found) const;
  [[nodiscard]] absl::Status FindInSegment(
      const OpenSegment& segment, uint64_t commit, size_t k, const Query& query,
      std::vector<VectorMatch>& found) const;
  [[nodiscard]] RowSet AllowedIn(const OpenSegment& segment, uint64_t commit,
                                 const std::vector<TermId>& allowed) const;

  storage::GraphStore graph_;
  const IndexDefinition definition_;
  const SegmentFiles files_;
  MemoryBudget* const memory_;
  const std::function<void()> wants_seal_;

  std::mutex sealing_;  // one Seal or Rebuild at a time

  mutable std::shared_mutex mutex_;
  uint64_t loaded_commit_ = 0;  // all of what was written up to it is here
  uint64_t last_event_ = 0;     // the last commit that changed something
  bool opened_ = false;
  uint64_t times_opened_ = 0;
  // A Sealer writes files and will change the list: nobody else may.
  bool sealer_writes_ = false;
  bool dropped_ = false;  // only views from before it know of it
  std::vector<std::shared_ptr<OpenSegment>> segments_;
  std::unique_ptr<VectorTail> tail_;
  uint64_t tail_begin_ = 0;  // rows that have left the tail
  absl::flat_hash_map<std::string, Place, StringHash, StringEqual> newest_;
  MemoryReservation newest_memory_;
};

}  // namespace skg::vector
