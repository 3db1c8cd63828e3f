#include "text/unicode_words.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <memory>

namespace skg::text {
namespace {

struct CloseIterator {
  void operator()(UBreakIterator* it) const { ubrk_close(it); }
};
using Iterator = std::unique_ptr<UBreakIterator, CloseIterator>;

// Null where ICU lacks its data.
UBreakIterator* ThreadIterator() {
  thread_local const Iterator iterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    Iterator opened(ubrk_open(UBRK_WORD, "", nullptr, 0, &error));
    if (U_FAILURE(error)) opened.reset();
    return opened;
  }();
  return iterator.get();
}

}  // namespace

void FindUnicodeWords(std::string_view text, uint32_t base,
                      std::vector<ByteRange>& words) {
  UBreakIterator* const it = ThreadIterator();
  if (it == nullptr) return;
  UErrorCode error = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<int64_t>(text.size()),
                 &error);
  ubrk_setUText(it, &source, &error);
  if (U_SUCCESS(error)) {
    int32_t begin = ubrk_first(it);
    for (int32_t end = ubrk_next(it); end != UBRK_DONE;
         begin = end, end = ubrk_next(it)) {
      if (ubrk_getRuleStatus(it) < UBRK_WORD_NUMBER) continue;
      words.push_back({base + static_cast<uint32_t>(begin),
                       base + static_cast<uint32_t>(end)});
    }
  }
  utext_close(&source);
}

void AppendFolded(std::string_view word, std::string& out) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const fold =
      icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) {
    out += word;
    return;
  }
  const size_t size = out.size();
  icu::StringByteSink<std::string> sink(&out);
  fold->normalizeUTF8(
      0, icu::StringPiece(word.data(), static_cast<int32_t>(word.size())), sink,
      nullptr, error);
  if (U_FAILURE(error)) {
    out.resize(size);
    out += word;
  }
}

}  // namespace skg::text
