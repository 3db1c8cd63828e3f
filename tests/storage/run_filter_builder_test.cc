// Filters built of more hashes than stay in memory: the same bytes as those
// that were built of all at once.
#include "storage/run_filter_builder.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/test_support.h"

namespace skg::storage::test {
namespace {

std::vector<std::string> ChunksOf(RunFilterBuilder& builder) {
  std::vector<std::string> chunks;
  REQUIRE_OK(builder.Encode([&](std::string chunk) {
    chunks.push_back(std::move(chunk));
    return absl::OkStatus();
  }));
  return chunks;
}

// Of about 20 bits each, so that some come twice; or all in one part.
std::vector<uint64_t> Hashes(uint64_t count, bool one_part) {
  std::mt19937_64 random = skg::test::Random();
  std::vector<uint64_t> hashes;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t number = random() % (count * 4);
    uint64_t hash = TripleHash({{}, {}, {}, {number}, 0});
    if (one_part) hash |= uint64_t{63} << 58;
    hashes.push_back(hash);
  }
  return hashes;
}

TEST_CASE("a filter of spilled hashes is the one of all at once") {
  // The last ones have several chunks, whose ends lie within parts.
  for (const uint64_t count : {uint64_t{1}, uint64_t{25}, uint64_t{26},
                               uint64_t{1000}, uint64_t{1'300'000}}) {
    for (const bool one_part : {false, true}) {
      CAPTURE(count, one_part);
      const std::vector<uint64_t> hashes = Hashes(count, one_part);
      RunFilterBuilder builder({}, 1);
      for (const uint64_t hash : hashes) REQUIRE_OK(builder.Add(hash));
      REQUIRE(builder.spilled());
      REQUIRE(ChunksOf(builder) == RunFilter::Build(hashes).Encode());
    }
  }
}

TEST_CASE("few hashes need no file") {
  const std::vector<uint64_t> hashes = Hashes(999, false);
  RunFilterBuilder builder("/there is no such directory", 1000);
  for (const uint64_t hash : hashes) REQUIRE_OK(builder.Add(hash));
  REQUIRE_FALSE(builder.spilled());
  CHECK(builder.in_memory().size() == 999);
  CHECK_FALSE(builder.Add(0).ok());
  RunFilterBuilder all({}, 1000);
  for (const uint64_t hash : hashes) REQUIRE_OK(all.Add(hash));
  CHECK(ChunksOf(all) == RunFilter::Build(hashes).Encode());
}

TEST_CASE("an error of who takes the chunks ends the filter") {
  RunFilterBuilder builder({}, 1);
  for (const uint64_t hash : Hashes(1'300'000, false))
    REQUIRE_OK(builder.Add(hash));
  int taken = 0;
  const absl::Status status = builder.Encode([&](const std::string&) {
    return ++taken < 2 ? absl::OkStatus()
                       : absl::ResourceExhaustedError("full");
  });
  CHECK(absl::IsResourceExhausted(status));
  CHECK(taken == 2);
}

}  // namespace
}  // namespace skg::storage::test
