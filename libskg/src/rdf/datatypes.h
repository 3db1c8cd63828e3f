// The datatypes that the engine knows by a number.
#pragma once

#include <cstdint>
#include <string_view>

namespace skg::rdf {

// Codes at rest (first byte of a literal of tag 5 or 6 in the dictionary):
// never renumbered, only added to. 0 is any other datatype.
enum class Datatype : uint8_t {
  kOther = 0,
  // Numeric: literals of these without an inline form have tag 6.
  kInteger = 1,
  kDecimal = 2,
  kDouble = 3,
  kFloat = 4,
  kNonPositiveInteger = 5,
  kNegativeInteger = 6,
  kLong = 7,
  kInt = 8,
  kShort = 9,
  kByte = 10,
  kNonNegativeInteger = 11,
  kUnsignedLong = 12,
  kUnsignedInt = 13,
  kUnsignedShort = 14,
  kUnsignedByte = 15,
  kPositiveInteger = 16,
  // Not numeric: tag 5.
  kBoolean = 17,
  kDateTime = 18,
  kDateTimeStamp = 19,
  kDate = 20,
  kTime = 21,
  kGYear = 22,
  kGYearMonth = 23,
  kGMonthDay = 24,
  kGDay = 25,
  kGMonth = 26,
  kDuration = 27,
  kDayTimeDuration = 28,
  kYearMonthDuration = 29,
  kHexBinary = 30,
  kBase64Binary = 31,
  kAnyUri = 32,
  kNormalizedString = 33,
  kToken = 34,
  kLanguage = 35,
  kName = 36,
  kNcName = 37,
  kNmToken = 38,
  kNmTokens = 39,
  kId = 40,
  kIdRef = 41,
  kIdRefs = 42,
  kEntity = 43,
  kEntities = 44,
  kQName = 45,
  kNotation = 46,
  kRdfHtml = 47,
  kRdfXmlLiteral = 48,
  kRdfJson = 49,
};
inline constexpr uint8_t kLastDatatype = 49;

[[nodiscard]] constexpr bool IsNumeric(Datatype datatype) {
  return datatype >= Datatype::kInteger &&
         datatype <= Datatype::kPositiveInteger;
}

// kOther for an IRI that is not in the table.
[[nodiscard]] Datatype FindDatatype(std::string_view iri);
// The IRI of a code from 1 to kLastDatatype. Valid forever.
[[nodiscard]] std::string_view DatatypeIri(Datatype datatype);

}  // namespace skg::rdf
