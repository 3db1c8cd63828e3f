#include "rdf/characters.h"

#include <cstring>

namespace skg::rdf {
namespace {

struct Range {
  char32_t first, last;
};
// PN_CHARS_BASE beyond ASCII.
constexpr Range kNameStartRanges[] = {
    {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
    {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
    {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};

bool IsContinuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

}  // namespace

bool DecodeUtf8(const char*& p, const char* end, char32_t& character) {
  const auto lead = static_cast<uint8_t>(*p);
  if (lead < 0x80) {
    character = lead;
    ++p;
    return true;
  }
  const size_t length = Utf8Length(*p);
  if (length == 1 || static_cast<size_t>(end - p) < length) return false;
  char32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(p[i])) return false;
    value = (value << 6) | (static_cast<uint8_t>(p[i]) & 0x3Fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || !IsScalarValue(value)) return false;
  character = value;
  p += length;
  return true;
}

bool IsUtf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    uint64_t word;
    while (end - p >= 8 &&
           (std::memcpy(&word, p, 8), (word & 0x8080808080808080u) == 0)) {
      p += 8;
    }
    if (p == end) break;
    char32_t ignored;
    if (!DecodeUtf8(p, end, ignored)) return false;
  }
  return true;
}

void AppendUtf8(char32_t character, std::string& out) {
  const auto put = [&](char32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | (character >> 6));
    put(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    put(0xE0 | (character >> 12));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  } else {
    put(0xF0 | (character >> 18));
    put(0x80 | ((character >> 12) & 0x3F));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  }
}

bool IsNameStart(char32_t character) {
  if (character < 0x80) {
    return character == '_' || Is(static_cast<char>(character), kLetterByte);
  }
  for (const Range& range : kNameStartRanges) {
    if (character <= range.last) return character >= range.first;
  }
  return false;
}

bool IsNameCharacter(char32_t character) {
  if (character < 0x80) return Is(static_cast<char>(character), kNameByte);
  return IsNameStart(character) || character == 0xB7 ||
         (character >= 0x300 && character <= 0x36F) ||
         (character >= 0x203F && character <= 0x2040);
}

int64_t HexValue(std::string_view digits) {
  int64_t value = 0;
  for (char digit : digits) {
    if (!Is(digit, kHexByte)) return -1;
    const int nibble =
        Is(digit, kDigitByte) ? digit - '0' : (digit | 0x20) - 'a' + 10;
    value = value * 16 + nibble;
  }
  return value;
}

bool HasScheme(std::string_view iri) {
  if (iri.empty() || !Is(iri.front(), kLetterByte)) return false;
  for (char byte : iri) {
    if (byte == ':') return true;
    if (!Is(byte, kLetterByte | kDigitByte) && byte != '+' && byte != '-' &&
        byte != '.') {
      return false;
    }
  }
  return false;
}

bool IsAbsoluteIri(std::string_view iri) {
  for (char byte : iri) {
    if (!Is(byte, kIriByte)) return false;
  }
  return HasScheme(iri) && IsUtf8(iri);
}

bool IsBlankNodeLabel(std::string_view label) {
  if (label.empty() || label.back() == '.') return false;
  const char* p = label.data();
  const char* const end = p + label.size();
  char32_t character;
  if (!DecodeUtf8(p, end, character)) return false;
  if (!IsNameStart(character) && !(character >= '0' && character <= '9'))
    return false;
  while (p < end) {
    if (!DecodeUtf8(p, end, character)) return false;
    if (character != '.' && !IsNameCharacter(character)) return false;
  }
  return true;
}

bool IsLanguageTag(std::string_view tag) {
  size_t length = 0;
  unsigned allowed = kLetterByte;
  for (char byte : tag) {
    if (byte == '-') {
      if (length == 0) return false;
      length = 0;
      allowed = kLetterByte | kDigitByte;
    } else if (!Is(byte, allowed) || ++length > 8) {
      return false;
    }
  }
  return length > 0;
}

}  // namespace skg::rdf
