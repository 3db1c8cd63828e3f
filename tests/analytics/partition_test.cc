// Partitions: numbering, sizes, mutual information.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "community_oracle.h"
#include "skg/communities.h"
#include "support/test_support.h"

namespace skg {
namespace {

using Labels = std::vector<Vertex>;

TEST_CASE("Communities are numbered by size, then by their least vertex",
          "[communities]") {
  const Partition partition = PartitionOf(Labels{9, 4'000'000'000, 7, 7, 9, 3});
  CHECK(partition.community == Labels{0, 2, 1, 1, 0, 3});
  CHECK(partition.communities == 4);
  CHECK(CommunitySizes(partition) == Labels{2, 2, 1, 1});
  CHECK(PartitionOf(Labels{}).communities == 0);
  CHECK(PartitionOf(Labels{1, 0, 1}) == PartitionOf(Labels{0, 2, 0}));
}

double Nmi(const Labels& a, const Labels& b,
           NmiMean mean = NmiMean::kArithmetic) {
  return NormalizedMutualInformation(PartitionOf(a), PartitionOf(b), mean)
      .value();
}

// Sums over the table of how many vertices are in each pair of communities.
double NmiByTable(const Partition& a, const Partition& b) {
  const auto all = static_cast<double>(a.community.size());
  std::map<Vertex, double> in_a, in_b;
  std::map<std::pair<Vertex, Vertex>, double> in_both;
  for (size_t v = 0; v < a.community.size(); ++v) {
    ++in_a[a.community[v]];
    ++in_b[b.community[v]];
    ++in_both[{a.community[v], b.community[v]}];
  }
  double information = 0, entropies = 0;
  for (const auto& [pair, count] : in_both) {
    const auto [of_a, of_b] = pair;
    information +=
        count / all * std::log2(count * all / (in_a[of_a] * in_b[of_b]));
  }
  for (const auto& counts : {in_a, in_b}) {
    for (const auto& [label, count] : counts) {
      entropies -= count / all * std::log2(count / all);
    }
  }
  return entropies == 0 ? 1 : 2 * information / entropies;
}

TEST_CASE("Mutual information of partitions is what its table says",
          "[communities]") {
  std::mt19937_64 random = test::Random(1);
  for (int round = 0; round < 100; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 40);
    const Partition a =
        test::RandomPartition(vertices, 1 + Vertex(random() % 6), random);
    const Partition b =
        test::RandomPartition(vertices, 1 + Vertex(random() % 6), random);
    const double nmi = NormalizedMutualInformation(a, b).value();
    CHECK(nmi == Approx(NmiByTable(a, b)).margin(1e-12));
    CHECK(NormalizedMutualInformation(b, a).value() == Approx(nmi));
    const double greater =
        NormalizedMutualInformation(a, b, NmiMean::kGreater).value();
    const double geometric =
        NormalizedMutualInformation(a, b, NmiMean::kGeometric).value();
    const double less =
        NormalizedMutualInformation(a, b, NmiMean::kLess).value();
    CHECK(greater <= nmi + 1e-12);
    CHECK(nmi <= geometric + 1e-12);
    CHECK(geometric <= less + 1e-12);
  }
}

TEST_CASE("Mutual information at its ends", "[communities]") {
  CHECK(Nmi({0, 0, 1, 1}, {5, 5, 2, 2}) == 1);
  CHECK(Nmi({0, 0, 1, 1}, {0, 1, 0, 1}) == Approx(0).margin(1e-15));
  CHECK(Nmi({}, {}) == 1);
  CHECK(Nmi({3, 3}, {4, 4}) == 1);
  CHECK(Nmi({3, 3}, {4, 5}) == 0);
  // A finer partition tells all of a coarser one.
  CHECK(Nmi({0, 0, 1, 1}, {0, 1, 2, 3}, NmiMean::kLess) == Approx(1));
  CHECK(Nmi({0, 0, 1, 1}, {0, 1, 2, 3}, NmiMean::kGreater) == Approx(0.5));
  const auto other = NormalizedMutualInformation(PartitionOf(Labels{0, 0}),
                                                 PartitionOf(Labels{0}));
  CHECK(other.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(other.status().message() ==
        "partitions are of different numbers of vertices, 2 and 1");
}

}  // namespace
}  // namespace skg
