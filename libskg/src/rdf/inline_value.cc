// The tags whose payload is the value. Layouts: libskg/docs/formats-terms.md.
#include "rdf/inline_value.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "rdf/characters.h"
#include "rdf/datatypes.h"
#include "rdf/inline_time.h"
#include "rdf/term_id.h"

namespace skg::rdf {
namespace {

constexpr int64_t kIntegerBias = int64_t{1} << 59;
constexpr int64_t kDecimalBias = int64_t{1} << 55;  // of the value x 10^8
constexpr size_t kDecimalDigits = 8;
constexpr int64_t kPowersOfTen[] = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
constexpr size_t kShortStringBytes = 7;

// Payloads of booleans, below their subtype.
constexpr std::string_view kBooleanForms[] = {"false", "0", "true", "1"};
constexpr uint64_t kBooleanSubtype = 1;
constexpr unsigned kSmallValueBits = 52;

using Payload = std::optional<uint64_t>;

// Digits without a leading zero (but `0` itself) off the front of `text`, at
// most `most` of them; -1 if there are none such.
int64_t TakeWholeNumber(std::string_view& text, size_t most) {
  size_t length = 0;
  int64_t value = 0;
  while (length < text.size() && Is(text[length], kDigitByte)) {
    if (length == most) return -1;
    value = value * 10 + (text[length++] - '0');
  }
  if (length == 0 || (length > 1 && text.front() == '0')) return -1;
  text.remove_prefix(length);
  return value;
}

bool TakeMinus(std::string_view& text) {
  if (text.empty() || text.front() != '-') return false;
  text.remove_prefix(1);
  return true;
}

Payload IntegerPayload(std::string_view lexical) {
  const bool negative = TakeMinus(lexical);
  int64_t value = TakeWholeNumber(lexical, 18);
  if (value < 0 || !lexical.empty() || (negative && value == 0))
    return std::nullopt;
  if (negative) value = -value;
  if (value < -kIntegerBias || value >= kIntegerBias) return std::nullopt;
  return static_cast<uint64_t>(value + kIntegerBias);
}

Payload DecimalPayload(std::string_view lexical) {
  const bool negative = TakeMinus(lexical);
  const int64_t whole = TakeWholeNumber(lexical, 9);
  if (whole < 0) return std::nullopt;
  size_t digits = 0;
  int64_t fraction = 0;
  if (!lexical.empty()) {
    if (lexical.front() != '.') return std::nullopt;
    lexical.remove_prefix(1);
    digits = lexical.size();
    if (digits == 0 || digits > kDecimalDigits) return std::nullopt;
    for (char digit : lexical) {
      if (!Is(digit, kDigitByte)) return std::nullopt;
      fraction = fraction * 10 + (digit - '0');
    }
  }
  int64_t scaled = whole * kPowersOfTen[kDecimalDigits] +
                   fraction * kPowersOfTen[kDecimalDigits - digits];
  if (negative && scaled == 0) return std::nullopt;
  if (negative) scaled = -scaled;
  if (scaled < -kDecimalBias || scaled >= kDecimalBias) return std::nullopt;
  return (static_cast<uint64_t>(scaled + kDecimalBias) << 4) | digits;
}

// The canonical form of XSD 1.1: shortest digits that give the value back, one
// before the point, at least one after it.
template <typename Float>
std::string_view CanonicalDouble(Float value, char (&buffer)[40]) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "INF" : "-INF";
  char raw[32];
  const auto written = std::to_chars(raw, raw + sizeof raw, value,
                                     std::chars_format::scientific);
  const char* const end = written.ptr;
  const char* p = raw;
  char* out = buffer;
  bool point = false;
  for (; p < end && *p != 'e'; ++p) {
    point |= *p == '.';
    *out++ = *p;
  }
  if (!point) {
    *out++ = '.';
    *out++ = '0';
  }
  *out++ = 'E';
  ++p;  // 'e', then always a sign
  if (p < end && *p++ == '-') *out++ = '-';
  while (p + 1 < end && *p == '0') ++p;
  while (p < end) *out++ = *p++;
  return std::string_view(buffer, static_cast<size_t>(out - buffer));
}

// A canonical form begins so; rules out most others before any arithmetic.
bool LooksCanonical(std::string_view lexical) {
  TakeMinus(lexical);
  return lexical.size() >= 5 && Is(lexical[0], kDigitByte) &&
         lexical[1] == '.' && Is(lexical[2], kDigitByte);
}

constexpr uint64_t kSignBit = uint64_t{1} << 63;

// IEEE bits so that unsigned order is the order of the values, NaN last.
uint64_t OrderedBits(uint64_t bits) {
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

Payload DoublePayload(std::string_view lexical) {
  double value = 0;
  if (LooksCanonical(lexical)) {
    const char* const end = lexical.data() + lexical.size();
    const auto read = std::from_chars(lexical.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    char buffer[40];
    if ((std::bit_cast<uint64_t>(value) & 15) != 0 ||
        CanonicalDouble(value, buffer) != lexical) {
      return std::nullopt;
    }
  } else if (lexical == "INF") {
    value = std::numeric_limits<double>::infinity();
  } else if (lexical == "-INF") {
    value = -std::numeric_limits<double>::infinity();
  } else if (lexical == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    return std::nullopt;
  }
  return OrderedBits(std::bit_cast<uint64_t>(value)) >> 4;
}

Payload BooleanPayload(std::string_view lexical) {
  for (uint64_t i = 0; i < std::size(kBooleanForms); ++i) {
    if (lexical == kBooleanForms[i])
      return (kBooleanSubtype << kSmallValueBits) | i;
  }
  return std::nullopt;
}

uint64_t ShortStringPayload(std::string_view text) {
  uint64_t payload = 0;
  for (size_t i = 0; i < kShortStringBytes; ++i) {
    payload =
        (payload << 8) | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0u);
  }
  return (payload << 4) | text.size();
}

std::optional<TermId> Tagged(TermTag tag, Payload payload) {
  if (!payload) return std::nullopt;
  return TermId::Make(tag, *payload);
}

void AppendNumber(int64_t value, std::string& out) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<size_t>(written.ptr - digits));
}

bool AppendDecimal(uint64_t payload, std::string& out) {
  const uint64_t digits = payload & 15;
  if (digits > kDecimalDigits) return false;
  int64_t scaled = static_cast<int64_t>(payload >> 4) - kDecimalBias;
  if (scaled % kPowersOfTen[kDecimalDigits - digits] != 0) return false;
  if (scaled < 0) {
    out.push_back('-');
    scaled = -scaled;
  }
  AppendNumber(scaled / kPowersOfTen[kDecimalDigits], out);
  if (digits == 0) return true;
  out.push_back('.');
  int64_t fraction = scaled % kPowersOfTen[kDecimalDigits];
  for (uint64_t i = 0; i < digits; ++i) {
    out.push_back(
        static_cast<char>('0' + fraction / kPowersOfTen[kDecimalDigits - 1]));
    fraction = fraction % kPowersOfTen[kDecimalDigits - 1] * 10;
  }
  return true;
}

uint64_t DoubleBits(uint64_t payload) {
  const uint64_t bits = payload << 4;
  return (bits & kSignBit) != 0 ? bits & ~kSignBit : ~(bits | 15);
}

bool AppendDouble(uint64_t payload, std::string& out) {
  const uint64_t bits = DoubleBits(payload);
  const double value = std::bit_cast<double>(bits);
  if (std::isnan(value) &&
      bits !=
          std::bit_cast<uint64_t>(std::numeric_limits<double>::quiet_NaN())) {
    return false;
  }
  char buffer[40];
  out.append(CanonicalDouble(value, buffer));
  return true;
}

bool AppendBoolean(uint64_t payload, std::string& out) {
  const uint64_t value = payload & ((uint64_t{1} << kSmallValueBits) - 1);
  if (payload >> kSmallValueBits != kBooleanSubtype ||
      value >= std::size(kBooleanForms)) {
    return false;
  }
  out.append(kBooleanForms[value]);
  return true;
}

bool AppendShortString(uint64_t payload, std::string& out) {
  const size_t size = payload & 15;
  if (size > kShortStringBytes) return false;
  char bytes[kShortStringBytes];
  uint64_t rest = payload >> 4;
  for (size_t i = kShortStringBytes; i-- > 0; rest >>= 8)
    bytes[i] = static_cast<char>(rest);
  for (size_t i = size; i < kShortStringBytes; ++i) {
    if (bytes[i] != 0) return false;
  }
  out.append(bytes, size);
  return true;
}

}  // namespace

std::optional<TermId> InlineId(const Term& term) {
  if (term.kind != TermKind::kLiteral || !term.language.empty())
    return std::nullopt;
  if (term.datatype.empty()) {
    if (term.value.size() > kShortStringBytes) return std::nullopt;
    return TermId::Make(TermTag::kShortString, ShortStringPayload(term.value));
  }
  const Datatype datatype = FindDatatype(term.datatype);
  switch (datatype) {
    case Datatype::kInteger:
      return Tagged(TermTag::kInteger, IntegerPayload(term.value));
    case Datatype::kDecimal:
      return Tagged(TermTag::kDecimal, DecimalPayload(term.value));
    case Datatype::kDouble:
      return Tagged(TermTag::kDouble, DoublePayload(term.value));
    case Datatype::kBoolean:
      return Tagged(TermTag::kSmall, BooleanPayload(term.value));
    case Datatype::kDateTime:
      return Tagged(TermTag::kDateTime, DateTimePayload(term.value));
    case Datatype::kDate:
    case Datatype::kTime:
    case Datatype::kGYear:
    case Datatype::kGYearMonth:
    case Datatype::kGMonthDay:
    case Datatype::kGDay:
    case Datatype::kGMonth:
      return Tagged(TermTag::kDateOrTime,
                    DateOrTimePayload(datatype, term.value));
    default:
      return std::nullopt;
  }
}

std::optional<TermId> InlineInteger(int64_t value) {
  if (value < -kIntegerBias || value >= kIntegerBias) return std::nullopt;
  return TermId::Make(TermTag::kInteger,
                      static_cast<uint64_t>(value + kIntegerBias));
}

int64_t IntegerOf(TermId id) {
  return static_cast<int64_t>(id.payload()) - kIntegerBias;
}

std::optional<TermId> InlineDecimal(int64_t units, unsigned digits) {
  if (digits > kDecimalDigits) return std::nullopt;
  int64_t scaled = 0;
  if (__builtin_mul_overflow(units, kPowersOfTen[kDecimalDigits - digits],
                             &scaled) ||
      scaled < -kDecimalBias || scaled >= kDecimalBias) {
    return std::nullopt;
  }
  return TermId::Make(
      TermTag::kDecimal,
      (static_cast<uint64_t>(scaled + kDecimalBias) << 4) | digits);
}

int64_t ScaledDecimalOf(TermId id) {
  return static_cast<int64_t>(id.payload() >> 4) - kDecimalBias;
}

std::optional<TermId> InlineDouble(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  const auto bits = std::bit_cast<uint64_t>(value);
  if ((bits & 15) != 0) return std::nullopt;
  return TermId::Make(TermTag::kDouble, OrderedBits(bits) >> 4);
}

double DoubleOf(TermId id) {
  return std::bit_cast<double>(DoubleBits(id.payload()));
}

TermId InlineBoolean(bool value) {
  return TermId::Make(TermTag::kSmall,
                      (kBooleanSubtype << kSmallValueBits) | (value ? 2u : 0u));
}

std::optional<bool> BooleanOf(TermId id) {
  if (id.tag() != TermTag::kSmall ||
      id.payload() >> kSmallValueBits != kBooleanSubtype) {
    return std::nullopt;
  }
  return (id.payload() & 2) != 0;
}

void AppendCanonical(double value, std::string& out) {
  char buffer[40];
  out.append(CanonicalDouble(value, buffer));
}

void AppendCanonical(float value, std::string& out) {
  char buffer[40];
  out.append(CanonicalDouble(value, buffer));
}

absl::StatusOr<Term> InlineTerm(TermId id) {
  Term term;
  term.kind = TermKind::kLiteral;
  Datatype datatype = Datatype::kOther;
  bool known = true;
  switch (id.tag()) {
    case TermTag::kInteger:
      AppendNumber(static_cast<int64_t>(id.payload()) - kIntegerBias,
                   term.value);
      datatype = Datatype::kInteger;
      break;
    case TermTag::kDecimal:
      known = AppendDecimal(id.payload(), term.value);
      datatype = Datatype::kDecimal;
      break;
    case TermTag::kDouble:
      known = AppendDouble(id.payload(), term.value);
      datatype = Datatype::kDouble;
      break;
    case TermTag::kDateTime:
      known = AppendDateTime(id.payload(), term.value);
      datatype = Datatype::kDateTime;
      break;
    case TermTag::kDateOrTime:
      datatype = AppendDateOrTime(id.payload(), term.value);
      known = datatype != Datatype::kOther;
      break;
    case TermTag::kSmall:
      known = AppendBoolean(id.payload(), term.value);
      datatype = Datatype::kBoolean;
      break;
    case TermTag::kShortString:
      known = AppendShortString(id.payload(), term.value);
      break;
    default:
      known = false;
  }
  if (!known) {
    return absl::DataLossError(
        absl::StrCat("term id ", absl::Hex(id.bits, absl::kZeroPad16),
                     " is not the inline id of any term"));
  }
  if (datatype != Datatype::kOther) term.datatype = DatatypeIri(datatype);
  return term;
}

}  // namespace skg::rdf
