// Words of a text as the hashing embedder sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct UBreakIterator;
struct UNormalizer2;

namespace skg::vector {

// A word, folded (NFKC_Casefold), in UTF-8.
struct Word {
  std::string_view text;
  // Where its characters begin, and where the last one ends.
  std::vector<uint32_t> borders;
};

// Takes the words out of a text: what lies between two word boundaries
// (Unicode Standard Annex 29) and has a letter, a digit, a kana or an
// ideograph. Not thread-safe; a clone costs microseconds.
class WordReader {
 public:
  static constexpr size_t kMostTextBytes = size_t{64} << 10;
  static constexpr size_t kMostCharacters = 64;  // of a word

  // kInternal: ICU has no rules of segmentation or no folding.
  [[nodiscard]] static absl::StatusOr<WordReader> Make();
  [[nodiscard]] absl::StatusOr<WordReader> Clone() const;

  // Calls f(const Word&) for each word, in their order, until the text's first
  // kMostTextBytes end. Words hold for the call.
  template <typename F>
  void Read(std::string_view text, F&& f) {
    Start(text);
    while (Next()) f(static_cast<const Word&>(word_));
  }

 private:
  struct Close {
    void operator()(UBreakIterator* p) const;
  };
  WordReader(const UNormalizer2* folding, UBreakIterator* breaks)
      : folding_(folding), breaks_(breaks) {}

  void Start(std::string_view text);
  void Fold(std::string_view text);
  bool Next();
  void SetWord(size_t begin, size_t end);

  const UNormalizer2* folding_;
  std::unique_ptr<UBreakIterator, Close> breaks_;
  std::u16string text_, folded_;
  size_t at_ = 0;  // in folded_
  std::string bytes_;
  Word word_;
};

}  // namespace skg::vector
