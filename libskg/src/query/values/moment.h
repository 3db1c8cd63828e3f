// Moment: the values of the date and time datatypes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rdf/datatypes.h"
#include "rdf/term_id.h"

namespace skg::query {

// A dateTime, date, time or one of the g... types, in local time.
struct Moment {
  static constexpr int16_t kNoZone = INT16_MAX;

  // Since 1970-01-01T00:00:00. Parts that a type does not have are those of
  // 1972-12-01T00:00:00, but a gYear and gYearMonth begin on the first.
  int64_t seconds = 0;
  int64_t attoseconds = 0;  // 0 to 10^18 - 1; further digits are cut off
  int16_t zone = kNoZone;   // minutes east of UTC

  [[nodiscard]] bool zoned() const { return zone != kNoZone; }
};

// Unset: not a lexical form of the datatype, or a year of ten digits or more.
[[nodiscard]] std::optional<Moment> ParseMoment(rdf::Datatype datatype,
                                                std::string_view lexical);
// Unset for other than inline ids of these types.
[[nodiscard]] std::optional<Moment> MomentOfId(rdf::TermId id,
                                               rdf::Datatype* datatype);
// The canonical lexical form, with its timezone kept as it is.
void AppendMoment(rdf::Datatype datatype, const Moment& moment,
                  std::string& out);

// Of two moments of one datatype. Where one has a timezone and the other has
// none, they are unordered if a timezone could make them anything (XSD, 14
// hours either way).
[[nodiscard]] std::partial_ordering Compare(const Moment& a, const Moment& b);
// The same, with UTC for a timezone that is not there.
[[nodiscard]] std::weak_ordering CompareInUtc(const Moment& a, const Moment& b);

// Parts, local.
struct MomentParts {
  int64_t year = 0;
  int month = 1, day = 1, hours = 0, minutes = 0, seconds = 0;
};
[[nodiscard]] MomentParts PartsOf(const Moment& moment);
// `Z`, `-05:00`; nothing without a timezone.
void AppendZone(int16_t zone, std::string& out);

// The fraction of a second: digits after the point, those after the 18th cut
// off; and back, with its point, nothing for none.
[[nodiscard]] int64_t AttosecondsOf(std::string_view digits);
void AppendFraction(int64_t attoseconds, std::string& out);

}  // namespace skg::query
