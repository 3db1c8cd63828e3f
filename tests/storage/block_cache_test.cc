// The cache of opened blocks: what it gives is the block of that place, and it
// keeps to its budget.
#include "storage/block_cache.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "block_support.h"
#include "support/test_support.h"

namespace skg::storage::test {
namespace {

// A block that says which place it is of.
std::shared_ptr<const OpenBlock> BlockOf(const BlockPlace& place,
                                         size_t rows = 200) {
  std::vector<RunRow> block;
  for (size_t i = 0; i < rows; ++i) {
    block.push_back(InsertedRow(
        {{}, {place.run}, {place.block}, {i * 7919 % 1000'003}, place.graph},
        1 + static_cast<uint64_t>(place.order)));
  }
  // Threads call it: assertions of the test are for one of them.
  return OpenBlock::Make(EncodeBlock(IndexOrder::kGspo, block)).value();
}

bool IsOf(const OpenBlock& block, const BlockPlace& place) {
  const RunRow row = block.view().Row(IndexOrder::kGspo, 1);
  return row.key.subject.bits == place.run &&
         row.key.predicate.bits == place.block && row.key.edge == place.graph &&
         row.commit == 1 + static_cast<uint64_t>(place.order);
}

TEST_CASE("a place has its own block") {
  BlockCache cache(64 << 20);
  std::vector<BlockPlace> places;
  for (uint32_t graph : {1u, 2u}) {
    for (uint32_t run : {1u, 2u}) {
      for (uint32_t block : {0u, 1u}) {
        for (const IndexOrder order : {IndexOrder::kGspo, IndexOrder::kOspg})
          places.push_back({graph, run, block, order});
      }
    }
  }
  for (const BlockPlace& place : places) {
    CHECK(cache.Find(place) == nullptr);
    cache.Insert(place, BlockOf(place));
  }
  for (const BlockPlace& place : places) {
    const auto block = cache.Find(place);
    REQUIRE(block != nullptr);
    CHECK(IsOf(*block, place));
  }
}

TEST_CASE("the cache keeps to its budget and to what is asked for") {
  constexpr size_t kBytes = 1 << 20;
  BlockCache cache(kBytes);
  const BlockPlace hot{1, 1, 0, IndexOrder::kGspo};
  cache.Insert(hot, BlockOf(hot));
  const size_t each = cache.memory_bytes();
  CHECK(each >= BlockOf(hot)->view().memory_bytes());
  size_t hits = 0;
  const auto blocks = static_cast<uint32_t>(8 * kBytes / each);
  for (uint32_t i = 1; i <= blocks; ++i) {
    const BlockPlace place{1, 2, i, IndexOrder::kGspo};
    cache.Insert(place, BlockOf(place));
    CHECK(cache.memory_bytes() <= kBytes);
    if (const auto block = cache.Find(hot)) {
      ++hits;
      CHECK(IsOf(*block, hot));
    }
  }
  // All that came through is many times the budget: this one stayed.
  CHECK(hits == blocks);
  CHECK(cache.Find({1, 2, 1, IndexOrder::kGspo}) == nullptr);
  CHECK(cache.memory_bytes() > kBytes / 4);
}

TEST_CASE("a block that is larger than the cache is not kept") {
  BlockCache cache(1000);
  const BlockPlace place{1, 1, 0, IndexOrder::kGspo};
  cache.Insert(place, BlockOf(place));
  CHECK(cache.Find(place) == nullptr);
  CHECK(cache.memory_bytes() == 0);
}

TEST_CASE("damaged bytes are no open block") {
  std::string bytes =
      EncodeBlock(IndexOrder::kGspo, {InsertedRow({{}, {1}, {2}, {3}, 0}, 1)});
  bytes[5] = static_cast<char>(bytes[5] ^ 1);
  CHECK(absl::IsDataLoss(OpenBlock::Make(bytes).status()));
}

TEST_CASE("threads find blocks of their places while others fall out") {
  BlockCache cache(512 << 10);
  // Made here: assertions are for one thread alone.
  constexpr uint32_t kRuns = 4, kBlocks = 200;
  std::vector<std::shared_ptr<const OpenBlock>> blocks;
  const auto place_of = [](size_t i) {
    return BlockPlace{1, 1 + static_cast<uint32_t>(i / kBlocks),
                      static_cast<uint32_t>(i % kBlocks), IndexOrder::kGpos};
  };
  for (size_t i = 0; i < size_t{kRuns} * kBlocks; ++i)
    blocks.push_back(BlockOf(place_of(i), 50));
  std::atomic<size_t> wrong{0}, found{0};
  const uint64_t seed = skg::test::Random()();
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(seed + t);
      std::vector<std::shared_ptr<const OpenBlock>> held(8);
      for (int round = 0; round < 20'000; ++round) {
        const size_t i = random() % blocks.size();
        auto block = cache.Find(place_of(i));
        if (block == nullptr) {
          cache.Insert(place_of(i), blocks[i]);
          continue;
        }
        ++found;
        if (!IsOf(*block, place_of(i))) ++wrong;
        held[random() % held.size()] = std::move(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(found > 0);
  CHECK(cache.memory_bytes() <= 512 << 10);
}

}  // namespace
}  // namespace skg::storage::test
