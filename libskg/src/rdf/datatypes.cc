#include "rdf/datatypes.h"

#include <array>

#include "rdf/term.h"

namespace skg::rdf {
namespace {

#define SKG_XSD(name) "http://www.w3.org/2001/XMLSchema#" name
#define SKG_RDF(name) "http://www.w3.org/1999/02/22-rdf-syntax-ns#" name
// By code.
constexpr std::array<std::string_view, kLastDatatype + 1> kIris = {
    "",
    SKG_XSD("integer"),
    SKG_XSD("decimal"),
    SKG_XSD("double"),
    SKG_XSD("float"),
    SKG_XSD("nonPositiveInteger"),
    SKG_XSD("negativeInteger"),
    SKG_XSD("long"),
    SKG_XSD("int"),
    SKG_XSD("short"),
    SKG_XSD("byte"),
    SKG_XSD("nonNegativeInteger"),
    SKG_XSD("unsignedLong"),
    SKG_XSD("unsignedInt"),
    SKG_XSD("unsignedShort"),
    SKG_XSD("unsignedByte"),
    SKG_XSD("positiveInteger"),
    SKG_XSD("boolean"),
    SKG_XSD("dateTime"),
    SKG_XSD("dateTimeStamp"),
    SKG_XSD("date"),
    SKG_XSD("time"),
    SKG_XSD("gYear"),
    SKG_XSD("gYearMonth"),
    SKG_XSD("gMonthDay"),
    SKG_XSD("gDay"),
    SKG_XSD("gMonth"),
    SKG_XSD("duration"),
    SKG_XSD("dayTimeDuration"),
    SKG_XSD("yearMonthDuration"),
    SKG_XSD("hexBinary"),
    SKG_XSD("base64Binary"),
    SKG_XSD("anyURI"),
    SKG_XSD("normalizedString"),
    SKG_XSD("token"),
    SKG_XSD("language"),
    SKG_XSD("Name"),
    SKG_XSD("NCName"),
    SKG_XSD("NMTOKEN"),
    SKG_XSD("NMTOKENS"),
    SKG_XSD("ID"),
    SKG_XSD("IDREF"),
    SKG_XSD("IDREFS"),
    SKG_XSD("ENTITY"),
    SKG_XSD("ENTITIES"),
    SKG_XSD("QName"),
    SKG_XSD("NOTATION"),
    SKG_RDF("HTML"),
    SKG_RDF("XMLLiteral"),
    SKG_RDF("JSON"),
};
#undef SKG_XSD
#undef SKG_RDF

// Open addressing over the codes; the ends of the IRIs tell most of them apart.
constexpr size_t kSlots = 128;
constexpr size_t Slot(std::string_view iri) {
  const auto byte = [&](size_t from_end) {
    return static_cast<size_t>(
        static_cast<uint8_t>(iri[iri.size() - from_end]));
  };
  return (iri.size() * 5 + byte(1) + byte(2) * 3 + byte(4) * 7) % kSlots;
}
constexpr std::array<uint8_t, kSlots> kTable = [] {
  std::array<uint8_t, kSlots> table{};
  for (size_t code = 1; code < kIris.size(); ++code) {
    size_t slot = Slot(kIris[code]);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<uint8_t>(code);
  }
  return table;
}();

}  // namespace

Datatype FindDatatype(std::string_view iri) {
  constexpr size_t kShortest = iri::kXsd.size() + 2;  // xsd:ID
  if (iri.size() < kShortest) return Datatype::kOther;
  for (size_t slot = Slot(iri); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (kIris[kTable[slot]] == iri) return static_cast<Datatype>(kTable[slot]);
  }
  return Datatype::kOther;
}

std::string_view DatatypeIri(Datatype datatype) {
  return kIris[static_cast<uint8_t>(datatype)];
}

}  // namespace skg::rdf
