// Folds and merges: the delta's epochs become runs, runs become fewer runs.
// Neither changes a statement: no commit number, no log entry. Readers and
// writers go on; the new state is published by one row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"

namespace skg::storage {

// How many runs of about the same size are merged into one.
inline constexpr size_t kMergeFanIn = 8;

// Tells how far folds and merges have come, one after the other. A row counts
// once for each order that it is packed in. Not thread-safe.
class RewriteProgress {
 public:
  using Report = std::function<void(uint64_t done, uint64_t total)>;

  explicit RewriteProgress(Report report) : report_(std::move(report)) {}

  // Another fold or merge begins, of about so many rows.
  void BeginStep(uint64_t total) {
    begin_ = done_;
    SetStepTotal(total);
  }
  // By now more is known of how many there are.
  void SetStepTotal(uint64_t total) {
    total_ = begin_ + std::max(total, done_ - begin_);
    report_(done_, total_);
  }
  void Add(uint64_t rows) {
    done_ += rows;
    total_ = std::max(total_, done_);
    report_(done_, total_);
  }
  void EndStep() { SetStepTotal(0); }

 private:
  const Report report_;
  uint64_t done_ = 0, total_ = 0;
  uint64_t begin_ = 0;  // what was done before this step
};

// Closes the epoch that takes rows and packs all closed ones into a live and a
// history run. Nothing happens where the delta is empty. Not concurrently with
// itself or MergeRuns on the same graph (GraphState::rewriting()).
// Errors: kCancelled, kDeadlineExceeded, kNotFound (dropped), kDataLoss, what
// the store gives; the graph is then as it was.
// What is written waits its turn: KvStore::AdmitBackgroundWrite. `progress` may
// be null.
[[nodiscard]] absl::Status FoldDelta(GraphState& graph,
                                     const Cancellation* cancellation,
                                     RewriteProgress* progress = nullptr);

// Makes one live and one history run out of these. Here as in FoldDelta, rows
// that ended at or before the graph's horizon are left out, and their records
// deleted.
[[nodiscard]] absl::Status MergeRuns(GraphState& graph,
                                     const std::vector<uint32_t>& runs,
                                     const Cancellation* cancellation,
                                     RewriteProgress* progress = nullptr);

// Which runs to merge next: neighbours in time, kMergeFanIn or more of one size
// tier and smaller ones among them, all live or all history. Empty: none.
[[nodiscard]] std::vector<uint32_t> ChooseMerge(const Manifest& manifest);

// Runs of a past that no view shows any more: a merge of them alone leaves
// nothing.
[[nodiscard]] std::vector<uint32_t> ForgottenRuns(const Manifest& manifest,
                                                  uint64_t horizon);

}  // namespace skg::storage
