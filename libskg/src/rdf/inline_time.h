// Dates and times as payloads of the tags kDateTime and kDateOrTime. The byte
// layouts are in libskg/docs/formats-terms.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rdf/datatypes.h"

namespace skg::rdf {

// The payload of a lexical form of `datatype` (kDateTime; the others are
// kDate, kTime and the kG... types), if it gives back exactly that form.
[[nodiscard]] std::optional<uint64_t> DateTimePayload(std::string_view lexical);
[[nodiscard]] std::optional<uint64_t> DateOrTimePayload(
    Datatype datatype, std::string_view lexical);

// Appends the lexical form. False, and nothing is promised about `out`, if the
// payload is not that of any value.
[[nodiscard]] bool AppendDateTime(uint64_t payload, std::string& out);
// kOther if the payload is not that of any value.
[[nodiscard]] Datatype AppendDateOrTime(uint64_t payload, std::string& out);

}  // namespace skg::rdf
