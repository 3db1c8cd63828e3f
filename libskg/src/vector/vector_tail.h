// VectorTail: the rows of an index that no segment has yet, in memory and
// searched exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "skg/vector_index.h"
#include "vector/aligned_array.h"

namespace skg::vector {

inline constexpr uint64_t kNoEnd = UINT64_MAX;

// A vector that a search found.
struct VectorMatch {
  std::string label;
  float score = 0;
  uint64_t commit = 0;  // since which it is this vector
};
// The order of matches: by score, of equal ones by label.
[[nodiscard]] bool Better(const VectorMatch& a, const VectorMatch& b);

// Thread safety: const methods from any thread, while none changes it.
class VectorTail {
 public:
  // `memory` may be null: nobody counts it.
  VectorTail(const VectorIndexOptions& options, MemoryBudget* memory);
  ~VectorTail();

  [[nodiscard]] size_t size() const { return froms_.size(); }
  [[nodiscard]] std::string_view label(size_t row) const {
    return std::string_view(labels_).substr(row * label_bytes_, label_bytes_);
  }
  [[nodiscard]] uint64_t from(size_t row) const { return froms_[row]; }
  [[nodiscard]] uint64_t end(size_t row) const { return ends_[row]; }
  [[nodiscard]] size_t memory_bytes() const { return reservation_.bytes(); }

  // Commits do not fall; the vector is accepted (AcceptVector).
  // kResourceExhausted: the memory budget.
  [[nodiscard]] absl::Status Add(std::string_view label, uint64_t from,
                                 std::span<const float> vector);
  void End(size_t row, uint64_t commit) { ends_[row] = commit; }
  // Lets go of the rows up to a commit, which are the first ones; the others
  // move up. Returns how many went.
  size_t DropThrough(uint64_t commit);

  struct Search {
    const float* query = nullptr;  // accepted
    size_t k = 0;
    uint64_t commit = 0;
    // Null: all rows may be found.
    std::function<bool(std::string_view label)> allowed;
    const Cancellation* cancellation = nullptr;
  };
  // Appends the k best to `found`. O(rows).
  [[nodiscard]] absl::Status Find(const Search& search,
                                  std::vector<VectorMatch>& found) const;

 private:
  static constexpr size_t kChunkRows = 256;

  [[nodiscard]] absl::Status Grow();
  [[nodiscard]] float* At(size_t row) {
    return chunks_[row / kChunkRows].data() + row % kChunkRows * stride_;
  }

  const VectorIndexOptions options_;
  const size_t stride_, label_bytes_;
  MemoryBudget* const memory_;
  MemoryReservation reservation_;
  std::string labels_;
  std::vector<uint64_t> froms_, ends_;
  std::vector<AlignedArray<float>> chunks_;
};

}  // namespace skg::vector
