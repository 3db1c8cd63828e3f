// Functions on strings (17.4.3), but those with patterns.
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "query/values/functions.h"
#include "rdf/characters.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

// The place of the byte at which character `index` begins, or the end.
size_t ByteOfCharacter(std::string_view text, double index) {
  size_t place = 0;
  for (; index > 0 && place < text.size(); --index)
    place += rdf::Utf8Length(text[place]);
  return std::min(place, text.size());
}

Value StrLen(Call& call) {
  if (!call[0].stringy()) return {};
  return Value::Integer(static_cast<Int128>(CountCharacters(call[0].text)));
}

double AsDouble(const Value& value) {
  if (value.kind == Kind::kDouble) return value.number;
  if (value.kind == Kind::kFloat) return static_cast<double>(value.single);
  return ToDouble(value.decimal);
}

// fn:substring: the characters at round(start) and on, round(length) of them,
// counted from 1.
Value SubStr(Call& call) {
  if (!call[0].stringy() || !call[1].numeric()) return {};
  if (call.size() == 3 && !call[2].numeric()) return {};
  const std::string& text = call[0].text;
  const double first = std::floor(AsDouble(call[1]) + 0.5);
  double end = INFINITY;
  if (call.size() == 3) end = first + std::floor(AsDouble(call[2]) + 0.5);
  if (std::isnan(first) || std::isnan(end)) return StringLike(call[0], "");
  const double from = std::max(first, 1.0);
  if (end <= from) return StringLike(call[0], "");
  const size_t begin = ByteOfCharacter(text, from - 1);
  const std::string_view rest = std::string_view(text).substr(begin);
  return StringLike(
      call[0], std::string(rest.substr(0, ByteOfCharacter(rest, end - from))));
}

bool AllAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), rdf::IsAscii);
}

// By Unicode's full mapping, in no language in particular.
template <bool upper>
Value ChangeCase(Call& call) {
  if (!call[0].stringy()) return {};
  std::string text = call[0].text;
  if (AllAscii(text)) {
    const char first = upper ? 'a' : 'A', last = upper ? 'z' : 'Z';
    for (char& byte : text) {
      if (byte >= first && byte <= last) byte = static_cast<char>(byte ^ 0x20);
    }
  } else {
    // UTF-16 on the way there and back.
    call.status = call.state.Charge(text.size() * 4);
    if (!call.status.ok()) return {};
    icu::UnicodeString wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    if constexpr (upper) {
      wide.toUpper(icu::Locale::getRoot());
    } else {
      wide.toLower(icu::Locale::getRoot());
    }
    text.clear();
    wide.toUTF8String(text);
  }
  return StringLike(call[0], std::move(text));
}

Value StrStarts(Call& call) {
  if (!Compatible(call[0], call[1])) return {};
  return Value::Boolean(call[0].text.starts_with(call[1].text));
}

Value StrEnds(Call& call) {
  if (!Compatible(call[0], call[1])) return {};
  return Value::Boolean(call[0].text.ends_with(call[1].text));
}

Value Contains(Call& call) {
  if (!Compatible(call[0], call[1])) return {};
  return Value::Boolean(call[0].text.find(call[1].text) != std::string::npos);
}

// A part that was not found is the empty string without a language.
Value StrBefore(Call& call) {
  if (!Compatible(call[0], call[1])) return {};
  const size_t place = call[0].text.find(call[1].text);
  if (place == std::string::npos) return Value::String("");
  return StringLike(call[0], call[0].text.substr(0, place));
}

Value StrAfter(Call& call) {
  if (!Compatible(call[0], call[1])) return {};
  const size_t place = call[0].text.find(call[1].text);
  if (place == std::string::npos) return Value::String("");
  return StringLike(call[0], call[0].text.substr(place + call[1].text.size()));
}

Value EncodeForUri(Call& call) {
  if (!call[0].stringy()) return {};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  call.status = call.state.Charge(call[0].text.size() * 2);
  if (!call.status.ok()) return {};
  std::string out;
  for (const char byte : call[0].text) {
    if (rdf::Is(byte, rdf::kNameByte) || byte == '.' || byte == '~') {
      out += byte;
    } else {
      out += '%';
      out += kHex[static_cast<uint8_t>(byte) >> 4];
      out += kHex[static_cast<uint8_t>(byte) & 15];
    }
  }
  return Value::String(std::move(out));
}

Value Concat(Call& call) {
  size_t bytes = 0;
  bool one_language = true;
  for (size_t i = 0; i < call.size(); ++i) {
    if (!call[i].stringy()) return {};
    bytes += call[i].text.size();
    one_language &= call[i].kind == Kind::kLanguageString &&
                    call[i].qualifier == call[0].qualifier &&
                    call[i].direction == call[0].direction;
  }
  call.status = call.state.Charge(bytes);
  if (!call.status.ok()) return {};
  std::string text;
  text.reserve(bytes);
  for (size_t i = 0; i < call.size(); ++i) text += call[i].text;
  return one_language && call.size() > 0 ? StringLike(call[0], std::move(text))
                                         : Value::String(std::move(text));
}

}  // namespace

Value StringLike(const Value& like, std::string text) {
  Value value = Value::String(std::move(text));
  value.kind = like.kind;
  value.qualifier = like.qualifier;
  value.direction = like.direction;
  return value;
}

bool Compatible(const Value& a, const Value& b) {
  if (!a.stringy() || !b.stringy()) return false;
  return b.kind == Kind::kString ||
         (a.qualifier == b.qualifier && a.direction == b.direction);
}

FunctionEntry FindStringFunction(Function function) {
  switch (function) {
    case Function::kStrLen:
      return {StrLen, 1, 1};
    case Function::kSubStr:
      return {SubStr, 2, 3};
    case Function::kUCase:
      return {ChangeCase<true>, 1, 1};
    case Function::kLCase:
      return {ChangeCase<false>, 1, 1};
    case Function::kStrStarts:
      return {StrStarts, 2, 2};
    case Function::kStrEnds:
      return {StrEnds, 2, 2};
    case Function::kContains:
      return {Contains, 2, 2};
    case Function::kStrBefore:
      return {StrBefore, 2, 2};
    case Function::kStrAfter:
      return {StrAfter, 2, 2};
    case Function::kEncodeForUri:
      return {EncodeForUri, 1, 1};
    case Function::kConcat:
      return {Concat, 0, kAnyNumber};
    default:
      return {};
  }
}

}  // namespace skg::query
