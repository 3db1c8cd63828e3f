#include "vector/vector_support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "support/test_support.h"
#include "vector/vector_values.h"

namespace skg::test {

Vectors ClusteredVectors(uint32_t count, size_t dimension, uint32_t clusters,
                         uint64_t shape, std::mt19937_64& random) {
  constexpr size_t kDirections = 8;
  std::mt19937_64 shaping(shape);
  std::normal_distribution<float> normal;
  const float unit = 1 / std::sqrt(static_cast<float>(dimension));
  std::vector<float> centres(clusters * dimension);
  std::vector<float> directions(clusters * kDirections * dimension);
  for (float& x : centres) x = normal(shaping) * unit;
  for (float& x : directions) x = normal(shaping) * unit * 0.25f;
  Vectors vectors{dimension, {}};
  vectors.components.resize(count * dimension);
  for (uint32_t i = 0; i < count; ++i) {
    const size_t c = i % clusters;
    float* row = vectors.components.data() + i * dimension;
    for (size_t j = 0; j < dimension; ++j) {
      row[j] = centres[c * dimension + j] + normal(random) * unit * 0.2f;
    }
    for (size_t k = 0; k < kDirections; ++k) {
      const float along = normal(random);
      const float* direction =
          directions.data() + (c * kDirections + k) * dimension;
      for (size_t j = 0; j < dimension; ++j) row[j] += along * direction[j];
    }
  }
  return vectors;
}

Vectors Accepted(const Vectors& vectors, VectorMetric metric) {
  Vectors accepted{vectors.dimension, {}};
  for (uint32_t i = 0; i < vectors.count(); ++i) {
    const auto row =
        vector::AcceptVector(vectors.row(i), vectors.dimension, metric);
    REQUIRE_OK(row);
    accepted.components.insert(accepted.components.end(), row->begin(),
                               row->end());
  }
  return accepted;
}

std::vector<vector::Hit> NaiveSearch(const Vectors& vectors,
                                     VectorMetric metric,
                                     std::span<const float> query,
                                     const std::set<uint32_t>* allowed) {
  struct Scored {
    double score;
    uint32_t row;
  };
  std::vector<Scored> scored;
  for (uint32_t i = 0; i < vectors.count(); ++i) {
    if (allowed != nullptr && allowed->count(i) == 0) continue;
    double product = 0, squares = 0, norm_a = 0, norm_b = 0;
    for (size_t j = 0; j < query.size(); ++j) {
      const double a = query[j], b = vectors.row(i)[j];
      product += a * b;
      squares += (a - b) * (a - b);
      norm_a += a * a;
      norm_b += b * b;
    }
    const double score = metric == VectorMetric::kL2 ? 1 / (1 + squares)
                         : metric == VectorMetric::kCosine
                             ? product / std::sqrt(norm_a * norm_b)
                             : product;
    scored.push_back({score, i});
  }
  std::sort(scored.begin(), scored.end(), [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  std::vector<vector::Hit> hits;
  for (const Scored& hit : scored) {
    hits.push_back({hit.row, static_cast<float>(hit.score)});
  }
  return hits;
}

Rows::Rows(const Vectors& vectors) {
  for (uint32_t i = 0; i < vectors.count(); ++i) labels_.push_back(i);
  for (uint32_t i = 0; i < vectors.count(); ++i) {
    rows_.push_back({vectors.row(i).data(),
                     reinterpret_cast<const uint8_t*>(&labels_[i]), 100 + i});
  }
}

uint32_t LabelOf(const vector::Segment& segment, uint32_t row) {
  uint64_t label = 0;
  std::memcpy(&label, segment.label(row).data(), sizeof(label));
  return static_cast<uint32_t>(label);
}

std::vector<uint64_t> AllowedWords(const vector::Segment& segment,
                                   const std::set<uint32_t>& labels) {
  std::vector<uint64_t> words((segment.rows() + 63) / 64);
  for (uint32_t row = 0; row < segment.rows(); ++row) {
    if (labels.count(LabelOf(segment, row)) == 0) continue;
    words[row / 64] |= uint64_t{1} << (row % 64);
  }
  return words;
}

double Recall(const vector::Segment& segment,
              const std::vector<vector::Hit>& hits,
              const std::vector<vector::Hit>& wanted, size_t k) {
  k = std::min(k, wanted.size());
  if (k == 0) return 1;
  std::set<uint32_t> found;
  for (const vector::Hit& hit : hits) found.insert(LabelOf(segment, hit.row));
  size_t there = 0;
  for (size_t i = 0; i < k; ++i) there += found.count(wanted[i].row);
  return static_cast<double>(there) / static_cast<double>(k);
}

}  // namespace skg::test
