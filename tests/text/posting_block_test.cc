#include "text/posting_block.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "support/test_support.h"

namespace skg::text {
namespace {

std::vector<Posting> RandomPostings(std::mt19937_64& random) {
  std::vector<Posting> postings;
  const uint64_t gap = uint64_t{1} << (random() % 50);
  const uint32_t frequency = 1u << (random() % 32);
  const uint32_t length = 1u << (random() % 32);
  uint64_t document = random() >> (random() % 60 + 4);
  for (auto n = random() % kBlockPostings + 1; n > 0; --n) {
    postings.push_back({document,
                        1 + static_cast<uint32_t>(random() % frequency),
                        static_cast<uint32_t>(random() % length)});
    document += 1 + random() % gap;
  }
  return postings;
}

std::string Encode(const std::vector<Posting>& postings, uint64_t before) {
  BlockBuffer buffer;
  for (const Posting& posting : postings) buffer.Add(posting, "");
  std::string body, out;
  AppendBlockHeader(buffer.AppendBody(body), before, out);
  return out + body;
}

// False: damaged.
bool Decode(std::string_view bytes, uint64_t before,
            std::vector<Posting>* postings) {
  ByteReader in(bytes);
  BlockHeader header;
  if (!ReadBlockHeader(in, before, &header)) return false;
  const std::string_view body = in.Bytes(header.body_size);
  DecodedBlock block;
  if (!in.ok() || !block.DecodeDocuments(header, body)) return false;
  block.DecodeRest();
  for (uint32_t i = 0; i < block.count(); ++i) {
    postings->push_back({block.documents()[i],
                         static_cast<uint32_t>(block.frequencies()[i]),
                         static_cast<uint32_t>(block.lengths()[i])});
  }
  return true;
}

TEST_CASE("Blocks come back as they were", "[posting_block]") {
  auto random = test::Random();
  for (int i = 0; i < 2000; ++i) {
    const std::vector<Posting> postings = RandomPostings(random);
    const uint64_t before = random() % (postings.front().document + 1);
    std::vector<Posting> back;
    REQUIRE(Decode(Encode(postings, before), before, &back));
    REQUIRE(back == postings);
  }
}

TEST_CASE("Damaged blocks are told or harmless", "[posting_block]") {
  auto random = test::Random(1);
  size_t told = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = Encode(RandomPostings(random), 0);
    if (i % 2 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    }
    std::vector<Posting> back;
    if (!Decode(bytes, 0, &back)) ++told;
  }
  REQUIRE(told >= 2500);
}

TEST_CASE("Impacts are at least as strong as any of their set",
          "[posting_block]") {
  auto random = test::Random(2);
  for (int i = 0; i < 2000; ++i) {
    ImpactSet set;
    std::vector<Impact> all;
    for (auto n = random() % 20 + 1; n > 0; --n) {
      const Impact impact{1 + static_cast<uint32_t>(random() % 10),
                          static_cast<uint32_t>(random() % 10)};
      all.push_back(impact);
      set.Add(impact);
    }
    const auto view = set.view();
    REQUIRE(view.size() <= kMaxImpacts);
    for (const Impact& impact : all) {
      REQUIRE(std::any_of(view.begin(), view.end(), [&](const Impact& strong) {
        return strong.frequency >= impact.frequency &&
               strong.length <= impact.length;
      }));
    }
    for (size_t j = 1; j < view.size(); ++j) {
      REQUIRE(view[j - 1].frequency < view[j].frequency);
      REQUIRE(view[j - 1].length < view[j].length);
    }
    // No stronger than it must be.
    const auto strongest = std::max_element(
        all.begin(), all.end(), [](const Impact& a, const Impact& b) {
          return a.frequency < b.frequency;
        });
    REQUIRE(set.max_frequency() == strongest->frequency);
  }
}

}  // namespace
}  // namespace skg::text
