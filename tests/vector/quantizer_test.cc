#include "vector/quantizer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "support/test_support.h"
#include "vector/code_check.h"
#include "vector/spaces.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

struct Coded {
  explicit Coded(const test::Vectors& vectors, bool squared)
      : rows([&] {
          std::vector<const float*> pointers;
          for (uint32_t i = 0; i < vectors.count(); ++i) {
            pointers.push_back(vectors.row(i).data());
          }
          return pointers;
        }()),
        quantizer(ScalarQuantizer::Train(rows, vectors.dimension, squared)),
        codes(rows.size() * quantizer.stride()),
        addends(squared ? rows.size() : 0) {
    for (size_t i = 0; i < rows.size(); ++i) {
      uint8_t* code = codes.data() + i * quantizer.stride();
      quantizer.Encode(rows[i], code);
      if (squared) addends[i] = quantizer.Addend(code);
    }
  }
  [[nodiscard]] CodeSpace space() const {
    return {quantizer, codes.data(), addends.data()};
  }

  std::vector<const float*> rows;
  ScalarQuantizer quantizer;
  AlignedArray<uint8_t> codes;
  AlignedArray<float> addends;
};

TEST_CASE("A component comes back to within half a step") {
  std::mt19937_64 random = test::Random();
  for (const size_t dimension : {1, 63, 64, 65, 384}) {
    const test::Vectors vectors =
        test::ClusteredVectors(300, dimension, 7, 1, random);
    const Coded coded(vectors, false);
    const ScalarQuantizer& quantizer = coded.quantizer;
    std::vector<float> decoded(dimension);
    for (size_t i = 0; i < coded.rows.size(); ++i) {
      const uint8_t* code = coded.codes.data() + i * quantizer.stride();
      quantizer.Decode(code, decoded.data());
      for (size_t j = 0; j < dimension; ++j) {
        CHECK(std::fabs(decoded[j] - coded.rows[i][j]) <=
              0.501f * quantizer.step()[j] + 1e-6f);
      }
      CHECK(std::all_of(code + dimension, code + quantizer.stride(),
                        [](uint8_t byte) { return byte == 0; }));
    }
  }
}

TEST_CASE("A component with one value only costs nothing and loses nothing") {
  const test::Vectors vectors = {2, {5, 1, 5, 2, 5, 3}};
  const Coded coded(vectors, true);
  CHECK(coded.quantizer.step()[0] == 0);
  float decoded[2];
  coded.quantizer.Decode(coded.codes.data(), decoded);
  CHECK(decoded[0] == 5);
}

TEST_CASE("An outlier does not coarsen the others") {
  std::mt19937_64 random = test::Random(1);
  test::Vectors vectors = test::ClusteredVectors(5000, 4, 1, 1, random);
  vectors.components[0] = 1e6f;
  const Coded coded(vectors, false);
  CHECK(coded.quantizer.step()[0] < 1e6f / 127 / 5);
}

TEST_CASE("Distances by codes err as much as a query says") {
  std::mt19937_64 random = test::Random(2);
  for (const bool squared : {false, true}) {
    const test::Vectors vectors =
        test::ClusteredVectors(1000, 96, 10, 2, random);
    const test::Vectors queries = test::ClusteredVectors(20, 96, 10, 2, random);
    const Coded coded(vectors, squared);
    const FloatSpace exact(vectors.components.data(), 96, 96, squared);
    const CodeSpace space = coded.space();
    size_t beyond = 0;
    for (uint32_t q = 0; q < queries.count(); ++q) {
      CodeSpace::Query query;
      space.FromVector(queries.row(q).data(), query);
      std::vector<float> by_code(1000), truth(1000);
      space.DistancesFrom(query, 0, 1000, by_code.data());
      exact.DistancesFrom({queries.row(q).data()}, 0, 1000, truth.data());
      for (size_t i = 0; i < truth.size(); ++i) {
        beyond += std::fabs(by_code[i] - truth[i]) > 4 * query.error ? 1 : 0;
      }
      // The same row by its number and by the list of numbers.
      const uint32_t ids[] = {999, 0, 17};
      float some[3];
      space.Distances(query, ids, 3, some);
      CHECK(some[0] == by_code[999]);
      CHECK(some[1] == by_code[0]);
      CHECK(some[2] == by_code[17]);
    }
    CHECK(beyond <= 100);  // of 20,000
  }
}

TEST_CASE("Codes that cannot tell rows apart are found out") {
  std::mt19937_64 random = test::Random(3);
  const size_t dimension = 64;
  test::Vectors spread = test::ClusteredVectors(2000, dimension, 10, 3, random);
  const auto keeps = [&](const test::Vectors& vectors) {
    const Coded coded(vectors, true);
    return CodesKeepOrder(
        coded.space(), vectors.count(),
        [&](uint32_t row) { return vectors.row(row).data(); }, dimension, true);
  };
  CHECK(keeps(spread));
  // Two places far from each other, and around each of them differences far
  // below a step.
  test::Vectors narrow = spread;
  for (size_t i = 0; i < narrow.components.size(); ++i) {
    const float side = i / dimension % 2 == 0 ? 1.0f : -1.0f;
    narrow.components[i] = side + spread.components[i] * 1e-3f;
  }
  CHECK_FALSE(keeps(narrow));
  // Rows that are equal stand for each other.
  test::Vectors equal = spread;
  for (size_t i = dimension; i < equal.components.size(); ++i) {
    equal.components[i] = equal.components[i % dimension];
  }
  CHECK(keeps(equal));
}

}  // namespace
}  // namespace skg::vector
