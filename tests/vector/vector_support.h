// Vectors to test with, and what a search over them should give.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "skg/vector_index.h"
#include "vector/exact_search.h"
#include "vector/segment.h"

namespace skg::test {

// Rows one behind the other.
struct Vectors {
  size_t dimension = 0;
  std::vector<float> components;

  [[nodiscard]] uint32_t count() const {
    return static_cast<uint32_t>(components.size() / dimension);
  }
  [[nodiscard]] std::span<const float> row(size_t i) const {
    return std::span(components).subspan(i * dimension, dimension);
  }
};

// A mixture of `clusters` normal distributions, each along a few directions of
// its own; row i is of cluster i % clusters. The same `shape` gives the same
// distributions.
[[nodiscard]] Vectors ClusteredVectors(uint32_t count, size_t dimension,
                                       uint32_t clusters, uint64_t shape,
                                       std::mt19937_64& random);
// As AcceptVector makes them.
[[nodiscard]] Vectors Accepted(const Vectors& vectors, VectorMetric metric);

// In double precision, all rows that `allowed` (null: all) has, best first.
[[nodiscard]] std::vector<vector::Hit> NaiveSearch(
    const Vectors& vectors, VectorMetric metric, std::span<const float> query,
    const std::set<uint32_t>* allowed);

// Rows of `vectors` whose label is the row's number in 8 bytes and whose
// commit is 100 more.
class Rows {
 public:
  explicit Rows(const Vectors& vectors);
  [[nodiscard]] std::span<const vector::SegmentRow> span() const {
    return rows_;
  }

 private:
  std::vector<uint64_t> labels_;
  std::vector<vector::SegmentRow> rows_;
};
[[nodiscard]] uint32_t LabelOf(const vector::Segment& segment, uint32_t row);

// Of the rows of `segment` whose label is in `labels`.
[[nodiscard]] std::vector<uint64_t> AllowedWords(
    const vector::Segment& segment, const std::set<uint32_t>& labels);

// Which share of the first k of `wanted` (rows) is among `hits` (by label).
[[nodiscard]] double Recall(const vector::Segment& segment,
                            const std::vector<vector::Hit>& hits,
                            const std::vector<vector::Hit>& wanted, size_t k);

}  // namespace skg::test
