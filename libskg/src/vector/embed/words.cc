#include "vector/embed/words.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace skg::vector {
namespace {

absl::Status Lacking(const char* what, UErrorCode error) {
  return absl::InternalError(
      absl::StrCat("ICU has no ", what, ": ", u_errorName(error)));
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 128;
  });
}

// The text's beginning, without half a character at its end.
std::string_view Beginning(std::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes;
  for (int i = 0; i < 3 && end > 0 && U8_IS_TRAIL(text[end]); ++i) --end;
  return text.substr(0, end);
}

}  // namespace

void WordReader::Close::operator()(UBreakIterator* p) const { ubrk_close(p); }

absl::StatusOr<WordReader> WordReader::Make() {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* folding = unorm2_getNFKCCasefoldInstance(&error);
  if (U_FAILURE(error)) return Lacking("folding of case", error);
  UBreakIterator* breaks = ubrk_open(UBRK_WORD, "", nullptr, 0, &error);
  if (U_FAILURE(error)) return Lacking("rules of segmentation", error);
  return WordReader(folding, breaks);
}

absl::StatusOr<WordReader> WordReader::Clone() const {
  UErrorCode error = U_ZERO_ERROR;
  UBreakIterator* breaks = ubrk_clone(breaks_.get(), &error);
  if (U_FAILURE(error)) return Lacking("memory", error);
  return WordReader(folding_, breaks);
}

void WordReader::Fold(std::string_view text) {
  folded_.clear();
  if (IsAscii(text)) {
    folded_.resize(text.size());
    std::transform(text.begin(), text.end(), folded_.begin(), [](char c) {
      return static_cast<char16_t>(
          absl::ascii_tolower(static_cast<unsigned char>(c)));
    });
    return;
  }
  UErrorCode error = U_ZERO_ERROR;
  int32_t length = 0;
  text_.resize(text.size());  // UTF-16 has no more units than UTF-8 bytes
  u_strFromUTF8WithSub(text_.data(), static_cast<int32_t>(text_.size()),
                       &length, text.data(), static_cast<int32_t>(text.size()),
                       0xFFFD, nullptr, &error);
  text_.resize(U_FAILURE(error) ? 0 : static_cast<size_t>(length));
  // What one unit folds to is at most 18 long (UAX 15), but hardly ever more
  // than one.
  folded_.resize(text_.size() + text_.size() / 4 + 32);
  for (int attempt = 0; attempt < 2; ++attempt) {
    error = U_ZERO_ERROR;
    length = unorm2_normalize(
        folding_, text_.data(), static_cast<int32_t>(text_.size()),
        folded_.data(), static_cast<int32_t>(folded_.size()), &error);
    if (error != U_BUFFER_OVERFLOW_ERROR) break;
    folded_.resize(static_cast<size_t>(length));
  }
  folded_.resize(U_FAILURE(error) ? 0 : static_cast<size_t>(length));
}

void WordReader::Start(std::string_view text) {
  Fold(Beginning(text, kMostTextBytes));
  at_ = 0;
  UErrorCode error = U_ZERO_ERROR;
  ubrk_setText(breaks_.get(), folded_.data(),
               static_cast<int32_t>(folded_.size()), &error);
  if (U_FAILURE(error)) at_ = folded_.size();
}

bool WordReader::Next() {
  while (at_ < folded_.size()) {
    const int32_t end = ubrk_next(breaks_.get());
    if (end == UBRK_DONE) break;
    const size_t begin = at_;
    at_ = static_cast<size_t>(end);
    if (ubrk_getRuleStatus(breaks_.get()) < UBRK_WORD_NONE_LIMIT) continue;
    SetWord(begin, at_);
    return true;
  }
  return false;
}

void WordReader::SetWord(size_t begin, size_t end) {
  bytes_.clear();
  word_.borders.clear();
  while (begin < end && word_.borders.size() < kMostCharacters) {
    UChar32 c = 0;
    U16_NEXT(folded_.data(), begin, end, c);
    if (U_IS_SURROGATE(c)) c = 0xFFFD;
    word_.borders.push_back(static_cast<uint32_t>(bytes_.size()));
    uint8_t units[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(units, size, c);
    bytes_.append(reinterpret_cast<const char*>(units),
                  static_cast<size_t>(size));
  }
  word_.borders.push_back(static_cast<uint32_t>(bytes_.size()));
  word_.text = bytes_;
}

}  // namespace skg::vector
