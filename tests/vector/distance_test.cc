#include "vector/distance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/test_support.h"
#include "vector/aligned_array.h"
#include "vector/code_loops.h"

namespace skg::vector {
namespace {

constexpr size_t kRows = 23;

std::vector<float> Floats(size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> floats(count);
  for (float& x : floats) x = normal(random);
  return floats;
}

TEST_CASE("All kernels of floats agree with sums in double precision") {
  std::mt19937_64 random = test::Random();
  for (const size_t dimension :
       {1,  2,  3,  4,  7,  8,  9,  15,  16,  17,   24,
        31, 32, 33, 47, 48, 63, 64, 100, 384, 1000, 4096}) {
    const size_t stride = dimension + random() % 5;
    const std::vector<float> rows = Floats(kRows * stride, random);
    const std::vector<float> query = Floats(dimension, random);
    for (const DistanceKernels& kernels : AllKernels()) {
      INFO(kernels.name << ", dimension " << dimension);
      std::vector<float> products(kRows), squares(kRows);
      const RowSelection all = {.stride = stride, .count = kRows};
      kernels.inner_product(query.data(), rows.data(), all, dimension,
                            products.data());
      kernels.squared_l2(query.data(), rows.data(), all, dimension,
                         squares.data());
      for (size_t i = 0; i < kRows; ++i) {
        double product = 0, square = 0, size = 0;
        for (size_t j = 0; j < dimension; ++j) {
          const double a = query[j], b = rows[i * stride + j];
          product += a * b;
          square += (a - b) * (a - b);
          size += std::fabs(a * b);
        }
        CHECK(std::fabs(products[i] - product) <= 1e-5 * (size + 1e-3));
        CHECK(std::fabs(squares[i] - square) <= 1e-5 * (square + 1e-3));
      }
    }
  }
}

TEST_CASE("A distance is the same to the bit alone and among others") {
  std::mt19937_64 random = test::Random(1);
  for (const size_t dimension : {5, 37, 384}) {
    const std::vector<float> rows = Floats(kRows * dimension, random);
    const std::vector<float> query = Floats(dimension, random);
    std::vector<uint32_t> ids(kRows);
    std::iota(ids.begin(), ids.end(), 0u);
    std::shuffle(ids.begin(), ids.end(), random);
    for (const DistanceKernels& kernels : AllKernels()) {
      for (const FloatKernel kernel :
           {kernels.inner_product, kernels.squared_l2}) {
        std::vector<float> together(kRows);
        kernel(query.data(), rows.data(),
               {.stride = dimension, .ids = ids.data(), .count = kRows},
               dimension, together.data());
        for (size_t i = 0; i < kRows; ++i) {
          float alone;
          kernel(query.data(), rows.data(),
                 {.stride = dimension, .first = ids[i], .count = 1}, dimension,
                 &alone);
          CHECK(std::memcmp(&alone, &together[i], sizeof(float)) == 0);
        }
      }
    }
  }
}

TEST_CASE("All kernels of codes give the exact sum") {
  std::mt19937_64 random = test::Random(2);
  for (const size_t stride : {64, 128, 384, 4096}) {
    AlignedArray<uint8_t> codes(kRows * stride);
    AlignedArray<int8_t> query(stride);
    const bool extreme = stride == 4096;
    for (size_t i = 0; i < codes.size(); ++i) {
      codes[i] = extreme ? 255 : static_cast<uint8_t>(random());
    }
    for (size_t j = 0; j < stride; ++j) {
      query[j] = extreme ? -128 : static_cast<int8_t>(random());
    }
    const std::vector<uint32_t> ids = {3, 0, 22, 7, 7, 1, 19};
    for (const DistanceKernels& kernels : AllKernels()) {
      INFO(kernels.name << ", stride " << stride);
      std::vector<float> out(ids.size());
      kernels.code_product(
          query.data(), codes.data(),
          {.stride = stride, .ids = ids.data(), .count = ids.size()}, 0.5f,
          -3.0f, out.data());
      for (size_t i = 0; i < ids.size(); ++i) {
        int64_t sum = 0;
        for (size_t j = 0; j < stride; ++j) {
          sum += query[j] * codes[ids[i] * stride + j];
        }
        CHECK(out[i] == -3.0f + 0.5f * static_cast<float>(sum));
      }
    }
  }
}

TEST_CASE("Folding and decoding are the same on every processor") {
  std::mt19937_64 random = test::Random(3);
  constexpr size_t kStride = 192;
  const std::vector<float> v = Floats(kStride, random);
  const std::vector<float> middle = Floats(kStride, random);
  const std::vector<float> step = Floats(kStride, random);
  std::vector<uint8_t> code(kStride);
  for (uint8_t& c : code) c = static_cast<uint8_t>(random());
  const DistanceKernels& plain = AllKernels().front();
  std::vector<int8_t> want(kStride), have(kStride);
  const FoldSums sums =
      plain.fold(v.data(), middle.data(), step.data(), kStride, want.data());
  for (const DistanceKernels& kernels : AllKernels()) {
    INFO(kernels.name);
    const FoldSums others = kernels.fold(v.data(), middle.data(), step.data(),
                                         kStride, have.data());
    CHECK(have == want);
    CHECK(others.sum == sums.sum);
    CHECK(others.unit == sums.unit);
    CHECK(others.at_middle == sums.at_middle);
    CHECK(others.norm == sums.norm);
    CHECK(others.spread == sums.spread);
    std::vector<float> decoded(kStride);
    kernels.decode(code.data(), middle.data(), step.data(), kStride,
                   decoded.data());
    for (size_t j = 0; j < kStride; ++j) {
      CHECK(decoded[j] ==
            middle[j] + step[j] * (static_cast<float>(code[j]) - 128));
    }
  }
}

}  // namespace
}  // namespace skg::vector
