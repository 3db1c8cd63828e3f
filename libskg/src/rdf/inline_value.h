// Numbers and booleans of inline ids, without a detour over their text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rdf/term_id.h"

namespace skg::rdf {

// InlineX gives the id of the literal in canonical form, unset where that has
// no inline id; XOf wants an id of the right tag.
[[nodiscard]] std::optional<TermId> InlineInteger(int64_t value);
[[nodiscard]] int64_t IntegerOf(TermId id);

// The value is units / 10^digits; `digits` are written after the point.
[[nodiscard]] std::optional<TermId> InlineDecimal(int64_t units,
                                                  unsigned digits);
// The value times 10^kInlineDecimalDigits.
inline constexpr unsigned kInlineDecimalDigits = 8;
[[nodiscard]] int64_t ScaledDecimalOf(TermId id);

[[nodiscard]] std::optional<TermId> InlineDouble(double value);
[[nodiscard]] double DoubleOf(TermId id);

[[nodiscard]] TermId InlineBoolean(bool value);
// Unset: not the id of a boolean.
[[nodiscard]] std::optional<bool> BooleanOf(TermId id);

// The canonical lexical form (XSD 1.1): `1.0E0`, `-INF`, `NaN`.
void AppendCanonical(double value, std::string& out);
void AppendCanonical(float value, std::string& out);

}  // namespace skg::rdf
