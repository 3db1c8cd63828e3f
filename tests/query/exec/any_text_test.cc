// The seeds of the evaluator's fuzzer, whole and in pieces put together anew.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "fuzz/evaluated_text.h"
#include "support/test_support.h"

namespace skg::query::test {
namespace {

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const auto& entry :
       std::filesystem::directory_iterator(SKG_QUERY_EVALUATOR_CORPUS)) {
    const auto text = skg::test::ReadFile(entry.path());
    REQUIRE_OK(text);
    seeds.push_back(*text);
  }
  return seeds;
}

}  // namespace

TEST_CASE("any text ends with an answer or an error of its own",
          "[query][exec]") {
  const std::vector<std::string> seeds = Seeds();
  REQUIRE(seeds.size() > 20);
  skg::test::TextEvaluator evaluator;
  for (const std::string& seed : seeds) evaluator.Check(seed);

  auto random = skg::test::Random(0);
  const auto below = [&](size_t n) { return random() % n; };
  constexpr int kTexts = 1500;
  for (int i = 0; i < kTexts; ++i) {
    std::vector<std::string> words =
        absl::StrSplit(seeds[below(seeds.size())], ' ');
    const std::vector<std::string> other =
        absl::StrSplit(seeds[below(seeds.size())], ' ');
    for (size_t changes = 1 + below(3); changes > 0 && !words.empty();
         --changes) {
      const size_t at = below(words.size()), from = below(other.size());
      const size_t some = 1 + below(other.size() - from);
      if (below(3) == 0) {
        words[at] = other[from];
      } else if (below(2) == 0) {
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        const auto begin = other.begin() + static_cast<std::ptrdiff_t>(from);
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), begin,
                     begin + static_cast<std::ptrdiff_t>(some));
      }
    }
    std::string text;
    for (const std::string& word : words) text += word + " ";
    evaluator.Check(text);
  }
}

}  // namespace skg::query::test
