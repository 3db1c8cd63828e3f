#include "vector/segment.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <set>
#include <thread>

#include "support/test_support.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

constexpr size_t kDimension = 48;

std::unique_ptr<Segment> SealAndOpen(const test::Vectors& vectors,
                                     const SealOptions& options,
                                     const std::string& path) {
  REQUIRE_OK(SealSegment(test::Rows(vectors).span(), options, path));
  auto segment = Segment::Open(path, options.budget);
  REQUIRE_OK(segment);
  return *std::move(segment);
}

struct Kind {
  VectorIndexKind kind;
  size_t dimension;  // few components: no codes, the graph is over floats
  double recall;
};
const Kind kKinds[] = {
    {VectorIndexKind::kFlat, kDimension, 1.0},
    {VectorIndexKind::kHnsw, kDimension, 0.95},
    {VectorIndexKind::kHnsw, 12, 0.95},
    {VectorIndexKind::kHnswQuantized, kDimension, 0.93},
    {VectorIndexKind::kIvfPq, kDimension, 0.9},
};

TEST_CASE("A segment gives back its rows and finds their nearest") {
  std::mt19937_64 random = test::Random();
  const test::TemporaryDirectory directory;
  for (const Kind& kind : kKinds) {
    for (const VectorMetric metric :
         {VectorMetric::kCosine, VectorMetric::kInnerProduct,
          VectorMetric::kL2}) {
      INFO("kind " << static_cast<int>(kind.kind) << " metric "
                   << static_cast<int>(metric) << " of " << kind.dimension);
      const test::Vectors given =
          test::ClusteredVectors(3000, kind.dimension, 30, 1, random);
      const test::Vectors vectors = test::Accepted(given, metric);
      SealOptions options;
      options.index = {.dimension = static_cast<uint32_t>(kind.dimension),
                       .metric = metric,
                       .kind = kind.kind,
                       .ef_construction = 100};
      const auto segment = SealAndOpen(vectors, options, directory / "segment");
      REQUIRE_OK(segment->Verify(nullptr));
      REQUIRE(segment->rows() == 3000);
      CHECK(segment->options().metric == metric);
      CHECK(segment->options().kind == kind.kind);
      CHECK(segment->options().ef_construction == 100);
      std::set<uint32_t> labels;
      for (uint32_t row = 0; row < segment->rows(); ++row) {
        const uint32_t label = test::LabelOf(*segment, row);
        labels.insert(label);
        CHECK(segment->from_commit(row) == 100 + label);
        CHECK(std::memcmp(segment->vector(row).data(),
                          vectors.row(label).data(), kind.dimension * 4) == 0);
      }
      CHECK(labels.size() == 3000);

      const test::Vectors queries =
          test::ClusteredVectors(40, kind.dimension, 30, 1, random);
      double recall = 0;
      for (uint32_t q = 0; q < queries.count(); ++q) {
        const auto wanted =
            test::NaiveSearch(vectors, metric, queries.row(q), nullptr);
        const auto hits = segment->Search(queries.row(q), {.k = 10, .ef = 100});
        REQUIRE_OK(hits);
        REQUIRE(hits->size() == 10);
        CHECK(std::is_sorted(hits->begin(), hits->end()));
        for (const Hit& hit : *hits) {
          const uint32_t label = test::LabelOf(*segment, hit.row);
          const auto same = std::find_if(
              wanted.begin(), wanted.end(),
              [&](const Hit& other) { return other.row == label; });
          CHECK(hit.score == Approx(same->score).margin(1e-4));
        }
        recall += test::Recall(*segment, *hits, wanted, 10);
      }
      CHECK(recall / queries.count() >= kind.recall);
    }
  }
}

TEST_CASE("Scores of a segment are those of an exact search, to the bit") {
  std::mt19937_64 random = test::Random(1);
  const test::TemporaryDirectory directory;
  const test::Vectors vectors = test::Accepted(
      test::ClusteredVectors(500, kDimension, 5, 1, random), VectorMetric::kL2);
  const FloatRows rows = {vectors.components.data(), 500, kDimension,
                          kDimension};
  for (const Kind& kind : kKinds) {
    if (kind.dimension != kDimension) continue;
    SealOptions options;
    options.index = {.dimension = kDimension,
                     .metric = VectorMetric::kL2,
                     .kind = kind.kind};
    const auto segment = SealAndOpen(vectors, options, directory / "segment");
    const auto hits = segment->Search(vectors.row(17), {.k = 500});
    REQUIRE_OK(hits);
    const auto exact = ExactSearch(
        rows, VectorMetric::kL2, vectors.row(17).data(), 500, nullptr, nullptr);
    REQUIRE_OK(exact);
    REQUIRE(hits->size() == exact->size());
    for (size_t i = 0; i < hits->size(); ++i) {
      CHECK((*hits)[i].score == (*exact)[i].score);
    }
    CHECK(test::LabelOf(*segment, hits->front().row) == 17);
    CHECK(hits->front().score == 1);
  }
}

TEST_CASE("Segments of no rows, of one, and of equal ones") {
  const test::TemporaryDirectory directory;
  for (const Kind& kind : kKinds) {
    for (const uint32_t count : {0u, 1u, 700u}) {
      const test::Vectors vectors{
          kind.dimension, std::vector<float>(count * kind.dimension, 0.25f)};
      SealOptions options;
      options.index = {.dimension = static_cast<uint32_t>(kind.dimension),
                       .metric = VectorMetric::kInnerProduct,
                       .kind = kind.kind};
      const auto segment = SealAndOpen(vectors, options, directory / "segment");
      REQUIRE_OK(segment->Verify(nullptr));
      const std::vector<float> query(kind.dimension, 1.0f);
      for (const size_t k : {0, 1, 10, 699, 5000}) {
        const auto hits = segment->Search(query, {.k = k});
        REQUIRE_OK(hits);
        CHECK(hits->size() == std::min<size_t>(k, count));
      }
    }
  }
}

TEST_CASE("Labels of any size") {
  const test::TemporaryDirectory directory;
  const std::vector<float> vector = {1, 2, 3};
  for (const size_t bytes : {1, 8, 36, 4096}) {
    const std::vector<uint8_t> label(bytes, 0xA5);
    const SegmentRow row = {vector.data(), label.data(), 9};
    SealOptions options;
    options.index.dimension = 3;
    options.label_bytes = bytes;
    REQUIRE_OK(SealSegment({&row, 1}, options, directory / "segment"));
    const auto segment = Segment::Open(directory / "segment", nullptr);
    REQUIRE_OK(segment);
    const auto read = (*segment)->label(0);
    CHECK(std::vector<uint8_t>(read.begin(), read.end()) == label);
  }
  SealOptions options;
  options.index.dimension = 3;
  for (const size_t bytes : {0, 4097}) {
    options.label_bytes = bytes;
    CHECK(SealSegment({}, options, directory / "none").code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK_FALSE(std::filesystem::exists(directory / "none"));
}

TEST_CASE("A query that no row could be is refused") {
  std::mt19937_64 random = test::Random(2);
  const test::TemporaryDirectory directory;
  SealOptions options;
  options.index.dimension = kDimension;
  const auto segment = SealAndOpen(
      test::Accepted(test::ClusteredVectors(50, kDimension, 5, 1, random),
                     VectorMetric::kCosine),
      options, directory / "segment");
  const std::vector<float> zero(kDimension), few(kDimension - 1, 1.0f);
  for (const auto& query : {zero, few}) {
    CHECK(segment->Search(query, {}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Many threads search one segment, several build one") {
  std::mt19937_64 random = test::Random(3);
  const test::TemporaryDirectory directory;
  MemoryBudget budget(size_t{64} << 20);
  const test::Vectors vectors =
      test::Accepted(test::ClusteredVectors(3000, kDimension, 20, 1, random),
                     VectorMetric::kCosine);
  SealOptions options;
  options.index = {.dimension = kDimension, .ef_construction = 80};
  options.threads = 3;
  options.budget = &budget;
  {
    const auto segment = SealAndOpen(vectors, options, directory / "segment");
    std::vector<std::vector<Hit>> alone;
    for (uint32_t q = 0; q < 50; ++q) {
      auto hits = segment->Search(vectors.row(q), {.k = 5, .ef = 80});
      REQUIRE_OK(hits);
      alone.push_back(*std::move(hits));
    }
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (uint32_t q = 0; q < 50; ++q) {
          const auto hits = segment->Search(vectors.row(q), {.k = 5, .ef = 80});
          if (!hits.ok() || *hits != alone[q]) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(budget.free_bytes() < budget.limit_bytes());
  }
  CHECK(budget.free_bytes() == budget.limit_bytes());
}

TEST_CASE("What does not fit into the budget is refused, and leaves nothing") {
  std::mt19937_64 random = test::Random(4);
  const test::TemporaryDirectory directory;
  const test::Vectors vectors =
      test::Accepted(test::ClusteredVectors(2000, kDimension, 20, 1, random),
                     VectorMetric::kCosine);
  const test::Rows rows(vectors);
  SealOptions options;
  options.index.dimension = kDimension;
  for (const size_t limit : {1000u, 200'000u, 300'000u}) {
    MemoryBudget budget(limit);
    options.budget = &budget;
    CHECK(SealSegment(rows.span(), options, directory / "segment").code() ==
          absl::StatusCode::kResourceExhausted);
    CHECK(budget.free_bytes() == limit);
  }
  options.budget = nullptr;
  REQUIRE_OK(SealSegment(rows.span(), options, directory / "segment"));
  MemoryBudget none(10);
  const auto segment = Segment::Open(directory / "segment", &none);
  REQUIRE_OK(segment);
  CHECK((*segment)->Search(vectors.row(0), {}).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("Sealing and searching can be cancelled") {
  std::mt19937_64 random = test::Random(5);
  const test::TemporaryDirectory directory;
  const test::Vectors vectors =
      test::Accepted(test::ClusteredVectors(2000, kDimension, 20, 1, random),
                     VectorMetric::kCosine);
  const test::Rows rows(vectors);
  Cancellation cancelled;
  cancelled.Cancel();
  for (const Kind& kind : kKinds) {
    SealOptions options;
    options.index = {.dimension = kDimension, .kind = kind.kind};
    REQUIRE_OK(SealSegment(rows.span(), options, directory / "good"));
    options.hooks.cancellation = &cancelled;
    CHECK(SealSegment(rows.span(), options, directory / "segment").code() ==
          absl::StatusCode::kCancelled);
    CHECK_FALSE(std::filesystem::exists(directory / "segment"));
    CHECK_FALSE(std::filesystem::exists(directory / "segment.part"));
  }
  const auto segment = Segment::Open(directory / "good", nullptr);
  REQUIRE_OK(segment);
  CHECK((*segment)
            ->Search(vectors.row(0), {.cancellation = &cancelled})
            .status()
            .code() == absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace skg::vector
