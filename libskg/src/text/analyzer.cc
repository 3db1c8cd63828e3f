#include "text/analyzer.h"

#include <xxhash.h>

#include <algorithm>
#include <array>

#include "text/stemmer.h"

namespace skg::text {
namespace {

// What a text's offsets may be.
constexpr size_t kMaxTextBytes = size_t{1} << 30;
constexpr size_t kHashDigits = 16;

// Word_Break of ASCII as CLDR's root has it (no MidLetter: its colon only
// counts in some languages).
enum class AsciiClass : uint8_t {
  kOther,
  kCut,  // always between words
  kLetter,
  kDigit,
  kMidBoth,    // . ' : between letters, between digits
  kMidNumber,  // , ;
};

constexpr std::array<AsciiClass, 128> kAsciiClasses = [] {
  std::array<AsciiClass, 128> classes{};
  for (size_t c = 0; c < 128; ++c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      classes[c] = AsciiClass::kLetter;
    } else if (c >= '0' && c <= '9') {
      classes[c] = AsciiClass::kDigit;
    }
  }
  for (const char c : {' ', '\t', '\n', '\r', '_', '@'})
    classes[static_cast<size_t>(c)] = AsciiClass::kCut;
  classes['.'] = classes['\''] = AsciiClass::kMidBoth;
  classes[','] = classes[';'] = AsciiClass::kMidNumber;
  return classes;
}();

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }
AsciiClass ClassOf(char c) { return kAsciiClasses[static_cast<uint8_t>(c)]; }
bool IsWordPart(AsciiClass c) {
  return c == AsciiClass::kLetter || c == AsciiClass::kDigit;
}

// Where the ASCII word that begins at `at` ends (WB5 to WB12).
size_t AsciiWordEnd(std::string_view text, size_t at) {
  for (;;) {
    AsciiClass last = ClassOf(text[at]);
    while (at < text.size() && IsWordPart(ClassOf(text[at]))) {
      last = ClassOf(text[at++]);
    }
    if (at + 1 >= text.size()) return at;
    const AsciiClass middle = ClassOf(text[at]);
    const bool joins =
        middle == AsciiClass::kMidBoth ||
        (middle == AsciiClass::kMidNumber && last == AsciiClass::kDigit);
    if (!joins || ClassOf(text[at + 1]) != last) return at;
    ++at;
  }
}

void FindAsciiWords(std::string_view text, uint32_t base,
                    std::vector<ByteRange>& words) {
  for (size_t at = 0; at < text.size();) {
    if (!IsWordPart(ClassOf(text[at]))) {
      ++at;
      continue;
    }
    const size_t end = AsciiWordEnd(text, at);
    words.push_back(
        {base + static_cast<uint32_t>(at), base + static_cast<uint32_t>(end)});
    at = end;
  }
}

// U+2019 as an apostrophe.
void StraightenApostrophes(std::string& text, size_t from) {
  constexpr std::string_view kQuote = "\u2019";
  size_t kept = from;
  for (size_t at = from; at < text.size();) {
    if (text.compare(at, kQuote.size(), kQuote) == 0) {
      text[kept++] = '\'';
      at += kQuote.size();
    } else {
      text[kept++] = text[at++];
    }
  }
  text.resize(kept);
}

// Appends the folded form of a word to `out`. True: it is of ASCII.
bool AppendFoldedWord(std::string_view word, std::string& out) {
  const size_t begin = out.size();
  out.resize(begin + word.size());
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (!IsAscii(c)) {
      out.resize(begin);
      AppendFolded(word, out);
      StraightenApostrophes(out, begin);
      return false;
    }
    out[begin + i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return true;
}

// Keeps what is after `from` within kMaxTokenBytes.
void BoundToken(std::string& text, size_t from) {
  if (text.size() - from <= kMaxTokenBytes) return;
  uint64_t hash = XXH3_64bits(text.data() + from, text.size() - from);
  size_t end = from + kMaxTokenBytes - kHashDigits;
  while (end > from && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  for (size_t i = 0; i < kHashDigits; ++i, hash >>= 4) {
    text.push_back("0123456789abcdef"[hash & 15]);
  }
}

}  // namespace

void FindWords(std::string_view text, std::vector<ByteRange>& words) {
  words.clear();
  text = text.substr(0, kMaxTextBytes);
  // Pieces between spaces (and what cuts here) stand alone: ICU is asked only
  // about those that are not of ASCII.
  for (size_t at = 0; at < text.size() && words.size() < kMaxDocumentTokens;) {
    size_t end = at;
    bool ascii = true;
    for (; end < text.size(); ++end) {
      if (!IsAscii(text[end])) {
        ascii = false;
      } else if (ClassOf(text[end]) == AsciiClass::kCut) {
        break;
      }
    }
    const auto base = static_cast<uint32_t>(at);
    const std::string_view piece = text.substr(at, end - at);
    if (ascii) {
      FindAsciiWords(piece, base, words);
    } else {
      FindUnicodeWords(piece, base, words);
    }
    at = end + 1;
  }
  if (words.size() > kMaxDocumentTokens) words.resize(kMaxDocumentTokens);
}

void Analyzer::Analyze(std::string_view text, Language language, TokenList& out,
                       std::span<const uint32_t> begins) const {
  out.Clear();
  thread_local std::vector<ByteRange> words;
  thread_local std::string folded;
  FindWords(text, words);
  out.tokens_.reserve(words.size());
  const bool elision = HasElision(language);
  const bool stemming = options_.stemming && language.known();
  uint32_t position = 0;
  bool any = false;
  auto next = begins.begin();
  for (const ByteRange& range : words) {
    const auto reached = std::upper_bound(next, begins.end(), range.begin);
    // One gap is enough, however many strings have no word. There are no more
    // than kMaxDocumentTokens, so positions stay within 32 bits.
    if (any && reached != next) position += kStringGap;
    next = reached;
    any = true;
    const uint32_t here = position++;
    const std::string_view word =
        text.substr(range.begin, range.end - range.begin);
    folded.clear();
    AppendFoldedWord(word, folded);
    std::string_view kept = folded;
    if (elision) kept = WithoutElision(kept);
    if (kept.empty() || (options_.stop_words && IsStopWord(language, kept))) {
      continue;
    }
    const size_t begin = out.text_.size();
    if (stemming) {
      AppendStem(language, kept, out.text_);
    } else {
      out.text_ += kept;
    }
    BoundToken(out.text_, begin);
    out.tokens_.push_back({static_cast<uint32_t>(begin),
                           static_cast<uint32_t>(out.text_.size() - begin),
                           here, range});
  }
  // One great text must not bind its memory to the thread for ever.
  constexpr size_t kKeptWords = 1 << 14;
  if (words.capacity() > kKeptWords) std::vector<ByteRange>().swap(words);
  if (folded.capacity() > kKeptWords) std::string().swap(folded);
}

std::string Analyzer::Folded(std::string_view word) const {
  std::vector<ByteRange> words;
  FindWords(word, words);
  std::string folded;
  if (words.size() != 1) return folded;
  AppendFoldedWord(word.substr(words[0].begin, words[0].end - words[0].begin),
                   folded);
  BoundToken(folded, 0);
  return folded;
}

}  // namespace skg::text
