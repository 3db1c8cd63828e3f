// Exact nearest neighbours among plain rows of floats.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "skg/vector_index.h"

namespace skg::vector {

// A row by its number and how near it is (VectorMetric).
struct Hit {
  uint32_t row = 0;
  float score = 0;

  friend bool operator==(const Hit&, const Hit&) = default;
  // Order of answers: by falling score, then by row.
  friend bool operator<(const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  }
};

// Which rows may be found: row i where bit i % 64 of words[i / 64] is set.
// Rows behind the last word may not; bits behind the last row mean nothing.
struct AllowedRows {
  std::span<const uint64_t> words;
  // How many bits are set. Only what is fastest depends on it.
  uint64_t count = 0;

  [[nodiscard]] bool Has(uint32_t row) const {
    return row / 64 < words.size() && (words[row / 64] >> (row % 64) & 1) != 0;
  }
};

// Calls visit(rows, count) with the allowed rows below `rows` in their order,
// at most kAllowedBlock at a time, as long as it gives true.
inline constexpr size_t kAllowedBlock = 64;
template <typename Visit>
void ForEachAllowedBlock(const AllowedRows& allowed, uint32_t rows,
                         Visit visit) {
  uint32_t block[2 * kAllowedBlock];
  size_t count = 0;
  const size_t words =
      std::min<size_t>(allowed.words.size(), (size_t{rows} + 63) / 64);
  for (size_t w = 0; w < words; ++w) {
    for (uint64_t bits = allowed.words[w]; bits != 0; bits &= bits - 1) {
      const size_t row = w * 64 + static_cast<size_t>(std::countr_zero(bits));
      if (row >= rows) break;
      block[count++] = static_cast<uint32_t>(row);
    }
    if (count < kAllowedBlock) continue;
    if (!visit(block, kAllowedBlock)) return;
    count -= kAllowedBlock;
    std::copy_n(block + kAllowedBlock, count, block);
  }
  if (count > 0) visit(block, count);
}

// `count` rows, `stride` floats apart, of `dimension` floats each.
struct FloatRows {
  const float* base = nullptr;
  uint32_t count = 0;
  size_t stride = 0;
  size_t dimension = 0;
};

// The min(k, rows allowed) best rows, sorted. `query` as AcceptVector gives
// it; `allowed`, `cancellation`: null for all, for none. Cost: every allowed
// row is read once; memory 8 bytes a row asked for, at most one a row there.
// Errors: kCancelled, kDeadlineExceeded. Thread safety: from any thread.
[[nodiscard]] absl::StatusOr<std::vector<Hit>> ExactSearch(
    const FloatRows& rows, VectorMetric metric, const float* query, size_t k,
    const AllowedRows* allowed, const Cancellation* cancellation);

}  // namespace skg::vector
