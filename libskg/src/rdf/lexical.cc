#include "rdf/lexical.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"

namespace skg::rdf {
namespace {

bool Fail(size_t offset, std::string message, LexicalError& error) {
  error.offset = offset;
  error.message = std::move(message);
  return false;
}

bool CheckSize(std::string_view raw, LexicalError& error) {
  if (raw.size() <= kMaxTermBytes) return true;
  return Fail(0, "a term is longer than 64 MiB; the limit is 64 MiB", error);
}

bool CheckUtf8(std::string_view raw, LexicalError& error) {
  if (IsUtf8(raw)) return true;
  const char* p = raw.data();
  char32_t ignored;
  while (DecodeUtf8(p, raw.data() + raw.size(), ignored)) {
  }
  return Fail(static_cast<size_t>(p - raw.data()),
              absl::StrCat("byte 0x",
                           absl::Hex(static_cast<uint8_t>(*p), absl::kZeroPad2),
                           " is not UTF-8; the input must be UTF-8"),
              error);
}

// The \uXXXX or \UXXXXXXXX at `raw[at]`; moves `at` past it.
bool DecodeNumericEscape(std::string_view raw, size_t& at, char32_t& character,
                         LexicalError& error) {
  const size_t digits = raw[at + 1] == 'u' ? 4 : 8;
  const std::string_view hex = raw.substr(at + 2, digits);
  const int64_t value = hex.size() == digits ? HexValue(hex) : -1;
  if (value < 0) {
    return Fail(at,
                absl::StrCat("malformed escape; \\", av(raw.substr(at + 1, 1)),
                             " needs ", digits, " hexadecimal digits"),
                error);
  }
  if (!IsScalarValue(value)) {
    return Fail(at,
                absl::StrCat(
                    "the escape denotes U+", absl::Hex(value, absl::kZeroPad4),
                    ", which is not a character; surrogates cannot be escaped"),
                error);
  }
  character = static_cast<char32_t>(value);
  at += 2 + digits;
  return true;
}

char ShortEscape(char letter) {
  switch (letter) {
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case '"':
    case '\'':
    case '\\':
      return letter;
    default:
      return 0;
  }
}

}  // namespace

std::string Quoted(std::string_view text) {
  if (text.empty()) return "the end";
  const char* p = text.data();
  char32_t character;
  if (!DecodeUtf8(p, text.data() + text.size(), character) ||
      character < 0x20 || character == 0x7F) {
    return absl::StrCat("byte 0x", absl::Hex(static_cast<uint8_t>(text.front()),
                                             absl::kZeroPad2));
  }
  return absl::StrCat(
      "'", av(text.substr(0, static_cast<size_t>(p - text.data()))), "'");
}

bool DecodeIri(std::string_view raw, std::string& out, LexicalError& error) {
  if (!CheckSize(raw, error)) return false;
  out.clear();
  size_t copied = 0;
  for (size_t at = 0; at < raw.size();) {
    if (Is(raw[at], kIriByte)) {
      ++at;
      continue;
    }
    const size_t start = at;
    if (raw[at] != '\\' || at + 1 == raw.size() ||
        (raw[at + 1] != 'u' && raw[at + 1] != 'U')) {
      return Fail(at,
                  absl::StrCat("an IRI cannot hold ", Quoted(raw.substr(at)),
                               "; percent-encode it"),
                  error);
    }
    char32_t character;
    if (!DecodeNumericEscape(raw, at, character, error)) return false;
    if (character < 0x80 && !Is(static_cast<char>(character), kIriByte)) {
      return Fail(start,
                  absl::StrCat("an IRI cannot hold U+",
                               absl::Hex(character, absl::kZeroPad4),
                               ", not even escaped; percent-encode it"),
                  error);
    }
    out.append(raw.substr(copied, start - copied));
    AppendUtf8(character, out);
    copied = at;
  }
  out.append(raw.substr(copied));
  return CheckUtf8(raw, error);
}

bool DecodeString(std::string_view raw, std::string& out, LexicalError& error) {
  if (!CheckSize(raw, error) || !CheckUtf8(raw, error)) return false;
  out.clear();
  size_t copied = 0;
  for (size_t at = raw.find('\\'); at != std::string_view::npos;
       at = raw.find('\\', at)) {
    out.append(raw.substr(copied, at - copied));
    const char letter = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (letter == 'u' || letter == 'U') {
      char32_t character;
      if (!DecodeNumericEscape(raw, at, character, error)) return false;
      AppendUtf8(character, out);
    } else if (const char meant = ShortEscape(letter); meant != 0) {
      out.push_back(meant);
      at += 2;
    } else {
      return Fail(
          at,
          "unknown escape in a string; known are \\t \\b \\n \\r \\f \\\" \\' "
          "\\\\ \\uXXXX \\UXXXXXXXX",
          error);
    }
    copied = at;
  }
  out.append(raw.substr(copied));
  return true;
}

bool DecodeLanguage(std::string_view tag, Term& literal, LexicalError& error) {
  const std::string_view whole = tag;
  literal.direction = Direction::kNone;
  if (const size_t at = tag.find("--"); at != std::string_view::npos) {
    const std::string_view direction = tag.substr(at + 2);
    if (direction == "ltr") {
      literal.direction = Direction::kLtr;
    } else if (direction == "rtl") {
      literal.direction = Direction::kRtl;
    } else {
      return Fail(at, "a base direction is --ltr or --rtl, in lower case",
                  error);
    }
    tag = tag.substr(0, at);
  }
  if (!IsLanguageTag(tag)) {
    return Fail(
        0,
        absl::StrCat(
            "'@", av(whole.substr(0, 40)),
            "' is not a language tag; a tag is subtags of 1 to 8 letters or "
            "digits joined by '-', like @en or @de-CH"),
        error);
  }
  literal.language.assign(tag);
  for (char& byte : literal.language) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
  }
  return true;
}

bool SetDatatype(std::string_view iri, Term& literal, LexicalError& error) {
  if (iri == iri::kXsdString) {
    literal.datatype.clear();
    return true;
  }
  if (iri == iri::kRdfLangString || iri == iri::kRdfDirLangString) {
    return Fail(
        0,
        "a literal of this datatype needs a language tag instead: \"...\"@en",
        error);
  }
  literal.datatype.assign(iri);
  return true;
}

}  // namespace skg::rdf
