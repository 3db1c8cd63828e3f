#include "vector/embed/hashing_embedder.h"

#include <xxhash.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "skg/embedder.h"
#include "skg/field_error.h"
#include "support/test_support.h"
#include "vector/embed/words.h"

using namespace skg;

namespace {

std::vector<std::vector<float>> MustEmbed(const std::vector<std::string>& texts,
                                          uint32_t dimension = 384) {
  auto embedder = MakeHashingEmbedder(dimension);
  REQUIRE_OK(embedder);
  auto vectors = (*embedder)->Embed(texts);
  REQUIRE_OK(vectors);
  REQUIRE(vectors->size() == texts.size());
  return *std::move(vectors);
}

double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return sum;
}

std::vector<std::string> Words(const std::string& text) {
  auto reader = vector::WordReader::Make();
  REQUIRE_OK(reader);
  std::vector<std::string> words;
  reader->Read(text, [&](const vector::Word& word) {
    CHECK(word.borders.back() == word.text.size());
    words.emplace_back(word.text);
  });
  return words;
}

}  // namespace

TEST_CASE("words are folded and cut by Unicode's rules", "[embedders]") {
  using List = std::vector<std::string>;
  CHECK(Words("The quick (\"brown\") fox can't jump 32.3 feet, right?") ==
        List{"the", "quick", "brown", "fox", "can't", "jump", "32.3", "feet",
             "right"});
  CHECK(Words("STRASSE Stra\u00DFe \u00C4rger A\u0308rger") ==
        List{"strasse", "strasse", "\u00E4rger", "\u00E4rger"});
  CHECK(Words("\uFF21\uFF22\uFF23 \u041C\u043E\u0441\u043A\u0432\u0430") ==
        List{"abc", "\u043C\u043E\u0441\u043A\u0432\u0430"});
  CHECK(Words("") == List{});
  CHECK(Words(" .,;!? \u2014 ") == List{});
  CHECK(Words("\xFF\xC3 x").back() == "x");
  const auto longest = Words(std::string(1000, 'y'));
  REQUIRE(longest.size() == 1);
  CHECK(longest[0].size() == vector::WordReader::kMostCharacters);
  // The limit falls into a character of two bytes.
  CHECK(Words(std::string(vector::WordReader::kMostTextBytes - 3, ' ') +
              "a \u00E4 b") == List{"a"});
}

TEST_CASE("vectors have the length one and are never zero", "[embedders]") {
  auto random = test::Random(test::Seed());
  std::vector<std::string> texts{"",
                                 " ",
                                 "...",
                                 "a",
                                 "\xFF\xFE",
                                 "the",
                                 std::string(100'000, 'x'),
                                 std::string("\0\1", 2)};
  for (int i = 0; i < 200; ++i) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    texts.push_back(text);
  }
  for (const uint32_t dimension : {16u, 384u, 4096u}) {
    for (const auto& vector : MustEmbed(texts, dimension)) {
      REQUIRE(vector.size() == dimension);
      CHECK(Cosine(vector, vector) == Approx(1).epsilon(1e-5));
    }
  }
}

TEST_CASE("texts of no word have one vector", "[embedders]") {
  const auto vectors = MustEmbed({"", "!?", "word"});
  CHECK(vectors[0] == vectors[1]);
  CHECK(vectors[0] != vectors[2]);
}

TEST_CASE("like texts are nearer than others", "[embedders]") {
  const auto v =
      MustEmbed({"theory of general relativity", "General Relativity (Theory)",
                 "theory of genral relativty", "the banana harvest",
                 "relativity", "of the and"});
  CHECK(Cosine(v[0], v[1]) > 0.9);
  CHECK(Cosine(v[0], v[2]) > 0.6);
  CHECK(Cosine(v[0], v[4]) > 0.4);
  CHECK(Cosine(v[0], v[3]) < 0.3);
  CHECK(Cosine(v[0], v[5]) < 0.3);
}

TEST_CASE("what a text embeds to is not what stands beside it", "[embedders]") {
  const auto together = MustEmbed({"alpha beta", "", "gamma", "alpha beta"});
  CHECK(together[0] == MustEmbed({"alpha beta"})[0]);
  CHECK(together[2] == MustEmbed({"gamma"})[0]);
  CHECK(together[0] == together[3]);
  CHECK(MustEmbed({}).empty());
}

// Vectors are stored: another one for the same text would be a new version of
// the embedder.
TEST_CASE("vectors are the same on every machine", "[embedders]") {
  std::string bytes;
  for (const auto& vector :
       MustEmbed({"The quick brown fox jumps over the lazy dog, the dog said.",
                  "\u00C4rger in Stra\u00DFburg", "", "a a a a b"})) {
    for (const float x : vector) {
      const auto scaled =
          static_cast<int64_t>(std::llround(double{x} * (1 << 24)));
      for (int i = 0; i < 8; ++i) bytes += static_cast<char>(scaled >> (8 * i));
    }
  }
  CHECK(XXH3_64bits(bytes.data(), bytes.size()) == 0xd2a21085785a4cfc);
}

TEST_CASE("one embedder serves many threads", "[embedders]") {
  auto embedder = MakeHashingEmbedder();
  REQUIRE_OK(embedder);
  const std::vector<std::string> texts{"one two three", "\u00E4\u00F6\u00FC"};
  const auto expected = (*embedder)->Embed(texts);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto vectors = (*embedder)->Embed(texts);
        if (!vectors.ok() || *vectors != *expected) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>{0, 0, 0, 0});
}

TEST_CASE("a dimension out of range and a past deadline are errors",
          "[embedders]") {
  for (const uint32_t dimension : {0u, 15u, 4097u}) {
    const auto embedder = MakeHashingEmbedder(dimension);
    REQUIRE(absl::IsInvalidArgument(embedder.status()));
    CHECK(FieldErrors(embedder.status())[0].path ==
          std::vector<std::string>{"dimension"});
  }
  auto embedder = MakeHashingEmbedder();
  REQUIRE_OK(embedder);
  CHECK((*embedder)->name() == "hashing");
  CHECK((*embedder)->dimension() == 384);
  CHECK(absl::IsDeadlineExceeded(
      (*embedder)
          ->Embed(std::vector<std::string>{"x"}, absl::InfinitePast())
          .status()));
}
