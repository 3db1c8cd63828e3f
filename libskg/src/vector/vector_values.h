// What a vector must be, and what a score is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/vector_index.h"

namespace skg::vector {

// Largest size of a component: sums of products of 4,096 of them are finite.
inline constexpr float kLargestComponent = 1e17f;

// `vector` as an index keeps it, and as a query is asked: for the cosine it is
// brought to length 1. Errors: kInvalidArgument: another number of components
// than `dimension`, one that is not finite or beyond kLargestComponent, or the
// zero vector with the cosine, which has no direction.
[[nodiscard]] absl::StatusOr<std::vector<float>> AcceptVector(
    std::span<const float> vector, size_t dimension, VectorMetric metric);

// Inner distances are less where nearer: the squared Euclidean one, else the
// product with its sign turned.
[[nodiscard]] inline bool IsSquared(VectorMetric metric) {
  return metric == VectorMetric::kL2;
}
[[nodiscard]] inline float ScoreOf(VectorMetric metric, float distance) {
  return IsSquared(metric) ? 1 / (1 + distance) : -distance;
}

// kInvalidArgument where a number of `options` is out of its range.
[[nodiscard]] absl::Status CheckOptions(const VectorIndexOptions& options);

}  // namespace skg::vector
