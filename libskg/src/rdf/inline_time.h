// Dates and times as payloads of the tags kDateTime and kDateOrTime. The byte
// layouts are in libskg/docs/formats-terms.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rdf/datatypes.h"
#include "rdf/term_id.h"

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

// What an id of these tags says, without its text.
struct InlineMoment {
  static constexpr int kNoZone = 1 << 15;
  Datatype datatype = Datatype::kOther;
  // Since 1970-01-01T00:00Z (kTime: since midnight in UTC); without a timezone
  // the local time is taken as UTC.
  int64_t utc_seconds = 0;
  int utc_millis = 0;  // of the second, 0 to 999
  int zone_minutes = kNoZone;
};
// Unset for the ids of other tags. Bits that no literal has may give a moment
// too: only InlineTerm finds all damage.
[[nodiscard]] std::optional<InlineMoment> MomentOf(TermId id);

}  // namespace skg::rdf
