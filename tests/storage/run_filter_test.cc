// Filters of runs: no triple of a run is denied, few others are allowed, and
// damaged chunks are refused.
#include "storage/run_filter.h"

#include <catch2/catch.hpp>

#include "support/test_support.h"

namespace skg::storage::test {
namespace {

std::vector<uint64_t> Hashes(uint64_t first, uint64_t count) {
  std::vector<uint64_t> hashes;
  for (uint64_t i = first; i < first + count; ++i) {
    hashes.push_back(TripleHash({{},
                                 {uint64_t{1} << 60 | (i % 1000)},
                                 {uint64_t{1} << 60 | (i % 7)},
                                 {uint64_t{8} << 60 | i},
                                 0}));
  }
  return hashes;
}

TEST_CASE("the hash of a triple never changes") {
  CHECK(TripleHash({}) == 0xa057271c9071c99d);
  const StatementKey key{
      {}, {0x1000000000000001}, {0x1000000000000002}, {0x8800000000000007}, 0};
  CHECK(TripleHash(key) == 0x695cd020f6dd870a);
  StatementKey edge = key;
  edge.edge = 5;
  CHECK(TripleHash(edge) == TripleHash(key));
}

TEST_CASE("a filter denies nothing that it holds and most of the rest") {
  for (const uint64_t count : {uint64_t{1}, uint64_t{64}, uint64_t{100'000}}) {
    const std::vector<uint64_t> held = Hashes(0, count);
    const RunFilter built = RunFilter::Build(held);
    CHECK(built.memory_bytes() < count * 10 / 8 + 100);
    const absl::StatusOr<RunFilter> filter = RunFilter::Decode(built.Encode());
    REQUIRE_OK(filter);
    for (const uint64_t hash : held) {
      REQUIRE(built.MayHold(hash));
      REQUIRE(filter->MayHold(hash));
    }
    size_t wrong = 0;
    for (const uint64_t hash : Hashes(count, 100'000)) {
      REQUIRE(built.MayHold(hash) == filter->MayHold(hash));
      wrong += filter->MayHold(hash) ? 1 : 0;
    }
    CHECK(wrong < 3'000);
  }
}

TEST_CASE("repeated triples do no harm") {
  std::vector<uint64_t> hashes = Hashes(0, 1000);
  const std::vector<uint64_t> again = hashes;
  hashes.insert(hashes.end(), again.begin(), again.end());
  const RunFilter filter = RunFilter::Build(hashes);
  for (const uint64_t hash : hashes) REQUIRE(filter.MayHold(hash));
}

TEST_CASE("an empty filter holds nothing") {
  const RunFilter built = RunFilter::Build({});
  const absl::StatusOr<RunFilter> filter = RunFilter::Decode(built.Encode());
  REQUIRE_OK(filter);
  for (const uint64_t hash : Hashes(0, 1000)) {
    REQUIRE_FALSE(built.MayHold(hash));
    REQUIRE_FALSE(filter->MayHold(hash));
  }
}

TEST_CASE("a filter of several chunks") {
  std::vector<uint64_t> hashes;
  std::mt19937_64 random = skg::test::Random();
  for (int i = 0; i < 1'000'000; ++i) hashes.push_back(random());
  std::vector<std::string> chunks = RunFilter::Build(hashes).Encode();
  REQUIRE(chunks.size() == 3);
  for (const std::string& chunk : chunks) CHECK(chunk.size() <= (512u << 10));
  const absl::StatusOr<RunFilter> filter = RunFilter::Decode(chunks);
  REQUIRE_OK(filter);
  for (const uint64_t hash : hashes) REQUIRE(filter->MayHold(hash));

  const auto refused = [](std::vector<std::string> wrong) {
    return absl::IsDataLoss(RunFilter::Decode(wrong).status());
  };
  CHECK(refused({}));
  CHECK(refused({chunks[0]}));
  CHECK(refused({chunks[0], chunks[1]}));
  CHECK(refused({chunks[0], chunks[2], chunks[1]}));
  CHECK(refused({chunks[1], chunks[2]}));
  CHECK(refused({chunks[0], chunks[1], chunks[2], chunks[2]}));
  CHECK(refused({RunFilter::Build(Hashes(0, 10)).Encode()[0], chunks[1]}));
}

TEST_CASE("a damaged chunk is data loss") {
  const std::vector<std::string> chunks =
      RunFilter::Build(Hashes(0, 60)).Encode();
  REQUIRE(chunks.size() == 1);
  const std::string& chunk = chunks[0];
  for (size_t bit = 0; bit < chunk.size() * 8; ++bit) {
    std::vector<std::string> damaged = chunks;
    damaged[0][bit / 8] = static_cast<char>(chunk[bit / 8] ^ (1 << bit % 8));
    REQUIRE(absl::IsDataLoss(RunFilter::Decode(damaged).status()));
  }
  for (size_t size = 0; size < chunk.size(); ++size) {
    const std::vector<std::string> part = {chunk.substr(0, size)};
    REQUIRE(absl::IsDataLoss(RunFilter::Decode(part).status()));
  }
}

}  // namespace
}  // namespace skg::storage::test
