// Building the links of a navigable graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "vector/aligned_array.h"
#include "vector/hnsw_graph.h"
#include "vector/spaces.h"

namespace skg::vector {

struct HnswOptions {
  uint32_t links = 16;
  uint32_t ef_construction = 200;
  uint64_t seed = 1;
  size_t threads = 1;
};

// What a long build tells and asks.
struct BuildHooks {
  const Cancellation* cancellation = nullptr;
  // Rows done, of how many. From any of the build's threads, one at a time.
  std::function<void(uint64_t done, uint64_t rows)> progress;
};

// The arrays behind a graph.
struct OwnedHnswGraph {
  uint32_t rows = 0;
  uint32_t links = 0;
  uint32_t entry = 0;
  uint32_t top_level = 0;
  AlignedArray<uint32_t> level0;
  AlignedArray<uint32_t> upper_at;
  AlignedArray<uint32_t> upper;

  [[nodiscard]] HnswGraph view() const {
    return {rows,          links,           entry,       top_level,
            level0.span(), upper_at.span(), upper.span()};
  }
};

// Bytes that BuildHnsw allocates at most.
[[nodiscard]] size_t HnswBuildBytes(uint64_t rows, const HnswOptions& options);

// Puts `rows` rows of `space` in, in their order. With one thread the same
// seed gives the same graph; with more, rows are put in at the same time and
// their links depend on who was first. Errors: kCancelled, kDeadlineExceeded.
[[nodiscard]] absl::StatusOr<OwnedHnswGraph> BuildHnsw(
    const FloatSpace& space, uint32_t rows, const HnswOptions& options,
    const BuildHooks& hooks);
[[nodiscard]] absl::StatusOr<OwnedHnswGraph> BuildHnsw(
    const CodeSpace& space, uint32_t rows, const HnswOptions& options,
    const BuildHooks& hooks);

}  // namespace skg::vector
