// Characters of the RDF syntaxes: UTF-8, byte classes, and what an IRI, a
// blank node label or a language tag may hold.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace skg::rdf {

// Bytes that stand for themselves in a place of the grammars. Every byte of a
// multi-byte character belongs to kIriByte and kStringByte; whether it is UTF-8
// is asked afterwards, once for a term.
enum ByteClass : uint8_t {
  kIriByte = 1,     // inside <...>
  kStringByte = 2,  // inside "..." on one line, but for quotes
  kNameByte = 4,    // ASCII part of PN_CHARS: letters, digits, _ and -
  kDigitByte = 8,
  kLetterByte = 16,
  kHexByte = 32,
  kBlankByte = 64,    // blank and tab
  kLocalEscape = 128  // may follow a backslash in a local name
};

[[nodiscard]] consteval std::array<uint8_t, 256> MakeByteClasses() {
  std::array<uint8_t, 256> classes{};
  const auto add = [&](std::string_view bytes, ByteClass c) {
    for (char byte : bytes) classes[static_cast<uint8_t>(byte)] |= c;
  };
  const auto remove = [&](std::string_view bytes, ByteClass c) {
    for (char byte : bytes) {
      classes[static_cast<uint8_t>(byte)] &= static_cast<uint8_t>(~c);
    }
  };
  for (unsigned i = 0; i < 256; ++i) {
    classes[i] |= kStringByte;
    if (i > 0x20) classes[i] |= kIriByte;
  }
  remove("<>\"{}|^`\\", kIriByte);
  remove("\"'\\\n\r", kStringByte);
  add("0123456789", kDigitByte);
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kLetterByte);
  add("0123456789abcdefABCDEF", kHexByte);
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
      kNameByte);
  add(" \t", kBlankByte);
  add("_~.-!$&'()*+,;=/?#@%", kLocalEscape);
  return classes;
}
inline constexpr std::array<uint8_t, 256> kByteClasses = MakeByteClasses();

[[nodiscard]] inline bool Is(char byte, unsigned classes) {
  return (kByteClasses[static_cast<uint8_t>(byte)] & classes) != 0;
}
[[nodiscard]] inline bool IsAscii(char byte) {
  return static_cast<uint8_t>(byte) < 0x80;
}

// Whether the bytes are UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool IsUtf8(std::string_view text);

// Reads the character at `p` (p < end) and moves past it. False, and `p`
// unmoved, if the bytes are not UTF-8 or end too early.
[[nodiscard]] bool DecodeUtf8(const char*& p, const char* end,
                              char32_t& character);
// How many bytes the character that begins with `lead` has; 1 for a byte that
// begins none.
[[nodiscard]] inline size_t Utf8Length(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0xC2   ? 1
         : byte < 0xE0 ? 2
         : byte < 0xF0 ? 3
         : byte < 0xF5 ? 4
                       : 1;
}
void AppendUtf8(char32_t character, std::string& out);

// PN_CHARS_U and PN_CHARS of the Turtle grammar.
[[nodiscard]] bool IsNameStart(char32_t character);
[[nodiscard]] bool IsNameCharacter(char32_t character);

// The value of four or eight hexadecimal digits, or -1.
[[nodiscard]] int64_t HexValue(std::string_view digits);
// Whether an escape may denote it: a Unicode scalar value.
[[nodiscard]] inline bool IsScalarValue(int64_t character) {
  return character >= 0 && character <= 0x10FFFF &&
         (character < 0xD800 || character > 0xDFFF);
}

// Whether the text begins with a scheme and a colon.
[[nodiscard]] bool HasScheme(std::string_view iri);
// The IRIs that the syntaxes can write: a scheme, none of the characters that
// IRIREF forbids, UTF-8.
[[nodiscard]] bool IsAbsoluteIri(std::string_view iri);
[[nodiscard]] bool IsBlankNodeLabel(std::string_view label);
// Well-formed in the sense of BCP 47's outermost rule: subtags of one to eight
// letters or digits, the first of letters only.
[[nodiscard]] bool IsLanguageTag(std::string_view tag);

}  // namespace skg::rdf
