// Languages that texts are stemmed by, named as BCP 47 tags name them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skg::text {

// One of a fixed list, or none. Its number is not stored anywhere.
struct Language {
  uint8_t number = 0;  // 0: none, so no stemming

  [[nodiscard]] bool known() const { return number != 0; }
  friend bool operator==(Language, Language) = default;
};
inline constexpr size_t kLanguageCount = 31;  // with none

// By the first part of the tag, in any case: "en-GB" is "en". None for tags
// that no stemmer is known for.
[[nodiscard]] Language LanguageOfTag(std::string_view tag);

// "en"; empty: none.
[[nodiscard]] std::string_view LanguageCode(Language language);
// As libstemmer calls it.
[[nodiscard]] const char* StemmerName(Language language);

// Whether words of the language lose an article before an apostrophe ("l'eau").
[[nodiscard]] bool HasElision(Language language);

// Words so frequent that they tell nothing, in folded form; lists for de, en,
// es, fr, it, nl and pt. O(1).
[[nodiscard]] bool IsStopWord(Language language, std::string_view folded);
// The part of an elided word after its article, else all of it:
// "l'eau" -> "eau".
[[nodiscard]] std::string_view WithoutElision(std::string_view folded);

}  // namespace skg::text
