// RowMerge: the smallest row of several sources, again and again.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "storage/row_source.h"

namespace skg::storage {

// A tree of losers (Knuth, "The Art of Computer Programming" 3, 5.4.1): after
// the smallest source has moved, log2(sources) comparisons find the next one.
// Of equal rows that of the earlier source comes first. Not thread-safe; lent
// sources must outlive it, and only top() may move between two calls.
class RowMerge {
 public:
  explicit RowMerge(const std::vector<std::unique_ptr<RowSource>>& sources);

  // Null: all sources have ended; or one has failed, see status().
  [[nodiscard]] RowSource* top() const { return top_; }
  // The next row behind those of top(); null: there is none.
  [[nodiscard]] const RowKey* RunnerUp() const;
  // To be called when top() has moved.
  void TopMoved();
  // To be called when any of them have moved.
  void AllMoved();
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  // Source `a` comes before source `b`.
  [[nodiscard]] bool Less(size_t a, size_t b) const;
  void SetTop(size_t winner);

  std::vector<RowSource*> sources_;
  // Node 0: the winner; node i: who lost the match there. Leaf k hangs below
  // node (k + size) / 2.
  std::vector<size_t> nodes_;
  RowSource* top_ = nullptr;
  absl::Status status_;
};

}  // namespace skg::storage
