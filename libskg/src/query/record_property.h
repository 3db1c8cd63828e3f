// The reserved properties: what a stored statement's record says of it, as
// properties of the statement's implicit reifier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skg::query {

// The name space of the reserved properties.
inline constexpr std::string_view kRecordVocabulary = "urn:skg-vocabulary:";
// An implicit reifier is this and the statement's id.
inline constexpr std::string_view kReifierPrefix = "urn:uuid:";

struct RecordProperty {
  enum class Field : uint8_t {
    kWeight,     // xsd:decimal
    kCreatedAt,  // xsd:dateTime, as the next three
    kUpdatedAt,
    kValidFrom,
    kValidTo,
    kMetadata,        // rdf:JSON, an object
    kMetadataMember,  // the value of `key`
  };
  Field field = Field::kWeight;
  std::string key;  // decoded; of kMetadataMember

  friend bool operator==(const RecordProperty&,
                         const RecordProperty&) = default;
};

// Unset: the IRI is no reserved property.
[[nodiscard]] std::optional<RecordProperty> RecordPropertyOf(
    std::string_view iri);
// Its IRI without the vocabulary's.
[[nodiscard]] std::string NameOf(const RecordProperty& property);

}  // namespace skg::query
