#include "vectors/vector_data.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <utility>

namespace skg::bench {
namespace {

constexpr size_t kClusters = 1000;
constexpr size_t kDirections = 24;
constexpr float kAlong = 0.25f;
constexpr float kEverywhere = 0.3f;

class Mixture {
 public:
  Mixture(uint32_t dimension, uint64_t seed)
      : dimension_(dimension),
        unit_(1 / std::sqrt(static_cast<float>(dimension))),
        centres_(kClusters * dimension),
        directions_(kClusters * kDirections * dimension) {
    std::mt19937_64 random(seed);
    for (float& x : centres_) x = normal_(random) * unit_;
    for (float& x : directions_) x = normal_(random) * unit_;
  }

  std::vector<float> Draw(uint32_t count, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<float> vectors(size_t{count} * dimension_);
    for (size_t i = 0; i < count; ++i) {
      DrawOne(random, vectors.data() + i * dimension_);
    }
    return vectors;
  }

 private:
  void DrawOne(std::mt19937_64& random, float* vector) {
    const size_t cluster = random() % kClusters;
    const float* centre = centres_.data() + cluster * dimension_;
    std::copy_n(centre, dimension_, vector);
    for (size_t k = 0; k < kDirections; ++k) {
      const float along = normal_(random) * kAlong;
      const float* direction =
          directions_.data() + (cluster * kDirections + k) * dimension_;
      for (size_t j = 0; j < dimension_; ++j) vector[j] += along * direction[j];
    }
    float squares = 0;
    for (size_t j = 0; j < dimension_; ++j) {
      vector[j] += normal_(random) * kEverywhere * unit_;
      squares += vector[j] * vector[j];
    }
    const float inverse = 1 / std::sqrt(squares);
    for (size_t j = 0; j < dimension_; ++j) vector[j] *= inverse;
  }

  const size_t dimension_;
  const float unit_;
  std::normal_distribution<float> normal_;
  std::vector<float> centres_;
  std::vector<float> directions_;
};

float Product(const float* a, const float* b, size_t dimension) {
  float strands[16] = {};
  size_t j = 0;
  for (; j + 16 <= dimension; j += 16) {
    for (size_t k = 0; k < 16; ++k) strands[k] += a[j + k] * b[j + k];
  }
  float sum = 0;
  for (; j < dimension; ++j) sum += a[j] * b[j];
  for (const float strand : strands) sum += strand;
  return sum;
}

}  // namespace

VectorData MakeVectors(uint32_t rows, uint32_t queries, uint32_t dimension,
                       uint64_t seed) {
  Mixture mixture(dimension, seed);
  VectorData data;
  data.dimension = dimension;
  data.rows = mixture.Draw(rows, seed + 1);
  data.queries = mixture.Draw(queries, seed + 2);
  return data;
}

std::vector<std::vector<uint32_t>> TrueNeighbours(
    const VectorData& data, std::span<const uint64_t> allowed) {
  std::vector<std::vector<uint32_t>> neighbours(data.query_count());
  const auto find = [&](size_t begin, size_t end) {
    std::vector<std::pair<float, uint32_t>> best;
    for (size_t q = begin; q < end; ++q) {
      best.clear();
      for (uint32_t row = 0; row < data.row_count(); ++row) {
        if (!allowed.empty() && (allowed[row / 64] >> (row % 64) & 1) == 0) {
          continue;
        }
        const float product =
            Product(data.query(q).data(), data.row(row).data(), data.dimension);
        if (best.size() == kNearest && -product >= best.front().first) continue;
        best.emplace_back(-product, row);
        std::push_heap(best.begin(), best.end());
        if (best.size() <= kNearest) continue;
        std::pop_heap(best.begin(), best.end());
        best.pop_back();
      }
      for (const auto& [distance, row] : best) neighbours[q].push_back(row);
    }
  };
  const size_t half = data.query_count() / 2;
  std::thread other([&] { find(0, half); });
  find(half, data.query_count());
  other.join();
  return neighbours;
}

}  // namespace skg::bench
