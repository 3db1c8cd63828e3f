#include "vector/code_check.h"

#include <algorithm>
#include <vector>

#include "vector/candidate_pool.h"

namespace skg::vector {
namespace {

constexpr uint32_t kSamples = 16;
constexpr size_t kNearest = 10;
// As many by codes as a search with few candidates ranks again.
constexpr size_t kLooked = 3 * kNearest;
constexpr double kEnough = 0.98;

float TrueDistance(const float* a, const float* b, size_t dimension,
                   bool squared) {
  const RowSelection row = {.stride = dimension, .count = 1};
  float distance;
  if (squared) {
    Kernels().squared_l2(a, b, row, dimension, &distance);
    return distance;
  }
  Kernels().inner_product(a, b, row, dimension, &distance);
  return -distance;
}

}  // namespace

bool CodesKeepOrder(const CodeSpace& space, uint32_t rows,
                    absl::FunctionRef<const float*(uint32_t row)> vector,
                    size_t dimension, bool squared) {
  size_t found = 0, wanted = 0;
  CodeSpace::Query query;
  CandidatePool exact, coded;
  const uint32_t samples = std::min(kSamples, rows);
  for (uint32_t s = 0; s < samples; ++s) {
    const auto sample = static_cast<uint32_t>(uint64_t{rows} * s / samples);
    space.FromVector(vector(sample), query);
    exact.Reset(kNearest);
    coded.Reset(kLooked);
    for (uint32_t row = 0; row < rows; ++row) {
      float distance =
          TrueDistance(vector(sample), vector(row), dimension, squared);
      if (exact.Wants(distance)) exact.Add(&row, &distance, 1);
      space.DistancesFrom(query, row, 1, &distance);
      if (coded.Wants(distance)) coded.Add(&row, &distance, 1);
    }
    // By distance, not by row: equal vectors stand for each other.
    std::vector<float> reached;
    for (const Candidate candidate : coded.candidates()) {
      reached.push_back(TrueDistance(vector(sample), vector(candidate.row()),
                                     dimension, squared));
    }
    std::sort(reached.begin(), reached.end());
    const auto best = exact.candidates();
    for (size_t i = 0; i < best.size(); ++i) {
      ++wanted;
      found += reached[i] <= best.back().distance() ? 1 : 0;
    }
  }
  return static_cast<double>(found) >= kEnough * static_cast<double>(wanted);
}

}  // namespace skg::vector
