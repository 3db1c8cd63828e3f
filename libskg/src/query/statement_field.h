// What a stored statement says besides matching a pattern, as terms.
#pragma once

#include <cstdint>
#include <string_view>

namespace skg::query {

enum class StatementField : uint8_t {
  kSubject,
  kPredicate,
  kObject,
  kGraph,      // unbound: the default graph
  kEdge,       // xsd:integer
  kWeight,     // xsd:double
  kVersion,    // the commit that wrote it last, xsd:integer
  kCreated,    // the commit that inserted it, xsd:integer; costs a read of the
               // record where there is one
  kHasRecord,  // xsd:boolean
};

[[nodiscard]] std::string_view NameOf(StatementField field);

}  // namespace skg::query
