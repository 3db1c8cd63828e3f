// Searches among some of the rows: recall, and how many are given.
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "support/test_support.h"
#include "vector/segment.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

constexpr size_t kDimension = 48;
constexpr uint32_t kCount = 6000;
constexpr uint32_t kClusters = 60;

struct Filter {
  std::string name;
  // By the number of a row; its cluster is the rest by kClusters.
  std::function<bool(uint32_t row, std::mt19937_64& random)> allows;
};
const Filter kFilters[] = {
    {"1 % at random",
     [](uint32_t, auto& random) { return random() % 100 < 1; }},
    {"10 % at random",
     [](uint32_t, auto& random) { return random() % 100 < 10; }},
    {"50 % at random",
     [](uint32_t, auto& random) { return random() % 100 < 50; }},
    {"half of the clusters",
     [](uint32_t row, auto&) { return row % kClusters < kClusters / 2; }},
    {"one cluster, far from most queries",
     [](uint32_t row, auto&) { return row % kClusters == 3; }},
    {"all clusters but that of the query",
     [](uint32_t row, auto&) { return row % kClusters != 0; }},
    {"seven rows", [](uint32_t row, auto&) { return row % 900 == 1; }},
    {"none", [](uint32_t, auto&) { return false; }},
};

TEST_CASE("A filtered search has recall and never too few rows") {
  std::mt19937_64 random = test::Random();
  const test::TemporaryDirectory directory;
  const test::Vectors vectors = test::Accepted(
      test::ClusteredVectors(kCount, kDimension, kClusters, 1, random),
      VectorMetric::kCosine);
  const test::Vectors queries =
      test::ClusteredVectors(40, kDimension, kClusters, 1, random);
  for (const VectorIndexKind kind :
       {VectorIndexKind::kFlat, VectorIndexKind::kHnsw,
        VectorIndexKind::kHnswQuantized, VectorIndexKind::kIvfPq}) {
    SealOptions options;
    options.index = {.dimension = kDimension, .kind = kind, .links = 12};
    REQUIRE_OK(SealSegment(test::Rows(vectors).span(), options,
                           directory / "segment"));
    const auto segment = Segment::Open(directory / "segment", nullptr);
    REQUIRE_OK(segment);
    for (const Filter& filter : kFilters) {
      std::set<uint32_t> labels;
      for (uint32_t row = 0; row < kCount; ++row) {
        if (filter.allows(row, random)) labels.insert(row);
      }
      const std::vector<uint64_t> words = test::AllowedWords(**segment, labels);
      const AllowedRows allowed = {words, labels.size()};
      for (const size_t ef : {0, 16, 200}) {
        INFO("kind " << static_cast<int>(kind) << ", " << filter.name << ", ef "
                     << ef);
        double recall = 0;
        for (uint32_t q = 0; q < queries.count(); ++q) {
          const auto hits = (*segment)->Search(
              queries.row(q), {.k = 10, .ef = ef, .allowed = &allowed});
          REQUIRE_OK(hits);
          REQUIRE(hits->size() == std::min<size_t>(10, labels.size()));
          for (const Hit& hit : *hits) {
            CHECK(labels.count(test::LabelOf(**segment, hit.row)) == 1);
          }
          recall +=
              test::Recall(**segment, *hits,
                           test::NaiveSearch(vectors, VectorMetric::kCosine,
                                             queries.row(q), &labels),
                           10);
        }
        constexpr double least = 0.95;
        if (ef != 16) CHECK(recall / queries.count() >= least);
      }
    }
  }
}

TEST_CASE("A count of allowed rows that is wrong changes no answer's size") {
  std::mt19937_64 random = test::Random(1);
  const test::TemporaryDirectory directory;
  const test::Vectors vectors = test::Accepted(
      test::ClusteredVectors(kCount, kDimension, kClusters, 1, random),
      VectorMetric::kL2);
  SealOptions options;
  options.index = {.dimension = kDimension, .metric = VectorMetric::kL2};
  REQUIRE_OK(
      SealSegment(test::Rows(vectors).span(), options, directory / "segment"));
  const auto segment = Segment::Open(directory / "segment", nullptr);
  REQUIRE_OK(segment);
  std::set<uint32_t> labels;
  for (uint32_t row = 0; row < kCount; row += 150) labels.insert(row);
  const std::vector<uint64_t> words = test::AllowedWords(**segment, labels);
  for (const uint64_t count :
       {uint64_t{0}, uint64_t{5}, uint64_t{kCount}, ~uint64_t{0}}) {
    const AllowedRows allowed = {words, count};
    const auto hits =
        (*segment)->Search(vectors.row(1), {.k = 40, .allowed = &allowed});
    REQUIRE_OK(hits);
    CHECK(hits->size() == 40);
    const AllowedRows nothing = {{}, count};
    const auto none =
        (*segment)->Search(vectors.row(1), {.k = 40, .allowed = &nothing});
    REQUIRE_OK(none);
    CHECK(none->empty());
  }
}

}  // namespace
}  // namespace skg::vector
