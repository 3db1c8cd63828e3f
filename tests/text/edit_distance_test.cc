#include "text/edit_distance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "support/test_support.h"

namespace skg::text {
namespace {

// The whole table.
int Oracle(const std::u32string& a, const std::u32string& b) {
  std::vector<std::vector<int>> edits(a.size() + 1,
                                      std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        edits[i][j] = static_cast<int>(i + j);
        continue;
      }
      edits[i][j] = std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1,
                              edits[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
      }
    }
  }
  return edits[a.size()][b.size()];
}

TEST_CASE("Edits are counted", "[edit_distance]") {
  const struct {
    std::string word, other;
    int most, want;
  } cases[] = {
      {"word", "word", 1, 0},  {"word", "wrod", 1, 1}, {"word", "ward", 2, 1},
      {"word", "words", 2, 1}, {"word", "wds", 2, 3},  {"été", "ete", 2, 2},
      {"漢字", "漢", 1, 1},    {"", "a", 1, 1},        {"a", "", 2, 1}};
  for (const auto& c : cases) {
    INFO(c.word << " " << c.other);
    REQUIRE(EditDistance(c.word, c.most).To(c.other) == c.want);
  }
}

TEST_CASE("Edits to many words are those of the whole table",
          "[edit_distance]") {
  auto random = test::Random();
  const char* const letters[] = {"a", "b", "c", "é", "漢", "\xff"};
  const auto word = [&] {
    std::string text;
    for (auto n = random() % 7; n > 0; --n) text += letters[random() % 6];
    return text;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string from = word();
    const int most = 1 + static_cast<int>(random() % 2);
    EditDistance distance(from, most);
    std::set<std::string> others;
    for (int j = 0; j < 100; ++j) others.insert(word());
    for (const std::string& other : others) {
      INFO(from << " " << other);
      REQUIRE(distance.To(other) ==
              std::min(most + 1, Oracle(Characters(from), Characters(other))));
    }
  }
}

}  // namespace
}  // namespace skg::text
