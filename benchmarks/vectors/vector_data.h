// Unit vectors in clusters, and their true neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace skg::bench {

inline constexpr size_t kNearest = 10;

struct VectorData {
  uint32_t dimension = 0;
  std::vector<float> rows;
  std::vector<float> queries;

  [[nodiscard]] uint32_t row_count() const {
    return static_cast<uint32_t>(rows.size() / dimension);
  }
  [[nodiscard]] uint32_t query_count() const {
    return static_cast<uint32_t>(queries.size() / dimension);
  }
  [[nodiscard]] std::span<const float> row(size_t i) const {
    return std::span(rows).subspan(i * dimension, dimension);
  }
  [[nodiscard]] std::span<const float> query(size_t i) const {
    return std::span(queries).subspan(i * dimension, dimension);
  }
};

// A mixture of 1,000 normal distributions on the sphere. Each has a centre and
// 24 directions of its own along which it spreads, and a little of all others:
// so neighbours are many and near, as those of text are, and neither obvious
// nor arbitrary. Queries are of the same mixture and no rows.
[[nodiscard]] VectorData MakeVectors(uint32_t rows, uint32_t queries,
                                     uint32_t dimension, uint64_t seed);

// The kNearest rows of each query by product, among those of `allowed` (a bit
// a row; empty: all). Brute force in this file's own plain loop.
[[nodiscard]] std::vector<std::vector<uint32_t>> TrueNeighbours(
    const VectorData& data, std::span<const uint64_t> allowed);

}  // namespace skg::bench
