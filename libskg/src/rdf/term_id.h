// TermId: a term as 64 bits, four of tag and sixty of payload. The layouts of
// the tags are settled in libskg/docs/formats.md and implemented in
// inline_value.cc; they never change within a format version.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rdf/term.h"

namespace skg::rdf {

enum class TermTag : uint8_t {
  kUnbound = 0,
  // Payload: the number that the graph's dictionary gave (never 0).
  kIri = 1,
  kBlankNode = 2,
  kString = 3,
  kLanguageString = 4,
  kOtherLiteral = 5,
  kOtherNumeric = 6,
  kTripleTerm = 7,
  // Payload: the value itself; bytewise order is value order within the tag.
  kInteger = 8,
  kDecimal = 9,
  kDouble = 10,
  kDateTime = 11,
  kDateOrTime = 12,
  kSmall = 13,  // boolean and other small sets
  kShortString = 14,
  // Payload: a place in the arena of one query or transaction.
  kArena = 15,
};

// Equal terms of one graph have equal ids, always.
struct TermId {
  uint64_t bits = 0;

  static constexpr uint64_t kPayloadMask = (uint64_t{1} << 60) - 1;
  [[nodiscard]] static constexpr TermId Make(TermTag tag, uint64_t payload) {
    return TermId{(static_cast<uint64_t>(tag) << 60) | payload};
  }
  [[nodiscard]] constexpr TermTag tag() const {
    return static_cast<TermTag>(bits >> 60);
  }
  [[nodiscard]] constexpr uint64_t payload() const {
    return bits & kPayloadMask;
  }
  [[nodiscard]] constexpr bool bound() const { return bits != 0; }
  [[nodiscard]] constexpr bool in_dictionary() const {
    return bits != 0 && (bits >> 60) <= 7;
  }
  [[nodiscard]] constexpr bool is_inline() const {
    return (bits >> 60) >= 8 && (bits >> 60) <= 14;
  }
  [[nodiscard]] constexpr bool in_arena() const { return (bits >> 60) == 15; }
  [[nodiscard]] constexpr bool is_resource() const {  // IRI or blank node
    return (bits >> 60) == 1 || (bits >> 60) == 2;
  }

  friend constexpr auto operator<=>(TermId, TermId) = default;
  template <typename H>
  friend H AbslHashValue(H h, TermId id) {
    return H::combine(std::move(h), id.bits);
  }
};

// The inline form of a term, where it has one that gives back exactly the same
// term. Pure; O(length).
[[nodiscard]] std::optional<TermId> InlineId(const Term& term);

// The term of an inline id. Errors: kDataLoss (not the id of any term).
[[nodiscard]] absl::StatusOr<Term> InlineTerm(TermId id);

// How the dictionary holds a term that has no inline form: its tag (1 to 6)
// and bytes; both together identify the term. Triple terms are not encoded
// here: the dictionary holds them as the ids of their parts.
struct EncodedTerm {
  TermTag tag = TermTag::kUnbound;
  std::string bytes;
  friend bool operator==(const EncodedTerm&, const EncodedTerm&) = default;
};
// Must not be called with a triple term or a term that has an inline form.
void EncodeTerm(const Term& term, EncodedTerm& out);
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<Term> DecodeTerm(TermTag tag,
                                              std::string_view bytes);

}  // namespace skg::rdf

template <>
struct std::hash<skg::rdf::TermId> {
  size_t operator()(skg::rdf::TermId id) const noexcept {
    return static_cast<size_t>(id.bits * 0x9E3779B97F4A7C15u);
  }
};
