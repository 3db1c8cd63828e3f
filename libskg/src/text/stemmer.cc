#include "text/stemmer.h"

#include <libstemmer.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>

namespace skg::text {
namespace {

// Words follow Zipf's law: a small cache answers for most of them.
constexpr size_t kCacheSlots = 2048;
constexpr size_t kCachedBytes = 20;

struct CacheSlot {
  uint8_t language = 0;  // none: empty
  uint8_t word_size = 0, stem_size = 0;
  char word[kCachedBytes];
  char stem[kCachedBytes];
};

struct StemmerDelete {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

class ThreadStemmers {
 public:
  void Append(Language language, std::string_view word, std::string& out) {
    if (word.size() > kCachedBytes) {
      out += Stem(language, word);
      return;
    }
    const size_t hash = std::hash<std::string_view>{}(word) + language.number;
    CacheSlot& slot = cache_[hash % kCacheSlots];
    if (slot.language != language.number || slot.word_size != word.size() ||
        std::memcmp(slot.word, word.data(), word.size()) != 0) {
      const std::string_view stem = Stem(language, word);
      if (stem.size() > kCachedBytes) {
        out += stem;
        return;
      }
      slot.language = language.number;
      slot.word_size = static_cast<uint8_t>(word.size());
      slot.stem_size = static_cast<uint8_t>(stem.size());
      std::memcpy(slot.word, word.data(), word.size());
      std::memcpy(slot.stem, stem.data(), stem.size());
    }
    out.append(slot.stem, slot.stem_size);
  }

 private:
  // Valid until the next call.
  std::string_view Stem(Language language, std::string_view word) {
    auto& stemmer = stemmers_[language.number];
    if (stemmer == nullptr) {
      stemmer.reset(sb_stemmer_new(StemmerName(language), "UTF_8"));
      if (stemmer == nullptr) return word;  // this libstemmer lacks it
    }
    const sb_symbol* stem = sb_stemmer_stem(
        stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
        static_cast<int>(word.size()));
    const int size = sb_stemmer_length(stemmer.get());
    if (stem == nullptr || size <= 0) return word;
    return {reinterpret_cast<const char*>(stem), static_cast<size_t>(size)};
  }

  std::array<std::unique_ptr<sb_stemmer, StemmerDelete>, kLanguageCount>
      stemmers_;
  std::array<CacheSlot, kCacheSlots> cache_;
};

}  // namespace

void AppendStem(Language language, std::string_view folded, std::string& out) {
  if (!language.known() || folded.empty() || folded.size() > kMaxStemmedBytes) {
    out += folded;
    return;
  }
  thread_local const auto stemmers = std::make_unique<ThreadStemmers>();
  stemmers->Append(language, folded, out);
}

}  // namespace skg::text
