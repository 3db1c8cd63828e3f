// The segments of one index as a process has them open: which of their rows are
// live, and until when the others were.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "storage/kv.h"
#include "vector/exact_search.h"
#include "vector/segment.h"
#include "vector/vector_rows.h"

namespace skg::vector {

[[nodiscard]] inline std::string_view LabelView(
    std::span<const uint8_t> label) {
  return {reinterpret_cast<const char*>(label.data()), label.size()};
}

// Rows as bits, and how many are set.
struct RowSet {
  std::vector<uint64_t> words;
  uint64_t count = 0;

  [[nodiscard]] AllowedRows view() const { return {words, count}; }
  void Set(uint32_t row) {
    uint64_t& word = words[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    if ((word & bit) == 0) ++count;
    word |= bit;
  }
  void Clear(uint32_t row) {
    uint64_t& word = words[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    if ((word & bit) != 0) --count;
    word &= ~bit;
  }
};

class OpenSegment {
 public:
  OpenSegment(SegmentEntry entry, std::unique_ptr<Segment> segment);

  [[nodiscard]] const SegmentEntry& entry() const { return entry_; }
  [[nodiscard]] const Segment& segment() const { return *segment_; }
  [[nodiscard]] std::string_view label(uint32_t row) const {
    return LabelView(segment_->label(row));
  }
  // Rows without an end.
  [[nodiscard]] const RowSet& live() const { return live_; }
  [[nodiscard]] uint64_t end(uint32_t row) const;

  void End(uint32_t row, uint64_t commit);
  // The rows that a view at `commit` sees. O(rows / 64), and O(rows) of a
  // commit before the segment's last.
  [[nodiscard]] RowSet VisibleAt(uint64_t commit) const;

 private:
  const SegmentEntry entry_;
  const std::unique_ptr<Segment> segment_;
  RowSet live_;
  absl::flat_hash_map<uint32_t, uint64_t> ends_;
};

// Where the files of a graph's indexes lie; empty: nowhere, nothing is sealed.
struct SegmentFiles {
  std::string directory;
  uint32_t graph = 0, index = 0;

  [[nodiscard]] std::string Path(uint64_t file) const;
  // Removes the files of this index that the list does not have. Files of
  // numbers to come are somebody's who is writing one.
  void RemoveOthers(const SegmentList& list) const;
  // Removes all of them, or those of all indexes of the graph (index 0).
  void RemoveAll() const;
};

// Removes the files that no index of these graphs has in its list, which is
// what crashes have left. Nobody may be writing one.
void RemoveUnlisted(const storage::KvStore& kv, const std::string& directory,
                    const absl::flat_hash_set<uint32_t>& graphs);

}  // namespace skg::vector
