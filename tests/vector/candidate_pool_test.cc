#include "vector/candidate_pool.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "support/test_support.h"

namespace skg::vector {
namespace {

TEST_CASE("A candidate gives back what it was made of and compares so") {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> sorted = {-infinity, -3e38f,  -1.5f, -1e-40f,
                                     0.0f,      1e-40f,  0.25f, 1.0f,
                                     3e38f,     infinity};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (const uint32_t row : {0u, 1u, kMostRows - 1}) {
      const Candidate candidate(sorted[i], row);
      CHECK(candidate.distance() == sorted[i]);
      CHECK(candidate.row() == row);
      CHECK_FALSE(candidate.followed());
      if (i > 0) CHECK(Candidate(sorted[i - 1], kMostRows - 1) < candidate);
    }
    CHECK(Candidate(sorted[i], 1) < Candidate(sorted[i], 2));
  }
  CHECK_FALSE(Candidate(-0.0f, 1) < Candidate(0.0f, 1));
}

TEST_CASE("A pool keeps the nearest and gives them in order, like a sort") {
  std::mt19937_64 random = test::Random();
  for (int round = 0; round < 200; ++round) {
    const size_t capacity = 1 + random() % 40;
    CandidatePool pool;
    pool.Reset(capacity);
    std::vector<std::pair<float, uint32_t>> all;
    std::vector<std::pair<float, uint32_t>> followed;
    uint32_t row = 0;
    for (int batch = 0; batch < 12; ++batch) {
      std::vector<uint32_t> rows;
      std::vector<float> distances;
      for (size_t i = random() % 150; i > 0; --i) {
        rows.push_back(row++);
        distances.push_back(static_cast<float>(random() % 50) - 25);
        all.emplace_back(distances.back(), rows.back());
      }
      pool.Add(rows.data(), distances.data(), rows.size());
      std::sort(all.begin(), all.end());
      const size_t kept = std::min(capacity, all.size());
      REQUIRE(pool.candidates().size() == kept);
      for (size_t i = 0; i < kept; ++i) {
        CHECK(pool.candidates()[i].row() == all[i].second);
        CHECK(pool.candidates()[i].distance() == all[i].first);
      }
      // Follow two: each time the nearest that is not followed yet.
      for (int i = 0; i < 2; ++i) {
        const auto next = std::find_if(
            all.begin(), all.begin() + static_cast<ptrdiff_t>(kept),
            [&](const auto& entry) {
              return std::find(followed.begin(), followed.end(), entry) ==
                     followed.end();
            });
        const Candidate* peeked = pool.Peek();
        const bool some = next != all.begin() + static_cast<ptrdiff_t>(kept);
        REQUIRE((peeked != nullptr) == some);
        const Candidate* given = pool.Next();
        REQUIRE((given != nullptr) == some);
        if (!some) continue;
        CHECK(given == peeked);
        CHECK(given->row() == next->second);
        followed.push_back(*next);
      }
    }
  }
}

}  // namespace
}  // namespace skg::vector
