#include "text/edit_distance.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace skg::text {
namespace {

void AppendCharacters(std::string_view text, std::u32string& out) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    const size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0x7Fu >> size);
    size_t i = 1;
    for (; i < size && at + i < text.size(); ++i) {
      const auto next = static_cast<uint8_t>(text[at + i]);
      if ((next & 0xC0) != 0x80) break;
      c = c << 6 | (next & 0x3F);
    }
    out.push_back(i == size ? c : lead);
    at += i == size ? size : 1;
  }
}

}  // namespace

std::u32string Characters(std::string_view text) {
  std::u32string characters;
  AppendCharacters(text, characters);
  return characters;
}

EditDistance::EditDistance(std::string_view word, int most)
    : word_(Characters(word)), most_(most) {
  rows_.emplace_back(word_.size() + 1);
  std::iota(rows_[0].begin(), rows_[0].end(), 0);
  least_.push_back(0);
}

void EditDistance::FillRow(size_t row, char32_t c) {
  if (rows_.size() <= row) {
    rows_.emplace_back(word_.size() + 1);
    least_.push_back(0);
  }
  const std::vector<int>& before = rows_[row - 1];
  std::vector<int>& edits = rows_[row];
  edits[0] = static_cast<int>(row);
  int least = edits[0];
  for (size_t i = 1; i <= word_.size(); ++i) {
    edits[i] = std::min({before[i] + 1, edits[i - 1] + 1,
                         before[i - 1] + (word_[i - 1] == c ? 0 : 1)});
    if (row > 1 && i > 1 && word_[i - 1] == other_[row - 2] &&
        word_[i - 2] == c) {
      edits[i] = std::min(edits[i], rows_[row - 2][i - 2] + 1);
    }
    least = std::min(least, edits[i]);
  }
  least_[row] = least;
}

int EditDistance::To(std::string_view other) {
  thread_local std::u32string characters;
  characters.clear();
  AppendCharacters(other, characters);
  const auto far = static_cast<std::ptrdiff_t>(characters.size()) -
                   static_cast<std::ptrdiff_t>(word_.size());
  if (std::abs(far) > most_) return most_ + 1;
  size_t same =
      static_cast<size_t>(std::mismatch(characters.begin(), characters.end(),
                                        other_.begin(), other_.end())
                              .first -
                          characters.begin());
  other_.resize(same);
  // Two rows in which all is too far never come near again.
  for (size_t row = 1; row <= characters.size(); ++row) {
    if (row > same) {
      other_.push_back(characters[row - 1]);
      FillRow(row, characters[row - 1]);
    }
    if (least_[row] > most_ && least_[row - 1] > most_) {
      return most_ + 1;
    }
  }
  return std::min(rows_[characters.size()][word_.size()], most_ + 1);
}

}  // namespace skg::text
