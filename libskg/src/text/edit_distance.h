// Edit distance of one word to many, in order of their spelling.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skg::text {

// Characters of a text; ill-formed bytes count as one each.
[[nodiscard]] std::u32string Characters(std::string_view text);

// The edits that make one text of another: to insert, delete or replace a
// character, to exchange two neighbours that nothing else happens to (optimal
// string alignment; Damerau 1964, Wagner and Fischer 1974). Columns of the
// table are kept for what a word shares with the one before: in sorted
// sequence that is most of them. Not thread-safe.
class EditDistance {
 public:
  EditDistance(std::string_view word, int most);

  // Edits to `other`; most + 1 where they are more. `other` must not be longer
  // than 255 characters.
  [[nodiscard]] int To(std::string_view other);

 private:
  void FillRow(size_t row, char32_t c);

  const std::u32string word_;
  const int most_;
  std::u32string other_;  // what the rows are of
  // Row i: edits from the word's prefixes to the first i characters.
  std::vector<std::vector<int>> rows_;
  std::vector<int> least_;  // of each row
};

}  // namespace skg::text
